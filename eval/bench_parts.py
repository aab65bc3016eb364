"""Where the time goes when the default model translates the five seeds: in the library's steps, in
scoring, in checks, and in everything else; and how many tokens are read and written meanwhile.

Part of `make bench`.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from toolkit.articles import prepare
from toolkit.assets import asset_folder
from toolkit.cleaning.steps import STEPS
from toolkit.engines.openvino import BLOCK_TOKENS, OpenVINOEngine
from toolkit.models.catalogue import DEFAULT_MODEL
from toolkit.pipeline import Pipeline
from toolkit.reading import read_document
from toolkit.settings import Settings
from toolkit.translation.judge import Judge
from toolkit.translation.search import Quality

QUALITIES: tuple[Quality, ...] = ("fast", "standard")
# What is timed, by the method that does it; the model's steps inside scoring are scoring's, also
# those that end what was being written before.
PARTS: dict[str, tuple[type, str]] = {
    "steps of the model": (OpenVINOEngine, "_step"),
    "scoring": (OpenVINOEngine, "_echoed"),
    "checks": (Judge, "attempt"),
}


class Watch:
    """Seconds by part, and tokens of prompts and answers."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.tokens = Counter[str]()
        self._inside: list[str] = []
        self._since = 0.0

    def timed(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            self._pass()
            self._inside.append(part if "scoring" not in self._inside else "scoring")
            try:
                return work(*args, **options)
            finally:
                self._pass()
                self._inside.pop()

        return run

    def start(self) -> None:
        self.seconds.clear()
        self.tokens.clear()
        self._since = time.perf_counter()

    def _pass(self) -> None:
        now = time.perf_counter()
        self.seconds[self._inside[-1] if self._inside else "everything else"] += now - self._since
        self._since = now

    stop = _pass


def main() -> None:
    watch = Watch()
    for part, (owner, name) in PARTS.items():
        setattr(owner, name, watch.timed(part, getattr(owner, name)))
    start, output = OpenVINOEngine._start, OpenVINOEngine._output

    def started(self: Any, ids: tuple[int, ...], *args: Any, **options: Any) -> Any:
        if not options.get("scored"):
            watch.tokens["of prompts"] += len(ids) - BLOCK_TOKENS  # which all prompts share
        return start(self, ids, *args, **options)

    def written(self: Any, ended: Any) -> Any:
        result = output(self, ended)
        watch.tokens["of answers"] += sum(each.new_tokens for each in result.candidates)
        watch.tokens["of the likeliest answers"] += result.candidates[0].new_tokens
        return result

    OpenVINOEngine._start = started  # type: ignore[method-assign]
    OpenVINOEngine._output = written  # type: ignore[method-assign]
    articles = [
        prepare(read_document(path), language="fr", steps=tuple(STEPS), max_chars=10**6)
        for path in sorted(asset_folder("seeds").glob("*.txt"))
    ]
    segments = [each for article in articles for each in article.segments if each.text]
    for quality in QUALITIES:
        settings = Settings(cache=False, translator=DEFAULT_MODEL, quality=quality)
        translator = Pipeline(settings).translator
        translator.translate(segments[:1])  # warms up
        watch.start()
        translator.translate(segments)
        watch.stop()
        whole = sum(watch.seconds.values())
        print(f"\n{quality}: {len(segments)} sentences, {whole:.1f} s")
        for part, seconds in sorted(watch.seconds.items(), key=lambda pair: -pair[1]):
            print(f"  {part:<22}{seconds:>8.1f} s{100 * seconds / whole:>7.1f} %")
        for kind, count in watch.tokens.items():
            print(f"  tokens {kind:<26}{count:>8,}{count / whole:>8.1f} a second")


if __name__ == "__main__":
    main()
