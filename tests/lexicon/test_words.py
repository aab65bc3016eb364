import pytest

from toolkit.lexicon.words import words_of


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "Jusqu’à l'usine d'Évry.", "jusqu' à l' usine d' évry"),
        ("fr", "Aujourd'hui, dit-il", "aujourd'hui dit il"),
        ("fr", "le vice-président, 3,5 %", "le vice-président 3 5"),
        ("fr", "l’œuvre", "l' oeuvre"),
        ("en", "The mayor's long-term don't", "the mayor long term don't"),
        ("en", "", ""),
    ],
)
def test_words(language, text, expected):
    words = words_of(text, language)
    assert " ".join(word.form for word in words) == expected
    for word in words:
        written = text[word.start : word.end].lower().replace("’", "'").replace("œ", "oe")
        assert written == word.form
