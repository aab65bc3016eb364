"""What the tools do, for several threads at once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from toolkit.articles import (
    PAGE_SHARE,
    known_language,
    refuse_long,
    refuse_surrogates,
    refuse_unusable,
)
from toolkit.cleaning import judge
from toolkit.documents import Document
from toolkit.engines.base import Engine
from toolkit.errors import InputError, UsageError
from toolkit.languages.identification import language_name
from toolkit.mcp.answers import (
    CleanedPage,
    SummarizedPage,
    TranslatedPage,
    cleaned_page,
    summarized_page,
    translated_page,
)
from toolkit.mcp.folders import Folders
from toolkit.mcp.requests import (
    MAX_FILE_BYTES,
    CleanRequest,
    Request,
    SummarizeRequest,
    TranslateRequest,
)
from toolkit.mcp.steps import Steps
from toolkit.mcp.words import with_remarks
from toolkit.output import render_cleaning, render_summary, render_translation
from toolkit.pipeline import Pipeline
from toolkit.pipeline.engine_pool import EnginePool
from toolkit.reading import Reading, read_document, read_text
from toolkit.settings import AUTO, DEFAULT_SOURCE, Settings


class Worker:
    """Calls may come from several threads; they share the models, which are loaded once.

    `settings` hold where a request says nothing; `tell` receives what the user has to know;
    `engines` are models by name that are there already. Every method raises ToolkitError, and
    CancelledError soon after its `steps` were cancelled.
    """

    def __init__(
        self,
        settings: Settings,
        folders: Folders,
        *,
        tell: Callable[[str], None],
        engines: Mapping[str, Engine] | None = None,
    ) -> None:
        self.settings = settings
        self.folders = folders
        self._tell = tell
        self._pool = EnginePool(settings, on_trouble=tell, engines=engines, shared=True)

    def clean(self, asked: CleanRequest, steps: Steps) -> tuple[CleanedPage, str]:
        """The article of a page, as data and in words."""
        steps("reading", 0, 0)
        document = self._read(asked)
        refuse_surrogates(document)
        settings, checked = self._directed(asked, document)
        language = settings.source_language if checked else None
        steps("cleaning", 0, 0)
        cleaning = judge(document, language=language, steps=settings.steps)
        refuse_unusable(cleaning, document, language=language)
        refuse_long(cleaning.document, settings.max_document_chars)
        page = cleaned_page(cleaning)
        return page, with_remarks(render_cleaning(cleaning, "markdown"), page)

    def translate(self, asked: TranslateRequest, steps: Steps) -> tuple[TranslatedPage, str]:
        """The article of a page in another language."""
        steps("reading", 0, 0)
        document = self._read(asked)
        settings, checked = self._directed(asked, document, cleaned=asked.cleaned)
        if settings.same_language:
            raise UsageError(
                f"the page is {language_name(settings.source_language)} already, as the "
                "translation is to be; name another target"
            )
        with self._pipeline(settings, steps) as pipeline:
            article = pipeline.prepare(document, check_language=checked, cleaned=asked.cleaned)
            (result,) = pipeline.translate([article])
        page = translated_page(result)
        return page, with_remarks(render_translation(result, "markdown"), page, page.doubtful)

    def summarize(self, asked: SummarizeRequest, steps: Steps) -> tuple[SummarizedPage, str]:
        """A summary of a page, with what it rests on."""
        steps("reading", 0, 0)
        document = self._read(asked)
        settings, checked = self._directed(asked, document, cleaned=asked.cleaned)
        with self._pipeline(settings, steps) as pipeline:
            article = pipeline.prepare(document, check_language=checked, cleaned=asked.cleaned)
            (result,) = pipeline.summarize([article])
        page = summarized_page(result, with_translation=asked.with_translation)
        text = render_summary(
            result, "markdown", with_translation=page.text is not None, with_evidence=True
        )
        return page, with_remarks(text, page, page.doubtful)

    def _read(self, asked: Request) -> Document:
        max_chars = PAGE_SHARE * self.settings.max_document_chars
        reading = Reading(max_bytes=MAX_FILE_BYTES, max_chars=max_chars)
        if asked.path is None:
            return read_text("text", asked.text or "", reading)
        path = self.folders.file(asked.path)
        if reading.holds_many(str(path)):
            raise InputError(f"{path}: holds many pages; give the text of one")
        return read_document(path, reading)

    def _directed(
        self, asked: Request, document: Document, *, cleaned: bool = False
    ) -> tuple[Settings, bool]:
        """The settings for this call, and whether the language has to be checked."""
        settings = self.settings.model_copy(update=asked.changes)
        if settings.source_language == AUTO:
            found = known_language(document, steps=settings.steps, cleaned=cleaned)
            changes = {"source_language": found or DEFAULT_SOURCE}
            return settings.model_copy(update=changes), True
        return settings, asked.source is None

    @contextmanager
    def _pipeline(self, settings: Settings, steps: Steps) -> Iterator[Pipeline]:
        view = self._pool.view(
            check=steps.check, on_loading=partial(steps, "loading the model", 0, 0)
        )
        pipeline = Pipeline(settings, on_progress=steps, on_trouble=self._tell, pool=view)
        try:
            yield pipeline
        finally:
            if store := pipeline.store:
                store.close()
