import pytest

from toolkit.summarization.faithfulness.checks import check_statement
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence, index_text
from toolkit.summarization.faithfulness.exchange import apart, exchanged, exchanges
from toolkit.summarization.faithfulness.mentions import mentions

TRANSLATED = (
    (
        "Les syndicats de taxis demandent à Dakar une compensation pour les trajets perdus.",
        "The taxi unions are asking Dakar for compensation for the lost trips.",
    ),
    (
        "Le ministre des Transports, Issa Kaboré, salue « un rendez-vous avec la ponctualité ».",
        'The Minister of Transport, Issa Kaboré, hails "an appointment with punctuality".',
    ),
    ("Elle ouvrira en Belgique lundi.", "It will open in Belgium on Monday."),
    ("Les travaux ont duré quatre ans à Thiès.", "The work took four years in Thiès."),
)
ARTICLE = EvidenceIndex(
    tuple(SourceSentence(*texts, start) for start, texts in enumerate(TRANSLATED))
)
SWAPPED = "The Minister of Transport is asking for compensation for the lost trips."


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (SWAPPED, ["The Minister of Transport"]),
        ("The taxi unions are asking for compensation for the lost trips.", []),
        ("The work took four years in Dakar.", ["Dakar"]),
        ("The work took four years in Thiès.", []),
        ("Issa Kaboré will open it on Monday.", []),  # She, of the sentence before
        ("It opens on Monday in Belgium.", []),
        ("The cantonal council is asking for compensation for the lost trips.", []),
    ],
)
@pytest.mark.parametrize("translated", [True, False])
def test_who_or_what_the_article_has_elsewhere_is_found(statement, found, translated):
    alone = tuple(SourceSentence(text, "", start) for start, (text, _) in enumerate(TRANSLATED))
    article = ARTICLE if translated else EvidenceIndex(alone)
    assert [each.mention.text for each in apart(statement, article)] == found


def test_what_is_far_apart_fails_without_a_model():
    (actor,) = check_statement(SWAPPED, ARTICLE, "en")
    assert str(actor) == "actors: the article says this without The Minister of Transport"
    (place,) = check_statement("The work took four years in Dakar.", ARTICLE, "en")
    assert (place.name, place.relation) == ("places", "apart")


def test_others_of_the_article_take_the_place_of_a_mention():
    first = mentions(SWAPPED)[0]
    texts = [each.text for each in exchanges(first, SWAPPED, ARTICLE)]
    assert "The taxi unions is asking for compensation for the lost trips." in texts
    assert not any("Issa Kaboré" in text for text in texts)  # who is the minister
    both = "Thiès beat Dakar."
    assert "Dakar beat Thiès." in [
        each.text for each in exchanges(mentions(both)[0], both, ARTICLE)
    ]
    paired = "Thiès and Dakar rest."
    others = [each.text for each in exchanges(mentions(paired)[0], paired, ARTICLE)]
    assert "Dakar and Thiès rest." not in others


@pytest.mark.parametrize(
    ("likelier", "found"), [("The taxi unions", ["The taxi unions"]), ("", []), (None, [])]
)
def test_the_model_says_who_is_likelier(likelier, found):
    statement = "The Minister of Transport hopes for compensation."

    def likelihood(evidence, statements):
        if likelier is None:  # it can't tell
            return []
        return [-1.0 if likelier and text.startswith(likelier) else -20.0 for text in statements]

    checks = exchanged(statement, ARTICLE, likelihood)
    assert [check.values[1] for check in checks] == found
    assert all(
        str(each) == "actors: The taxi unions is likelier than The Minister of Transport"
        for each in checks
    )


@pytest.mark.parametrize(("who", "fails"), [("She", False), ("The workers", True)])
def test_an_english_pronoun_stands_for_whom_the_sentence_before_names(who, fails):
    opened = "Mayor Anne Dupont opened the school in Lyon."
    spent = "spent money on the bridge and the harbour."
    article = index_text(f"{opened} {who} {spent}", language="en")
    failed = check_statement(f"Anne Dupont {spent}", article, "en")
    assert [(each.name, each.relation) for each in failed] == [("actors", "apart")] * fails
