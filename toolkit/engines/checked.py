"""A shared engine as one of its users sees it, who may give up at any time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from toolkit.engines.base import (
    Candidate,
    EngineInfo,
    GenerationRequest,
    Output,
    Pull,
    Source,
)
from toolkit.engines.shared import SharedEngine


@dataclass(frozen=True, slots=True)
class CheckedEngine:
    """`check` is called before each request, after each answer, and now and then while these are
    waited for. What it raises ends the stream, whose place others have then. Somebody waits for
    what is `urgent`.
    """

    engine: SharedEngine
    check: Callable[[], None]
    urgent: bool = False

    @property
    def info(self) -> EngineInfo:
        return self.engine.info

    @property
    def max_source_tokens(self) -> int:
        return self.engine.max_source_tokens

    def count_tokens(self, source: Source) -> int:
        return self.engine.count_tokens(source, check=self.check)

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        def checked() -> GenerationRequest | None:
            self.check()
            return pull()

        for answer in self.engine.stream(checked, check=self.check, urgent=self.urgent):
            self.check()
            yield answer

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        return self.engine.score(sources, targets, check=self.check)
