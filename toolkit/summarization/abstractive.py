"""An article to a summary that stays within its words and its source, written by a model."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from toolkit.documents import Summary
from toolkit.engines.asking import Asking, run
from toolkit.engines.base import Engine, GenerationConfig
from toolkit.engines.stored import StoredOutputs
from toolkit.prompts import Prompt
from toolkit.segmentation import split_sentences
from toolkit.store import Store
from toolkit.summarization.drafting import SUMMARY_CONFIG, Draft, Drafter, faults
from toolkit.summarization.faithfulness.checker import Checker, Paragraphs, texts_of
from toolkit.summarization.faithfulness.likelihood import Likelihood, likelihood_by
from toolkit.summarization.faithfulness.statements import statements_of
from toolkit.summarization.long_documents import shorten
from toolkit.summarization.request import SummaryRequest
from toolkit.summarization.revision import DOUBT_STEPS, LAST_STEPS, Revision, revise
from toolkit.summarization.selection import composed, origin

OPENING_SHARE = 0.5  # of a long document's summary; the rest of its words are for its other parts
# A summary is shorter than its article, whatever the limit.
MAX_SHARE = 0.7
MIN_SHARE = 0.45  # of the words allowed; less is asked for again
MIN_WORDS = 10
STATEMENT = "statement"  # the prompt with which statements are scored
FURTHER_DRAFTS = 3  # of each angle, beside the likeliest


@dataclass(frozen=True, kw_only=True)
class AbstractiveSummarizer:
    """`prompts` holds one for each form by name, and one by which statements are weighed; a
    sequence-to-sequence engine needs none.

    Drafts that are in `store` are not written again.
    """

    engine: Engine
    language: str = "en"
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    config: GenerationConfig = SUMMARY_CONFIG
    store: Store | None = None

    def summarize(self, request: SummaryRequest) -> Summary:
        """A summary in whole sentences within the limit, each with what it rests on."""
        return next(summary for _, summary in self.summarize_each([("", request)]))

    def summarize_each(
        self, requests: Iterable[tuple[Hashable, SummaryRequest]]
    ) -> Iterator[tuple[Hashable, Summary]]:
        """Each key with the summary of its request; the drafts of several are written at once."""
        return run(
            self._drafter.engine, ((key, self._summarize(request)) for key, request in requests)
        )

    def _summarize(self, request: SummaryRequest) -> Asking[Summary]:
        """Sentences are taken from several drafts, and what they make is revised. Where it had
        faults or is short, the model is told so and writes once more.
        """
        checker = Checker(request.evidence, self.language, self._likelihood)
        sentences = [segment.text for segment in split_sentences(request.text) if segment.text]
        words = len(request.text.split())
        if len(sentences) < 2 and words <= request.form.max_words:
            paragraphs = checker.paragraphs([sentences])
            return self._summary(request, paragraphs, attempts=0, method="whole article")
        most = max(MIN_WORDS, int(words * MAX_SHARE))
        form = replace(request.form, max_words=min(request.form.max_words, most))
        asked = replace(request, form=form)
        shortened = yield from shorten(asked, self._drafter, checker)
        if shortened.parts and form.length != "headline":  # leave them room
            room = int(form.max_words * OPENING_SHARE)
            asked = replace(asked, form=replace(form, max_words=room))
        asked = replace(asked, text=shortened.text)

        drafts = yield from self._drafts(
            asked, self._drafter.angles, checker, further=FURTHER_DRAFTS
        )
        revision = Revision(
            form=form,
            draft_form=asked.form,
            checker=checker,
            drafts=drafts,
            shortened=shortened,
        )
        told, paragraphs, steps = _made(revision)
        text = form.join(texts_of(paragraphs))
        short = len(text.split()) < MIN_SHARE * form.max_words and form.length != "headline"
        failed = faults(asked.form, told, self.language)
        revisions: list[str] = []
        if failed or short:
            names = dict.fromkeys(check.name for check in failed) or ["too little"]
            revisions.append("asked again: " + ", ".join(names))
            note = self._drafter.note(failed, asked.form, short=short)
            further = yield from self._drafts(asked, [note], checker)
            revision = replace(revision, drafts=[*drafts, *further])
            _, paragraphs, steps = _made(revision)
        paragraphs, last = revise(revision, paragraphs, LAST_STEPS)
        weighed = checker.weighed(paragraphs)
        if weighed != paragraphs:
            paragraphs, weighing = revise(revision, weighed, DOUBT_STEPS)
            last = [*last, *weighing]
        revisions += [*steps, *last]
        attempts = len(revision.drafts)
        if not paragraphs:
            return self._fallback(request, checker, attempts=attempts, revisions=revisions)
        return self._summary(request, paragraphs, attempts=attempts, revisions=revisions)

    @property
    def search(self) -> dict[str, Any]:
        """How the first drafts of an article are searched."""
        return self._drafter.search(FURTHER_DRAFTS)

    @cached_property
    def _likelihood(self) -> Likelihood | None:
        prompt = self.prompts.get(STATEMENT)
        return likelihood_by(self._drafter.engine, prompt, self.language) if prompt else None

    @cached_property
    def _drafter(self) -> Drafter:
        return Drafter(
            engine=StoredOutputs(self.engine, self.store, [self.language]),
            language=self.language,
            prompts=self.prompts,
            config=self.config,
        )

    def _drafts(
        self, request: SummaryRequest, notes: Sequence[str], checker: Checker, *, further: int = 0
    ) -> Asking[list[Draft]]:
        """One draft for each note, and `further` ones of each."""
        return self._drafter.drafts([(request, note) for note in notes], checker, further=further)

    def _fallback(
        self, request: SummaryRequest, checker: Checker, *, attempts: int, revisions: Sequence[str]
    ) -> Summary:
        """No draft had a sentence within the limit: the article's own that fits, or nothing."""
        candidates = [
            request.title,
            *(segment.text for segment in split_sentences(request.text)),
        ]
        fitting = (request.form.fit(candidate) for candidate in candidates if candidate)
        fitted = next((each for each in fitting if each), [])
        method = "lead" if fitted else "none"
        paragraphs = checker.paragraphs(fitted)
        return self._summary(
            request, paragraphs, attempts=attempts, revisions=revisions, method=method
        )

    def _summary(
        self,
        request: SummaryRequest,
        paragraphs: Paragraphs,
        *,
        attempts: int,
        revisions: Sequence[str] = (),
        method: str = "abstractive",
    ) -> Summary:
        return Summary(
            text=request.form.join(texts_of(paragraphs)),
            max_words=request.form.max_words,
            failed=faults(request.form, paragraphs, self.language),
            attempts=attempts,
            statements=statements_of(paragraphs, request.evidence),
            method=method,
            revisions=tuple(revisions),
        )


def _made(revision: Revision) -> tuple[Paragraphs, Paragraphs, list[str]]:
    """What the drafts tell, the same revised, and what was done for it."""
    best, drafts = revision.best, revision.drafts
    told = composed(drafts, best, revision.draft_form, revision.checker)
    paragraphs, steps = revise(revision, told)
    return told, paragraphs, [*filter(None, [origin(told, best, drafts)]), *steps]
