import time

import pytest

from tests.helpers import candidate
from tests.translation.helpers import CASES, checks_with_lexicon
from toolkit.translation.checks import Limits, check_translation
from toolkit.translation.glossary import Glossary, Term


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_checks_find_what_is_wrong_and_nothing_else(case):
    terms = tuple(Term(*pair) for pair in case.get("terms", []))
    failed = check_translation(
        case["source"],
        candidate(case["target"], finished=case.get("finished", True)),
        source_language="fr",
        target_language="en",
        terms=terms,
        instructions=case.get("instructions", ""),
    )
    assert [check.name for check in failed] == case["failed"], failed


def test_limits_move_where_checks_draw_their_lines():
    source, target = "Le ministre a signé un accord de coopération lundi.", "On Monday he signed."

    def failed(limits):
        checks = check_translation(
            source, candidate(target), source_language="fr", target_language="en", limits=limits
        )
        return [check.name for check in checks]

    assert failed(Limits()) == ["length"]
    assert failed(Limits(min_length_ratio=0.3)) == []
    assert failed(Limits(off=("length",))) == []


def test_words_that_only_look_like_a_french_name_stay():
    glossary = Glossary((Term("CPI", "ICC"),))
    source = "L'indice des prix à la consommation a monté."
    assert glossary.repair("The CPI rose.", source=source) == "The CPI rose."


def test_a_name_that_became_an_ordinary_word_is_lost():
    def names(source, target):
        checks = checks_with_lexicon(source, target)
        return [check.detail for check in checks if check.name == "names"]

    assert names("Brest redevient un port.", "Breast is a port again.") == ["lost Brest"]
    assert names("Brest redevient un port.", "Brest is a port again.") == []
    assert names("Il quitte Nevers ce soir.", "He never leaves this evening.") == ["lost Nevers"]
    assert names("Il quitte Nevers ce soir.", "He leaves Nevers this evening.") == []


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Économistes et politiques se réunissent.", "Economists and politicians meet."),
        ("Les Sénateurs et les Électeurs attendent.", "The Senators and the Electors wait."),
    ],
)
def test_ordinary_words_with_capitals_are_no_lost_names(source, target):
    assert "names" not in [check.name for check in checks_with_lexicon(source, target)]


def test_a_short_answer_that_has_nothing_of_the_source_is_lost():
    def names(target):
        checks = checks_with_lexicon("Le cœur de l’œuvre a été présenté jeudi.", target)
        return [check.name for check in checks]

    assert "lost" in names("On Thursday, that was that.")
    assert "lost" not in names("The heart of the work was presented on Thursday.")


@pytest.mark.parametrize("text", ["«a" * 50_000, "“" * 100_000, "12:" * 20_000, "1" * 5000])
def test_odd_text_is_checked_as_fast_as_any(text):
    begun = time.perf_counter()
    check_translation(text, candidate("A."), source_language="fr", target_language="en")
    assert time.perf_counter() - begun < 5
