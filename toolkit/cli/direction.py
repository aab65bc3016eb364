"""Which way an input is to be translated where nobody says."""

from collections.abc import Iterator
from dataclasses import replace

from toolkit.articles import known_language
from toolkit.cli.batch import Batch
from toolkit.cli.console import tell
from toolkit.cli.inputs import Tally
from toolkit.documents import Document
from toolkit.errors import UsageError
from toolkit.languages import LANGUAGES
from toolkit.languages.identification import language_name
from toolkit.settings import AUTO, Settings


def directed(
    batch: Batch, settings: Settings, *, cleaned: bool, quiet: bool = False
) -> tuple[Batch, Settings]:
    """With `auto` for the source language, that of the first article in French or English.

    `cleaned` says that inputs are articles already. Where none is in these, it is French, so that
    each is refused for what it is.
    """
    if settings.source_language != AUTO:
        return batch, settings
    batch = replace(batch, inputs=tuple(each.at_hand(batch.reading) for each in batch.inputs))
    name, language = next(_languages(batch, settings, cleaned), ("", "fr"))
    if not quiet:
        why = f"{name} is" if name else "no input is surely French or English; taken for"
        tell(f"--from auto: {why} {language_name(language)}")
    return batch, settings.model_copy(update={"source_language": language})


def _languages(batch: Batch, settings: Settings, cleaned: bool) -> Iterator[tuple[str, str]]:
    """The name of each usable document in one of LANGUAGES, and its language."""
    quietly = Tally(quiet=True)
    for each in batch.inputs:
        for _, document in each.documents(batch.reading):
            with quietly.setting_aside(each.path):
                if not isinstance(document, Document):
                    continue
                if found := known_language(document, steps=settings.steps, cleaned=cleaned):
                    yield document.name, found


def refuse_same(settings: Settings) -> None:
    """Raises UsageError where there is nothing to translate."""
    language = settings.source_language
    if language == settings.target_language:
        other = next(each for each in LANGUAGES if each != language)
        name, other_name = language_name(language), language_name(other)
        raise UsageError(
            f"there is nothing to translate: input and output would both be {name}; for "
            f"{other_name} input add --from {other}, for {other_name} output --to {other}"
        )
