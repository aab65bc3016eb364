"""llama.cpp: any architecture that comes as a GGUF file, slower than OpenVINO on most CPUs.

Needs the extra `llamacpp`. Requests join and leave a running batch and share one memory for keys
and values. The library knows no beams and doesn't tell the probability of a given text.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from operator import ge
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from threading import Lock
from time import sleep
from typing import Any

from toolkit.engines.base import (
    Candidate,
    EngineInfo,
    GenerationConfig,
    GenerationRequest,
    Output,
    Pull,
    Source,
    TokenScore,
    ranked,
)
from toolkit.engines.llamacpp.server import LlamaServer
from toolkit.engines.llamacpp.tokenizer import LlamaCppTokenizer
from toolkit.engines.model import TokenizedModel
from toolkit.engines.tokens import SourceFormat, Tokens
from toolkit.errors import ModelError
from toolkit.models.boundary import model_errors
from toolkit.models.conversion.llamacpp import SHAPE_FILE, WEIGHTS_FILE

SEQUENCES = 16  # that are written at once
MIN_CONTEXT = 256  # tokens, below which there is no room for any text
BYTES_OF_A_VALUE = {"float32": 4}  # otherwise two
WAIT_S = 0.05  # between looks at whether others' requests have left room
NO_SCORES = "llama.cpp doesn't tell the probability of a given text"
_Needs = tuple[int, int]  # tokens and sequences


@dataclass(frozen=True, slots=True)
class _Asked:
    request: GenerationRequest
    source_tokens: int
    needs: _Needs


class LlamaCppEngine(TokenizedModel):
    def __init__(
        self,
        model_folder: Path,
        tokenizer_folder: Path,
        *,
        source_format: SourceFormat,
        info: EngineInfo,
        max_source_tokens: int,
        threads: int,
        kv_cache_mb: int,
    ) -> None:
        """Load what `place_gguf` put into the folders. `kv_cache_mb` bounds the memory for keys and
        values.

        Raises ModelError when the file can't be loaded or the memory doesn't hold any text.
        """
        with model_errors(f"llama.cpp can't load {model_folder}"):
            shape = json.loads((model_folder / SHAPE_FILE).read_text(encoding="utf-8"))
            values: int = shape["values_of_a_token"]
        room = kv_cache_mb * 1_000_000 // (values * BYTES_OF_A_VALUE.get(info.compute_type, 2))
        # More would only be allocated: so much is never used at once.
        context = min(room, SEQUENCES * max_source_tokens) // MIN_CONTEXT * MIN_CONTEXT
        if not context:
            raise ModelError(f"kv_cache_mb {kv_cache_mb} is too little for any text")
        self._server = LlamaServer(
            model_folder / WEIGHTS_FILE,
            context_tokens=context,
            sequences=SEQUENCES,
            threads=threads,
            device=info.device,
            float32=info.compute_type == "float32",
        )
        tokens = Tokens.of(
            lambda: LlamaCppTokenizer(tokenizer_folder, self._server.ask),
            tokenizer_folder,
            source_format,
        )
        info = replace(info, lacks=("beams", "scores"))
        super().__init__(tokens, info, min(max_source_tokens, context // 2))
        self._context = context
        self._room = _Room(tokens=context, sequences=SEQUENCES)

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        waiting: tuple[_Asked, dict[str, Any]] | None = None
        running: dict[HTTPConnection, _Asked] = {}
        selector = DefaultSelector()
        try:
            while True:
                while True:
                    if not waiting and (request := pull()):
                        waiting = self._prepared(request)
                    if not waiting or not self._room.take(waiting[0].needs):
                        break
                    (asked, body), waiting = waiting, None
                    try:
                        connection = self._server.begin("/completion", body)
                    except BaseException:
                        self._room.release(asked.needs)
                        raise
                    running[connection] = asked
                    self._room.hold(connection, asked.needs)
                    selector.register(connection.sock, EVENT_READ, connection)
                if not running:
                    if not waiting:
                        return
                    sleep(WAIT_S)
                    continue
                for key, _ in selector.select():
                    selector.unregister(key.fileobj)
                    self._room.give_back(key.data)
                    asked = running.pop(key.data)
                    answer = self._server.answer(key.data)
                    yield asked.request, self._output(asked, answer)
        finally:
            for connection in running:
                self._room.give_back(connection)
                connection.close()
            selector.close()

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        raise ModelError(NO_SCORES)

    def _prepared(self, request: GenerationRequest) -> tuple[_Asked, dict[str, Any]]:
        (ids,) = self._encode([request.source])
        config = self._possible(request.config, len(ids))
        needs = self._needs(config, len(ids))
        return _Asked(request, len(ids), needs), _body(ids, config)

    def _possible(self, config: GenerationConfig, source_tokens: int) -> GenerationConfig:
        """What the library can do: it knows no beams, and memory may hold fewer samples."""
        if not config.do_sample:
            return replace(config, num_beams=1, num_return_sequences=1)
        config = replace(config, num_return_sequences=min(config.num_return_sequences, SEQUENCES))
        while config.num_return_sequences > 1 and self._tokens_of(config, source_tokens) > (
            self._context
        ):
            config = replace(config, num_return_sequences=config.num_return_sequences - 1)
        return config

    def _tokens_of(self, config: GenerationConfig, source_tokens: int) -> int:
        """That are kept at the end: the sequences share those of the source."""
        return source_tokens + config.num_return_sequences * config.max_new_tokens

    def _needs(self, config: GenerationConfig, source_tokens: int) -> tuple[int, int]:
        tokens = min(self._context, self._tokens_of(config, source_tokens))
        return tokens, config.num_return_sequences

    def _output(self, asked: _Asked, answer: Any) -> Output:
        written = answer if isinstance(answer, list) else [answer]
        candidates = [
            Candidate(
                text=self._tokens.decode(each["tokens"]),
                log_prob=_log_prob(each),
                new_tokens=len(each["tokens"]),
                finished=each["stop_type"] == "eos",
                tokens=self._scores(each),
            )
            for each in written
        ]
        return ranked(candidates, asked.source_tokens)

    def _scores(self, written: dict[str, Any]) -> tuple[TokenScore, ...]:
        """None where the library doesn't tell one of each token."""
        told = [token["logprob"] for token in written.get("completion_probabilities", ())]
        ids = written["tokens"]
        return self._tokens.scores(ids, told) if len(told) == len(ids) else ()


