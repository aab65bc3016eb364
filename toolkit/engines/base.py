"""The seam between the toolkit and the libraries that run models.

An engine holds one loaded model. A sequence-to-sequence model takes plain text, a causal model
takes a chat. Requests flow in and outputs come back as they are finished; settings have the names
that Hugging Face gives them.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple, Protocol, Self

from toolkit.errors import TooLongError, UsageError

Family = Literal["seq2seq", "causal"]
EngineName = Literal["auto", "openvino", "ctranslate2", "llamacpp", "transformers"]
# What an engine may be unable to do: search with beams, go on with words that it is given of its
# answer, score a given text; or to search with beams under a repetition penalty.
Ability = Literal["beams", "penalized_beams", "openings", "scores"]
MAX_COMPARED = 1000  # characters: comparing takes the square of them
KV_CACHE_MB = 512  # enough for full batches of sentences, and for an article with its drafts
ENDPOINT_TIMEOUT_S = 300  # a slow machine reads a whole article before its first word
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
    """How outputs are searched; everything here affects them and belongs to a content key.

    `num_return_sequences` candidates are asked for, of a beam or of samples, never more than
    `num_beams` without `do_sample`. The same `seed` draws the same samples. Fewer come back where
    an engine can't search so widely: OpenVINO knows no repetition penalty in beams, and llama.cpp
    no beams.
    """

    max_new_tokens: int = 512
    num_beams: int = 1
    num_return_sequences: int = 1
    do_sample: bool = False
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int = 0
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError where more candidates are asked for than there are beams."""
        if self.num_return_sequences > self.num_beams and not self.do_sample:
            raise ValueError(
                f"num_return_sequences ({self.num_return_sequences}) is over num_beams "
                f"({self.num_beams}); take more beams, or do_sample"
            )

    def beam(self, size: int, *, best: int = 0) -> Self:
        """For the `best` answers of a beam, or all; temperature and top-p have no part in it."""
        return replace(
            self,
            num_beams=size,
            num_return_sequences=best or size,
            do_sample=False,
            temperature=1.0,
            top_p=1.0,
        )

    def samples(self, count: int) -> Self:
        """For `count` answers that are drawn."""
        return replace(self, num_beams=1, num_return_sequences=count, do_sample=True)


class TokenScore(NamedTuple):
    """A token by its offsets in a text, in characters, and the logarithm of its probability."""

    start: int
    end: int
    log_prob: float

    def moved(self, by: int) -> "TokenScore":
        return self._replace(start=self.start + by, end=self.end + by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One text that the model may answer. `log_prob` is the natural logarithm of its probability,
    the sum over its new tokens and the one that ends it, before temperature and penalties; 0.0
    where an engine can't tell it.

    `finished` says whether the model ended by itself rather than at `max_new_tokens`. `tokens` are
    those that the text is made of, where an engine can tell them apart.
    """

    text: str
    log_prob: float
    new_tokens: int
    finished: bool
    tokens: tuple[TokenScore, ...] = ()

    def with_text(self, text: str) -> "Candidate":
        """The same answer in other words, with the tokens that still stand there."""
        if text == self.text:
            return self
        if not self.tokens:
            return replace(self, text=text)
        moved = (
            token.moved(place - old)
            for token in self.tokens
            for old, place, size in _matching_blocks(self.text, text)
            if old <= token.start and token.end <= old + size
        )
        return replace(self, text=text, tokens=tuple(moved))


def _matching_blocks(old: str, new: str) -> list[tuple[int, int, int]]:
    """Where both are the same, as places in both and lengths. What is compared letter by letter is
    what differs between a common beginning and a common end, unless that is too long.
    """
    begin = _shared(old, new)
    end = _shared(old[begin:][::-1], new[begin:][::-1])
    blocks = [(0, 0, begin), (len(old) - end, len(new) - end, end)]
    inner = old[begin : len(old) - end], new[begin : len(new) - end]
    if max(map(len, inner)) <= MAX_COMPARED:
        found = SequenceMatcher(None, *inner, autojunk=False).get_matching_blocks()
        blocks += [(begin + each.a, begin + each.b, each.size) for each in found]
    return sorted(blocks)


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    differing = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


# In the place of an answer that can't be had; a later run asks again.
NO_ANSWER = Candidate(text="", log_prob=0.0, new_tokens=0, finished=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The candidates for one source, without doubles, the likeliest first."""

    candidates: tuple[Candidate, ...]
    source_tokens: int

    @property
    def best(self) -> Candidate:
        return self.candidates[0]

    @property
    def text(self) -> str:
        return self.best.text

    @property
    def is_missing(self) -> bool:
        return self.best == NO_ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """What a result needs to say about the engine and model that made it.

    `reason` is why it is this engine, where the model could be run by a quicker one,
    `chat_template_kwargs` what the model's chat template is told, such as not to think,
    `chat_template` the digest of one that stands in for the model's own, and `lacks` what the
    engine can't do.
    """

    engine: str
    engine_version: str
    model: str
    family: Family
    compute_type: str
    device: str
    revision: str = ""
    sha256: str = ""
    reason: str = ""
    chat_template_kwargs: Mapping[str, Any] = field(default_factory=dict)
    chat_template: str = ""
    lacks: tuple[Ability, ...] = ()

    def lacks_under(self, config: GenerationConfig) -> set[Ability]:
        """What it can't do with the settings that every answer has."""
        lacks = set(self.lacks)
        if "penalized_beams" in lacks and config.repetition_penalty != 1:
            lacks.add("beams")
        return lacks

    def as_dict(self) -> dict[str, Any]:
        """The facts; what most engines have nothing to say of is left out where they don't."""
        facts = asdict(self) | {"lacks": list(self.lacks)}
        for name in ("chat_template_kwargs", "chat_template", "lacks"):
            if not facts[name]:
                del facts[name]
        return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """A source and how to search; `key` is whatever its owner knows it by."""

    source: Source
    config: GenerationConfig
    key: Hashable = None


# The next request, or None where there is none now: it is asked again after an output was taken.
Pull = Callable[[], GenerationRequest | None]


class Engine(Protocol):
    @property
    def info(self) -> EngineInfo: ...

    @property
    def max_source_tokens(self) -> int:
        """The longest source that the engine takes, special tokens included."""

    def count_tokens(self, source: Source) -> int:
        """The tokens of `source` as the model sees it, special tokens included."""

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        """Outputs as they are finished, in any order. Requests are pulled whenever there is room,
        so more may come of the outputs; the stream ends when nothing runs and nothing is pulled.

        Raises TooLongError for a source over the limit: nothing is ever cut.
        """

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        """Each target as if it were the whole answer to its source. Not to be asked of an engine
        that lacks `scores`.

        Raises TooLongError where one of them is over the limit, or for a causal model, which reads
        them in one, both together.
        """


def generate(engine: Engine, sources: Sequence[Source], config: GenerationConfig) -> list[Output]:
    """One output for each source, in their order."""
    waiting = iter(
        GenerationRequest(source=source, config=config, key=place)
        for place, source in enumerate(sources)
    )
    outputs = {request.key: out for request, out in engine.stream(lambda: next(waiting, None))}
    return [outputs[place] for place in range(len(sources))]


def ranked(candidates: Iterable[Candidate], source_tokens: int) -> Output:
    """The output of these candidates: of those with one text, the likeliest."""
    by_text: dict[str, Candidate] = {}
    for each in sorted(candidates, key=lambda each: -each.log_prob):
        by_text.setdefault(each.text, each)
    return Output(candidates=tuple(by_text.values()), source_tokens=source_tokens)


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
