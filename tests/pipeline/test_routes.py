import pytest

from tests.pipeline.helpers import ENGLISH, FRENCH, article, pipeline
from toolkit.documents import Segment, Translation
from toolkit.errors import UsageError
from toolkit.summarization.faithfulness.statements import UNSUPPORTED
from toolkit.translation.translator import SentenceTranslator


def summary_of(answer, text, *, date="", **settings):
    made = pipeline(answer, **({"length": "standard"} | settings))
    (result,) = made.summarize([article(made, text, date=date)])
    return result


def test_translate_first_summarizes_the_translation():
    asked = []

    def answer(prompt):
        asked.append(prompt)
        return ENGLISH if "Summar" in prompt or "summar" in prompt else "He came."

    result = summary_of(answer, FRENCH)
    assert result.translations
    assert "He came." in asked[-1]
    assert FRENCH not in asked[-1]


def test_direct_reads_the_article_itself():
    asked = []

    def answer(prompt):
        asked.append(prompt)
        return ENGLISH

    result = summary_of(answer, FRENCH, route="direct")
    assert result.translations == ()
    assert all(FRENCH in prompt for prompt in asked)


def test_summarize_first_translates_the_draft():
    def answer(prompt):
        return FRENCH if "Summar" in prompt or "summar" in prompt else "They signed it on Tuesday."

    result = summary_of(answer, FRENCH, route="summarize-first")
    assert result.translations == ()
    assert result.summary.text.startswith("They signed it on Tuesday.")


@pytest.mark.parametrize(
    ("texts", "settings", "expected"),
    [
        (
            ("He came.", "Yes.", "She left. It rained."),
            {},
            [("He came.", 0.15), ("Yes.", UNSUPPORTED), ("She left.", 0.1), ("It rained.", 0.1)],
        ),
        (("He met Dr.", "", "Scholz spoke."), {}, [("He met Dr. Scholz spoke.", 0.1)]),
        (("It  rained.", "", "It rained."), {}, [("It rained.", 0.1), ("It rained.", 0.1)]),
        (
            ("1. He came", "", "It rained. He came"),
            {"style": "bullets"},
            [("He came.", 0.1), ("It rained.", 0.1), ("He came.", 0.1)],
        ),
        (
            ('"He came back', "with her", 'on Tuesday, and then it rained."'),
            {"length": "headline", "max_words": 9},
            [("He came back with her on Tuesday", 0.1)],
        ),
    ],
)
def test_a_statement_is_no_surer_than_any_translation_that_it_has_words_of(
    monkeypatch, texts, settings, expected
):
    after = "\n" if settings.get("style") else " "
    translations = tuple(
        Translation(segment=Segment(0, "", after), text=text, confidence=confidence)
        for text, confidence in zip(texts, (0.15, None, 0.1), strict=True)
    )
    monkeypatch.setattr(SentenceTranslator, "translate", lambda self, segments: translations)
    result = summary_of(lambda prompt: FRENCH, FRENCH, route="summarize-first", **settings)
    assert [(each.text, each.confidence) for each in result.summary.statements] == expected


def test_within_one_language_nothing_is_translated():
    result = summary_of(lambda prompt: ENGLISH, ENGLISH, source_language="en", target_language="en")
    assert result.translations == ()


def test_sentences_can_not_be_copied_into_another_language():
    with pytest.raises(UsageError, match="can't translate"):
        summary_of(str.upper, FRENCH, route="direct", summarizer="lead-3")


def test_a_date_of_publication_is_no_text_of_the_article():
    """On the direct route English would be compared with French."""
    result = summary_of(lambda prompt: ENGLISH, FRENCH, date="2024-05-16", route="direct")
    assert [check.name for check in result.summary.failed] == []


def test_within_english_a_hope_told_as_done_is_found():
    done = "President Emmanuel Macron met Chancellor Olaf Scholz in Berlin in June."
    result = summary_of(
        lambda prompt: done, ENGLISH, source_language="en", target_language="en", max_words=14
    )
    assert "hoped" in {check.relation for check in result.summary.failed} or (
        result.summary.text != done
    )
    (note,) = [each for each in result.summary.revisions if each.startswith("asked again")]
    assert "modality" in note
