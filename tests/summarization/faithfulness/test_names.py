import pytest

from tests.summarization.helpers import grounds
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence
from toolkit.summarization.faithfulness.facts import unsupported_facts
from toolkit.summarization.faithfulness.names import unsupported_names


@pytest.mark.parametrize(
    ("summary", "names"),
    [
        ("President Putin met Mr. Wang in Moscow.", []),
        ("The talks were long. Both sides signed.", []),
        ("Putin met Lavrov.", ["Lavrov"]),
        ("China's Wang Yi spoke.", ["China"]),
        ("Johnson spoke.", ["Johnson"]),
        ("They met in April.", []),
        ("Putin Yi spoke.", ["Putin Yi"]),
        ("The Muscovian guest met a Chilean.", ["Muscovian", "Chilean"]),
    ],
)
def test_names_that_the_article_lacks(summary, names):
    article = grounds("President Putin met Mr. Wang Yi in Moscow.")
    assert unsupported_names(summary, article) == names


def test_a_french_summary_may_begin_with_a_french_word():
    article = grounds("Le ministre a présenté son plan. Il coûtera cher.", "fr")
    assert not unsupported_facts("Selon le ministre, le plan coûtera cher.", article, "fr")
    found = unsupported_facts("Macron a présenté son plan.", article, "fr")
    assert [check.name for check in found] == ["names"]


def test_names_may_rest_on_what_places_are_called():
    passages = (SourceSentence("Il est allé en Allemagne.", "", 0),)
    assert not unsupported_facts(
        "He went to Germany.", EvidenceIndex(passages, frozenset({"Germany"})), "en"
    )


def test_a_french_word_with_an_accent_is_no_name():
    article = grounds("La Chine veut commercer davantage.", "fr")
    assert unsupported_facts("La Chine veut plus d'échanges, à égalité.", article, "fr") == []


PARAPHRASED = EvidenceIndex(
    grounds(
        "À Rennes-Sud, le Grand conseil néerlandais et Sergueï Aliev ont rencontré un maire "
        "rennais et des pêcheurs rue Diagne, à Hô Chi Minh-Ville. Le ministère a dit oui.",
        "fr",
    ).sentences,
    frozenset({"London"}),
)


@pytest.mark.parametrize(
    ("summary", "names"),
    [
        ("The Dutch met Sergey Aliyev.", []),
        ("A mayor of Rennes came to Diagne Street in Ho Chi Minh City.", []),
        ("Anglers met Mr. Aliev, and so did I.", []),
        ("The Grand Council asked the Ministry.", []),
        ("The German Council met in Moscow.", ["German", "Council", "Moscow"]),
        ("Airport workers were seen to leave for Lavrov Airport.", ["Lavrov", "Airport"]),
        ("The French met Saldano.", ["French", "Saldano"]),
    ],
)
def test_a_name_may_rest_on_what_it_translates(summary, names):
    assert unsupported_names(summary, PARAPHRASED) == names


def test_where_no_place_is_named_the_nationality_goes_without_saying():
    tower = grounds("La tour Brunin rouvre après la tempête.", "fr")
    assert unsupported_names("The Belgian tower is open.", tower) == []
    assert unsupported_names("The tower in Belgium is open.", tower) == ["Belgium"]
    assert unsupported_names("The tower in Oran is open.", tower) == ["Oran"]
