"""CTranslate2: the quick engine for CPUs, and the default where a conversion exists."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import ctranslate2

from toolkit.engines.base import (
    BATCH_SIZE,
    EngineInfo,
    GenerationConfig,
    Output,
    Pending,
    Source,
    device_for,
    refuse_long,
)
from toolkit.engines.tokens import Tokens
from toolkit.models.boundary import model_errors

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


class CTranslate2Engine:
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
        loader = ctranslate2.Generator if causal else ctranslate2.Translator
        with model_errors(f"CTranslate2 can't load {folder}"):
            self._model: Any = loader(
                str(folder),
                device=info.device,
                compute_type=info.compute_type,
                # A small model runs several batches side by side; a large one fills memory.
                inter_threads=1 if causal else threads,
                intra_threads=threads if causal else 1,
                max_queued_batches=-1,
            )
        self._tokens = tokens
        self._end = tokens.end
        self._info = info
        self._max_source_tokens = max_source_tokens
        self._batch_size = batch_size or BATCH_SIZE[info.family]
        self._kept_prefixes: list[list[str]] = []

    @property
    def info(self) -> EngineInfo:
        return self._info

    @property
    def max_source_tokens(self) -> int:
        return self._max_source_tokens

    def count_tokens(self, source: Source) -> int:
        return len(self._tokens.encode(source))

    def generate(self, sources: Sequence[Source], config: GenerationConfig) -> list[Output]:
        return self.begin(sources, config)()

    def begin(self, sources: Sequence[Source], config: GenerationConfig) -> Pending:
        """A sequence-to-sequence model works on in the background; a causal one when asked."""
        encoded = [self._tokens.encode(source) for source in sources]
        refuse_long(map(len, encoded), self._max_source_tokens)
        strings = [self._tokens.to_strings(ids) for ids in encoded]
        search = {
            "beam_size": config.beam_size,
            "repetition_penalty": config.repetition_penalty,
            "no_repeat_ngram_size": config.no_repeat_ngram_size,
            "return_end_token": True,
            "asynchronous": True,
        }
        causal = self._info.family == "causal"
        batches = _batches(
            [len(ids) for ids in encoded],
            self._batch_size,
            max_gap=MAX_CAUSAL_GAP if causal else MAX_BATCH_TOKENS,
        )
        grouped = [[strings[index] for index in batch] for batch in batches]
        if causal:
            answers = self._complete(grouped, strings, config, search)
        else:
            answers = self._translate(grouped, config, search)

        def outputs() -> list[Output]:
            places = chain.from_iterable(batches)
            by_index = {
                index: self._output(answer, len(encoded[index]))
                for index, answer in zip(places, answers, strict=True)
            }
            return [by_index[index] for index in range(len(encoded))]

        return outputs

    def _complete(
        self,
        batches: list[list[list[str]]],
        prompts: list[list[str]],
        config: GenerationConfig,
        search: dict[str, Any],
    ) -> Iterator[list[str]]:
        """One batch after the other: what is queued can't be called off by Ctrl-C."""
        shared = self._shared_prefix(prompts)
        kept = shared in self._kept_prefixes
        for batch in batches:
            results = self._model.generate_batch(
                [prompt[len(shared) :] for prompt in batch],
                static_prompt=shared or None,
                cache_static_prompt=kept,
                include_prompt_in_result=False,
                max_length=config.max_new_tokens,
                **search,
            )
            for result in _wait(results):
                yield result.sequences[0]

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

    def _translate(
        self, batches: list[list[list[str]]], config: GenerationConfig, search: dict[str, Any]
    ) -> Iterator[list[str]]:
        """All batches at once: each thread takes the next one."""
        prefix = self._tokens.target_prefix
        queued = [
            self._model.translate_batch(
                sources,
                target_prefix=[prefix] * len(sources) if prefix else None,
                max_input_length=0,
                # The decoder has as many positions as the encoder, one of them for the start.
                max_decoding_length=min(
                    config.max_new_tokens + len(prefix), self._max_source_tokens - 1
                ),
                **search,
            )
            for sources in batches
        ]
        results = list(chain.from_iterable(queued))

        def finished() -> Iterator[list[str]]:
            for result in _wait(results):
                yield result.hypotheses[0][len(prefix) :]

        return finished()

    def _output(self, tokens: list[str], source_tokens: int) -> Output:
        ids = self._tokens.to_ids(tokens)
        finished = bool(ids) and ids[-1] == self._end
        return Output(
            text=self._tokens.decode(ids),
            source_tokens=source_tokens,
            new_tokens=len(ids),
            finished=finished,
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


def _wait(results: list[Any]) -> list[Any]:
    """The finished results. Waiting here, not in the library, lets Ctrl-C through at once."""
    while not all(result.done() for result in results):
        time.sleep(POLL_INTERVAL_S)
    with model_errors("CTranslate2 can't run the model"):
        return [result.result() for result in results]


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
