"""The sentences of a summary, each with what of its article it rests on and what it lacks there."""

from collections import Counter

from toolkit.documents import Evidence, Statement
from toolkit.summarization.faithfulness.checker import Paragraphs
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence

MIN_EVIDENCE, MOST_EVIDENCE = 0.2, 3
MIN_OTHER_SHARE = 0.6  # of the best score, from which on another article says it too


def statements_of(paragraphs: Paragraphs, evidence: EvidenceIndex) -> tuple[Statement, ...]:
    """Each sentence with its evidence and what is not supported."""
    return tuple(
        Statement(
            text=sentence.text,
            evidence=evidence_of(sentence.text, evidence),
            failed=sentence.failed,
        )
        for sentences in paragraphs
        for sentence in sentences
    )


def evidence_of(sentence: str, evidence: EvidenceIndex) -> tuple[Evidence, ...]:
    """The sentences that support `sentence` best, of each article that says so too."""
    return tuple(
        Evidence(
            document=source.document,
            start=source.start,
            end=source.start + len(source.text),
            source=source.text,
            translation=source.translation,
            score=round(score, 3),
        )
        for score, source in _best(sentence, evidence)
    )


def _best(sentence: str, evidence: EvidenceIndex) -> list[tuple[float, SourceSentence]]:
    """A few for each article; one that says much less of it than the best doesn't count."""
    ranked = evidence.ranked(sentence)
    best = ranked[0][0] if ranked else 0.0
    taken: Counter[str] = Counter()
    found: list[tuple[float, SourceSentence]] = []
    for score, source in ranked:
        other = bool(found) and source.document != found[0][1].document
        enough = max(MIN_EVIDENCE, best * MIN_OTHER_SHARE if other else 0.0)
        if score >= enough and taken[source.document] < MOST_EVIDENCE:
            found.append((score, source))
            taken[source.document] += 1
    return found
