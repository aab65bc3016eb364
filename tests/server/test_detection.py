import pytest

from toolkit.server.detection import detected, source_languages
from toolkit.server.errors import ApiError

FRENCH = "Le ministre a présenté jeudi son plan devant les députés réunis à Paris."
ENGLISH = "The minister presented his plan to members of parliament on Thursday."
GERMAN = "Der Minister hat am Donnerstag seinen Plan im Parlament vorgestellt."


def codes(texts, target="en", own="fr"):
    return [each.code for each in source_languages(texts, target, own)]


@pytest.mark.parametrize(("text", "code"), [(FRENCH, "fr"), (ENGLISH, "en"), (GERMAN, "de")])
def test_the_likeliest_language_comes_first(text, code):
    found = detected(text)
    assert found[0].code == code
    assert found == sorted(found, key=lambda each: -each.confidence)


@pytest.mark.parametrize("text", ["", " \n", "12 %", "…"])
def test_what_has_no_words_is_in_none(text):
    (found,) = detected(text)
    assert found.confidence == 0


def test_each_text_has_its_own_language():
    assert codes([FRENCH, ENGLISH]) == ["fr", "en"]


def test_short_texts_are_in_the_language_of_all_together():
    assert codes(["Oui.", FRENCH, ENGLISH, FRENCH])[0] == "fr"
    assert codes(["OK.", ENGLISH, ENGLISH], target="fr")[0] == "en"


@pytest.mark.parametrize(
    ("target", "own", "expected"),
    [("en", "fr", "fr"), ("fr", "fr", "en"), ("en", "auto", "fr"), ("en", "en", "fr")],
)
def test_what_nothing_is_sure_of_is_in_the_servers_language_or_another(target, own, expected):
    (found,) = source_languages(["Hm."], target, own)
    assert found.code == expected
    assert found.confidence < 0.6


def test_another_language_is_refused_by_its_code():
    with pytest.raises(ApiError, match=r"^de is not supported$"):
        source_languages([GERMAN], "en", "fr")


def test_a_few_words_that_look_like_another_language_are_not_refused():
    assert codes(["Paris"]) == ["fr"]
