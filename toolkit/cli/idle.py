"""Options that would do nothing: they are refused, since whoever gives one expects something."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from toolkit.errors import UsageError
from toolkit.models.catalogue import Task
from toolkit.settings import OPTIONS, Settings

if TYPE_CHECKING:
    from toolkit.pipeline import Pipeline

# Settings with an option, and an option beside them, by what needs them.
OF_MODELS = (
    "target_language",
    "model",
    "endpoint",
    "allow_remote",
    "engine",
    "device",
    "min_confidence",
    "withhold",
    "stores",
)
OF_TRANSLATION = ("translator", "quality", "glossary")
OF_SUMMARIES = ("length", "max_words", "style", "route", "summarizer")

PROMPTS: Mapping[Task, str] = {
    "translation": "translation_prompt",
    "summarization": "summarization_prompt",
}


def refuse_idle(given: Mapping[str, object], where: str) -> None:
    """Raises UsageError for those of the options in `given` that have a value."""
    unset: tuple[object, ...] = (None, [])  # a zero may be meant
    if idle := [name for name, value in given.items() if value is not False and value not in unset]:
        does = "does" if len(idle) == 1 else "do"
        raise UsageError(f"{', '.join(idle)} {does} nothing {where}")


def refuse_of_endpoint(
    flags: Mapping[str, Any], settings: Settings, *, places_workers: bool = False
) -> None:
    """Raises UsageError for options of a server where the models are ours, and of ours where they
    are a server's. The device `places_workers` where these go to machines that have it.
    """
    if not settings.endpoint:
        where = "without an endpoint, which --endpoint names"
        refuse_idle(_given(flags, ("allow_remote",), OPTIONS), where)
    elif not places_workers:
        where = f"with the models of {settings.endpoint}, which run there"
        refuse_idle(_given(flags, ("device",), OPTIONS), where)


def refuse_of_stages(flags: Mapping[str, Any], settings: Settings, stages: Sequence[str]) -> None:
    """Raises UsageError for options of stages that aren't asked for."""
    asked = f"with --stages {','.join(stages)}"
    options = OPTIONS | {"target_language": "--to-language"}
    if "translate" not in stages and "summarize" not in stages:
        settings_of_models = (*OF_MODELS, *OF_TRANSLATION, *OF_SUMMARIES)
        refuse_idle(_given(flags, settings_of_models, options), asked)
    elif "summarize" not in stages:
        refuse_idle(_given(flags, OF_SUMMARIES, options), asked)
    elif "translate" not in stages:
        refuse_of_route(flags, settings)


def refuse_of_route(flags: Mapping[str, Any], settings: Settings) -> None:
    """Raises UsageError for options of translation where summaries are made without one."""
    from toolkit.pipeline.routes import route_of

    if not route_of(settings).translates:
        why = "within one language" if settings.same_language else "with --route direct"
        refuse_idle(_given(flags, OF_TRANSLATION, OPTIONS), why)


def refuse_of_model(flags: Mapping[str, Any], pipeline: "Pipeline") -> None:
    """Raises UsageError for the prompt of a model that takes none."""
    for task, setting in PROMPTS.items():
        if flags.get(setting) is not None and (model := pipeline.unprompted(task)):
            refuse_idle({"--prompt": flags[setting]}, f"with {model}, which takes no prompt")


def _given(
    flags: Mapping[str, Any], names: Iterable[str], options: Mapping[str, str]
) -> dict[str, Any]:
    """The values of these settings, by their options."""
    return {options.get(name, f"--{name.replace('_', '-')}"): flags.get(name) for name in names}
