"""OpenVINO GenAI: the quick engine for causal models on CPUs.

Requests join and leave a running batch, and keys and values are kept in pages that prompts share.
The same calls give the same words; beside other requests a text may get others, since the library
computes in 8 bits for few rows otherwise than for many.
"""

import json
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from toolkit.engines.base import (
    Candidate,
    EngineInfo,
    GenerationConfig,
    GenerationRequest,
    Output,
    Pull,
    Source,
    ranked,
)
from toolkit.engines.model import TokenizedModel
from toolkit.engines.pages import given_back
from toolkit.engines.prefill import PrefillProgress
from toolkit.engines.tokens import Tokens
from toolkit.errors import ModelError, TooLongError
from toolkit.models.boundary import model_errors
from toolkit.models.conversion.openvino import SHAPE_FILE, WEIGHTS_FILE
from toolkit.models.openvino_runtime import openvino_genai, ov

BLOCK_TOKENS = 32  # of keys and values; prompts share whole blocks
SEQUENCES = 64  # that are written at once
TOKENS_AT_ONCE = 64  # of all sequences in a step: with more, first answers and Ctrl-C come late
# Of activations in 8 bits with one scale; measured in docs/decisions/0014.
GROUP_SIZE = 256
BYTES_OF_A_VALUE = 2
# The library holds Python's lock for the tenths of a second of a step, and each file that another
# thread opens, and each wait of its, would cost one.
GIVE_WAY_SECONDS = 0.002
# Whose targets' scores are remembered; the library's pages hold fewer.
SCORED_SOURCES = 1024
# The ids of a source and of its target.
_Pair = tuple[tuple[int, ...], tuple[int, ...]]
_Scores = tuple[float, ...]


@dataclass(eq=False, slots=True)
class _Running:
    source: tuple[int, ...]
    config: GenerationConfig
    handle: Any

    @property
    def sequences(self) -> int:
        return _sequences(self.config)

    @property
    def blocks(self) -> int:
        return _blocks(self.source, self.config)

    @property
    def ended(self) -> bool:
        return bool(self.handle.get_status() != openvino_genai.GenerationStatus.RUNNING)


