"""CTranslate2: the quick engine for CPUs, and the default where a conversion exists."""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from toolkit.engines.base import (
    BATCH_SIZE,
    Candidate,
    EngineInfo,
    Family,
    GenerationConfig,
    GenerationRequest,
    Output,
    Pull,
    Source,
    device_for,
    ranked,
)
from toolkit.engines.batches import Pending, in_batches
from toolkit.engines.model import TokenizedModel
from toolkit.engines.tokens import Tokens
from toolkit.errors import ModelError
from toolkit.models.boundary import model_errors
from toolkit.models.ctranslate2_folder import MODEL_FILE
from toolkit.models.ctranslate2_runtime import ctranslate2

# Requests taken at once, to be sorted into batches of sources of similar length.
REQUESTS_AT_ONCE: dict[Family, int] = {"causal": 32, "seq2seq": 512}
# A shared prompt shorter than this costs more to set aside than to compute again.
MIN_SHARED_PREFIX = 8
# The library never frees the state of a prefix that it keeps, about 340 KB a token: so it keeps few
# and short ones, and none that holds an article.
MAX_KEPT_PREFIX = 128
MAX_KEPT_TOKENS = 1024
POLL_INTERVAL_S = 0.01
# Keys and values of a large causal model take about 340 KB a token, padding included.
MAX_BATCH_TOKENS = 2400
# A causal model reads the prompts of a batch at once up to the length of the shortest, and what is
# longer token by token, as slowly as it writes. Some of that costs less than another batch.
MAX_CAUSAL_GAP = 48
# To score, the probabilities of the whole vocabulary are held for every token of a batch.
MAX_SCORED_TOKENS = 1024
# What the library says of a file that ends too early or is something else.
DAMAGED = ("is incomplete", "invalid payload size", "Unsupported model binary")

# It warns wherever a model's own type of numbers isn't this machine's.
ctranslate2.set_log_level(logging.ERROR)

# The new tokens of a candidate, with the one that ends it, and its log-probability.
Answer = tuple[list[str], float]


