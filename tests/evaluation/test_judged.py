from datetime import date

from toolkit.evaluation.judged import judged_text
from toolkit.evaluation.judgements import Judgement, Span, TranslationError


def judgement(name, *severities, system="greedy", judge="anna"):
    return Judgement(
        id=name,
        system=system,
        source="Le maire part.",
        target="The mayor leaves.",
        errors=tuple(
            TranslationError(category=category, severity=severity, source=Span(0, 8), target=None)
            for category, severity in severities
        ),
        judge=judge,
        judged=date(2026, 11, 26),
    )


JUDGEMENTS = [
    judgement("a", ("omission", "minor"), ("wrong sense", "major")),
    judgement("b", ("omission", "minor")),
    judgement("c"),
    judgement("d"),
    judgement("a", ("wrong name", "critical"), system="beams"),
    judgement("a", judge="bea"),
]


def rows(text):
    return [line.split() for line in text.splitlines()]


def test_sentences_and_errors_are_counted_once_by_system():
    found = rows(judged_text(JUDGEMENTS, "system"))
    assert ["greedy", "4", "2", "(50%)", "1", "(25%)"] in found
    assert ["beams", "1", "1", "(100%)", "1", "(100%)"] in found
    assert ["omission", "2", "(0)", "0", "(0)"] in found
    assert ["wrong", "name", "0", "(0)", "1", "(1)"] in found
    assert ["anna", "and", "bea", "1", "0", "(0%)", "0.00", "0%"] in found


def test_what_counts_for_agreement_only_is_said_in_the_right_number():
    one = "\n\n1 more judgement of the same translation counts for agreement only\n\n"
    two = "\n\n2 more judgements of the same translations count for agreement only\n\n"
    assert one in judged_text(JUDGEMENTS, "system")
    assert two in judged_text([*JUDGEMENTS, judgement("b", judge="bea")], "system")
    assert "agreement only" not in judged_text(JUDGEMENTS, "judge")


def test_by_judge_every_judgement_counts():
    found = rows(judged_text(JUDGEMENTS, "judge"))
    assert ["anna", "5", "3", "(60%)", "2", "(40%)"] in found
    assert ["bea", "1", "0", "(0%)", "0", "(0%)"] in found


def test_without_a_second_judge_there_is_no_agreement():
    assert "kappa" not in judged_text(JUDGEMENTS[:4], "system")
