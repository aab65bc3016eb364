"""Texts for clients of other APIs: sentence by sentence with all checks, on the engine of all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, cast

from toolkit.articles import refuse_surrogates
from toolkit.documents import Document, Translation
from toolkit.languages.identification import IdentifiedLanguage
from toolkit.server.control import Control
from toolkit.server.detection import source_languages
from toolkit.server.formats.flow import Languages
from toolkit.server.formats.html import prepare_html
from toolkit.server.formats.markdown import prepare_markdown
from toolkit.server.formats.prepared import Prepared, prepare_text
from toolkit.server.service import Service
from toolkit.settings import AUTO, changed

Format = Literal["text", "html", "markdown"]
PREPARE: dict[Format, Callable[[str, Languages], Prepared]] = {
    "text": lambda text, languages: prepare_text(text),
    "html": prepare_html,
    "markdown": prepare_markdown,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsRequest:
    """`source` may be auto. `alternatives` is how many other translations of each text are wanted;
    there are none where there is markup.
    """

    texts: Sequence[str]
    source: str
    target: str
    form: Format = "text"
    alternatives: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatedText:
    """`language` is what it is translated from, with how sure that is."""

    text: str
    language: IdentifiedLanguage
    alternatives: tuple[str, ...] = ()


def translate_texts(
    service: Service, asked: TextsRequest, control: Control
) -> list[TranslatedText]:
    """The translation of each text. A text that is in the target language already comes back as it
    is. Raises ToolkitError.
    """
    # Tokenizers of some engines read no further than such a character.
    texts = [text.replace("\0", "") for text in asked.texts]
    for number, text in enumerate(texts, start=1):
        refuse_surrogates(Document(name=f"text {number}", text=text))
    if asked.source == AUTO:
        languages = source_languages(texts, asked.target, service.settings.source_language)
    else:
        languages = [IdentifiedLanguage(asked.source, 1.0)] * len(texts)
    found = [
        TranslatedText(text=text, language=language)
        for text, language in zip(texts, languages, strict=True)
    ]
    for source in {each.code for each in languages} - {asked.target}:
        places = [place for place, each in enumerate(languages) if each.code == source]
        made = _translated(service, asked, [texts[place] for place in places], source, control)
        for place, (text, others) in zip(places, made, strict=True):
            found[place] = replace(found[place], text=text, alternatives=others)
    return found


def _translated(
    service: Service, asked: TextsRequest, texts: Sequence[str], source: str, control: Control
) -> list[tuple[str, tuple[str, ...]]]:
    """Of texts in one language; their sentences share batches."""
    languages = cast(Languages, (source, asked.target))
    prepared = [PREPARE[asked.form](text, languages) for text in texts]
    segments = [segment for each in prepared for segment in each.segments]
    translations: Sequence[Translation] = ()
    if segments:
        values = {"source_language": source, "target_language": asked.target}
        pipeline = service.pipeline(changed(service.settings, values), control, urgent=True)
        translator = pipeline.translator
        translator = replace(translator, alternatives=asked.alternatives)
        translations = translator.translate(segments)
    waiting = iter(translations)
    return [_filled(each, list(islice(waiting, len(each.segments)))) for each in prepared]


def _filled(prepared: Prepared, made: Sequence[Translation]) -> tuple[str, tuple[str, ...]]:
    """The text of these translations, and the texts of their alternatives: the first ones of all
    sentences, the second ones and so on.
    """
    # What was translated by nothing at all stays; no text is to be lost.
    best = [each.text or each.segment.text for each in made]
    text = prepared.fill(best)
    if prepared.markup:
        return text, ()
    others = [
        prepared.fill(
            [
                each.alternatives[number] if number < len(each.alternatives) else kept
                for each, kept in zip(made, best, strict=True)
            ]
        )
        for number in range(max((len(each.alternatives) for each in made), default=0))
    ]
    return text, tuple(each for each in dict.fromkeys(others) if each != text)
