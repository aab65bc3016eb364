"""Which language a client's text is in, where it leaves that to the server."""

from collections.abc import Sequence

from toolkit.articles import MIN_LANGUAGE_CONFIDENCE
from toolkit.languages import LANGUAGES
from toolkit.languages.identification import MIN_CHARS, IdentifiedLanguage, ranked_languages
from toolkit.server.errors import ApiError
from toolkit.server.formats.prepared import has_words

UNKNOWN = IdentifiedLanguage("en", 0.0)  # what LibreTranslate says of a text without words
CANDIDATES = 5
MIN_SHOWN = 0.05


def detected(text: str) -> list[IdentifiedLanguage]:
    """The languages that it may be in, the likeliest first."""
    if not has_words(text):
        return [UNKNOWN]
    first, *others = ranked_languages(text, CANDIDATES)
    return [first, *(each for each in others if each.confidence >= MIN_SHOWN)]


def source_languages(texts: Sequence[str], target: str, own: str) -> list[IdentifiedLanguage]:
    """The language that each text is to be translated from: its own where that is sure, else that
    of all together, else the server's `own`, or another than the target.

    Raises ApiError for one that can't be translated from.
    """
    together = _sure("\n".join(texts)) if len(texts) > 1 else None
    usual = (
        own
        if own in LANGUAGES and own != target
        else next(code for code in LANGUAGES if code != target)
    )
    found = []
    for text in texts:
        language = _sure(text) or together or _among(text, usual)
        if language.code not in LANGUAGES:
            raise ApiError(400, "unknown_language", f"{language.code} is not supported")
        found.append(language)
    return found


def _sure(text: str) -> IdentifiedLanguage | None:
    best = detected(text)[0]
    knowable = best.code in LANGUAGES or len(" ".join(text.split())) >= MIN_CHARS
    return best if knowable and best.confidence >= MIN_LANGUAGE_CONFIDENCE else None


def _among(text: str, code: str) -> IdentifiedLanguage:
    """That language, with what speaks for it."""
    known = {each.code: each.confidence for each in detected(text)}
    return IdentifiedLanguage(code, known.get(code, 0.0))
