from dataclasses import replace

import pytest

from tests.summarization.helpers import REPORT, summarizer, task, translated
from toolkit.summarization.faithfulness.checker import Checker, texts_of
from toolkit.summarization.faithfulness.evidence import EvidenceIndex
from toolkit.summarization.forms import Form
from toolkit.summarization.long_documents import Shortened
from toolkit.summarization.request import SummaryRequest
from toolkit.summarization.revision import Revision, leave_out_repetition


def test_a_sentence_with_an_invention_that_stays_is_left_out():
    model, _ = summarizer(
        "Putin met Wang Yi. Johnson praised the growing trade of their countries."
    )
    summary = model.summarize(task())
    assert (summary.text, summary.failed) == ("Putin met Wang Yi.", ())


MET = "Putin met Wang Yi in Moscow on May 14."


def test_a_sentence_that_repeats_another_is_left_out_of_the_best_draft():
    again, signed = "Putin has met with Wang Yi in Moscow on May 14.", "They signed 58 agreements."
    model, _ = summarizer(f"{MET} {again} {signed}")
    summary = model.summarize(task(max_words=25))
    assert summary.text == f"{MET} {signed}"
    assert summary.revisions[0] == "left a repetition out"
    bullets, _ = summarizer(f"- {MET}\n- {again}\n- {signed}")
    summary = bullets.summarize(task(max_words=25, style="bullets"))
    assert summary.text == f"- {MET}\n- {signed}"


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("Twelve passengers died on Thursday.", "Fifteen passengers died on Thursday."),
        ("Putin called Xi a very old friend.", "Xi called Putin a very old friend."),
        ("The road is closed.", "The road is closed until Monday."),
        ("Experts left Thiès after the accident of last Thursday.", "Experts left Thiès."),
        ("He did.", "She will."),
    ],
)
def test_a_sentence_that_tells_something_else_stays(first, later):
    checker = Checker(translated(*REPORT), "en")
    paragraphs = checker.paragraphs([[first], [later]])
    revision = Revision(
        form=Form(), draft_form=Form(), checker=checker, drafts=(), shortened=Shortened("")
    )
    assert leave_out_repetition(revision, paragraphs) is None
    twice = leave_out_repetition(revision, checker.paragraphs([[MET, first], [MET], [later]]))
    assert texts_of(twice) == [[MET, first], [later]]


def test_for_an_invention_that_cannot_be_left_out_the_article_speaks():
    model, _ = summarizer("Boris Johnson met Wang Yi. They signed.")
    summary = model.summarize(task())
    assert summary.failed == ()
    assert summary.text == (
        "Russian President Vladimir Putin met Wang Yi in Moscow on May 14. They signed."
    )
    assert summary.revisions[-1] == "took a sentence of the article"


def test_an_invention_that_cannot_be_left_out_is_flagged():
    model, _ = summarizer("Boris Johnson met Wang Yi. They signed.")
    summary = model.summarize(task(max_words=10))
    assert [check.name for check in summary.failed] == ["names"]
    assert summary.failed[0].values == ("Boris", "Johnson")
    assert [bool(each.failed) for each in summary.statements] == [True, False]


def test_room_that_is_left_is_given_to_what_other_drafts_tell():
    model, _ = summarizer(
        "Putin met Wang Yi in Moscow on May 14.",
        "Putin met Wang Yi. They signed 58 agreements. The talks went on for a long time.",
    )
    summary = model.summarize(task(max_words=18))
    assert summary.text == (
        "Putin met Wang Yi in Moscow on May 14. The talks went on for a long time."
    )
    assert summary.revisions == ("joined sentences of several drafts",)


def test_it_is_not_filled_with_what_is_told_or_wrong():
    model, _ = summarizer(
        "Putin met Wang Yi in Moscow on May 14.",
        "Wang Yi met Putin on May 14. Boris Johnson praised the growing trade.",
    )
    summary = model.summarize(task(max_words=40))
    assert summary.text == "Putin met Wang Yi in Moscow on May 14."


def test_a_short_summary_is_filled_up_with_sentences_of_the_article_that_it_does_not_tell():
    model, _ = summarizer("A coach fell into a ravine.")
    asked = SummaryRequest(
        text="\n".join(told for _, told in REPORT), evidence=translated(*REPORT), form=Form()
    )
    summary = model.summarize(asked)
    assert summary.text == "A coach fell into a ravine. Twelve passengers died on Thursday."
    assert summary.revisions[-1] == "filled up from the article"


def test_a_doubtful_translation_is_not_quoted():
    model, _ = summarizer("A coach fell into a ravine.")
    passages = translated(*REPORT).sentences
    doubtful = [replace(each, sound="Twelve" not in each.translation) for each in passages]
    asked = SummaryRequest(
        text="\n".join(told for _, told in REPORT),
        evidence=EvidenceIndex(tuple(doubtful)),
        form=Form(),
    )
    assert model.summarize(asked).text == (
        "A coach fell into a ravine. The road is still closed in Thiès."
    )
