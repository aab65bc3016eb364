"""Outputs that are kept: what an engine has written once, it is not asked for again."""

import json
import math
from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import repeat
from typing import Any, TypeGuard

from toolkit.engines.base import (
    Candidate,
    Engine,
    EngineInfo,
    GenerationConfig,
    GenerationRequest,
    Output,
    Pull,
    Source,
    TokenScore,
)
from toolkit.errors import ModelError
from toolkit.store import Store, key_of

MAX_UNWRITTEN = 16  # outputs that a sudden end may lose
MAX_READY = 512  # outputs found in the store while others are being pulled
KEPT = "what was answered so far is kept, and the same call goes on from there"


class StoredOutputs:
    """An engine whose raw outputs go to `store` and are found there again; None keeps nothing.

    A key is made of the source as the model reads it, the engine and its model, the `languages`
    that it was loaded for, and the generation settings. The token limit is not in it: an output
    that ended by itself is the same under any limit, and one that was cut off is found under that
    limit or a lower one; so what a lower limit gets may be longer than it would be afresh.

    A store that isn't read changes nothing: the engine is asked exactly as without one.
    """

    def __init__(self, engine: Engine, store: Store | None, languages: Sequence[str]) -> None:
        self.engine = engine
        self.store = store
        self.languages = list(languages)

    @property
    def info(self) -> EngineInfo:
        return self.engine.info

    @property
    def max_source_tokens(self) -> int:
        return self.engine.max_source_tokens

    def count_tokens(self, source: Source) -> int:
        return self.engine.count_tokens(source)

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        """As the engine's; requests that are alike are asked once, and what is in the store never.

        Outputs are written as they come, and what is still unwritten when the stream ends or is
        closed then. A ModelError says so.
        """
        if self.store is None:
            yield from self.engine.stream(pull)
            return
        if not self.store.reads:
            yield from self._recorded(pull)
            return
        ready: deque[tuple[GenerationRequest, Output]] = deque()
        asked: dict[Hashable, list[GenerationRequest]] = {}
        again: deque[GenerationRequest] = deque()
        unwritten: dict[str, str] = {}
        keeps = False

        def pull_missing() -> GenerationRequest | None:
            while len(ready) < MAX_READY and (request := again.popleft() if again else pull()):
                key = self._key(request.source, request.config)
                if key in asked:
                    asked[key].append(request)
                elif found := self._find([key], request.config, unwritten):
                    ready.append((request, found[key]))
                else:
                    asked[key] = [request]
                    return replace(request, key=key)
            return None

        def handed_out() -> Iterator[tuple[GenerationRequest, Output]]:
            while ready:
                yield ready.popleft()

        try:
            while True:
                for request, output in self.engine.stream(pull_missing):
                    limit = request.config.max_new_tokens
                    if not output.is_missing:
                        unwritten[str(request.key)] = output_as_json(output, limit=limit)
                        keeps = True
                    if len(unwritten) >= MAX_UNWRITTEN:
                        self._write(unwritten)
                    for each in asked.pop(request.key):
                        if _serves(output, limit, each.config.max_new_tokens):
                            ready.append((each, output))
                        else:
                            again.append(each)
                    yield from handed_out()
                if not ready:
                    return
                yield from handed_out()
        except ModelError as error:
            if not keeps:
                raise
            raise ModelError(f"{error}; {KEPT}") from error
        finally:
            self._write(unwritten)

    def _recorded(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        unwritten: dict[str, str] = {}
        try:
            for request, output in self.engine.stream(pull):
                if not output.is_missing:
                    limit = request.config.max_new_tokens
                    key = self._key(request.source, request.config)
                    unwritten[key] = output_as_json(output, limit=limit)
                if len(unwritten) >= MAX_UNWRITTEN:
                    self._write(unwritten)
                yield request, output
        finally:
            self._write(unwritten)

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        if self.store is None:
            return self.engine.score(sources, targets)
        pairs = list(zip(sources, targets, strict=True))
        keys = [self._score_key(*pair) for pair in pairs]
        if not self.store.reads:
            scores = self.engine.score(sources, targets)
            self.store.add(dict(zip(keys, map(scored_as_json, scores), strict=True)))
            return scores
        read = {key: scored_from_json(text) for key, text in self.store.find(keys).items()}
        found = {key: scored for key, scored in read.items() if scored}
        missing = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in found}
        if missing:
            scores = self.engine.score(*zip(*missing.values(), strict=True))
            written = dict(zip(missing, scores, strict=True))
            self.store.add({key: scored_as_json(scored) for key, scored in written.items()})
            found |= written
        return [found[key] for key in keys]

    def _write(self, unwritten: dict[str, str]) -> None:
        if self.store is not None and unwritten:
            self.store.add(unwritten)
            unwritten.clear()

    def _find(
        self, keys: Sequence[str], config: GenerationConfig, unwritten: Mapping[str, str]
    ) -> dict[str, Output]:
        if self.store is None:
            return {}
        limit = config.max_new_tokens
        written = self.store.find([key for key in keys if key not in unwritten])
        written |= {key: unwritten[key] for key in keys if key in unwritten}
        read = {key: output_from_json(text, limit=limit) for key, text in written.items()}
        return {key: output for key, output in read.items() if output}

    def _key(self, source: Source, config: GenerationConfig) -> str:
        generation = asdict(config)
        del generation["max_new_tokens"]
        return key_of("output", self._parts(source) | {"generation": generation})

    def _score_key(self, source: Source, target: str) -> str:
        return key_of("score", self._parts(source) | {"target": target})

    def _parts(self, source: Source) -> dict[str, Any]:
        engine = self.info.as_dict()
        for name in ("reason", "lacks"):  # which change no answer
            engine.pop(name, None)
        return {
            "source": source if isinstance(source, str) else [asdict(each) for each in source],
            "engine": engine,
            "languages": self.languages,
        }


