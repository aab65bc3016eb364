"""What the server can do: engines that all requests share, their work, and what it says of
itself.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from threading import Event
from typing import Any, get_args

from toolkit import __version__
from toolkit.documents import Document
from toolkit.engines.base import Engine
from toolkit.errors import ModelError
from toolkit.languages import LANGUAGES
from toolkit.languages.identification import language_name
from toolkit.pipeline import Pipeline
from toolkit.pipeline.components import Components
from toolkit.pipeline.engine_pool import EnginePool
from toolkit.server import models, work
from toolkit.server.calls import Calls
from toolkit.server.control import Control
from toolkit.server.errors import ApiError
from toolkit.server.exports import writes_docx
from toolkit.server.fair_queue import FairQueue
from toolkit.server.fetching import Fetcher, Page
from toolkit.server.history import History, Job
from toolkit.server.jobs import Jobs
from toolkit.server.options import ServerOptions
from toolkit.server.requests import RequestOptions, Task, TextRequest, settings_of
from toolkit.server.work import document_of, source_of
from toolkit.settings import AUTO, DEFAULT_SOURCE, Settings
from toolkit.summarization.forms import Length, Style
from toolkit.translation.glossary import NONE, bundled_glossaries
from toolkit.translation.search import Quality

LOG = logging.getLogger("toolkit.server")
# Their threads wait for the engine most of the time. Of one client fewer jobs run than there are
# workers, so that another one's can begin.
CALLS_AT_ONCE = 32
JOBS_AT_ONCE = 8
JOBS_OF_ONE = 4
Fetch = Callable[[str], Page]


class Service:
    """`settings` are the server's own; requests change some of them. `engines` are models by name
    that are there already. `fetch` brings pages from addresses, where `options` allow that.

    Raises StoreError for a history that can't be used.
    """

    def __init__(
        self,
        settings: Settings,
        options: ServerOptions | None = None,
        *,
        engines: Mapping[str, Engine] | None = None,
        fetch: Fetch | None = None,
    ) -> None:
        self.settings = settings
        self.options = options = options or ServerOptions()
        self._fetch = fetch or Fetcher(max_bytes=options.max_file_bytes).fetch
        self.pool = EnginePool(settings, engines=engines, on_trouble=LOG.warning, shared=True)
        self.stopping = Event()
        self._is_started = False
        self._given = frozenset(engines or ())
        self.queues = {
            "call": FairQueue(
                "call",
                workers=CALLS_AT_ONCE,
                running_each=CALLS_AT_ONCE,
                most=options.max_calls,
                most_each=options.max_calls_each,
            ),
            "job": FairQueue(
                "job",
                workers=JOBS_AT_ONCE,
                running_each=JOBS_OF_ONE,
                most=options.max_jobs,
                most_each=options.max_jobs_each,
            ),
            "pull": FairQueue("pull", workers=1, running_each=1, most=10, most_each=10),
        }
        self.calls = Calls(
            self.queues["call"],
            seconds=options.call_seconds,
            is_stopping=self.stopping.is_set,
        )
        self.history = History(options.history, most=options.max_kept)
        self.jobs = Jobs(
            self._do,
            self.history,
            queue=self.queues["job"],
            pulls=self.queues["pull"],
            seconds=options.job_seconds,
        )

    def start(self) -> None:
        """Take up the jobs that a server before this one left, once. Raises StoreError."""
        if not self._is_started:
            self._is_started = True
            self.jobs.resume()

    def close(self) -> None:
        """End all work; jobs that aren't done are taken up by the next server."""
        self.stopping.set()
        for queue in self.queues.values():
            queue.close()
        self.jobs.stop()
        self.history.close()

    def settings_for(self, options: RequestOptions) -> Settings:
        """Raises UsageError for what is impossible or not for clients to say."""
        return settings_of(options, self.settings, known=self._given)

    def pipeline(self, settings: Settings, control: Control, *, urgent: bool) -> Pipeline:
        """One for a piece of work, on the engines of all; it ends where `control` does. Somebody
        waits for what is `urgent`.
        """
        view = self.pool.view(
            check=control.check,
            urgent=urgent,
            on_loading=partial(control.report, "loading the model", 0, 0),
        )
        return Pipeline(settings, pool=view, on_progress=control.report, on_trouble=LOG.warning)

    def do(self, task: Task, request: TextRequest, control: Control) -> str:
        """What was made of a text, as JSON. Raises ToolkitError."""
        settings = self.settings_for(request.options)
        source = source_of(request.is_html)
        document = document_of(request.name, source, request.text.encode(), settings)
        pipeline_of = partial(self.pipeline, control=control, urgent=True)
        return work.do(task, document, settings, request.options, pipeline_of)

    def info(self) -> dict[str, Any]:
        """What a client has to know before it asks for anything."""
        options = self.options
        chosen = self.models()
        return {
            "version": __version__,
            "languages": [{"code": code, "name": language_name(code)} for code in LANGUAGES],
            "directions": [[a, b] for a in LANGUAGES for b in LANGUAGES if a != b],
            "models": chosen,
            "installed": all(chosen.values()),
            "features": {
                "history": options.history is not None,
                "fetch": options.allow_fetch,
                "docx": writes_docx(),
                "auth": options.api_keys is not None,
            },
            "limits": {
                "max_chars": self.settings.max_document_chars,
                "max_sync_chars": options.max_sync_chars,
                "max_file_bytes": options.max_file_bytes,
                "max_jobs": options.max_jobs_each,
            },
            "glossaries": [*bundled_glossaries(), NONE],
            "lengths": [*get_args(Length)],
            "styles": [*get_args(Style)],
            "qualities": [*get_args(Quality)],
        }

    def models(self) -> dict[str, str | None]:
        """The models that translate and summarize where a request names none; None where none is
        installed.
        """
        settings = self.settings
        if settings.source_language == AUTO:
            settings = settings.model_copy(update={"source_language": DEFAULT_SOURCE})
        components = Components(settings, pool=self.pool)
        wanted: dict[str, Callable[[], str]] = {
            "translator": lambda: components.translator_model,
            "summarizer": lambda: components.summarizer_model(settings.target_language),
        }
        found: dict[str, str | None] = {}
        for role, choose in wanted.items():
            try:
                found[role] = choose()
            except ModelError:
                found[role] = None
        return found

    def _do(self, job: Job, data: bytes, control: Control) -> str | None:
        if job.task == "pull":
            models.pull(job.name, self.settings, self.pool, control)
            return None
        options = RequestOptions.model_validate(job.options)
        settings = self.settings_for(options)
        if job.source == "url":
            document = self._fetched(data.decode(), settings, control)
        else:
            document = document_of(job.name, job.source, data, settings)
        pipeline_of = partial(self.pipeline, control=control, urgent=False)
        return work.do(job.task, document, settings, options, pipeline_of)

    def _fetched(self, address: str, settings: Settings, control: Control) -> Document:
        self.refuse_address()
        control.report("fetching", 0, 0)
        page = self._fetch(address)
        return document_of(page.address, "file", page.data, settings, page.reading)

    def refuse_address(self) -> None:
        """Raises ApiError where no addresses are fetched."""
        if not self.options.allow_fetch:
            raise ApiError(
                403, "fetch_off", "this server fetches no addresses; --allow-fetch has it do so"
            )
