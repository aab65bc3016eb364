import pytest

from tests.summarization.helpers import XI_AND_LAVROV
from toolkit.summarization.faithfulness.speakers import other_speakers, speakers


def test_who_speaks_in_each_sentence_is_read_from_the_french():
    assert [sorted(each) for each in speakers(XI_AND_LAVROV.sentences)] == [
        ["Xi"],
        ["Xi"],
        ["Sergueï Lavrov"],
        ["Sergueï Lavrov"],
        ["Anna Petrova"],
        ["Karl Brenner"],
        [],
        ["Wang Yi"],
    ]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("Lavrov expressed his hope of promoting friendship with Putin.", ["Xi"]),
        ("Lavrov called the relations a precious treasure.", ["Xi"]),
        ("Xi called the relations a precious treasure.", []),
        ("Lavrov stressed that trade is growing strongly.", []),
        ("Xi stressed that trade is growing strongly.", ["Sergueï Lavrov"]),
        ("Wang promised help, while Xi said that trade is growing.", ["Sergueï Lavrov"]),
        ("The two countries are neighbours.", []),
    ],
)
def test_words_that_are_given_to_another_speaker_are_found(statement, found):
    assert other_speakers(statement, XI_AND_LAVROV) == found


def test_a_country_that_wants_something_is_no_speaker():
    statement = "Wang Yi promised help and said that Beijing wants stronger trade."
    assert "Sergueï Lavrov" not in other_speakers("Beijing wants trade.", XI_AND_LAVROV)
    assert other_speakers(statement.split(" and ")[0], XI_AND_LAVROV) == []
