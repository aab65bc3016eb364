from tests.helpers import candidate
from tests.translation.helpers import TERMS
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.translation.checks import COVERAGE, DEFAULT_LIMITS, Limits
from toolkit.translation.glossary import Glossary
from toolkit.translation.judge import Judge

FONTE = "La fonte des glaciers continue."


def judge(*, limits=DEFAULT_LIMITS, lexicons=None, terms=()):
    return Judge(languages=("fr", "en"), glossary=Glossary(terms), limits=limits, lexicons=lexicons)


def test_an_answer_is_put_right_before_it_is_checked():
    judging = judge(terms=TERMS)
    original = judging.original("L'OCS se réunit.")
    attempt = judging.attempt(original, candidate("The OCS meets."), instructions="")
    assert (attempt.text, attempt.failed) == ("The SCO meets.", ())


def test_what_covers_more_of_the_text_is_worth_more():
    judging = judge(lexicons=load_lexicons("fr", "en"))
    answers = [candidate("The glaciers go on having oil."), candidate("The melting continues.")]
    assert judging.best(FONTE, answers, instructions="").text == "The melting continues."


def test_with_coverage_off_nothing_is_asked_about_again():
    lexicons = load_lexicons("fr", "en")
    answer = candidate("The glaciers go on having oil.")
    for limits, asks_again in ((DEFAULT_LIMITS, True), (Limits(off=(COVERAGE,)), False)):
        judging = judge(lexicons=lexicons, limits=limits)
        attempt = judging.attempt(judging.original(FONTE), answer, instructions="")
        assert bool(attempt.unanswered) == asks_again
