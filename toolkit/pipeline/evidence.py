"""What the statements of a summary may rest on: an article with all that is known about it."""

from collections.abc import Sequence
from dataclasses import replace

from toolkit.documents import Segment, Translation
from toolkit.languages.exonyms import place_names
from toolkit.summarization.date_facts import date_facts
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, index_translations
from toolkit.translation.checks import LOST
from toolkit.translation.glossary import Glossary


def index_article(
    translations: Sequence[Translation],
    *,
    title: Sequence[Translation],
    text: str,
    languages: tuple[str, str],
    glossary: Glossary,
    date: str = "",
    document: str = "",
) -> EvidenceIndex:
    """The index of an article whose text is `text`. Translations that were lost don't count; names
    of places and glossary terms count in both languages. `date` is that of its publication.
    """
    return index_translations(
        [
            replace(translation, text="") if is_lost(translation) else translation
            for translation in translations
        ],
        title=title,
        facts=date_facts(date, text, languages[0]),
        names=(
            *(term.target for term in glossary.occurring(text) if term.kind == "term"),
            *place_names(text, *languages),
        ),
        languages=languages,
        document=document,
    )


def untranslated(segments: Sequence[Segment]) -> tuple[Translation, ...]:
    """Sentences that have no translation."""
    return tuple(Translation(segment=segment, text="") for segment in segments)


def is_lost(translation: Translation) -> bool:
    """Whether what came back for a sentence is not what the article says."""
    return any(check.name == LOST for check in translation.failed)
