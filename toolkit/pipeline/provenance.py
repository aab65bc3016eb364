"""What affected an output, by name, version and digest."""

from dataclasses import asdict
from typing import Any

from toolkit import __version__
from toolkit.pipeline.components import AnySummarizer
from toolkit.prompts import load_feedback
from toolkit.settings import Settings
from toolkit.summarization.abstractive import FURTHER_DRAFTS
from toolkit.summarization.drafting import TEMPERATURE, TOP_P
from toolkit.summarization.extractive import ExtractiveSummarizer
from toolkit.translation.translator import SentenceTranslator


def provenance(
    settings: Settings,
    *,
    translator: SentenceTranslator | None = None,
    summarizer: AnySummarizer | None = None,
    route: str = "",
) -> dict[str, Any]:
    """Of an output that the `translator`, the `summarizer` on a `route`, or both had a part in."""
    record: dict[str, Any] = {"toolkit": __version__}
    if translator:
        record["translation"] = _translation(translator)
    if summarizer:
        record["summarization"] = {
            **_summarizer(summarizer),
            "language": summarizer.language,
            "route": route,
            "length": settings.length,
            "style": settings.style,
            "max_words": settings.form.max_words,
        }
    return record


def _translation(translator: SentenceTranslator) -> dict[str, Any]:
    prompts = [
        prompt
        for prompt in (translator.prompt, translator.second_prompt, translator.reverse_prompt)
        if prompt
    ]
    digests = {prompt.name: prompt.digest for prompt in prompts}
    if prompts:
        feedback = load_feedback("translation")
        digests[feedback.name] = feedback.digest
    return {
        **translator.engine.info.as_dict(),
        "languages": [translator.source_language, translator.target_language],
        "prompts": digests,
        "glossary": {translator.glossary.name: translator.glossary.digest},
        "lexicon": translator.lexicons.digest if translator.lexicons else "",
        "quality": translator.quality,
        "generation": asdict(translator.config) | asdict(translator.effort),
    }


def _summarizer(summarizer: AnySummarizer) -> dict[str, Any]:
    if isinstance(summarizer, ExtractiveSummarizer):
        return {"method": summarizer.method}
    digests = {prompt.name: prompt.digest for prompt in summarizer.prompts.values()}
    if digests:
        feedback = load_feedback("summarization")
        digests[feedback.name] = feedback.digest
    return {
        **summarizer.engine.info.as_dict(),
        "prompts": digests,
        "generation": asdict(summarizer.config)
        | {"drafts": 1 + FURTHER_DRAFTS, "temperature": TEMPERATURE, "top_p": TOP_P},
    }