class CTranslate2Engine(TokenizedModel):
    def __init__(
        self,
        folder: Path,
        *,
        tokens: Tokens,
        info: EngineInfo,
        max_source_tokens: int,
        threads: int,
        batch_size: int,
    ) -> None:
        """Raises ModelError when the folder can't be loaded, UsageError without the device."""
        has_cuda = info.device != "cpu" and ctranslate2.get_cuda_device_count() > 0
        info = replace(info, device=device_for(info.device, has_cuda=has_cuda))
        causal = info.family == "causal"
        self._loader = partial(
            ctranslate2.Generator if causal else ctranslate2.Translator,
            str(folder),
            device=info.device,
            compute_type=info.compute_type,
            # A small model runs several batches side by side; a large one fills memory.
            inter_threads=1 if causal else threads,
            intra_threads=threads if causal else 1,
            max_queued_batches=-1,
        )
        self._folder = folder
        self._loaded: Any = self._load()
        self._has_drawn = False
        super().__init__(tokens, info, max_source_tokens)
        self._batch_size = batch_size or BATCH_SIZE[info.family]
        self._kept_prefixes: list[list[str]] = []

    @property
    def _model(self) -> Any:
        """Loaded again where that failed, so that it fails with a reason."""
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def _load(self) -> Any:
        try:
            with model_errors(f"CTranslate2 can't load {self._folder}"):
                return self._loader()
        except ModelError as error:
            if any(said in str(error) for said in DAMAGED):
                file = self._folder / MODEL_FILE
                raise ModelError(
                    f"{file} is damaged or was downloaded only in part; download it again"
                ) from error
            raise

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        return in_batches(self._begin, pull, size=REQUESTS_AT_ONCE[self._info.family])

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        pairs = self._encode_pairs(sources, targets, most=self._max_source_tokens)
        strings = self._tokens.to_strings
        scores = self._log_probs(
            [strings(source) for source, _ in pairs], [strings(target) for _, target in pairs]
        )
        return [
            self._written(target, ids, each)
            for target, (_, ids), each in zip(targets, pairs, scores, strict=True)
        ]

    def _begin(self, sources: Sequence[Source], config: GenerationConfig) -> Pending:
        """A sequence-to-sequence model works on in the background; a causal one when asked."""
        encoded = self._encode(sources)
        strings = [self._tokens.to_strings(ids) for ids in encoded]
        causal = self._info.family == "causal"
        batches = _batches(
            [len(ids) for ids in encoded],
            1 if config.do_sample else self._batch_size,
            max_gap=MAX_CAUSAL_GAP if causal else MAX_BATCH_TOKENS,
        )
        grouped = [[strings[index] for index in batch] for batch in batches]
        if config.do_sample:
            results = self._sample(grouped, config)
        elif causal:
            results = self._complete(grouped, strings, config)
        else:
            results = self._translate(grouped, config)

        def outputs() -> Iterator[tuple[int, Output]]:
            answered = zip(chain.from_iterable(batches), map(self._answers, results), strict=True)
            found: Iterable[tuple[int, list[Answer]]] = answered
            if config.repetition_penalty != 1 or config.no_repeat_ngram_size:
                found = self._scored_again(strings, dict(found)).items()
            for place, answers in found:
                yield place, ranked(map(self._candidate, answers), len(encoded[place]))

        return outputs

    def _queue(self, batch: list[list[str]], config: GenerationConfig, **options: Any) -> list[Any]:
        """The results to be, one for each source of `batch`."""
        prefix = self._tokens.target_prefix
        options |= {
            "beam_size": 1 if config.do_sample else config.num_beams,
            "num_hypotheses": config.num_return_sequences,
            "repetition_penalty": config.repetition_penalty,
            "no_repeat_ngram_size": config.no_repeat_ngram_size,
            "return_end_token": True,
            "return_scores": True,
            "asynchronous": True,
        }
        if self._info.family == "causal":
            options |= {"include_prompt_in_result": False, "max_length": config.max_new_tokens}
            return list(self._model.generate_batch(batch, **options))
        # The decoder has as many positions as the encoder, one of them for the start.
        most = min(config.max_new_tokens + len(prefix), self._max_source_tokens - 1)
        options |= {
            "target_prefix": [prefix] * len(batch) if prefix else None,
            "max_input_length": 0,
            "max_decoding_length": most,
            # A minimum would shift the probabilities of first tokens.
            "min_decoding_length": 0,
        }
        return list(self._model.translate_batch(batch, **options))

    def _complete(
        self, batches: list[list[list[str]]], prompts: list[list[str]], config: GenerationConfig
    ) -> Iterator[Any]:
        """One batch after the other: what is queued can't be called off by Ctrl-C."""
        shared = self._shared_prefix(prompts)
        kept = shared in self._kept_prefixes
        for batch in batches:
            results = self._queue(
                [prompt[len(shared) :] for prompt in batch],
                config,
                static_prompt=shared or None,
                cache_static_prompt=kept,
            )
            yield from _wait(results)

    def _translate(self, batches: list[list[list[str]]], config: GenerationConfig) -> Iterator[Any]:
        """All batches at once: each thread takes the next one."""
        results = [result for batch in batches for result in self._queue(batch, config)]

        # The model is held until then: drawing samples may put another in its place.
        def finished(_: Any = self._model) -> Iterator[Any]:
            yield from _wait(results)

        return finished()

    def _sample(self, batches: list[list[list[str]]], config: GenerationConfig) -> Iterator[Any]:
        """One source after the other, each with a model loaded afresh: the library seeds a thread
        of a model when it first draws, and never again.
        """
        for batch in batches:
            if self._has_drawn:
                self._loaded = None  # gives its memory to the next
            self._has_drawn = True
            ctranslate2.set_random_seed(config.seed)
            results = self._queue(
                batch,
                config,
                sampling_topk=0,
                sampling_topp=config.top_p,
                sampling_temperature=config.temperature,
            )
            yield from _wait(results)

    def _shared_prefix(self, prompts: list[list[str]]) -> list[str]:
        """What all prompts begin with: the library computes it once for a batch, and once and for
        all where it is kept, such as the instructions of a prompt for translation.
        """
        fitting = [kept for kept in self._kept_prefixes if _all_begin_with(prompts, kept)]
        kept = max(fitting, key=len, default=[])
        shared = _common_prefix(prompts) if len(prompts) > 1 else []
        if len(shared) < MIN_SHARED_PREFIX or (kept and len(shared) < len(kept) + MAX_CAUSAL_GAP):
            return kept
        room = MAX_KEPT_TOKENS - sum(map(len, self._kept_prefixes))
        if len(shared) <= min(MAX_KEPT_PREFIX, room):
            self._kept_prefixes.append(shared)
        return shared

    def _answers(self, result: Any) -> list[Answer]:
        """The library gives means over all tokens, the prefix with its zeros too, and the end."""
        found = result.sequences if self._info.family == "causal" else result.hypotheses
        prefix = self._tokens.target_prefix
        return [
            (tokens[len(prefix) :], score * len(tokens))
            for tokens, score in zip(found, result.scores, strict=True)
        ]

    def _scored_again(
        self, sources: list[list[str]], answers: dict[int, list[Answer]]
    ) -> dict[int, list[Answer]]:
        """What was found under penalties, which the library's scores contain, with its own."""
        flat = [(index, tokens) for index, each in answers.items() for tokens, _ in each]
        found = self._log_probs([sources[i] for i, _ in flat], [tokens for _, tokens in flat])
        again: dict[int, list[Answer]] = {index: [] for index in answers}
        for (index, tokens), log_probs in zip(flat, found, strict=True):
            again[index].append((tokens, sum(log_probs)))
        return again

    def _log_probs(
        self, sources: Iterable[list[str]], answers: Iterable[list[str]]
    ) -> list[list[float]]:
        """Of each token of `answers`, which may end with the end token."""
        pairs = list(zip(sources, answers, strict=True))
        if not pairs:
            return []
        options = {
            "max_batch_size": MAX_SCORED_TOKENS,
            "batch_type": "tokens",
            "max_input_length": 0,
            "asynchronous": True,
        }
        if self._info.family == "causal":
            before = [len(source) - 1 for source, _ in pairs]  # nothing predicts the first token
            results = self._model.score_batch([[*both[0], *both[1]] for both in pairs], **options)
        else:
            prefix = self._tokens.target_prefix
            before = [len(prefix)] * len(pairs)
            (end,) = self._tokens.to_strings([self._end])  # which the library adds
            bare = [answer[:-1] if answer[-1:] == [end] else answer for _, answer in pairs]
            results = self._model.score_batch(
                [source for source, _ in pairs], [[*prefix, *each] for each in bare], **options
            )
        return [
            result.log_probs[start : start + len(answer)]
            for result, start, (_, answer) in zip(_wait(results), before, pairs, strict=True)
        ]

    def _candidate(self, answer: Answer) -> Candidate:
        tokens, log_prob = answer
        ids = self._tokens.to_ids(tokens)
        return Candidate(
            text=self._tokens.decode(ids),
            log_prob=log_prob,
            new_tokens=len(ids),
            finished=bool(ids) and ids[-1] == self._end,
        )


