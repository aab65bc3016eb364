"""Many items through the chain: in their order, and none of them ends the others."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from toolkit.errors import InputError, ToolkitError

MAX_HELD = 1024  # items between the first that isn't done and the last that was taken
LEFT_OUT = "the work ended without an answer to each item"
Tag = TypeVar("Tag")
Value = TypeVar("Value")
Made = TypeVar("Made")
Keyed = Iterable[tuple[Hashable, Value]]


@dataclass(frozen=True, slots=True)
class Ready(Generic[Made]):
    """Stands for a value of which nothing more is to be made."""

    made: Made


def flow(
    items: Iterable[tuple[Tag, Value | Ready[Made] | Exception]],
    work: Callable[[Keyed[Value]], Keyed[Made]],
) -> Iterator[tuple[Tag, Made | Exception]]:
    """Each tag with what `work` makes of its value, in their order, as soon as those before it are
    done. What is `Ready` needs no work; an exception in the place of a value stays one.

    `work` is called anew once MAX_HELD items are held, which bounds the memory. Where it fails,
    what it had taken is done one by one, and what fails again is answered by the exception. An
    error that would meet every other item as well is raised: a model that is missing, a full disk,
    a reader of the output that went away. So is what `items` raises, once those before it are done.
    Raises RuntimeError where `work` ends without an answer to each item.
    """
    numbered = enumerate(items)
    taken: dict[Hashable, tuple[Tag, Value | Ready[Made] | Exception]] = {}
    made: dict[Hashable, Made | Exception] = {}
    ended: list[Exception | None] = []  # by what, once there are no more items

    def values() -> Iterator[tuple[Hashable, Value]]:
        while len(taken) < MAX_HELD:
            try:
                key, (tag, value) = next(numbered)
            except StopIteration:
                return ended.append(None)
            except Exception as error:  # noqa: BLE001 - it is raised when the others are done
                return ended.append(error)
            taken[key] = tag, value
            if isinstance(value, Ready):
                made[key] = value.made
            elif isinstance(value, Exception):
                made[key] = value
            else:
                yield key, value
        return None

    def done() -> Iterator[tuple[Tag, Made | Exception]]:
        while taken and (key := next(iter(taken))) in made:
            tag, _ = taken.pop(key)
            yield tag, made.pop(key)

    while not ended:
        given = values()
        try:
            for key, result in work(given):
                made[key] = result
                yield from done()
        except Exception as error:
            if _meets_all(error):
                raise
            for key in [key for key in taken if key not in made]:
                value = taken[key][1]
                assert not isinstance(value, Ready | Exception)
                made[key] = _alone(key, value, work)
        else:
            if next(given, None) or taken.keys() - made.keys():
                raise RuntimeError(LEFT_OUT)
        yield from done()
    if ended[0]:
        raise ended[0]


def _alone(
    key: Hashable, value: Value, work: Callable[[Keyed[Value]], Keyed[Made]]
) -> Made | Exception:
    try:
        results = dict(work(iter([(key, value)])))
    except Exception as error:
        if _meets_all(error):
            raise
        return error
    return results.get(key, RuntimeError(LEFT_OUT))


def _meets_all(error: Exception) -> bool:
    """Whether it would meet every other item too."""
    return isinstance(error, ToolkitError | BrokenPipeError) and not isinstance(error, InputError)
