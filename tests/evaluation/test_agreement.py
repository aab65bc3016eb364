from datetime import date

import pytest

from toolkit.evaluation.agreement import Agreement, agreements, kappa, span_overlap
from toolkit.evaluation.judgements import Judgement, Span, TranslationError


def judgement(judge, *spans, name="a", severity="major"):
    """With an error for each pair of a span of the source and one of the target."""
    return Judgement(
        id=name,
        system="greedy",
        source="Le maire de Brest est parti.",
        target="The mayor of Brest has left.",
        errors=tuple(
            TranslationError(
                category="wrong sense",
                severity=severity,
                source=source and Span(*source),
                target=target and Span(*target),
            )
            for source, target in spans
        ),
        judge=judge,
        judged=date(2026, 11, 26),
    )


def test_kappa_leaves_out_what_chance_would_give():
    # 20 times both yes, 5 and 10 times one of them, 15 times neither: .7 observed, .5 by chance.
    first = [True] * 25 + [False] * 25
    second = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    assert kappa(first, second) == pytest.approx(0.4)
    assert kappa([True, False], [True, False]) == 1
    assert kappa([True, False], [False, True]) == -1
    assert kappa([False, False], [False, False]) is None
    assert kappa([], []) is None


def test_spans_overlap_that_share_a_character_on_the_same_side():
    first = judgement("anna", ((0, 8), (4, 9)), ((12, 17), None))
    second = judgement("bea", ((3, 11), None), (None, (13, 18)))
    # The source's (0, 8) and (3, 11), of 5 spans; (12, 17) and (13, 18) are of different texts.
    assert span_overlap([(first, second)]) == pytest.approx(2 / 5)
    touching = judgement("bea", ((8, 12), None))
    assert span_overlap([(judgement("anna", ((0, 8), None)), touching)]) == 0
    assert span_overlap([(judgement("anna"), judgement("bea"))]) is None


def test_judges_are_compared_on_what_both_judged():
    error = ((0, 8), None)
    found = agreements(
        [
            judgement("bea", error),
            judgement("anna", error),
            judgement("anna", error, name="b", severity="minor"),
            judgement("bea", name="b"),
            judgement("anna", error, name="c"),
        ]
    )
    assert found == [
        Agreement(judges=("anna", "bea"), count=2, same=2, kappa=1.0, overlap=pytest.approx(2 / 3))
    ]
