"""Why rows have errors, in a few kinds to count them by."""

from collections.abc import Mapping

from toolkit.corpus.preparing import UnreadableError
from toolkit.errors import LanguageError, NoTextError, ToolkitError, TooLongError

OTHER = "other"
# The first that an error is of, and what goes on after a number of them.
KINDS: Mapping[str, tuple[type[Exception], str]] = {
    "language": (LanguageError, "in another language"),
    "no_text": (NoTextError, "without text"),
    "too_long": (TooLongError, "too long"),
    "unreadable": (UnreadableError, "unreadable"),
    OTHER: (ToolkitError, "for other reasons"),
    "bug": (Exception, "by a bug"),
}


def kind_of(error: Exception) -> str:
    """The name of its kind."""
    return next(name for name, (kind, _) in KINDS.items() if isinstance(error, kind))


def told(counts: Mapping[str, int]) -> str:
    """As in `28 in another language, 3 without text`, the most frequent first."""
    found = sorted((each for each in KINDS if counts.get(each)), key=lambda each: -counts[each])
    return ", ".join(f"{counts[each]:,} {KINDS[each][1]}" for each in found)
