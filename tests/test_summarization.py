import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.engines.fake import FakeEngine
from toolkit.prompts import load_prompt
from toolkit.segmentation import split_sentences
from toolkit.summarization.attribution import dropped_subjects, wrong_speakers
from toolkit.summarization.checks import check_summary, unsupported_names, unsupported_numbers
from toolkit.summarization.summarize import Summarizer

ARTICLE = (
    "Russian President Vladimir Putin met Wang Yi in Moscow on May 14.\n\n"
    "They signed 58 agreements worth 1,200 million dollars."
)
FRENCH = "Le président russe a rencontré Wang Yi à Moscou le 14 mai."


def summarizer(*answers, **options):
    remaining = list(answers)
    asked = []

    def answer(prompt):
        asked.append(prompt)
        return remaining.pop(0) if len(remaining) > 1 else remaining[0]

    engine = FakeEngine(answer, **options)
    return Summarizer(engine=engine, prompt=load_prompt("summarization", "news")), asked


def test_a_good_summary_is_taken_at_once():
    model, asked = summarizer("Putin met Wang Yi on May 14.")
    summary = model.summarize(ARTICLE, max_words=20)
    assert (summary.text, summary.failed, summary.attempts) == (
        "Putin met Wang Yi on May 14.",
        (),
        1,
    )
    assert ARTICLE in asked[0]


def test_a_long_summary_ends_at_the_last_sentence_that_fits():
    model, _ = summarizer("Putin met Wang Yi. They signed 58 agreements. They then left together.")
    summary = model.summarize(ARTICLE, max_words=9)
    assert summary.text == "Putin met Wang Yi. They signed 58 agreements."
    assert summary.failed == ()


def test_a_sentence_that_was_cut_off_is_dropped():
    model, _ = summarizer("Putin met Wang Yi. They signed 58 agreem")
    assert model.summarize(ARTICLE, max_words=30).text == "Putin met Wang Yi."


def test_when_no_sentence_fits_the_model_is_asked_for_a_shorter_one():
    model, asked = summarizer("Putin met Wang Yi in Moscow on May 14.", "Putin met Wang Yi.")
    summary = model.summarize(ARTICLE, max_words=5)
    assert (summary.text, summary.attempts) == ("Putin met Wang Yi.", 2)
    assert "one short sentence" in asked[1]


def test_an_invented_name_or_year_is_asked_to_be_left_out():
    model, asked = summarizer("Putin met Wang Yi on May 14, 2023.", "Putin met Wang Yi on May 14.")
    summary = model.summarize(ARTICLE, max_words=20)
    assert summary.text == "Putin met Wang Yi on May 14."
    assert "2023" in asked[1]


def test_a_sentence_with_an_invention_that_stays_is_dropped():
    model, _ = summarizer("Putin met Wang Yi. Boris Johnson was there too.")
    summary = model.summarize(ARTICLE, max_words=20)
    assert summary.text == "Putin met Wang Yi."
    assert summary.failed == ()


def test_an_invention_that_cannot_be_dropped_is_flagged():
    model, _ = summarizer("Boris Johnson met Wang Yi.")
    summary = model.summarize(ARTICLE, max_words=20)
    assert [check.name for check in summary.failed] == ["names"]
    assert "Boris, Johnson" in summary.failed[0].detail


def test_a_summary_may_rest_on_the_french_text():
    model, _ = summarizer("The president met Wang Yi in Moscou.")
    assert model.summarize(ARTICLE, max_words=20, evidence=FRENCH).failed == ()


def test_a_long_article_is_summarized_part_by_part_to_its_end():
    seen = []

    def answer(prompt):
        seen.append(prompt)
        return "Alpha came first. " + ("Omega came last." if "Omega" in prompt else "Then more.")

    engine = FakeEngine(answer, max_source_tokens=250)
    model = Summarizer(engine=engine, prompt=load_prompt("summarization", "news"))
    text = "\n\n".join(["Alpha came first and said so at length. " * 5] * 8 + ["Omega came last."])
    summary = model.summarize(text, max_words=30)
    assert "Omega" in summary.text
    assert len(seen) > 2


@pytest.mark.parametrize(
    ("summary", "names"),
    [
        ("President Putin met Mr. Wang in Moscow.", []),
        ("The talks were long. Both sides signed.", []),
        ("Putin met Lavrov.", ["Lavrov"]),
        ("China's Wang Yi spoke.", ["China"]),
        ("Johnson spoke.", ["Johnson"]),
        ("They met in APRIL and in April.", ["APRIL", "April"]),
        ("The Muscovian guest met a Chilean.", ["Muscovian", "Chilean"]),
    ],
)
def test_names_that_the_article_lacks(summary, names):
    assert unsupported_names(summary, "President Putin met Mr. Wang Yi in Moscow.") == names


@pytest.mark.parametrize(
    ("summary", "numbers"),
    [
        ("They signed 58 deals worth 1,200 dollars.", []),
        ("They signed 58 deals in 2023.", ["2023"]),
        ("The 3 sides met.", []),
    ],
)
def test_numbers_that_the_article_lacks(summary, numbers):
    article = "Les trois parties ont signé 58 accords de 1 200 dollars."
    assert unsupported_numbers(summary, article, "en") == numbers


@pytest.mark.parametrize(
    ("summary", "silent"),
    [
        ("Wang Yi said that they agree.", []),
        ("Putin has also announced a visit, said Wang.", []),
        ("Wang Yi and Russian Foreign Minister Sergey Lavrov announced a plan.", ["Lavrov"]),
        ("Sergey Lavrov said nothing.", ["Lavrov"]),
        ("Wang Yi met Sergey Lavrov and said that they agree.", []),
        ("China and Russia said so.", []),
    ],
)
def test_people_who_say_nothing_in_the_article(summary, silent):
    article = (
        "Chinese Foreign Minister Wang Yi said during a meeting with his Russian counterpart "
        'Sergey Lavrov that both agree. "We do," added Vladimir Putin in Moscow. China is glad.'
    )
    assert wrong_speakers(summary, article) == silent


@pytest.mark.parametrize(
    ("summary", "dropped"),
    [
        ("Lavrov said Putin was eager to visit China and attend the summit.", []),
        ("Lavrov expressed his interest in visiting China for the summit.", [("Lavrov", "Putin")]),
        ("Lavrov met the minister.", []),
    ],
)
def test_what_is_said_of_somebody_else_stays_theirs(summary, dropped):
    article = (
        "Wang Yi met Sergey Lavrov. Mr. Lavrov declared that President Putin was looking forward "
        "to visiting China and to the summit. Wang Yi said that Wang was glad."
    )
    assert dropped_subjects(summary, article) == dropped


@given(st.lists(st.sampled_from(["Wang met Putin.", "They", "signed", "58!", "Mr.", "…"])))
def test_whatever_the_model_says_the_limit_holds_and_sentences_are_whole(words):
    model, _ = summarizer(" ".join(words))
    summary = model.summarize(ARTICLE, max_words=7)
    over = any(check.name in ("length", "empty", "unfinished") for check in summary.failed)
    assert over or summary.words <= 7
    assert over or split_sentences(summary.text)[-1].text[-1] in ".!?…"


def test_an_empty_summary_is_flagged():
    failed = check_summary("", article=ARTICLE, language="en", max_words=10)
    assert [check.name for check in failed] == ["empty"]
