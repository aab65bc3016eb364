"""The seam between the toolkit and the libraries that run models.

An engine holds one loaded model. A sequence-to-sequence model takes plain text, a causal model
takes a chat; both give one `Output` per source, in the order of the sources.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from toolkit.errors import TooLongError, UsageError

Family = Literal["seq2seq", "causal"]
NO_CUDA = "no CUDA device is to be found on this machine; leave out --device cuda"
# Sentences at once where nothing else is asked for: docs/decisions/0008.
BATCH_SIZE: dict[Family, int] = {"causal": 16, "seq2seq": 32}


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


# A chat that ends with the assistant's words has the model go on from there.
Chat = tuple[Message, ...]
Source = str | Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationConfig:
    """How outputs are searched; everything here affects them and belongs to a content key."""

    max_new_tokens: int = 512
    beam_size: int = 1
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """`finished` says whether the model ended by itself rather than at `max_new_tokens`."""

    text: str
    source_tokens: int
    new_tokens: int
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """What a result needs to say about the engine and model that made it."""

    engine: str
    engine_version: str
    model: str
    family: Family
    compute_type: str
    device: str
    revision: str = ""
    sha256: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def device_for(wanted: str, *, has_cuda: bool) -> str:
    """`cpu` or `cuda`, the better one for `auto`. Raises UsageError without the one wanted."""
    if wanted == "auto":
        return "cuda" if has_cuda else "cpu"
    if wanted == "cuda" and not has_cuda:
        raise UsageError(NO_CUDA)
    return wanted


def refuse_long(lengths: Iterable[int], max_source_tokens: int) -> None:
    """Raises TooLongError for the first source over the limit: libraries would cut it unseen."""
    for length in lengths:
        if length > max_source_tokens:
            raise TooLongError(
                f"a source of {length} tokens is over the model's limit of {max_source_tokens}"
            )


# Gives the outputs when they are finished.
Pending = Callable[[], list[Output]]


class Engine(Protocol):
    @property
    def info(self) -> EngineInfo: ...

    @property
    def max_source_tokens(self) -> int:
        """The longest source that `generate` takes, special tokens included."""

    def count_tokens(self, source: Source) -> int:
        """The tokens of `source` as the model sees it, special tokens included."""

    def generate(self, sources: Sequence[Source], config: GenerationConfig) -> list[Output]:
        """Raises TooLongError for a source over the limit: nothing is ever cut."""

    def begin(self, sources: Sequence[Source], config: GenerationConfig) -> Pending:
        """As `generate`, but work may go on in the background until the outputs are asked for."""
