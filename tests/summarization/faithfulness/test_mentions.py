import pytest

from toolkit.summarization.faithfulness.mentions import mentions


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Wang Yi met Putin's envoy in Moscow.", ["Wang Yi", "Putin", "Moscow"]),
        (
            "The regional health agency told the head of the school, Anna Petrova.",
            ["The regional health agency", "the head of the school", "Anna Petrova"],
        ),
        (
            "Fishermen asked the Ministry of Agriculture.",
            ["Fishermen", "the Ministry of Agriculture"],
        ),
        ("The two sides met a fisherman on Monday, May 3.", []),
        ("The town hall of Metz was shut by Russian troops.", ["The town hall of Metz"]),
        ("Rotting seaweed covers the beach.", []),
    ],
)
def test_people_bodies_and_places_are_found(sentence, found):
    assert [each.text for each in mentions(sentence)] == found
    assert all(sentence[each.start : each.end] == each.text for each in mentions(sentence))


def test_what_stands_behind_in_is_a_place():
    assert {
        each.text: each.is_place for each in mentions("Wang met the mayor of Metz in Goa.")
    } == {
        "Wang": False,
        "the mayor of Metz": False,
        "Goa": True,
    }


def test_the_end_of_a_word_is_no_article():
    assert [each.text for each in mentions("They will bathe Paris in light.")] == ["Paris"]
