"""The sentences of a summary, each with what of its article it rests on and what it lacks there."""

from collections import Counter
from collections.abc import Sequence

from toolkit.documents import Evidence, Statement
from toolkit.summarization.checks import check_statement
from toolkit.summarization.grounds import Grounds, Passage

MIN_EVIDENCE, MOST_EVIDENCE = 0.2, 3
MIN_OTHER_SHARE = 0.6  # of the best score, from which on another article says it too


def statements_of(
    paragraphs: Sequence[Sequence[str]], grounds: Grounds, language: str
) -> tuple[Statement, ...]:
    """Each sentence with its evidence and what is not supported."""
    return tuple(
        Statement(
            text=sentence,
            evidence=evidence_of(sentence, grounds),
            failed=tuple(check_statement(sentence, grounds, language)),
        )
        for sentences in paragraphs
        for sentence in sentences
    )


def evidence_of(sentence: str, grounds: Grounds) -> tuple[Evidence, ...]:
    """The sentences that support `sentence` best, of each article that says so too."""
    return tuple(
        Evidence(
            document=passage.document,
            start=passage.start,
            end=passage.start + len(passage.text),
            source=passage.text,
            translation=passage.translation,
            score=round(score, 3),
        )
        for score, passage in _best(sentence, grounds)
    )


def _best(sentence: str, grounds: Grounds) -> list[tuple[float, Passage]]:
    """A few for each article; one that says much less of it than the best doesn't count."""
    ranked = grounds.ranked(sentence)
    best = ranked[0][0] if ranked else 0.0
    taken: Counter[str] = Counter()
    found: list[tuple[float, Passage]] = []
    for score, passage in ranked:
        other = bool(found) and passage.document != found[0][1].document
        enough = max(MIN_EVIDENCE, best * MIN_OTHER_SHARE if other else 0.0)
        if score >= enough and taken[passage.document] < MOST_EVIDENCE:
            found.append((score, passage))
            taken[passage.document] += 1
    return found
