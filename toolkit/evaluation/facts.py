"""How much of an article's facts a summary states, and how much of a summary is such a fact."""

import re
from collections.abc import Sequence

from toolkit.evaluation.references import Fact
from toolkit.segmentation import split_sentences
from toolkit.summarization.faithfulness.evidence import stems

# Of the content words of a fact; on the references in eval/ it separates facts that are stated.
MIN_SHARE = 0.5


def states(sentence: str, fact: Fact, *, before: str = "") -> bool:
    """Whether an English `sentence` states `fact`: half of its words, by their beginnings, and all
    the names, numbers and dates that it must carry, which may stand in the sentence `before`.
    """
    wanted = stems(fact.text)
    known = stems(sentence)
    enough = len(wanted & known) >= MIN_SHARE * len(wanted)
    return enough and all(_has(f"{before} {sentence}", detail) for detail in fact.carries)


def facts_stated(summary: str, facts: Sequence[Fact]) -> list[bool]:
    """For each fact whether some sentence of the summary states it."""
    return [any(found) for found in zip(*_matches(summary, facts), strict=True)] or [False] * len(
        facts
    )


def weight(fact: Fact) -> int:
    """How often it counts in the recall."""
    return 2 if fact.central else 1


def fact_recall(summary: str, facts: Sequence[Fact]) -> float:
    """The share of the facts that the summary states; a central one counts twice."""
    stated = facts_stated(summary, facts)
    weights = list(map(weight, facts))
    return sum(w for w, found in zip(weights, stated, strict=True) if found) / sum(weights)


def share_told(summary: str, facts: Sequence[Fact], *, central: bool) -> float:
    """The share of the central facts, or of the others, that the summary states; 1 for none."""
    of_kind = [fact for fact in facts if fact.central == central]
    return sum(facts_stated(summary, of_kind)) / len(of_kind) if of_kind else 1.0


def fact_precision(summary: str, facts: Sequence[Fact]) -> float:
    """The share of the summary's sentences that state a fact; 0 for an empty summary."""
    matches = _matches(summary, facts)
    return sum(any(found) for found in matches) / len(matches) if matches else 0.0


def _matches(summary: str, facts: Sequence[Fact]) -> list[list[bool]]:
    """For each sentence, which facts it states."""
    sentences = [segment.text for segment in split_sentences(summary) if segment.text]
    return [
        [states(sentence, fact, before=before) for fact in facts]
        for before, sentence in zip(["", *sentences], sentences, strict=False)
    ]


def _has(text: str, carried: str) -> bool:
    """Whether one of the alternatives stands in the text as a word or at a word's beginning."""
    return any(
        re.search(rf"(?<!\w){re.escape(each)}", text, re.IGNORECASE) for each in carried.split("|")
    )
