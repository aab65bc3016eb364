"""What affected an output, by name, version and digest."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from toolkit import __version__
from toolkit.articles import Article
from toolkit.engines.base import GenerationConfig
from toolkit.pipeline.components import AnySummarizer
from toolkit.prompts import load_feedback
from toolkit.settings import Settings
from toolkit.summarization.extractive import ExtractiveSummarizer
from toolkit.translation.translator import SentenceTranslator

# What is set anew for each answer that is asked for; the search tells them all.
SEARCHED = frozenset(("num_beams", "num_return_sequences", "do_sample", "temperature", "top_p"))


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


def of_cleaning(article: Article) -> dict[str, Any]:
    """What an output has of it that cleaning had a part in, empty for one that was clean."""
    return {"cleaning": asdict(article.cleaned_by)} if article.cleaned_by else {}


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
        "confidence_measured_on": translator.confidence.measured_on,
        "generation": _generation(translator.config, translator.effort.as_dict(translator.config))
        | {"max_tries": translator.max_tries},
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
        "generation": _generation(summarizer.config, summarizer.search),
    }


def _generation(config: GenerationConfig, search: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of all answers, and how they are searched."""
    fixed = {name: value for name, value in asdict(config).items() if name not in SEARCHED}
    return {**fixed, **search}
