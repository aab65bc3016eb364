import sys

import pytest

from tests.summarization.helpers import LONG, report
from toolkit.errors import ModelError
from toolkit.segmentation import split_sentences
from toolkit.summarization.extractive import ExtractiveSummarizer
from toolkit.summarization.faithfulness.evidence import index_text
from toolkit.summarization.forms import Form
from toolkit.summarization.request import SummaryRequest


@pytest.mark.parametrize(
    ("method", "sentences"),
    [("lead-1", [0]), ("lead-3", [0, 1]), ("lexrank", None), ("lsa", None), ("luhn", None)],
)
def test_baselines_take_whole_sentences_in_the_order_of_the_article(method, sentences):
    one = SummaryRequest(
        text=LONG, evidence=index_text(LONG, language="fr"), form=Form("brief", "prose", 25)
    )
    summary = ExtractiveSummarizer(method, "fr").summarize(one)
    places = [LONG.index(each.text) for each in summary.statements]
    assert places == sorted(places)
    assert places
    assert summary.words <= 25
    assert (summary.method, summary.failed, summary.attempts) == (method, (), 0)
    if sentences is not None:
        assert summary.text == " ".join(split_sentences(LONG)[each].text for each in sentences)


def test_the_most_central_sentences_are_taken_and_each_is_a_bullet():
    one = SummaryRequest(
        text="Il a plu. " + LONG,
        evidence=index_text(LONG, language="fr"),
        form=Form("brief", "bullets", 24),
    )
    summary = ExtractiveSummarizer("textrank", "fr").summarize(one)
    assert summary.text.count("- ") == 2
    assert "plu" not in summary.text


def test_a_baseline_without_sumy_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sumy.models.dom", None)
    with pytest.raises(ModelError, match=r"toolkit-fr-en\[extractive\]"):
        ExtractiveSummarizer("lexrank", "fr").summarize(report("a", LONG))
