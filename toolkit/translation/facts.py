"""What the checks ask of a text, each thing found when it is first asked for, and once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from toolkit.languages.dates import clock_hours, dates, relative_dates
from toolkit.languages.numbers import Quantity, quantities, written_in_digits, written_out
from toolkit.segmentation import split_sentences
from toolkit.text import fold

QUOTATION = re.compile(r"«[^«»]+»|“[^“”]+”|\"[^\"]+\"")
# Capitalized, and not at the beginning of a sentence or quotation.
NAME = re.compile(r"(?<=[\w,;’'(-][ \u00a0])[A-ZÀ-Þ][\w-]+|(?<=[dlDL]['’])[A-ZÀ-Þ][\w-]+")
FIRST_WORD = re.compile(r"[«“\"\s]*([A-ZÀ-Þ][\w-]+)")
# In words these often are no numbers: an article, a second, both, new ("neuf").
VAGUE = frozenset({"0", "1", "2", "9"})
CONTENT_WORD = re.compile(r"[^\W\d_]{5,}|\d+")
ANY_WORD = re.compile(r"[^\W_]+")
STEM_CHARS = 4  # what French and English words of one origin share: président, president
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Facts:
    """Of a `text` in a `language`: a source, whose many answers are checked, or one of these."""

    text: str
    language: str

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def sentences(self) -> int:
        return len(split_sentences(self.text))

    @cached_property
    def words(self) -> list[str]:
        return WORD.findall(self.text)

    @cached_property
    def folded_words(self) -> frozenset[str]:
        """The different ones."""
        return frozenset(map(fold, self.words) if "_" in self.text else self.parts)

    @cached_property
    def parts(self) -> list[str]:
        """Words and numbers without any underscores, folded."""
        return [fold(word) for word in ANY_WORD.findall(self.text)]

    @cached_property
    def stems(self) -> frozenset[str]:
        """How the long words and the numbers begin, folded."""
        return frozenset(fold(word)[:STEM_CHARS] for word in CONTENT_WORD.findall(self.text))

    @cached_property
    def in_digits(self) -> set[str]:
        return written_in_digits(self.text)

    @cached_property
    def in_single_words(self) -> set[str]:
        return written_out(self.text, self.language)

    @cached_property
    def _quantities(self) -> list[Quantity]:
        return quantities(self.text, self.language)

    @cached_property
    def values(self) -> set[str]:
        """Those of all quantities that are whole numbers."""
        return _whole(self._quantities)

    @cached_property
    def values_in_words(self) -> set[str]:
        """Those that don't begin with a digit and are surely numbers."""
        spelt = (each for each in self._quantities if not self.text[each.start].isdigit())
        return _whole(spelt) - VAGUE

    @property
    def numbers(self) -> set[str]:
        """Whatever may be one, in digits."""
        return self.in_digits | self.in_single_words | self.values

    @cached_property
    def afternoon_hours(self) -> dict[str, str]:
        """Hours after noon as a clock of 24 hours has them, by what one of 12 hours says."""
        return {str(int(hour) - 12): hour for hour in clock_hours(self.text) if int(hour) > 12}

    @cached_property
    def dates(self) -> set[str]:
        return dates(self.text, self.language)

    @cached_property
    def relative_dates(self) -> set[str]:
        return relative_dates(self.text, self.language)

    @cached_property
    def quotations(self) -> list[str]:
        return QUOTATION.findall(self.text)

    @cached_property
    def names(self) -> list[str]:
        return NAME.findall(self.text)

    @cached_property
    def capitalized_start(self) -> str:
        """The first word, if it has a capital."""
        first = FIRST_WORD.match(self.text)
        return first[1] if first else ""


def _whole(found: Iterable[Quantity]) -> set[str]:
    whole = ((each.value, each.value.to_integral_value()) for each in found)
    return {f"{rounded:f}" for value, rounded in whole if value == rounded}
