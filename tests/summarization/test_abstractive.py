from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.summarization.helpers import ARTICLE, PROMPTS, Sure, summarizer, task
from toolkit.prompts import load_prompt
from toolkit.segmentation import split_sentences
from toolkit.store import Store
from toolkit.summarization.abstractive import AbstractiveSummarizer


def test_a_good_summary_is_taken_from_the_first_drafts():
    model, asked = summarizer("Putin met Wang Yi on May 14.")
    summary = model.summarize(task(max_words=14))
    assert (summary.text, summary.failed, summary.revisions) == (
        "Putin met Wang Yi on May 14.",
        (),
        (),
    )
    assert ARTICLE in asked[0]
    assert len(asked) == 2
    assert summary.attempts == 4  # a sample beside the likeliest answer to each


def test_when_no_sentence_fits_the_model_is_asked_for_a_shorter_one():
    long = "Putin met Wang Yi in Moscow on May 14 and they talked for long."
    model, asked = summarizer(long, long, "Putin met Wang Yi.")
    summary = model.summarize(task(max_words=10))
    assert (summary.text, summary.attempts) == ("Putin met Wang Yi.", 5)
    assert "at most 6 words" in asked[2]


def test_when_nothing_ever_fits_a_sentence_of_the_article_is_given_and_said_to_be():
    model, _ = summarizer("Putin met Wang Yi in Moscow on May 14 and they talked for very long.")
    summary = model.summarize(task(max_words=12))
    assert summary.method == "lead"
    assert summary.text == "Russian President Vladimir Putin met Wang Yi in Moscow on May 14."
    nothing = model.summarize(task("Word " * 30 + "end. " + "Word " * 30 + "end.", max_words=12))
    assert (nothing.text, nothing.method) == ("", "none")
    assert [check.name for check in nothing.failed] == ["empty"]


def test_an_invented_name_or_year_is_asked_to_be_left_out():
    wrong = "Putin met Wang Yi on May 14, 2023."
    model, asked = summarizer(wrong, wrong, "Putin met Wang Yi on May 14.")
    summary = model.summarize(task())
    assert summary.text == "Putin met Wang Yi on May 14."
    assert summary.revisions == ("asked again: dates",)
    assert "2023" in asked[2]


def test_every_statement_says_what_it_rests_on():
    model, _ = summarizer("Putin met Wang Yi. They signed 58 agreements.")
    first, second = model.summarize(task()).statements
    assert first.evidence[0].source.startswith("Russian President")
    assert ARTICLE[second.evidence[0].start : second.evidence[0].end] == second.evidence[0].source
    assert 0 < second.evidence[0].score <= 1


def test_a_summary_is_shorter_than_its_article():
    model, asked = summarizer("Putin met Wang Yi.")
    model.summarize(task(max_words=500))
    assert f"at most {int(len(ARTICLE.split()) * 0.7)} words" in asked[0]


def test_an_article_of_one_sentence_is_returned():
    model, asked = summarizer("Putin met Wang Yi.")
    summary = model.summarize(task("Wang Yi came to Moscow."))
    assert (summary.text, summary.method) == ("Wang Yi came to Moscow.", "whole article")
    assert not asked


def test_a_finished_summary_is_not_made_again(tmp_path):
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)
    model, asked = summarizer("Putin met Wang Yi. Boris Johnson was there too.", store=store)
    first = model.summarize(task())
    count = len(asked)
    assert model.summarize(task()) == first
    assert len(asked) == count
    assert model.summarize(task(max_words=19)) != first


@given(st.lists(st.sampled_from(["Wang met Putin.", "They", "signed", "58!", "Mr.", "…"])))
def test_whatever_the_model_says_the_limit_holds_and_sentences_are_whole(words):
    model, _ = summarizer(" ".join(words))
    summary = model.summarize(task(max_words=7))
    assert summary.words <= 7
    if summary.text:
        assert split_sentences(summary.text)[-1].text[-1] in ".!?…"


def test_a_summary_that_tells_much_less_than_it_may_is_asked_for_more():
    short, longer = "Putin met Wang Yi.", "Putin met Wang Yi in Moscow. They signed 58 agreements."
    model, asked = summarizer(short, short, longer)
    summary = model.summarize(task(max_words=12))
    assert summary.text == longer
    assert summary.revisions == ("asked again: too little",)
    assert "about 9 words" in asked[2]


LINE = (
    "The taxi unions asked for help after a loss of trips. Mayor Issa Kaboré of Metz praised the "
    "new railway line on Monday. Four years of work were needed for the last kilometers of track."
)
DOUBTFUL = "Mayor Issa Kaboré of Metz asked for some sort of help."


class Weighing(Sure):
    """Holds what begins with the taxi unions to be likely."""

    def score(self, sources, targets):
        return [
            replace(each, log_prob=-1.0 if each.text.startswith("The taxi unions") else -9.0)
            for each in super().score(sources, targets)
        ]


def test_a_statement_that_the_model_holds_to_be_of_another_gives_way():
    def summary_of(prompts):
        engine = Weighing(lambda _: f"Four years of work were needed. {DOUBTFUL}")
        model = AbstractiveSummarizer(engine=engine, prompts=prompts)
        return model.summarize(task(LINE, max_words=17))

    assert DOUBTFUL in summary_of(PROMPTS).text
    weighed = summary_of({**PROMPTS, "statement": load_prompt("summarization", "statement")})
    assert weighed.text == "Four years of work were needed."
    assert (weighed.revisions[-1], weighed.failed) == ("left a sentence out", ())
