import pytest

from toolkit.translation import facts
from toolkit.translation.facts import Facts


def test_numbers_are_found_in_digits_and_in_words():
    found = Facts("Trois des 1 200 élus, une femme et 14h30.", "fr")
    assert found.in_digits >= {"1200"}
    assert found.values >= {"3", "1200"}
    assert found.values_in_words == {"3"}
    assert found.afternoon_hours == {"2": "14"}


@pytest.mark.parametrize(
    ("text", "names", "start"),
    [
        ("Hier, Anna et l'Europe.", ["Anna", "Europe"], "Hier"),
        ("« Paris » et le Rhin", ["Rhin"], "Paris"),
        ("rien", [], ""),
    ],
)
def test_names_stand_behind_the_first_word(text, names, start):
    found = Facts(text, "fr")
    assert (found.names, found.capitalized_start) == (names, start)


def test_underscores_part_words_where_only_whole_ones_are_compared():
    found = Facts("L'Été_42 fut beau", "fr")
    assert found.parts == ["l", "ete", "42", "fut", "beau"]
    assert found.folded_words == {"l", "ete_42", "fut", "beau"}


def test_what_was_found_once_is_not_looked_for_again(monkeypatch):
    counted = []
    monkeypatch.setattr(facts, "quantities", lambda *about: counted.append(about) or [])
    found = Facts("Deux mots", "fr")
    assert found.values == found.values_in_words == found.values == set()
    assert len(counted) == 1
