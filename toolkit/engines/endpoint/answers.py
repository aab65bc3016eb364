"""What a server wrote, out of the stream or the one value that it sent."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit.engines.endpoint.http import TOO_LONG, Reply, UnusableError
from toolkit.engines.tokens import LEADING_THOUGHTS, THINKING, THOUGHT
from toolkit.errors import TooLongError

BYTES_PER_TOKEN = 3  # few for French and English, so that more tokens are expected than come
IMPOSSIBLE = 1e6  # no model finds a token that unlikely; servers write such numbers for -inf
CUT_OFF = ("length", "content_filter", "abort")  # reasons for an end that the model didn't make
COMMENTS = (b":", b"event:", b"id:", b"retry:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`log_prob` is zero where the server doesn't tell it, `source_tokens` as well."""

    text: str
    log_prob: float
    new_tokens: int
    source_tokens: int
    finished: bool


def estimated_tokens(text: str) -> int:
    """Rather too many: a tokenizer is not at hand."""
    return -(-len(text.encode(errors="replace")) // BYTES_PER_TOKEN)


def read_answer(reply: Reply, sources: Sequence[str]) -> Answer:
    """The answer to a chat with the texts `sources`.

    Raises UnusableError for what is no answer, an empty one included.
    """
    parts: list[str] = []
    log_probs: list[Any] = []
    reason: Any = None
    usage: dict[str, Any] = {}
    for event in _events(reply.body):
        if error := event.get("error"):
            _refuse(error)
        usage = _dict(event.get("usage")) or usage
        for choice in map(_dict, _list(event.get("choices"))[:1]):
            content = _dict(choice.get("delta") or choice.get("message")).get("content")
            if not isinstance(content, str | None):
                raise UnusableError("the answer's content is no text")
            parts.append(content or "")
            log_probs += _list(_dict(choice.get("logprobs")).get("content"))
            reason = choice.get("finish_reason") or reason
    if not isinstance(reason, str):
        raise UnusableError("the answer broke off")
    written = "".join(parts)
    text = _without_thoughts(written, sources).strip()
    if not text:
        only = " of thoughts" if written.strip() else ""
        raise UnusableError(f"the answer is empty{only}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnusableError("the answer holds half a character") from None
    told = _count(usage.get("completion_tokens"), at_most=len(reply.body))
    # Of the token that ends it, and of parts of characters, servers may tell nothing.
    whole = text == written.strip() and len(log_probs) >= min(told - 1, 0.8 * told)
    return Answer(
        text=text,
        log_prob=_sum(log_probs) if whole else 0.0,
        new_tokens=told or len(log_probs) or max(1, estimated_tokens(text)),
        source_tokens=_count(usage.get("prompt_tokens"), at_most=10**9),
        finished=reason not in CUT_OFF,
    )


def _events(body: bytes) -> Iterator[dict[str, Any]]:
    """The values of a stream of server-sent events, or the one value of another answer."""
    if body.lstrip().startswith(b"{"):
        yield _value(body)
        return
    found = False
    for each in body.split(b"\n"):  # Python's own lines end at characters that JSON may hold
        line = each.strip()
        if line.startswith(b"data:"):
            data = line.removeprefix(b"data:").strip()
            if data == b"[DONE]":
                return
            found = True
            yield _value(data)
        elif line and not line.startswith(COMMENTS):
            raise UnusableError("the answer is no JSON and no stream of it")
    if not found:
        raise UnusableError("the answer is empty")


def _value(data: bytes) -> dict[str, Any]:
    try:
        return _dict(json.loads(data))
    except (ValueError, RecursionError):
        raise UnusableError("the answer is no JSON") from None


def _refuse(error: Any) -> None:
    said = str(error.get("message", "") if isinstance(error, dict) else error)
    if any(phrase in said.lower() for phrase in TOO_LONG):
        raise TooLongError("the server finds a text too long for its model")
    raise UnusableError("the server failed while it answered")


def _without_thoughts(text: str, sources: Sequence[str]) -> str:
    """Those at the beginning go; where the prompt began them, only their end shows."""
    text = LEADING_THOUGHTS.sub("", text)
    before, end, after = text.partition(THOUGHT)
    quoted = any(THOUGHT in source for source in sources)
    return after if end and THINKING not in before and not quoted else text


def _dict(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnusableError("the answer is none of the protocol")
    return value


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnusableError("the answer is none of the protocol")
    return value


def _count(value: Any, *, at_most: int) -> int:
    """Zero for anything but a sensible number."""
    return value if type(value) is int and 0 < value <= at_most else 0


def _sum(log_probs: Sequence[Any]) -> float:
    """Zero where one of them is no logarithm of a probability."""
    total = 0.0
    for each in log_probs:
        value = each.get("logprob") if isinstance(each, dict) else None
        if not isinstance(value, int | float) or not abs(value) < IMPOSSIBLE:
            return 0.0
        total += min(0.0, value)
    return total
