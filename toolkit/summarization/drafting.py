"""Drafts of a summary: what the model is asked for, and what is made of its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from toolkit.checks import Check
from toolkit.engines.asking import Asking
from toolkit.engines.base import Engine, GenerationConfig, GenerationRequest, Source
from toolkit.languages.identification import language_name
from toolkit.prompts import Feedback, Prompt, load_feedback
from toolkit.summarization.checks import check_form
from toolkit.summarization.faithfulness.checker import Checker, Paragraphs, texts_of
from toolkit.summarization.forms import Form
from toolkit.summarization.quality import quality_of
from toolkit.summarization.request import SummaryRequest

# Of models whose makers prescribe nothing else; temperature and top-p are of samples.
SUMMARY_CONFIG = GenerationConfig(temperature=0.4, top_p=0.9)
TOKENS_PER_WORD = 2  # room that an answer gets; English news needs about 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer of the model, cut to whole sentences within the limit.

    `sentences` are all its whole ones, also those beyond the limit.
    """

    paragraphs: Paragraphs
    sentences: tuple[str, ...]
    failed: tuple[Check, ...]
    quality: float
    cut: bool

    @property
    def worth(self) -> tuple[bool, int, float]:
        """To compare drafts: whether there is any text, then how few faults, then quality."""
        return bool(self.paragraphs), -len(self.failed), self.quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafter:
    """`prompts` holds one for each form by name; a sequence-to-sequence engine needs none."""

    engine: Engine
    language: str
    prompts: Mapping[str, Prompt]
    config: GenerationConfig
    feedback: Feedback = field(default_factory=lambda: load_feedback("summarization"))

    @property
    def angles(self) -> tuple[str, ...]:
        """What the drafts of the first round are asked for; a fault of one is often none of the
        other.
        """
        causal = self.engine.info.family == "causal"
        return ("", self.feedback.message("draft.close")) if causal else ("",)

    def drafts(
        self,
        requests: Sequence[tuple[SummaryRequest, str]],
        checker: Checker,
        *,
        further: int = 0,
    ) -> Asking[list[Draft]]:
        """The likeliest draft for each request and note, and `further` ones of each, all at once:
        samples of a causal model, whose seed is fixed, and beams of another.
        """
        asked = [
            (request, GenerationRequest(source=self.source(request, note), config=config))
            for request, note in requests
            for config in self._configs(request.form, further)
        ]
        outputs = yield [each for _, each in asked]
        return [
            _draft(request, candidate.text, checker)
            for (request, _), output in zip(asked, outputs, strict=True)
            for candidate in output.candidates
        ]

    def search(self, further: int) -> dict[str, Any]:
        """How the drafts of the first round are searched, and how many they are at most."""
        drafts = len(self.angles) * (1 + further)
        if self.engine.info.family == "seq2seq":
            return {"drafts": drafts, "num_beams": max(1 + further, self._num_beams)}
        return {
            "drafts": drafts,
            "num_beams": self._num_beams,
            "samples": len(self.angles) * further,
            "temperature": self.config.temperature,
            "top_p": self.config.top_p,
        }

    @property
    def _num_beams(self) -> int:
        lacks = self.engine.info.lacks_under(self.config)
        return 1 if "beams" in lacks else self.config.num_beams

    def _configs(self, form: Form, further: int) -> list[GenerationConfig]:
        room = form.max_words * TOKENS_PER_WORD + 32
        base = replace(self.config, max_new_tokens=min(self.config.max_new_tokens, room))
        beams = self._num_beams
        if further and self.engine.info.family == "seq2seq":
            return [base.beam(max(1 + further, beams), best=1 + further)]
        likeliest = base.beam(beams, best=1)
        return [likeliest, base.samples(further)] if further else [likeliest]

    def source(self, request: SummaryRequest, note: str = "") -> Source:
        """What the model reads."""
        prompt = self.prompts.get(request.form.prompt)
        if prompt is None or self.engine.info.family == "seq2seq":
            return request.text
        return prompt.render(
            text=request.text,
            title=request.title,
            date=request.date,
            max_words=request.form.max_words,
            language=language_name(self.language),
            note=" ".join(filter(None, (request.note, note))),
        )

    def note(self, failed: Sequence[Check], form: Form, *, short: bool) -> str:
        """What to tell the model about a draft that `failed` checks or is too `short`."""
        messages = self.feedback.messages(failed)
        if short and not failed:
            messages = [self.feedback.message("length.short", form.max_words * 4 // 5)]
        if not messages:
            messages = [self.feedback.message("length.long", form.max_words * 2 // 3)]
        return " ".join(dict.fromkeys(messages))


def faults(form: Form, paragraphs: Paragraphs, language: str) -> tuple[Check, ...]:
    """What is wrong with a whole summary, then with each of its sentences."""
    text = form.join(texts_of(paragraphs))
    found = check_form(text, language=language, max_words=form.max_words)
    found += [
        check for sentences in paragraphs for sentence in sentences for check in sentence.failed
    ]
    return tuple(found)


def _draft(request: SummaryRequest, answer: str, checker: Checker) -> Draft:
    form = request.form
    fitted = form.fit(answer)
    text = form.join(fitted)
    paragraphs = checker.paragraphs(fitted)
    whole = replace(form, max_words=len(answer.split())).fit(answer)
    return Draft(
        paragraphs=paragraphs,
        sentences=tuple(sentence for sentences in whole for sentence in sentences),
        failed=faults(form, paragraphs, checker.language),
        quality=quality_of(text, request.evidence, max_words=form.max_words),
        cut=len(text.split()) < len(answer.split()),
    )