class OpenVINOEngine(TokenizedModel):
    def __init__(
        self,
        folder: Path,
        *,
        tokens: Callable[[], Tokens],
        info: EngineInfo,
        max_source_tokens: int,
        threads: int,
        kv_cache_mb: int,
        beside_threads: bool = False,
    ) -> None:
        """`kv_cache_mb` bounds the memory for keys and values; where others work `beside_threads`,
        they have a moment after each step. `tokens` is asked for when the model is loaded, so that
        a tokenizer can be loaded beside it.

        Raises ModelError when the folder can't be loaded or the memory doesn't hold any text.
        """
        with model_errors(f"OpenVINO can't load {folder}"):
            shape = json.loads((folder / SHAPE_FILE).read_text(encoding="utf-8"))
            values = 2 * shape["layers"] * shape["kv_heads"] * shape["head_size"]
            blocks: int = kv_cache_mb * 1_000_000 // (values * BYTES_OF_A_VALUE * BLOCK_TOKENS)
            if blocks < 2:
                raise ModelError(f"kv_cache_mb {kv_cache_mb} is too little for any text")
            scheduler = openvino_genai.SchedulerConfig()
            scheduler.num_kv_blocks = blocks
            scheduler.max_num_seqs = SEQUENCES
            scheduler.max_num_batched_tokens = TOKENS_AT_ONCE
            scheduler.dynamic_split_fuse = True
            scheduler.enable_prefix_caching = True
            self._pipeline = openvino_genai.ContinuousBatchingPipeline(
                folder, scheduler, "CPU", _properties(info.compute_type, threads)
            )
        with model_errors(f"OpenVINO can't run {folder}"), given_back(folder / WEIGHTS_FILE):
            # The first run copies the weights. Unlike a step it lets other threads run.
            settings = openvino_genai.GenerationConfig()
            settings.max_new_tokens = 1
            settings.set_eos_token_id(0)
            self._pipeline.generate([_tensor([0])], [settings])
        # What is written needs a place too.
        self._cache_blocks = blocks - 1
        self._cache_tokens = self._cache_blocks * BLOCK_TOKENS
        info = replace(info, lacks=("penalized_beams",))
        super().__init__(tokens(), info, min(max_source_tokens, self._cache_tokens // 2))
        self._last_id = 0
        self._running: list[_Running] = []  # of all streams
        self._prefill = PrefillProgress(page_tokens=BLOCK_TOKENS, step_tokens=TOKENS_AT_ONCE)
        self._scored: OrderedDict[tuple[int, ...], dict[tuple[int, ...], _Scores]] = OrderedDict()
        self._beside_threads = beside_threads
        self._lock = RLock()

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        waiting: tuple[GenerationRequest, tuple[tuple[int, ...], GenerationConfig]] | None = None
        running: dict[_Running, GenerationRequest] = {}
        try:
            while True:
                with self._lock:
                    while not any(each.ended for each in running):
                        if not waiting and (request := pull()) is not None:
                            (ids,) = self._encode([request.source])
                            waiting = request, (tuple(ids), self._possible(request.config, ids))
                        if not waiting or not self._has_room(*waiting[1], running):
                            break
                        request, searched = waiting
                        running[self._start(*searched)] = request
                        waiting = None
                    if not running and not waiting:
                        return
                    if not any(each.ended for each in running):
                        self._step()
                for each in [each for each in running if each.ended]:
                    with self._lock:
                        output = self._output(each)
                    request = running.pop(each)
                    self._drop([each])
                    yield request, output
        finally:
            self._drop(list(running))

    def _possible(self, config: GenerationConfig, ids: Sequence[int]) -> GenerationConfig:
        """What the library can do: it knows no penalty in beams, and the memory may hold fewer
        sequences. One alone is always tried.
        """
        if config.num_beams > 1 and not config.do_sample and config.repetition_penalty != 1:
            return replace(config, num_beams=1, num_return_sequences=1)
        while (sequences := _sequences(config)) > 1 and _blocks(ids, config) > self._cache_blocks:
            half = sequences // 2
            config = replace(
                config,
                num_beams=min(config.num_beams, half),
                num_return_sequences=min(config.num_return_sequences, half),
            )
        return config

    def _has_room(
        self, ids: Sequence[int], config: GenerationConfig, running: Collection[_Running]
    ) -> bool:
        """Where memory runs out the library takes requests back, and crashes or never ends with
        those of several sequences: what runs beside one of them has to fit to its last token.
        """
        others = [each for each in self._running if not each.ended]
        if others and max(_sequences(config), *(each.sequences for each in others)) > 1:
            needed = _blocks(ids, config) + sum(each.blocks for each in others)
            if needed > self._cache_blocks:
                return False
        room = SEQUENCES - sum(each.sequences for each in running)
        return not running or _sequences(config) <= room

    def _start(
        self, ids: tuple[int, ...], config: GenerationConfig, *, scored: bool = False
    ) -> _Running:
        # What was dropped is never read.
        while self._prefill.awaits(ids) and self._pipeline.has_non_finished_requests():
            self._step()
        self._prefill.add(ids)
        settings = self._settings(config)
        settings.echo = scored
        self._last_id += 1
        with model_errors("OpenVINO can't run the model"):
            handle = self._pipeline.add_request(self._last_id, _tensor(ids), settings)
        self._running.append(_Running(ids, config, handle))
        return self._running[-1]

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        encoded = self._encode_pairs(sources, targets, most=self._cache_tokens)
        pairs = [(tuple(source), tuple(target)) for source, target in encoded]
        with self._lock:
            scores = self._scores(pairs)
        return [
            self._written(target, ids, each)
            for target, (_, ids), each in zip(targets, pairs, scores, strict=True)
        ]

    def _scores(self, pairs: Sequence[_Pair]) -> list[tuple[float, ...]]:
        """The log-probability of each token of each target.

        The library gives none for what it finds in its pages, nor for the token behind it. Where
        this engine doesn't remember them from writing or scoring, a separator before everything has
        them computed anew, which shifts them a little.
        """
        found: dict[_Pair, tuple[float, ...]] = {}
        for wave in _waves(list(dict.fromkeys(pairs))):
            for (source, target), output in zip(wave, self._echoed(wave), strict=True):
                computed = tuple(output.generated_log_probs[:-1][-len(target) :])
                missing = len(target) - len(computed)
                known = self._known(source, target[:missing])
                if len(known) < missing:
                    (anew,) = self._scores([((self._separator, *source), target)])
                    known += anew[len(known) : missing]
                scores = known + computed
                found[source, target] = scores
                self._remember(source, target, scores)
        return [found[pair] for pair in pairs]

    def _known(self, source: tuple[int, ...], beginning: tuple[int, ...]) -> _Scores:
        """The scores of as many tokens of `beginning` as are remembered."""
        found: _Scores = ()
        for target, scores in self._scored.get(source, {}).items():
            pairs = enumerate(zip(target, beginning, strict=False))
            shortest = min(len(target), len(beginning))
            size = next((at for at, (one, other) in pairs if one != other), shortest)
            found = max(found, scores[:size], key=len)
        return found

    def _remember(self, source: tuple[int, ...], target: tuple[int, ...], scores: _Scores) -> None:
        self._scored.setdefault(source, {})[target] = scores
        self._scored.move_to_end(source)
        if len(self._scored) > SCORED_SOURCES:
            self._scored.popitem(last=False)

    @property
    def _separator(self) -> int:
        pad = self._tokens.tokenizer.pad_token_id
        return int(self._end if pad is None else pad)

    def _echoed(self, pairs: Sequence[_Pair]) -> list[Any]:
        """The library's output for each source and target as one prompt.

        Of a prompt beside others it tells the probabilities of theirs, so those end first.
        """
        config = GenerationConfig(max_new_tokens=1)
        running: list[_Running] = []
        while not all(each.ended for each in self._running):
            self._step()
        try:
            for source, target in pairs:
                running.append(self._start((*source, *target), config, scored=True))
            while not all(each.ended for each in running):
                self._step()
            return [each.handle.read_all()[0] for each in running]
        finally:
            self._drop(running)

    def _step(self) -> None:
        written = sum(each.sequences for each in self._running if not each.ended)
        with model_errors("OpenVINO can't run the model"):
            self._pipeline.step()
        self._prefill.step(written=min(written, SEQUENCES))
        if self._beside_threads:
            time.sleep(GIVE_WAY_SECONDS)

    def _drop(self, running: Sequence[_Running]) -> None:
        """Free the places of what nobody waits for any more."""
        with self._lock:
            unended = [each for each in running if not each.ended]
            for each in running:
                self._running.remove(each)
            for each in unended:
                each.handle.cancel()
            if unended and self._pipeline.has_non_finished_requests():
                self._step()

    def _settings(self, config: GenerationConfig) -> Any:
        settings = openvino_genai.GenerationConfig()
        settings.max_new_tokens = config.max_new_tokens
        settings.set_eos_token_id(self._end)
        settings.logprobs = 1
        settings.num_return_sequences = config.num_return_sequences
        settings.repetition_penalty = config.repetition_penalty
        settings.no_repeat_ngram_size = config.no_repeat_ngram_size or sys.maxsize
        if config.do_sample:
            settings.do_sample = True
            settings.temperature = config.temperature
            settings.top_p = config.top_p
            settings.rng_seed = config.seed
        else:
            settings.num_beams = config.num_beams
            settings.stop_criteria = openvino_genai.StopCriteria.EARLY
        return settings

    def _output(self, ended: _Running) -> Output:
        size = len(ended.source)
        if ended.handle.get_status() == openvino_genai.GenerationStatus.IGNORED:
            raise TooLongError(_over_memory(ended.source))
        config, written = ended.config, ended.handle.read_all()
        changed = config.repetition_penalty != 1 or config.no_repeat_ngram_size
        pairs = [(ended.source, tuple(each.generated_ids)) for each in written]
        if changed:
            scores = self._scores(pairs)
        else:
            scores = [tuple(each.generated_log_probs) for each in written]
            for pair, each in zip(pairs, scores, strict=True):
                self._remember(*pair, each)
        candidates = [
            Candidate(
                text=self._tokens.decode(ids),
                log_prob=sum(each),
                new_tokens=len(ids),
                finished=ids[-1:] == (self._end,),
                tokens=self._tokens.scores(ids, each),
            )
            for (_, ids), each in zip(pairs, scores, strict=True)
        ]
        return ranked(candidates, size)


def _tensor(ids: Sequence[int]) -> Any:
    """Of shape (1, length)."""
    return ov.Tensor(np.array([list(ids)], dtype=np.int64))


def _properties(compute_type: str, threads: int) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "INFERENCE_NUM_THREADS": threads,
        "KV_CACHE_PRECISION": "f16",
        # Pinned threads of several processes would all stand on the first cores.
        "ENABLE_CPU_PINNING": False,
    }
    if compute_type == "float32":
        return properties | {"INFERENCE_PRECISION_HINT": "f32"}
    return properties | {"DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP_SIZE}


def _waves(pairs: Sequence[_Pair]) -> list[list[_Pair]]:
    """The pairs in groups that hold no source twice."""
    waves: list[list[_Pair]] = []
    for pair in pairs:
        for wave in waves:
            if all(pair[0] != source for source, _ in wave):
                wave.append(pair)
                break
        else:
            waves.append([pair])
    return waves


def _sequences(config: GenerationConfig) -> int:
    return max(config.num_return_sequences, 1 if config.do_sample else config.num_beams)


def _blocks(source: Sequence[int], config: GenerationConfig) -> int:
    """The most blocks that a request needs: its sequences share whole ones of the source."""
    shared = len(source) // BLOCK_TOKENS
    whole = -(-(len(source) + config.max_new_tokens) // BLOCK_TOKENS)
    return shared + _sequences(config) * (whole - shared)


def _over_memory(source: Sequence[int]) -> str:
    return (
        f"a source of {len(source)} tokens and what is written about it are over the memory that "
        "kv_cache_mb leaves"
    )


def available_version() -> str:
    return str(openvino_genai.__version__)
