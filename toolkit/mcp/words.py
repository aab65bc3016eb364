"""The answers as text, for clients that show or read nothing else."""

from collections.abc import Iterator, Sequence

from toolkit.mcp.answers import Answer, Doubtful
from toolkit.output.confidence import percent


def with_remarks(text: str, answer: Answer, doubtful: Sequence[Doubtful] = ()) -> str:
    """`text` and below it the sentences to look at with the reasons, and the warnings."""
    parts = [text.rstrip()]
    if doubtful:
        parts.append("\n".join(("Sentences to compare with the source:", *map(_doubt, doubtful))))
    if answer.warnings:
        parts.append("\n".join(("Warnings:", *(f"- {each}" for each in answer.warnings))))
    return "\n\n".join(parts) + "\n"


def _doubt(sentence: Doubtful) -> str:
    return f"- {'; '.join(_reasons(sentence))}\n  {sentence.source}\n  {sentence.target}"


def _reasons(sentence: Doubtful) -> Iterator[str]:
    name = sentence.number if sentence.number == "title" else f"sentence {sentence.number}"
    sure = sentence.confidence
    yield name if sure is None else f"{name}, confidence {percent(sure)}"
    yield from (f"'{doubt.words}': {doubt.reason}" for doubt in sentence.doubts)
    yield from (f"{check.name}: {check.detail}" for check in sentence.failed)
