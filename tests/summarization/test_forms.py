import time

from tests.summarization.helpers import summarizer, task
from toolkit.summarization.forms import Form


def test_a_headline_is_one_line_without_a_full_stop():
    model, _ = summarizer('"Putin Meets Wang Yi in Moscow."\n\nMore text.')
    summary = model.summarize(task(length="headline", max_words=14))
    assert (summary.text, summary.failed) == ("Putin Meets Wang Yi in Moscow", ())


def test_a_headline_that_is_too_long_loses_its_last_part():
    model, _ = summarizer(
        "Putin and Wang Yi Meet in Moscow, Sign 58 Agreements in May for the Press"
    )
    summary = model.summarize(task(length="headline", max_words=11))
    assert summary.text == "Putin and Wang Yi Meet in Moscow, Sign 58 Agreements"


def test_bullets_are_whole_lines_within_the_limit():
    model, _ = summarizer("* Putin met Wang Yi.\n* They signed 58 agreements\n* They left at once.")
    summary = model.summarize(task(style="bullets", max_words=9))
    assert summary.text == "- Putin met Wang Yi.\n- They signed 58 agreements."
    assert summary.words == 8


def test_a_detailed_summary_keeps_its_paragraphs():
    model, _ = summarizer("Putin met Wang Yi.\n\nThey signed 58 agreements.")
    assert model.summarize(task(length="detailed", max_words=100)).text == (
        "Putin met Wang Yi.\n\nThey signed 58 agreements."
    )


def test_a_headline_of_very_many_parts_is_cut_at_once():
    begun = time.perf_counter()
    assert Form("headline", "prose", 14).fit("a, " * 30_000) == [[", ".join(["a"] * 14)]]
    assert time.perf_counter() - begun < 5
