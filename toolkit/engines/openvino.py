"""OpenVINO GenAI: the quick engine for causal models on CPUs.

Requests join and leave a running batch, keys and values are kept in pages that prompts share, and
what comes out doesn't depend on what else runs.
"""

import json
import sys
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
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
from toolkit.engines.tokens import Tokens
from toolkit.errors import ModelError, TooLongError
from toolkit.models.boundary import model_errors
from toolkit.models.conversion.openvino import SHAPE_FILE, WEIGHTS_FILE
from toolkit.models.openvino_runtime import openvino_genai, ov

BLOCK_TOKENS = 32  # of keys and values; prompts share whole blocks
SEQUENCES = 64  # that are written at once
TOKENS_AT_ONCE = 256  # of all sequences in a step, so that Ctrl-C is heard in time
WAITING = 16  # requests that are looked at for what they share
# Of activations in 8 bits with one scale; measured in docs/decisions/0014.
GROUP_SIZE = 256
BYTES_OF_A_VALUE = 2
# Whose targets' scores are remembered; the library's pages hold fewer.
SCORED_SOURCES = 1024
# The ids of a source and of its target.
_Pair = tuple[tuple[int, ...], tuple[int, ...]]
_Scores = tuple[float, ...]


@dataclass(eq=False, slots=True)
class _Running:
    request: GenerationRequest
    handle: Any
    source: tuple[int, ...]

    @property
    def sequences(self) -> int:
        return _sequences(self.request.config)

    @property
    def blocks(self) -> int:
        return _blocks(self.source, self.request.config)


