"""An engine without a model, for tests and for trying a pipeline out.

Its output says that it is fake, so that nobody takes it for a translation.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from toolkit.engines.base import (
    Candidate,
    EngineInfo,
    Family,
    GenerationConfig,
    GenerationRequest,
    Output,
    Pull,
    Source,
    ranked,
    refuse_long,
)

BLANK = "\n\n"


def fake_answer(text: str) -> str:
    """The text that is behind the instructions of a prompt, marked."""
    return f"[fake] {text.rpartition(BLANK)[2]}"


class FakeEngine:
    """Answers each source, or the last message of a chat, with `answer` of its text.

    A token is a word, and a text is the less likely the more words of it are not those of the
    answer. Further candidates say the last word again. Requests are answered one by one.
    """

    def __init__(
        self,
        answer: Callable[[str], str] = fake_answer,
        *,
        family: Family = "causal",
        max_source_tokens: int = 100_000,
    ) -> None:
        self._answer = answer
        self._max_source_tokens = max_source_tokens
        self._info = EngineInfo(
            engine="fake",
            engine_version="1",
            model="fake",
            family=family,
            compute_type="none",
            device="none",
        )

    @property
    def info(self) -> EngineInfo:
        return self._info

    @property
    def max_source_tokens(self) -> int:
        return self._max_source_tokens

    def count_tokens(self, source: Source) -> int:
        return len(_text(source).split())

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        while request := pull():
            refuse_long([self.count_tokens(request.source)], self._max_source_tokens)
            yield request, self._output(request.source, request.config)

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        refuse_long(map(self.count_tokens, sources), self._max_source_tokens)
        return [
            _answer(self._words(source), target.split(" "), finished=True)
            for source, target in zip(sources, targets, strict=True)
        ]

    def _output(self, source: Source, config: GenerationConfig) -> Output:
        words = self._words(source)
        candidates = []
        for times in range(config.num_return_sequences):
            answer = words + words[-1:] * times
            written = answer[: config.max_new_tokens]
            candidates.append(_answer(words, written, finished=written == answer))
        return ranked(candidates, self.count_tokens(source))

    def _words(self, source: Source) -> list[str]:
        return self._answer(source if isinstance(source, str) else source[-1].content).split(" ")


def _answer(words: Sequence[str], written: Sequence[str], *, finished: bool) -> Candidate:
    return Candidate(
        text=" ".join(written),
        log_prob=_log_prob(words, written),
        new_tokens=len(written),
        finished=finished,
    )


def _log_prob(answer: Sequence[str], words: Sequence[str]) -> float:
    return -1.0 - sum(bool(ours != theirs) for ours, theirs in zip_longest(answer, words))


def _text(source: Source) -> str:
    return source if isinstance(source, str) else " ".join(message.content for message in source)
