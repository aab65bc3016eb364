"""What the engines that load a model and its tokenizer have in common."""

from collections.abc import Sequence
from functools import lru_cache

from toolkit.engines.base import Candidate, EngineInfo, Family, Source, refuse_long
from toolkit.engines.tokens import Tokens

# Sources whose ids are at hand: what is counted is mostly encoded soon, of sentences when many more
# are counted; a causal model may read whole articles.
REMEMBERED: dict[Family, int] = {"causal": 64, "seq2seq": 1024}


class TokenizedModel:
    """The part of `Engine` that only needs the tokenizer."""

    def __init__(self, tokens: Tokens, info: EngineInfo, max_source_tokens: int) -> None:
        self._tokens = tokens
        self._end = tokens.end
        self._info = info
        self._max_source_tokens = max_source_tokens
        self._ids = lru_cache(maxsize=REMEMBERED[info.family])(tokens.encode)

    @property
    def info(self) -> EngineInfo:
        return self._info

    @property
    def max_source_tokens(self) -> int:
        return self._max_source_tokens

    def count_tokens(self, source: Source) -> int:
        return len(self._ids(source))

    def _encode(self, sources: Sequence[Source]) -> list[list[int]]:
        """Raises TooLongError for the first source over the limit."""
        encoded = [self._ids(source) for source in sources]
        refuse_long(map(len, encoded), self._max_source_tokens)
        return encoded

    def _encode_pairs(
        self, sources: Sequence[Source], targets: Sequence[str], *, most: int
    ) -> list[tuple[list[int], list[int]]]:
        """The ids of each source, and of its target with the end token.

        Raises TooLongError for a pair of more than `most` tokens: a causal model reads both in one,
        and the decoder of another has as many positions as its encoder.
        """
        pairs = [
            (self._tokens.encode(source), self._tokens.encode_target(target))
            for source, target in zip(sources, targets, strict=True)
        ]
        joint = sum if self._info.family == "causal" else max
        refuse_long([joint((len(source), len(target))) for source, target in pairs], most)
        return pairs

    def _written(self, target: str, ids: Sequence[int], log_probs: Sequence[float]) -> Candidate:
        """`target` with the log-probabilities of its `ids`, the end token's behind them."""
        scored = Candidate(
            text=self._tokens.decode(ids),
            log_prob=sum(log_probs),
            new_tokens=len(ids),
            finished=True,
            tokens=self._tokens.scores(ids, log_probs),
        )
        return scored.with_text(target)
