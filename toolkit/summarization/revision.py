"""What is done to a summary that the drafts make, step by step."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from toolkit.summarization.drafting import Draft, faults
from toolkit.summarization.faithfulness.checker import Checker, Paragraphs, texts_of
from toolkit.summarization.faithfulness.evidence import (
    MIN_WORD_CHARS,
    STEM_CHARS,
    STOP_WORDS,
    WORD,
    stems,
)
from toolkit.summarization.forms import Form
from toolkit.summarization.leaning import stands_alone
from toolkit.summarization.long_documents import Shortened
from toolkit.text import fold

FULL_SHARE = 0.75  # of the words allowed; what the drafts leave is filled from the article
MIN_QUOTED_WORDS = 4  # of a sentence taken from there; shorter ones live by what stands around them
MIN_NEW = 0.6  # of the words of a sentence that fills a summary up
MIN_REPEATED = 0.75  # of the words of a sentence, in a later one that has no others


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What the steps work with: the drafts, and what a long document's parts tell. `draft_form`
    has the drafts' limit, which is lower where parts need room.
    """

    form: Form
    draft_form: Form
    checker: Checker
    drafts: Sequence[Draft]
    shortened: Shortened

    @property
    def best(self) -> Draft:
        return max(self.drafts, key=lambda draft: draft.worth)

    def faults(self, form: Form, paragraphs: Paragraphs) -> bool:
        return bool(faults(form, paragraphs, self.checker.language))


def leave_out_repetition(revision: Revision, paragraphs: Paragraphs) -> Paragraphs | None:
    """Without the sentences that say nearly word for word what one before them says."""
    texts = texts_of(paragraphs)
    left = _distinct(texts)
    return None if left == texts else revision.checker.paragraphs(left)


def drop_unsupported(revision: Revision, paragraphs: Paragraphs) -> Paragraphs | None:
    """The sentences that are supported, if the first is one of them: the rest leans on it."""
    form = revision.draft_form
    if not revision.faults(form, paragraphs):
        return None
    kept = [
        tuple(sentence for sentence in sentences if not sentence.failed) for sentences in paragraphs
    ]
    rest = tuple(sentences for sentences in kept if sentences)
    if not rest or rest[0][0] != paragraphs[0][0]:
        return None
    return None if revision.faults(form, rest) else rest


def quote_source(revision: Revision, paragraphs: Paragraphs) -> Paragraphs | None:
    """The article's own sentence in place of each that it doesn't support, if that fits."""
    form, checker = revision.draft_form, revision.checker
    if form.length == "headline" or not revision.faults(form, paragraphs):
        return None

    def supported(text: str) -> str:
        if not checker.sentence(text).failed:
            return text
        ranked = checker.evidence.ranked(text)
        return ranked[0][1].quotable(checker.language) if ranked else ""

    texts = [[supported(sentence) for sentence in sentences] for sentences in texts_of(paragraphs)]
    if not all(text for sentences in texts for text in sentences):
        return None  # the article has it in another language only
    quoted = checker.paragraphs(form.fit(form.join(_distinct(texts))))
    return None if not quoted or revision.faults(form, quoted) else quoted


def fill_from_drafts(revision: Revision, paragraphs: Paragraphs) -> Paragraphs | None:
    """With sentences of a long document's parts, then of the drafts, as far as there is room."""
    parts = tuple(
        tuple(each for each in sentences if stands_alone(each, revision.checker))
        for sentences in revision.shortened.parts
    )
    spare = [*replace(revision.shortened, parts=parts).in_turn()]
    drafts = (revision.best, *revision.drafts)
    spare += [sentence for draft in drafts for sentence in draft.sentences]
    return _filled(revision, paragraphs, spare, order=revision.shortened.in_order)


