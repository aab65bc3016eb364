"""A process that works on shards: the models of a job, loaded once, on one machine."""

import os
import socket
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from toolkit.articles import Article
from toolkit.corpus.duplicates import Duplicates
from toolkit.corpus.job import Job, refuse_changed
from toolkit.corpus.learning import repeats_of
from toolkit.corpus.preparing import Preparing, preparing
from toolkit.corpus.rows import Made
from toolkit.pipeline import Pipeline
from toolkit.pipeline.engine_pool import EnginePool
from toolkit.pipeline.flow import Keyed
from toolkit.settings import Settings
from toolkit.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """How a worker may use the machine that it is on: zero threads are one a core. What models
    answer is kept in a store of the worker's own in the folder `stores`, which is never read:
    docs/decisions/0024.
    """

    threads: int = 0
    device: str = "cpu"
    max_memory_mb: int = 0
    models_folder: Path = field(default_factory=lambda: Settings().models_folder)
    stores: Path | None = None
    store_max_mb: int = 500


class Worker:
    """Made by `start`. It serves one shard after the other, in one thread. `prepare` makes the
    article of a row; see `preparing`.
    """

    def __init__(
        self,
        job: Job,
        pool: "ShardPool",
        pipeline: Pipeline,
        *,
        prepare: Preparing,
        duplicates: Duplicates,
    ) -> None:
        self.job = job
        self.prepare = prepare
        self.duplicates = duplicates
        self._pool = pool
        self._pipeline = pipeline

    @classmethod
    def start(
        cls, job: Job, machine: Machine, *, on_trouble: Callable[[str], None] | None = None
    ) -> Self:
        """Load the models of `job`. `on_trouble` hears of what goes on all the same.

        Raises ModelError where one can't be used, UsageError where this machine has another than
        the job was made for, InputError where what was learned before the first shard is gone.
        """
        settings = job.settings_with(
            {
                "threads": machine.threads,
                "device": machine.device,
                "max_memory_mb": machine.max_memory_mb,
                "models_folder": machine.models_folder,
                "cache": False,
            }
        )
        refuse_changed(job, settings)
        prepare, duplicates = preparing(job, repeats_of(job)), Duplicates.of(job)
        store = None
        if machine.stores:
            store = Store(
                machine.stores / f"{socket.gethostname()}-{os.getpid()}.sqlite",
                max_bytes=machine.store_max_mb * 1_000_000,
                on_trouble=on_trouble,
                reads=False,
            )
        pool = ShardPool(settings, on_trouble=on_trouble)
        pipeline = Pipeline(settings, pool=pool, on_trouble=on_trouble, store=store)
        worker = cls(job, pool, pipeline, prepare=prepare, duplicates=duplicates)
        if "translator" in job.models:
            _ = pipeline.translator
        if "summarizer" in job.models:
            _ = pipeline.summarizer
        return worker

    def work(self, articles: Keyed[Article]) -> Iterator[tuple[Hashable, Made]]:
        """What the stages of the job make of the articles, each as soon as it is done. It depends
        on nothing that this worker did before.
        """
        if not self.job.asks_models:
            yield from articles
            return
        self._pool.renew()
        if "summarize" in self.job.stages:
            yield from self._pipeline.summarize_each(articles)
        else:
            yield from self._pipeline.translate_each(articles)

    def close(self) -> None:
        """Write down what is to be kept."""
        if store := self._pipeline.store:
            store.close()


class ShardPool(EnginePool):
    """Two models take turns on every machine, whether they fit into its memory together or not, so
    that each is asked in the same order on all of them.
    """

    def fit(self, models: Collection[str]) -> bool:
        """Raises ModelError for a model that doesn't fit alone."""
        return super().fit(models) and len(models) < 2
