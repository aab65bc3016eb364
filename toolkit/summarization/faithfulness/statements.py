"""The sentences of a summary, each with what of its article it rests on and what it lacks there."""

from collections import Counter
from collections.abc import Mapping, Sequence

from toolkit.documents import Evidence, Statement
from toolkit.summarization.faithfulness.checker import CheckedSentence, Paragraphs
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence

# Of labelled statements that fail a check, a quarter is supported on the part that nothing was
# fitted on, hardly any on the other (eval/support.py).
UNSUPPORTED = 0.25
MIN_EVIDENCE, MOST_EVIDENCE = 0.2, 3
MIN_OTHER_SHARE = 0.6  # of the best score, from which on another article says it too


def statements_of(
    paragraphs: Paragraphs,
    evidence: EvidenceIndex,
    confidences: Mapping[str, float | None] | None = None,
) -> tuple[Statement, ...]:
    """Each sentence with its evidence, what is not supported, and its confidence.

    `confidences` are those of the sentences themselves, where these were translated.
    """
    own = confidences or {}
    return tuple(
        _statement(sentence, evidence, own.get(sentence.text))
        for sentences in paragraphs
        for sentence in sentences
    )


def _statement(sentence: CheckedSentence, evidence: EvidenceIndex, own: float | None) -> Statement:
    best = _best(sentence.text, evidence)
    return Statement(
        text=sentence.text,
        evidence=tuple(
            Evidence(
                document=source.document,
                start=source.start,
                end=source.start + len(source.text),
                source=source.text,
                translation=source.translation,
                score=round(score, 3),
            )
            for score, source in best
        ),
        failed=sentence.failed,
        confidence=_confidence(sentence, best, own),
    )


def _confidence(
    sentence: CheckedSentence, best: Sequence[tuple[float, SourceSentence]], own: float | None
) -> float | None:
    """No higher than that of what the sentence mainly rests on, and of the sentence itself."""
    main = best[0][0] * MIN_OTHER_SHARE if best else 0.0
    known = [source.confidence for score, source in best if score >= main]
    known += [own, UNSUPPORTED if sentence.failed else None]
    return min((each for each in known if each is not None), default=None)


def sureness(sentence: str, evidence: EvidenceIndex) -> float:
    """The confidence of what a sentence mainly rests on, 1 where nothing is known of it."""
    best = evidence.ranked(sentence)[:1]
    confidence = best[0][1].confidence if best else None
    return 1.0 if confidence is None else confidence


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
