"""The sentences of a summary, each with what of its article it rests on and what it lacks there."""

from collections.abc import Sequence

from toolkit.documents import Evidence, Statement
from toolkit.summarization.checks import check_statement
from toolkit.summarization.grounds import Grounds

MIN_EVIDENCE, MOST_EVIDENCE = 0.2, 3


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
    """The sentences of the article that support `sentence` best."""
    return tuple(
        Evidence(
            document=passage.document,
            start=passage.start,
            end=passage.start + len(passage.text),
            source=passage.text,
            translation=passage.translation,
            score=round(score, 3),
        )
        for score, passage in grounds.ranked(sentence)[:MOST_EVIDENCE]
        if score >= MIN_EVIDENCE
    )
