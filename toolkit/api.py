"""The Python API: what `toolkit clean`, `translate` and `summarize` do, for text in memory.

Nothing here reads toolkit.toml or, but for the key of an endpoint, the environment: settings are
keyword arguments, by the names that `toolkit config` lists. No model is downloaded; `toolkit models
pull` does that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack, overload

from toolkit.articles import PAGE_SHARE, prepare, refuse_surrogates, refuse_unusable
from toolkit.cleaning import Cleaning, judge, refuse_unknown_reasons
from toolkit.documents import Block, Document, Summary, Translation
from toolkit.errors import UsageError
from toolkit.pipeline import Pipeline
from toolkit.reading import Reading, named_texts, read_text
from toolkit.results import Caution, Number, numbered
from toolkit.schema import cleaning_record, summary_record, text_record
from toolkit.segmentation import split_sentences
from toolkit.settings import Options, Settings, make_settings

__all__ = ["CleanedText", "Cleaner", "Pipeline", "Summarizer", "TranslatedText", "Translator"]


@dataclass(frozen=True)
class CleanedText(Cleaning):
    """The article of a page."""

    @property
    def lines(self) -> tuple[Block, ...]:
        """The lines of the page, each with its verdict, score and reason."""
        return self.blocks

    @property
    def text(self) -> str:
        """The paragraphs of the article, with blank lines between."""
        return self.document.text

    def to_dict(self) -> dict[str, Any]:
        """What `toolkit clean --format json` writes."""
        return cleaning_record(self).to_dict()


@dataclass(frozen=True, slots=True)
class TranslatedText:
    """A text in the target language, sentence by sentence."""

    sentences: tuple[Translation, ...]
    source_language: str = "fr"
    caution: Caution = field(default_factory=Caution)

    @property
    def text(self) -> str:
        """The sentences with their paragraphs; doubtful ones are shown as `caution` says."""
        return self.caution.join(self.sentences, self.source_language)

    @property
    def flagged(self) -> tuple[Translation, ...]:
        """The sentences that failed a check."""
        return tuple(sentence for sentence in self.sentences if sentence.failed)

    @property
    def doubtful(self) -> tuple[tuple[Number, Translation], ...]:
        """The sentences whose confidence is below `min_confidence`, with their numbers from 1."""
        return self.caution.among(numbered(self.sentences))

    def to_dict(self) -> dict[str, Any]:
        return text_record(self.sentences, self.caution, self.source_language).to_dict()


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarizedText(Summary):
    """A summary, with what each of its statements rests on."""

    def to_dict(self) -> dict[str, Any]:
        return summary_record(self).to_dict()


class Cleaner:
    """Keeps the article of a scraped page, as text or HTML.

    `language` is the article's, None for any; `keep` names reasons for which lines stay after all,
    such as "photo caption"; `skip_steps` are repairs of characters to leave out.
    """

    def __init__(
        self,
        *,
        language: str | None = "fr",
        keep_title: bool = False,
        keep: Sequence[str] = (),
        skip_steps: Sequence[str] = (),
    ) -> None:
        if isinstance(keep, str) or isinstance(skip_steps, str):
            raise UsageError("keep and skip_steps are sequences of names")
        refuse_unknown_reasons(keep)
        self._settings = make_settings(skip_steps=tuple(skip_steps))
        self._language = language
        self._keep = frozenset((*keep, *(("title",) if keep_title else ())))

    @overload
    def __call__(self, page: str) -> CleanedText: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, page: Iterable[str]) -> list[CleanedText]: ...
    def __call__(self, page: str | Iterable[str]) -> CleanedText | list[CleanedText]:
        """Raises InputError for a page without an article, LanguageError for another language."""
        documents = _documents(page, self._settings)
        cleaned = [self._clean(document) for document in documents]
        return cleaned[0] if isinstance(page, str) else cleaned

    def _clean(self, document: Document) -> CleanedText:
        refuse_surrogates(document)
        cleaning = judge(
            document, language=self._language, keep=self._keep, steps=self._settings.steps
        )
        refuse_unusable(cleaning, document, language=self._language)
        return CleanedText(
            document=cleaning.document,
            blocks=cleaning.blocks,
            steps=cleaning.steps,
            source=cleaning.source,
            repaired=cleaning.repaired,
        )


class _WithModel:
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._pipeline.settings.model!r})"


class Translator(_WithModel):
    """Translates text, sentence by sentence, with all checks and further tries."""

    @classmethod
    def from_pretrained(
        cls, model: str | Path = "auto", **settings: Unpack[Options]
    ) -> "Translator":
        """`model` is "auto" for the best that is installed, an id of the catalogue, a folder, or a
        hub repository in the local cache. It is loaded at the first call, which raises
        ModelMissingError where it isn't there.

        Raises UsageError for an unknown setting or an impossible value.
        """
        return cls(Pipeline.from_pretrained(model, **settings))

    @overload
    def __call__(self, text: str) -> TranslatedText: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, text: Iterable[str]) -> list[TranslatedText]: ...
    def __call__(self, text: str | Iterable[str]) -> TranslatedText | list[TranslatedText]:
        """The texts of a list share batches. Raises ModelError for a model that can't be used."""
        texts = named_texts(text, "text")
        for name, each in texts:
            refuse_surrogates(Document(name=name, text=each))
        segments = [split_sentences(each) for _, each in texts]
        pooled = [segment for each in segments for segment in each]
        translations = iter(self._pipeline.translate_segments(pooled))
        settings = self._pipeline.settings
        found = [
            TranslatedText(
                tuple(next(translations) for _ in each), settings.source_language, settings.caution
            )
            for each in segments
        ]
        return found[0] if isinstance(text, str) else found


class Summarizer(_WithModel):
    """Summarizes text in its own language, and checks every statement against it."""

    @classmethod
    def from_pretrained(
        cls, model: str | Path = "auto", *, language: str = "en", **settings: Unpack[Options]
    ) -> "Summarizer":
        """As `Translator.from_pretrained`; "lead-3" and the other extractive methods need no model.

        `language` is that of the text and of its summary.
        """
        if "source_language" in settings or "target_language" in settings:
            raise UsageError("a Summarizer works in one language; name it as language")
        settings |= {"source_language": language, "target_language": language}
        return cls(Pipeline.from_pretrained(model, **settings))

    @overload
    def __call__(self, text: str) -> SummarizedText: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, text: Iterable[str]) -> list[SummarizedText]: ...
    def __call__(self, text: str | Iterable[str]) -> SummarizedText | list[SummarizedText]:
        """Raises InputError for an empty text, ModelError for a model that can't be used."""
        settings = self._pipeline.settings
        articles = [
            prepare(
                document,
                language=None,
                steps=settings.steps,
                max_chars=settings.max_document_chars,
                cleaned=True,
            )
            for document in _documents(text, settings)
        ]
        found = [_summarized(each.summary) for each in self._pipeline.summarize(articles)]
        return found[0] if isinstance(text, str) else found


def _summarized(summary: Summary) -> SummarizedText:
    fields = {name: getattr(summary, name) for name in Summary.__dataclass_fields__}
    return SummarizedText(**fields)


def _documents(text: str | Iterable[str], settings: Settings) -> list[Document]:
    """Raises InputError for an empty text, and for one that is too long."""
    reading = Reading(max_chars=PAGE_SHARE * settings.max_document_chars)
    return [read_text(name, each, reading) for name, each in named_texts(text, "text")]