def fill_from_article(revision: Revision, paragraphs: Paragraphs) -> Paragraphs | None:
    """With sentences of the article that the summary doesn't rest on yet, where much room is left;
    of several articles one of each in turn.
    """
    words = len(revision.form.join(texts_of(paragraphs)).split())
    if words >= FULL_SHARE * revision.form.max_words:
        return None
    return _filled(revision, paragraphs, _unused(revision.checker, texts_of(paragraphs)))


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is what the summary says of it; `revise` gives None where there is nothing to do."""

    name: str
    revise: Callable[[Revision, Paragraphs], Paragraphs | None]


STEPS = (
    Step("left a repetition out", leave_out_repetition),
    Step("left a sentence out", drop_unsupported),
    Step("took a sentence of the article", quote_source),
    Step("filled up from the drafts", fill_from_drafts),
)
DOUBT_STEPS = STEPS[1:3]  # for what the model finds in the end
LAST_STEPS = (Step("filled up from the article", fill_from_article),)


def revise(
    revision: Revision, paragraphs: Paragraphs, steps: Iterable[Step] = STEPS
) -> tuple[Paragraphs, list[str]]:
    """The paragraphs after these steps, and the names of those that changed them."""
    names = []
    for step in steps:
        if revised := step.revise(revision, paragraphs):
            paragraphs = revised
            names.append(step.name)
    return paragraphs, names


def _filled(
    revision: Revision, paragraphs: Paragraphs, spare: Iterable[str], *, order: Sequence[str] = ()
) -> Paragraphs | None:
    """With those of the `spare` sentences that fit, have no fault, and tell something new.

    They follow in `order`; those that it lacks come first, as they were chosen.
    """
    form = revision.form
    if form.length == "headline" or not paragraphs:
        return None
    given = texts_of(paragraphs)
    present = stems(form.join(given))
    room = form.max_words - sum(len(each.split()) for each in chain(*given))
    chosen: list[str] = []
    for sentence in spare:
        own = stems(sentence)
        words = len(sentence.split())
        if (
            words <= room
            and len(own - present) >= MIN_NEW * len(own)
            and stands_alone(sentence, revision.checker)
        ):
            chosen.append(sentence)
            present |= own
            room -= words
    if not chosen:
        return None
    chosen.sort(key=lambda each: order.index(each) if each in order else -1)
    if form.prompt == "bullets":
        texts = [*given, *([each] for each in chosen)]
    elif form.length == "detailed":
        texts = [*given, chosen]
    else:
        texts = [*given[:-1], [*given[-1], *chosen]]
    filled = revision.checker.paragraphs(texts)
    return None if revision.faults(form, filled) else filled


def _distinct(texts: Iterable[Sequence[str]]) -> list[list[str]]:
    """The paragraphs without sentences that repeat one before them, and without empty ones."""
    told: list[str] = []
    kept: list[list[str]] = []
    for sentences in texts:
        before = len(told)
        for sentence in sentences:
            if not any(_repeats(sentence, each) for each in told):
                told.append(sentence)
        kept.append(told[before:])
    return [sentences for sentences in kept if sentences]


def _repeats(sentence: str, earlier: str) -> bool:
    """Whether nearly all that is told stands in the earlier sentence in the same order, and nothing
    else: who did what to whom, and how many, may differ in one word.
    """
    told, before = _telling(sentence), _telling(earlier)
    rest = iter(before)
    enough = 0 < len(told) >= MIN_REPEATED * len(before)
    return enough and all(word in rest for word in told)


def _telling(text: str) -> list[str]:
    """The beginnings of the words that tell something, names of two letters among them."""
    return [
        fold(word)[:STEM_CHARS]
        for word in WORD.findall(text)
        if fold(word) not in STOP_WORDS and (len(word) >= MIN_WORD_CHARS or not word.islower())
    ]


def _unused(checker: Checker, texts: Iterable[Iterable[str]]) -> list[str]:
    """The article's own sentences but those on which `texts` rest most."""
    evidence = checker.evidence
    ranked = [evidence.ranked(text) for text in chain.from_iterable(texts)]
    used = {found[0][1] for found in ranked if found}
    articles: dict[str, list[str]] = {}
    for source in evidence.sentences:
        own = source.quotable(checker.language)
        if source.start >= 0 and source not in used and own:
            articles.setdefault(source.document, []).append(own)
    in_turn = (each for row in zip_longest(*articles.values()) for each in row if each)
    return [each for each in in_turn if len(each.split()) >= MIN_QUOTED_WORDS]
