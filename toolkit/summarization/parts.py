"""A text that is too long to be read at once, in parts of about the same size."""

from collections.abc import Callable, Iterator
from math import ceil

from toolkit.segmentation import split_long


def parts_of(text: str, *, budget: int, count: Callable[[str], int]) -> Iterator[str]:
    """Runs of whole paragraphs, each of at most `budget` as `count` has it (tokens).

    A paragraph that is longer is cut at its sentences or clauses. Nothing is left out.
    """
    pieces = [
        (piece, count(piece))
        for paragraph in text.split("\n\n")
        for piece in split_long(paragraph, max_tokens=budget, count_tokens=count)
    ]
    total = sum(size for _, size in pieces)
    share = total / max(1, ceil(total / budget))
    part: list[str] = []
    filled = 0
    for piece, size in pieces:
        if part and (filled + size > budget or filled + size / 2 > share):
            yield "\n\n".join(part)
            part, filled = [], 0
        part.append(piece)
        filled += size
    if part:
        yield "\n\n".join(part)


def spread(count: int) -> list[int]:
    """The numbers of `count` parts, the last one first, then each as far as can be from those
    before it and from the beginning, which comes last.
    """
    order = [0]
    rest = set(range(1, count))
    while rest:
        order.append(max(rest, key=lambda each: (min(abs(each - one) for one in order), each)))
        rest.remove(order[-1])
    return [*order[1:], 0] if count else []
