"""What the toolkit knows about languages, one file a language.

`fr` and `en` hold words and patterns by what they are for (`base` lists the fields); `numbers` and
`dates` find values in text by them, `identification` tells which language a text is in, `exonyms`
what places are called. All other packages ask here. A third language is a new file beside `fr` and
a line below; what is checked in it grows with the fields that it fills. Rules that rest on the
grammar of one language, such as who speaks in a French sentence, are where they are used.
"""

from collections.abc import Callable, Iterable

from toolkit.languages.base import Language
from toolkit.languages.en import ENGLISH
from toolkit.languages.fr import FRENCH

__all__ = ["ENGLISH", "FRENCH", "LANGUAGES", "Language", "any_of", "union"]

LANGUAGES = {language.code: language for language in (FRENCH, ENGLISH)}


def union(words: Callable[[Language], Iterable[str]]) -> frozenset[str]:
    """Words of all languages, for text that may be in any of them."""
    return frozenset(word for language in LANGUAGES.values() for word in words(language))


def any_of(pattern: Callable[[Language], str]) -> str:
    """A pattern of all languages that have one, without a group around it."""
    return "|".join(filter(None, map(pattern, LANGUAGES.values())))
