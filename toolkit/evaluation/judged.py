"""Tables of what judges found."""

from collections.abc import Sequence
from typing import Literal

from toolkit.evaluation.agreement import agreements
from toolkit.evaluation.judgements import CATEGORIES, Judgement, has_major
from toolkit.evaluation.tables import table

By = Literal["system", "judge"]


def judged_text(judgements: Sequence[Judgement], by: By) -> str:
    """How many sentences have errors, and of which kinds, by system or by judge; then how far
    judges of the same sentences agree.

    By system the first judgement of each translation counts, so that a sentence counts once.
    """
    counted = judgements if by == "judge" else _first(judgements)
    groups: dict[str, list[Judgement]] = {}
    for each in counted:
        groups.setdefault(each.system if by == "system" else each.judge, []).append(each)
    parts = [_sentences(groups, by), _categories(groups)]
    if left := len(judgements) - len(counted):
        more = (
            "1 more judgement of the same translation counts"
            if left == 1
            else f"{left} more judgements of the same translations count"
        )
        parts.append(f"{more} for agreement only")
    if agreed := _agreements(judgements):
        parts.append(agreed)
    return "\n\n".join(parts)


def _first(judgements: Sequence[Judgement]) -> list[Judgement]:
    first: dict[tuple[str, str], Judgement] = {}
    for each in judgements:
        first.setdefault((each.id, each.system), each)
    return list(first.values())


def _sentences(groups: dict[str, list[Judgement]], by: By) -> str:
    rows = [
        (
            name,
            str(len(group)),
            _of(sum(bool(each.errors) for each in group), len(group)),
            _of(sum(map(has_major, group)), len(group)),
        )
        for name, group in groups.items()
    ]
    return table((by, "sentences", "with an error", "with a major or critical one"), rows)


def _of(count: int, total: int) -> str:
    return f"{count} ({count / total:.0%})"


def _categories(groups: dict[str, list[Judgement]]) -> str:
    rows = []
    for category in CATEGORIES:
        found = [
            [error for each in group for error in each.errors if error.category == category]
            for group in groups.values()
        ]
        cells = [
            f"{len(errors)} ({sum(error.severity != 'minor' for error in errors)})"
            for errors in found
        ]
        if any(found):
            rows.append((category, *cells))
    return table(("errors (major or critical)", *groups), rows) if rows else "no errors"


def _agreements(judgements: Sequence[Judgement]) -> str:
    rows = [
        (
            " and ".join(each.judges),
            str(each.count),
            _of(each.same, each.count),
            _number(each.kappa),
            "–" if each.overlap is None else f"{each.overlap:.0%}",
        )
        for each in agreements(judgements)
    ]
    head = ("judges", "sentences", "same on major", "kappa", "spans that overlap")
    return table(head, rows) if rows else ""


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
