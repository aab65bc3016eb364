import pytest

from toolkit.languages.identification import (
    MIN_CHARS,
    IdentifiedLanguage,
    identify_language,
    language_name,
    ranked_languages,
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Le ministre a présenté jeudi son plan devant les députés réunis à Paris.", "fr"),
        ("The minister presented his plan to members of parliament on Thursday.", "en"),
        ("Der Minister hat am Donnerstag seinen Plan im Parlament vorgestellt.", "de"),
    ],
)
def test_a_sentence_is_in_its_language(text, code):
    found = identify_language(text)
    assert found
    assert found.code == code
    assert found.confidence > 0.6


def test_a_text_is_judged_as_a_whole_not_by_its_first_line():
    english = "Breaking news, live updates and the best of our opinion columns, every day."
    french = "Le ministre a présenté jeudi son plan devant les députés réunis à Paris. "
    assert identify_language(english).code == "en"
    assert identify_language(f"{english} {french * 8}").code == "fr"


def test_a_few_words_can_be_in_any_language():
    assert identify_language("x" * (MIN_CHARS - 1)) is None
    assert identify_language(f"Le chat{' ' * 100}dort\n\n") is None
    assert identify_language("") is None


def test_languages_have_names_or_at_least_codes():
    assert IdentifiedLanguage("fr", 1.0).name == "French"
    assert language_name("tlh") == "'tlh'"


@pytest.mark.parametrize("text", ["", "12", "Bonjour", "Le chat dort.\n" * 1000])
def test_however_short_a_text_is_its_languages_are_ranked(text):
    found = ranked_languages(text, 3)
    assert len(found) == 3
    assert found == sorted(found, key=lambda each: -each.confidence)
