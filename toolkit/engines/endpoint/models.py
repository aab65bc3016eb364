"""Which models a server has, and what it tells of one."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from toolkit.engines.endpoint.http import Calls, RefusedError, Reply, Server, UnusableError
from toolkit.errors import ModelError

MAX_LISTED = 20
LIST_S = 30.0
# Of Ollama where nothing else is set: it cuts what is longer, and doesn't say so.
OLLAMA_CONTEXT = 4096
LATEST = ":latest"  # what Ollama adds to a name without a tag
NUM_CTX = re.compile(r"^num_ctx\s+(\d{1,9})\b", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """`context_tokens` is how many the server gives to a prompt and its answer, zero where it
    doesn't tell; `digest` is that of the model's files, `version` the server's.
    """

    name: str
    context_tokens: int = 0
    digest: str = ""
    version: str = ""


def names_of(server: Server) -> list[str]:
    """The models that the server lists. Raises ModelError where it can't be asked for them."""
    return list(_listed(server))


def served_model(server: Server, name: str) -> ServedModel:
    """The model called `name`, or without a name the only one.

    Raises ModelError where there is no such model, or there are several.
    """
    entries = _listed(server)
    if not name and len(entries) == 1:
        name = next(iter(entries))
    elif name not in entries and f"{name}{LATEST}" in entries:
        name += LATEST
    if name not in entries:
        if not entries:
            raise ModelError(f"{server.address.base} has no models; load one there")
        what = f"has no model '{name}'" if name else "has several models"
        raise ModelError(
            f"{server.address.base} {what}; give --model one of these: {in_words(entries)}"
        )
    return _described(server, name, entries[name])


def in_words(names: Collection[str]) -> str:
    """The names, of very many the first."""
    rest = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    return ", ".join(" ".join(each.split()) for each in list(names)[:MAX_LISTED]) + rest


def _listed(server: Server) -> dict[str, Mapping[str, Any]]:
    def read(reply: Reply) -> dict[str, Mapping[str, Any]]:
        value = reply.value
        data = value.get("data") if isinstance(value, dict) else None
        if not isinstance(data, list | None) or not (isinstance(value, dict) and "data" in value):
            raise UnusableError("it lists no models as the OpenAI protocol does")
        entries = (each for each in data or () if isinstance(each, dict))
        return {each["id"]: each for each in entries if isinstance(each.get("id"), str)}

    try:
        return server.call("/models", read, Calls(), timeout_s=LIST_S)
    except (UnusableError, RefusedError) as error:
        hint = "" if server.address.has_version else f"; did you mean {server.address.base}/v1?"
        raise ModelError(f"{server.address.base} can't be used: {error}{hint}") from error


def _described(server: Server, name: str, entry: Mapping[str, Any]) -> ServedModel:
    root = server.address.root
    if context := _size(entry.get("max_model_len")):  # vLLM
        return ServedModel(name=name, context_tokens=context)
    props = _facts(server.probe(f"{root}/props"))  # llama.cpp
    if context := _size(_facts(props.get("default_generation_settings")).get("n_ctx")):
        return ServedModel(name=name, context_tokens=context, version=_text(props, "build_info"))
    shown = _facts(server.probe(f"{root}/api/show", payload={"model": name}))  # Ollama
    if "model_info" in shown:
        return ServedModel(
            name=name,
            context_tokens=_ollama_context(server, name, shown),
            digest=_text(_named(server.probe(f"{root}/api/tags"), name), "digest"),
        )
    loaded = _facts(server.probe(f"{root}/api/v0/models/{quote(name)}"))  # LM Studio
    return ServedModel(name=name, context_tokens=_size(loaded.get("loaded_context_length")))


def _ollama_context(server: Server, name: str, shown: Mapping[str, Any]) -> int:
    """As the model's file sets it, else as it is loaded, else as the server would load it."""
    if found := NUM_CTX.search(_text(shown, "parameters")):
        return int(found[1])
    running = _named(server.probe(f"{server.address.root}/api/ps"), name)
    if loaded := _size(running.get("context_length")):
        return loaded
    facts = _facts(shown["model_info"])
    most = [_size(facts[key]) for key in facts if key.endswith(".context_length")]
    return min([OLLAMA_CONTEXT, *filter(None, most)])


def _named(listing: Any, name: str) -> Mapping[str, Any]:
    """The entry called `name` of one of Ollama's lists."""
    models = _facts(listing).get("models")
    entries = map(_facts, models if isinstance(models, list) else ())
    return next((each for each in entries if each.get("name") == name), {})


def _facts(value: Any) -> Mapping[str, Any]:
    """Empty for anything but an object."""
    return value if isinstance(value, dict) else {}


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value[:10_000] if isinstance(value, str) else ""


def _size(value: Any) -> int:
    """Zero for anything but a sensible number of tokens."""
    return value if type(value) is int and 0 < value <= 100_000_000 else 0