def output_as_json(output: Output, *, limit: int) -> str:
    """`limit` is the number of new tokens after which it would have been cut off."""
    return json.dumps(asdict(output) | {"limit": limit}, ensure_ascii=False)


def output_from_json(text: str, *, limit: int) -> Output | None:
    """None for anything but what `output_as_json` gives, and for an output that was cut off by a
    lower limit.
    """
    try:
        value = json.loads(text)
        written_under = value.pop("limit")
        candidates = tuple(map(_candidate, value.pop("candidates")))
        output = Output(candidates=candidates, **value)
        if output_as_json(output, limit=written_under) != text:
            return None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
    if not (type(output.source_tokens) is type(written_under) is int and candidates):
        return None
    if not all(map(_is_sound, candidates)) or not _serves(output, written_under, limit):
        return None
    return output


def scored_as_json(scored: Candidate) -> str:
    return json.dumps(asdict(scored), ensure_ascii=False)


def scored_from_json(text: str) -> Candidate | None:
    """None for anything but what `scored_as_json` gives."""
    try:
        scored = _candidate(json.loads(text))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
    return scored if _is_sound(scored) and scored_as_json(scored) == text else None


def _serves(output: Output, written_under: int, limit: int) -> bool:
    """Whether `output` is what is found under `limit`, though another was set."""
    return written_under >= limit or all(each.finished for each in output.candidates)


def _candidate(value: dict[str, Any]) -> Candidate:
    tokens = tuple(TokenScore(*each) for each in value.pop("tokens"))
    return Candidate(**value, tokens=tokens)


def _is_sound(candidate: Candidate) -> bool:
    return (
        type(candidate.text) is str
        and _is_number(candidate.log_prob)
        and all(map(_is_in, repeat(candidate.text), candidate.tokens))
        and type(candidate.new_tokens) is int
        and type(candidate.finished) is bool
    )


def _is_in(text: str, token: TokenScore) -> bool:
    start, end, log_prob = token
    return (
        type(start) is type(end) is int and 0 <= start < end <= len(text) and _is_number(log_prob)
    )


def _is_number(value: object) -> TypeGuard[float]:
    return type(value) is float and math.isfinite(value)
