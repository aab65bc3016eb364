"""An engine without a model, for tests and for trying a pipeline out.

Its output says that it is fake, so that nobody takes it for a translation.
"""

from collections.abc import Callable, Sequence

from toolkit.engines.base import (
    EngineInfo,
    Family,
    GenerationConfig,
    Output,
    Pending,
    Source,
    refuse_long,
)

BLANK = "\n\n"


def fake_answer(text: str) -> str:
    """The text that is behind the instructions of a prompt, marked."""
    return f"[fake] {text.rpartition(BLANK)[2]}"


class FakeEngine:
    """Answers each source, or the last message of a chat, with `answer` of its text.

    A token is a word.
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

    def begin(self, sources: Sequence[Source], config: GenerationConfig) -> Pending:
        return lambda: self.generate(sources, config)

    def generate(self, sources: Sequence[Source], config: GenerationConfig) -> list[Output]:
        refuse_long([self.count_tokens(source) for source in sources], self._max_source_tokens)
        outputs = []
        for source in sources:
            last = source if isinstance(source, str) else source[-1].content
            words = self._answer(last).split(" ")
            outputs.append(
                Output(
                    text=" ".join(words[: config.max_new_tokens]),
                    source_tokens=self.count_tokens(source),
                    new_tokens=min(len(words), config.max_new_tokens),
                    finished=len(words) <= config.max_new_tokens,
                )
            )
        return outputs


def _text(source: Source) -> str:
    return source if isinstance(source, str) else " ".join(message.content for message in source)
