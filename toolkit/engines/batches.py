"""Streams of requests for libraries that take one batch after the other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from toolkit.engines.base import GenerationConfig, GenerationRequest, Output, Pull, Source

# Gives each output as soon as it is finished, with the place of its source.
Pending = Callable[[], Iterable[tuple[int, Output]]]
Begin = Callable[[Sequence[Source], GenerationConfig], Pending]


def in_batches(
    begin: Begin, pull: Pull, *, size: int
) -> Iterator[tuple[GenerationRequest, Output]]:
    """Outputs of batches of at most `size` requests that share their settings, apart from the limit
    on new tokens, of which a batch has the highest.

    A batch is begun before the outputs of the one before it are handed out, and these are handed
    out one by one, so that a library that works in the background goes on while they are judged.
    """
    waiting: list[GenerationRequest] = []
    running: tuple[list[GenerationRequest], Pending] | None = None
    while True:
        batch = _batch(waiting, pull, size)
        begun = (batch, begin([each.source for each in batch], _config(batch))) if batch else None
        if running:
            requests, pending = running
            for place, output in pending():
                yield requests[place], output
        elif not begun:
            return
        running = begun


def _batch(waiting: list[GenerationRequest], pull: Pull, size: int) -> list[GenerationRequest]:
    """The next requests of one kind, that of the one that waits longest."""
    same = sum(_kind(each) == _kind(waiting[0]) for each in waiting)
    while len(waiting) < 2 * size and same < size and (request := pull()):
        waiting.append(request)
        same += _kind(request) == _kind(waiting[0])
    batch, rest = list[GenerationRequest](), list[GenerationRequest]()
    for each in waiting:
        fits = len(batch) < size and _kind(each) == _kind(waiting[0])
        (batch if fits else rest).append(each)
    waiting[:] = rest
    return batch


def _kind(request: GenerationRequest) -> GenerationConfig:
    return replace(request.config, max_new_tokens=0)


def _config(batch: Sequence[GenerationRequest]) -> GenerationConfig:
    most = max(each.config.max_new_tokens for each in batch)
    return replace(batch[0].config, max_new_tokens=most)