def _batches(lengths: Sequence[int], batch_size: int, *, max_gap: int) -> list[list[int]]:
    """Indices of sources of similar length, within `batch_size` and MAX_BATCH_TOKENS a batch.

    In a batch, none is more than `max_gap` tokens longer than the next shorter one.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        last = batches[-1] if batches else []
        if (
            0 < len(last) < batch_size
            and (len(last) + 1) * lengths[index] <= MAX_BATCH_TOKENS
            and lengths[index] - lengths[last[-1]] <= max_gap
        ):
            last.append(index)
        else:
            batches.append([index])
    return batches[::-1]  # the longest first, so that threads end together


def _wait(results: Iterable[Any]) -> Iterator[Any]:
    """Each result when it is finished, in their order. Waiting here, not in the library, lets
    Ctrl-C through at once.
    """
    for result in results:
        while not result.done():
            time.sleep(POLL_INTERVAL_S)
        with model_errors("CTranslate2 can't run the model"):
            finished = result.result()
        yield finished


def available_version() -> str:
    return str(ctranslate2.__version__)


def _all_begin_with(prompts: Sequence[Sequence[str]], prefix: list[str]) -> bool:
    size = len(prefix)
    return all(len(prompt) > size and list(prompt[:size]) == prefix for prompt in prompts)


def _common_prefix(prompts: Sequence[Sequence[str]]) -> list[str]:
    """The tokens that all prompts begin with; their last tokens never count."""
    shared = []
    for column in zip(*(prompt[:-1] for prompt in prompts), strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return shared
