from toolkit.languages.exonyms import exonyms, place_names, places


def test_places_of_a_text_have_their_names_in_the_other_language():
    assert places("De Londres aux ÉTATS-UNIS, par la Corée du Sud", "fr", "en") == {
        "londres": "London",
        "etats-unis": "United States",
        "coree du sud": "South Korea",
    }
    assert places("From Germany", "en", "fr") == {"germany": "Allemagne"}


def test_a_name_inside_a_word_is_none():
    assert places("Il en sort indemne, malienne et romain", "fr", "en") == {}


def test_a_language_that_has_no_list_has_no_places():
    assert exonyms("xx", "en") == exonyms("fr", "xx") == {}
    assert places("Londres", "fr", "xx") == {}


def test_places_have_other_names_and_cities_their_countries():
    named = set(place_names("Du port d'Anvers à N'Djamena, puis à Londres", "fr", "en"))
    assert named >= {"Antwerp", "London", "Chad", "United Kingdom"}
    assert set(place_names("Les romanciers en sortent indemnes", "fr", "en")) == set()
    assert set(place_names("From Germany", "en", "fr")) == {"Allemagne"}
