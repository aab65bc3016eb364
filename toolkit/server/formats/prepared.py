"""Texts in sentences, and how their translations become texts again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from toolkit.documents import Segment
from toolkit.segmentation import split_sentences


@dataclass(frozen=True, slots=True)
class Prepared:
    """`fill` makes a text of translations, one for each of `segments`. It is called once where
    there is `markup`, which it fills in place.
    """

    segments: tuple[Segment, ...]
    fill: Callable[[Sequence[str]], str]
    markup: bool = False


def prepare_text(text: str) -> Prepared:
    """White space stays as it is, between sentences too, and so do lines of numbers and signs."""
    segments = split_sentences(text)

    def fill(translations: Sequence[str]) -> str:
        waiting = iter(translations)
        return "".join(
            (next(waiting) if has_words(each.text) else each.text) + each.after for each in segments
        )

    return Prepared(tuple(each for each in segments if has_words(each.text)), fill)


def has_words(text: str) -> bool:
    return any(map(str.isalpha, text))
