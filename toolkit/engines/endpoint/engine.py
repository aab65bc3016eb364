"""Models of a server that speaks the OpenAI chat-completions protocol: Ollama, llama.cpp, vLLM.

What the protocol lacks: beams, the score of a given text, answers that are begun for the model, and
a tokenizer, for which an estimate has to do.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Lock
from typing import Any

from toolkit.engines.base import (
    NO_ANSWER,
    Candidate,
    EngineInfo,
    GenerationConfig,
    GenerationRequest,
    Message,
    Output,
    Pull,
    Source,
    ranked,
    refuse_long,
)
from toolkit.engines.endpoint.address import Address
from toolkit.engines.endpoint.answers import Answer, estimated_tokens, read_answer
from toolkit.engines.endpoint.http import (
    KEY_VARIABLE,
    Calls,
    RefusedError,
    Server,
    UnusableError,
)
from toolkit.engines.endpoint.models import ServedModel, served_model
from toolkit.errors import ModelError, TooLongError, UsageError

AT_ONCE = 4  # requests; servers run as many, or let them wait
CONTEXT_TOKENS = 4096  # where the server doesn't tell
ANSWER_TOKENS = 1024  # of the context, or half of a short one
TOKENS_PER_MESSAGE = 8  # of a chat template
MAX_FAILED = 2  # requests in a row without a usable answer, after which a plain one is tried
PLAIN = "Translate into English: Le président est arrivé lundi à Paris."
PLAIN_CONFIG = GenerationConfig(max_new_tokens=40)
POLL_S = 0.5  # on Windows nothing else lets Ctrl-C through
# What a server may refuse; then it is asked without.
NO_THINKING = {
    "chat_template_kwargs": {"enable_thinking": False},  # llama.cpp, vLLM
    "reasoning_effort": "none",  # Ollama
    "think": False,
}
FACTS = {"logprobs": True, "top_logprobs": 1, "stream_options": {"include_usage": True}}


class EndpointEngine:
    def __init__(self, server: Server, model: ServedModel, *, at_once: int = 0) -> None:
        self._server = server
        self._at_once = at_once or AT_ONCE
        context = model.context_tokens or CONTEXT_TOKENS
        self._max_source_tokens = context - min(ANSWER_TOKENS, context // 2)
        self._info = EngineInfo(
            engine="endpoint",
            engine_version=model.version,
            model=model.name,
            family="causal",
            compute_type="unknown",
            device=server.address.base,
            sha256=model.digest,
            lacks=("beams", "openings", "scores"),
        )
        self._lock = Lock()
        self._refused = frozenset[str]()  # fields that the server doesn't take
        self._failed = 0

    @property
    def info(self) -> EngineInfo:
        return self._info

    @property
    def max_source_tokens(self) -> int:
        return self._max_source_tokens

    def count_tokens(self, source: Source) -> int:
        """An estimate, rather too high."""
        return sum(estimated_tokens(each) + TOKENS_PER_MESSAGE for each in _texts(source))

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        """As of any engine. What no usable answer comes for has the output NO_ANSWER; where a plain
        sentence has none either, or nobody answers at all, it raises ModelError.
        """
        calls = Calls()
        running: dict[Future[Output], GenerationRequest] = {}
        pool = ThreadPoolExecutor(self._at_once)
        try:
            while True:
                while len(running) < self._at_once and (request := pull()) is not None:
                    refuse_long([self.count_tokens(request.source)], self._max_source_tokens)
                    running[pool.submit(self._answer, request, calls)] = request
                if not running:
                    return
                done: set[Future[Output]] = set()
                while not done:
                    done, _ = wait(running, timeout=POLL_S, return_when=FIRST_COMPLETED)
                # What was answered isn't lost by what wasn't.
                for each in sorted(done, key=lambda each: each.exception() is not None):
                    output = each.result()
                    yield running.pop(each), output
        finally:
            calls.end()
            pool.shutdown(cancel_futures=True)

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        raise ModelError(f"{self._server.address.base}: the protocol has no scores of given texts")

    def _answer(self, request: GenerationRequest, calls: Calls) -> Output:
        config = request.config
        wanted = config.num_return_sequences if config.do_sample else 1
        answers: list[Answer] = []
        for number in range(wanted):
            try:
                answers.append(self._ask(request.source, config, config.seed + number, calls))
            except UnusableError as error:
                self._count_failure(error, calls)
            except (RefusedError, TooLongError) as error:
                self._count_failure(error, calls)
                break  # with another seed it would be no better
            else:
                self._failed = 0
        tokens = max((each.source_tokens for each in answers), default=0)
        known = all(each.log_prob for each in answers)  # what is unknown is no better
        candidates = [
            Candidate(
                text=each.text,
                log_prob=each.log_prob if known else 0.0,
                new_tokens=each.new_tokens,
                finished=each.finished,
            )
            for each in answers
        ]
        return ranked(candidates or [NO_ANSWER], tokens or self.count_tokens(request.source))

    def _count_failure(self, error: Exception, calls: Calls) -> None:
        """Raises ModelError where it isn't the text that the server can't answer. A refusal is
        looked into at once: it costs no tries.
        """
        refused = isinstance(error, RefusedError)
        with self._lock:
            self._failed += 1
            if self._failed < MAX_FAILED and not refused:
                return
        try:
            self._ask(PLAIN, PLAIN_CONFIG, 0, calls)
        except (UnusableError, RefusedError, TooLongError):
            what = f"refuses {self._info.model}" if refused else "gives no usable answer, at last"
            raise ModelError(f"{self._server.address.base} {what}: {error}") from error
        self._failed = 0

    def _ask(self, source: Source, config: GenerationConfig, seed: int, calls: Calls) -> Answer:
        """Raises what `Server.call` does, RefusedError where even the least is refused."""
        texts = _texts(source)
        required = {
            "model": self._info.model,
            "messages": _messages(source),
            "max_tokens": config.max_new_tokens,
            "temperature": config.temperature if config.do_sample else 0,
            "top_p": config.top_p if config.do_sample else 1,
            "stream": True,
        }
        optional = _optional(config, seed)
        refused = self._refused
        while True:
            payload = required | {k: v for k, v in optional.items() if k not in refused}
            try:
                answer = self._server.call(
                    "/chat/completions",
                    lambda reply: read_answer(reply, texts),
                    calls,
                    payload=payload,
                )
            except RefusedError as error:
                left = optional.keys() - refused
                if not left:
                    raise
                named = {each for each in left if each in str(error)}
                # What goes with it goes too: top_logprobs is nothing without logprobs.
                akin = {each for each in left if any(name in each for name in named)}
                refused |= akin or left
            else:
                with self._lock:
                    self._refused |= refused  # only now is it the fields that were at fault
                return answer


def open_endpoint(
    endpoint: str, model: str, *, allow_remote: bool, timeout_s: float, at_once: int
) -> EndpointEngine:
    """`model` is one of the server's; without a name it is the only one.

    Raises UsageError for a server elsewhere unless that is allowed, ModelError for one that can't
    be asked or hasn't got the model.
    """
    server = server_at(endpoint, allow_remote=allow_remote, timeout_s=timeout_s)
    return EndpointEngine(server, served_model(server, model), at_once=at_once)


def server_at(endpoint: str, *, allow_remote: bool, timeout_s: float) -> Server:
    """With the key of the environment. Raises UsageError as `open_endpoint` does."""
    try:
        address = Address.parse(endpoint)
    except ValueError as error:
        raise UsageError(f"endpoint: {error}") from error
    if not (address.is_local or allow_remote):
        raise UsageError(
            f"{address.host} is not this machine, and the text would be sent there; if that is "
            "what you want, add --allow-remote"
        )
    return Server(address, api_key=os.environ.get(KEY_VARIABLE, ""), timeout_s=timeout_s)


def _optional(config: GenerationConfig, seed: int) -> dict[str, Any]:
    fields = {"seed": seed, **FACTS, **NO_THINKING}
    if config.repetition_penalty != 1:  # of vLLM, and of llama.cpp
        penalty = config.repetition_penalty
        fields |= {"repetition_penalty": penalty, "repeat_penalty": penalty}
    return fields


def _chat(source: Source) -> Sequence[Message]:
    return (Message("user", source),) if isinstance(source, str) else source


def _messages(source: Source) -> list[dict[str, str]]:
    return [{"role": each.role, "content": each.content} for each in _chat(source)]


def _texts(source: Source) -> list[str]:
    return [each.content for each in _chat(source)]
