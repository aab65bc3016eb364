"""Work that asks a model several times, many pieces of it side by side in one stream."""

from collections import deque
from collections.abc import Generator, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar, cast

from toolkit.engines.base import Engine, GenerationRequest, Output

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
# It yields requests, is sent their outputs in the same order, and returns what it comes to.
Asking = Generator[list[GenerationRequest], list[Output], Value]


@dataclass(eq=False, slots=True)
class _Work(Generic[Key, Value]):
    key: Key
    asking: Asking[Value]
    outputs: dict[int, Output] = field(default_factory=dict)
    asked: int = 0
    begun: bool = False


@dataclass(frozen=True, slots=True)
class _Place(Generic[Key, Value]):
    work: _Work[Key, Value]
    number: int


def run(
    engine: Engine, askings: Iterable[tuple[Key, Asking[Value]]]
) -> Iterator[tuple[Key, Value]]:
    """Each key with what its work comes to, as soon as it is done; more is begun as the engine has
    room.
    """
    incoming = iter(askings)
    waiting: deque[GenerationRequest] = deque()
    finished: deque[tuple[Key, Value]] = deque()

    def go_on(work: _Work[Key, Value]) -> None:
        """From what was answered to what is asked next."""
        try:
            while True:
                outputs = [work.outputs[number] for number in range(work.asked)]
                requests = work.asking.send(outputs) if work.begun else next(work.asking)
                work.outputs, work.asked, work.begun = {}, len(requests), True
                waiting.extend(
                    replace(request, key=_Place(work, number))
                    for number, request in enumerate(requests)
                )
                if requests:
                    return
        except StopIteration as stop:
            finished.append((work.key, stop.value))

    def pull() -> GenerationRequest | None:
        while not waiting:
            begun = next(incoming, None)
            if begun is None:
                return None
            go_on(_Work(*begun))
        return waiting.popleft()

    for request, output in engine.stream(pull):
        place = cast(_Place[Key, Value], request.key)
        place.work.outputs[place.number] = output
        if len(place.work.outputs) == place.work.asked:
            go_on(place.work)
        while finished:
            yield finished.popleft()
    while finished:
        yield finished.popleft()
