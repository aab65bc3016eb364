"""Outputs that are kept: what an engine has written once, it is not asked for again."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from toolkit.engines.base import Engine, EngineInfo, GenerationConfig, Output, Pending, Source
from toolkit.store import Store, key_of


class StoredOutputs:
    """An engine whose raw outputs go to `store` and are found there again; None keeps nothing.

    A key is made of the source as the model reads it, the engine and its model, the `languages`
    that it was loaded for, and the generation settings. The token limit is not in it: an output
    that ended by itself is the same under any limit, and one that was cut off is found under that
    limit or a lower one; so what a lower limit gets may be longer than it would be afresh.
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

    def holds(self, sources: Sequence[Source], config: GenerationConfig) -> list[bool]:
        """Whether each output is there already."""
        keys = [self._key(source, config) for source in sources]
        found = self._find(keys, config)
        return [key in found for key in keys]

    def generate(self, sources: Sequence[Source], config: GenerationConfig) -> list[Output]:
        return self.begin(sources, config)()

    def begin(self, sources: Sequence[Source], config: GenerationConfig) -> Pending:
        store = self.store
        if store is None:
            return self.engine.begin(sources, config)
        keys = [self._key(source, config) for source in sources]
        found = self._find(keys, config)
        missing = {
            key: source for key, source in zip(keys, sources, strict=True) if key not in found
        }
        pending = self.engine.begin(list(missing.values()), config) if missing else list

        def outputs() -> list[Output]:
            written = dict(zip(missing, pending(), strict=True))
            if written:
                limit = config.max_new_tokens
                store.add({key: output_as_json(each, limit=limit) for key, each in written.items()})
            return [(found | written)[key] for key in keys]

        return outputs

    def _find(self, keys: Sequence[str], config: GenerationConfig) -> dict[str, Output]:
        if self.store is None:
            return {}
        limit = config.max_new_tokens
        written = self.store.find(keys)
        read = {key: output_from_json(text, limit=limit) for key, text in written.items()}
        return {key: output for key, output in read.items() if output}

    def _key(self, source: Source, config: GenerationConfig) -> str:
        plain = source if isinstance(source, str) else [asdict(message) for message in source]
        generation = asdict(config)
        del generation["max_new_tokens"]
        parts = {
            "source": plain,
            "engine": self.info.as_dict(),
            "languages": self.languages,
            "generation": generation,
        }
        return key_of("output", parts)


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
        output = Output(**value)
        if output_as_json(output, limit=written_under) != text:
            return None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
    kinds = [type(getattr(output, name)) for name in ("text", "source_tokens", "new_tokens")]
    if kinds != [str, int, int] or type(output.finished) is not bool:
        return None
    if type(written_under) is not int or not (output.finished or written_under >= limit):
        return None
    return output
