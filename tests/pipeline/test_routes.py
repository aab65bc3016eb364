import pytest

from tests.pipeline.helpers import ENGLISH, FRENCH, article, pipeline
from toolkit.errors import UsageError


def summary_of(answer, text, *, date="", **settings):
    made = pipeline(answer, length="standard", **settings)
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