class _Room:
    """What the requests of all streams may take at once.

    A request takes nothing any more once it is answered, though its stream may not have read that
    yet: who reads streams by turns would wait for ever.
    """

    def __init__(self, *, tokens: int, sequences: int) -> None:
        self._free = (tokens, sequences)
        self._selector = DefaultSelector()
        self._lock = Lock()

    def take(self, needs: _Needs) -> bool:
        """Whether there is as much, which is taken then."""
        with self._lock:
            taken = self._selector.get_map()
            for key, _ in self._selector.select(0) if taken else ():
                self._give_back(key.fileobj)
            if not all(map(ge, self._free, needs)):
                return False
            self._free = self._free[0] - needs[0], self._free[1] - needs[1]
            return True

    def release(self, needs: _Needs) -> None:
        """What was taken is for none."""
        with self._lock:
            self._add(needs)

    def hold(self, connection: HTTPConnection, needs: _Needs) -> None:
        """What was taken is for this one."""
        with self._lock:
            self._selector.register(connection.sock, EVENT_READ, needs)

    def give_back(self, connection: HTTPConnection) -> None:
        with self._lock:
            if connection.sock in self._selector.get_map():
                self._give_back(connection.sock)

    def _give_back(self, sock: Any) -> None:
        self._add(self._selector.unregister(sock).data)

    def _add(self, needs: _Needs) -> None:
        self._free = self._free[0] + needs[0], self._free[1] + needs[1]


def _body(ids: Sequence[int], config: GenerationConfig) -> dict[str, Any]:
    """As the library's server takes it. Probabilities are those before temperature and penalty."""
    return {
        "prompt": list(ids),
        "n_predict": config.max_new_tokens,
        "n_cmpl": config.num_return_sequences,
        "n_probs": 1,
        "return_tokens": True,
        "samplers": ["penalties", "temperature", "top_p"],
        "temperature": config.temperature if config.do_sample else 0.0,
        "top_p": config.top_p,
        "seed": config.seed,
        "repeat_penalty": config.repetition_penalty,
        "repeat_last_n": len(ids) + config.max_new_tokens,
    }


def _log_prob(written: dict[str, Any]) -> float:
    """Of the whole answer. The library tells none for a part of a letter's bytes: those count as
    the others do on average.
    """
    told = [token["logprob"] for token in written.get("completion_probabilities", ())]
    return float(sum(told) * len(written["tokens"]) / max(1, len(told)))