class OpenVINOEngine(TokenizedModel):
    def __init__(
        self,
        folder: Path,
        *,
        tokens: Tokens,
        info: EngineInfo,
        max_source_tokens: int,
        threads: int,
        kv_cache_mb: int,
    ) -> None:
        """`kv_cache_mb` bounds the memory for keys and values.

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
        # What is written needs a place too.
        self._cache_blocks = blocks - 1
        self._cache_tokens = self._cache_blocks * BLOCK_TOKENS
        super().__init__(tokens, info, min(max_source_tokens, self._cache_tokens // 2))
        self._last_id = 0
        self._running: list[_Running] = []  # of all streams
        self._read_prefixes: OrderedDict[tuple[int, ...], None] = OrderedDict()
        self._scored: OrderedDict[tuple[int, ...], dict[tuple[int, ...], _Scores]] = OrderedDict()
        self._lock = RLock()
        with model_errors(f"OpenVINO can't run {folder}"), given_back(folder / WEIGHTS_FILE):
            # The first run copies the weights. Unlike a step it lets other threads run.
            settings = self._settings(GenerationConfig(max_new_tokens=1))
            self._pipeline.generate([_tensor([self._end])], [settings])

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        waiting: deque[tuple[GenerationRequest, tuple[int, ...]]] = deque()
        running: list[_Running] = []
        try:
            while True:
                with self._lock:
                    self._fill(waiting, running, pull)
                    if not running and not waiting:
                        return
                    self._step()
                for each in [each for each in running if _ended(each.handle)]:
                    running.remove(each)
                    self._running.remove(each)
                    yield each.request, self._output(each)
        finally:
            for each in running:
                self._running.remove(each)
            self._drop([each.handle for each in running])

    def _fill(
        self,
        waiting: deque[tuple[GenerationRequest, tuple[int, ...]]],
        running: list[_Running],
        pull: Pull,
    ) -> None:
        """Start what there is room for."""
        while True:
            while len(waiting) < WAITING and (request := pull()) is not None:
                ids = tuple(self._encode([request.source])[0])
                waiting.append((request, ids))
            if not waiting or not self._has_room(*waiting[0], running):
                return
            if len(waiting) > 1:
                self._read(waiting[0][1], [ids for _, ids in list(waiting)[1:]])
            request, ids = waiting.popleft()
            handle = self._add(ids, self._settings(request.config))
            running.append(_Running(request, handle, ids))
            self._running.append(running[-1])

    def _has_room(
        self, request: GenerationRequest, ids: tuple[int, ...], running: Sequence[_Running]
    ) -> bool:
        """Where memory runs out the library takes requests back, and crashes or never ends with
        those of several sequences: what runs beside one of them has to fit to its last token.
        """
        others = [each for each in self._running if not _ended(each.handle)]
        if _sequences(request.config) > 1 or any(each.sequences > 1 for each in others):
            needed = _blocks(ids, request.config)
            if _sequences(request.config) > 1 and needed > self._cache_blocks:
                raise TooLongError(_over_memory(ids))
            if others and needed + sum(each.blocks for each in others) > self._cache_blocks:
                return False
        room = SEQUENCES - sum(each.sequences for each in running)
        return not running or _sequences(request.config) <= room

    def _read(self, ids: Sequence[int], others: Sequence[Sequence[int]]) -> None:
        """Have what `ids` and any of the others begin with computed once, before they come."""
        shared = max(_shared(ids, other) for other in others)
        prefix = tuple(ids[: shared // BLOCK_TOKENS * BLOCK_TOKENS])
        if not prefix or prefix in self._read_prefixes:
            return
        self._read_prefixes[prefix] = None
        if len(self._read_prefixes) > SEQUENCES:
            self._read_prefixes.popitem(last=False)
        settings = self._settings(GenerationConfig(max_new_tokens=1))
        self._finish([self._add(prefix, settings)])

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[float]:
        encoded = self._encode_pairs(sources, targets, most=self._cache_tokens)
        pairs = [(tuple(source), tuple(target)) for source, target in encoded]
        with self._lock:
            if len(pairs) > 1:
                self._read(pairs[0][0], [ids for ids, _ in pairs[1:]])
            return [sum(each) for each in self._scores(pairs)]

    def _scores(self, pairs: Sequence[_Pair]) -> list[tuple[float, ...]]:
        """The log-probability of each token of each target.

        The library gives none for what it finds in its pages, nor for the token behind it. Where
        this engine doesn't remember them from writing or scoring, a separator before everything has
        them computed anew, which shifts them a little.
        """
        settings = self._settings(GenerationConfig(max_new_tokens=1))
        settings.echo = True
        found: dict[_Pair, tuple[float, ...]] = {}
        for wave in _waves(list(dict.fromkeys(pairs))):
            handles = [self._add([*source, *target], settings) for source, target in wave]
            self._finish(handles)
            for (source, target), handle in zip(wave, handles, strict=True):
                (output,) = handle.read_all()
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

    def _add(self, ids: Sequence[int], settings: Any) -> Any:
        self._last_id += 1
        with model_errors("OpenVINO can't run the model"):
            return self._pipeline.add_request(self._last_id, _tensor(ids), settings)

    def _step(self) -> None:
        with model_errors("OpenVINO can't run the model"):
            self._pipeline.step()

    def _finish(self, handles: Sequence[Any]) -> None:
        try:
            while not all(map(_ended, handles)):
                self._step()
        except BaseException:
            self._drop(handles)
            raise

    def _drop(self, handles: Sequence[Any]) -> None:
        """Free the places of what nobody waits for any more."""
        for handle in handles:
            handle.cancel()
        with self._lock:
            if handles and self._pipeline.has_non_finished_requests():
                self._step()

    def _settings(self, config: GenerationConfig) -> Any:
        if config.num_beams > 1 and not config.do_sample and config.repetition_penalty != 1:
            # The library knows no penalty in beams.
            config = replace(config, num_beams=1, num_return_sequences=1)
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
        config, written = ended.request.config, ended.handle.read_all()
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
            )
            for (_, ids), each in zip(pairs, scores, strict=True)
        ]
        return ranked(candidates, size)


def _tensor(ids: Sequence[int]) -> Any:
    """Of shape (1, length)."""
    return ov.Tensor(np.array([list(ids)], dtype=np.int64))


def _properties(compute_type: str, threads: int) -> dict[str, Any]:
    properties: dict[str, Any] = {"INFERENCE_NUM_THREADS": threads, "KV_CACHE_PRECISION": "f16"}
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


def _ended(handle: Any) -> bool:
    return bool(handle.get_status() != openvino_genai.GenerationStatus.RUNNING)


def _shared(first: Sequence[int], second: Sequence[int]) -> int:
    """How many ids both begin with; the last ones never count, since something must be read."""
    size = min(len(first), len(second)) - 1
    return next((at for at in range(size) if first[at] != second[at]), size)


def available_version() -> str:
    return str(openvino_genai.__version__)
