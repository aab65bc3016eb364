"""An article to a summary that stays within its words and its source."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, islice, zip_longest

from toolkit.cleaning.language import language_name
from toolkit.documents import Check, Summary
from toolkit.engines.base import Engine, GenerationConfig, Source
from toolkit.errors import TooLongError
from toolkit.prompts import Prompt
from toolkit.segmentation import split_sentences
from toolkit.store import Store, key_of
from toolkit.summarization.checks import check_form, check_statement
from toolkit.summarization.forms import Form
from toolkit.summarization.grounds import Grounds, stems
from toolkit.summarization.parts import parts_of, spread
from toolkit.summarization.quality import quality_of
from toolkit.summarization.statements import statements_of

TOKENS_PER_WORD = 2  # room that an answer gets; English news needs about 1.4
# What is asked for in the drafts of the first round; a fault of one is often none of the other.
ANGLES = ("", "Stay close to the wording of the article.")
MAX_REPAIRS = 1
# Beyond it, parts are summarized first: a small model loses the thread, and memory grows.
MAX_ARTICLE_TOKENS = 2500
OPENING_SHARE = 0.5  # of a long document's summary; the rest of its words are for its other parts
PARTS_AT_ONCE = 4  # whose drafts are asked for at once, and lost when a run is cut off
PART = Form("standard", "prose", 120)
MIN_PART_WORDS = 40  # fewer tell nothing
# A summary is shorter than its article, whatever the limit.
MAX_SHARE = 0.7
MIN_SHARE = 0.45  # of the words allowed; less is asked for again
FULL_SHARE = 0.75  # of them; what the drafts leave is filled from the article
MIN_QUOTED_WORDS = 4  # of a sentence taken from there; shorter ones live by what stands around them
MIN_NEW = 0.6  # of the words of a sentence that fills a summary up
# Sentences that lean on the one before them, by their first words or by "he added" at the end.
LEANING = re.compile(
    r"^(?:He|She|They|It|This|These|Those|However|Moreover|Also|Il|Elle|Ils|Elles|Cela|Ce|Cette|Ces|"
    r"Both (?:of|men|women|are|have|were)|The (?:article|last|latter|former|other|same))\b"
    r"|(?:\b(?:he|she|they) \w+|-(?:il|elle)s?(?: \w+)?)[.!?]$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be summarized: `text` as the model reads it, and all that it may rest on.

    `note` is told to the model beside its instruction.
    """

    text: str
    grounds: Grounds
    form: Form
    title: str = ""
    date: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer of the model, cut to whole sentences within the limit.

    `sentences` are all its whole ones, also those beyond.
    """

    paragraphs: list[list[str]]
    sentences: tuple[str, ...]
    failed: tuple[Check, ...]
    quality: float
    cut: bool

    @property
    def worth(self) -> tuple[bool, int, float]:
        """To compare drafts: whether there is any text, then how few faults, then quality."""
        return bool(self.paragraphs), -len(self.failed), self.quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarizer:
    """`prompts` holds one for each form by name; a sequence-to-sequence engine needs none.

    Drafts that are in `store` are not written again.
    """

    engine: Engine
    language: str = "en"
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    config: GenerationConfig = field(default_factory=GenerationConfig)
    store: Store | None = None

    def summarize(self, task: Task) -> Summary:
        """A summary in whole sentences within the limit, each with what it rests on.

        Several drafts are compared; faults of the best one are told to the model once. A sentence
        that is still not supported is left out where the rest can stand without it, else the
        article's own takes its place where that fits; if not, it is flagged.
        """
        sentences = [each.text for each in split_sentences(task.text) if each.text]
        if len(sentences) < 2 and len(task.text.split()) <= task.form.max_words:
            return self._summary(task, [sentences], attempts=0, guards=(), method="whole article")
        most = max(10, int(len(task.text.split()) * MAX_SHARE))
        form = replace(task.form, max_words=min(task.form.max_words, most))
        asked = replace(task, form=form)
        text, parts = self._shorten(asked)
        if parts and task.form.length != "headline":  # leave them room
            room = int(asked.form.max_words * OPENING_SHARE)
            asked = replace(asked, form=replace(asked.form, max_words=room))
        asked = replace(asked, text=text)
        drafts = self._drafts(asked, ANGLES if self.engine.info.family == "causal" else ANGLES[:1])
        guards: list[str] = []
        best = max(drafts, key=lambda draft: draft.worth)

        of_parts = self._of_parts(task, parts)

        def filled(paragraphs: Sequence[Sequence[str]]) -> list[list[str]] | None:
            own = [each for draft in (best, *drafts) for each in draft.sentences]
            spare = [*of_parts, *own]
            return self._filled(replace(asked, form=form), paragraphs, spare, [*chain(*parts)])

        for _ in range(MAX_REPAIRS):
            text = form.join(filled(best.paragraphs) or best.paragraphs)
            short = len(text.split()) < MIN_SHARE * form.max_words and form.length != "headline"
            if not (best.failed or short):
                break
            names = dict.fromkeys(check.name for check in best.failed) or ["too little"]
            guards.append("asked again: " + ", ".join(names))
            drafts += self._drafts(asked, [_note(best.failed, asked.form, short=short)])
            best = max(drafts, key=lambda draft: draft.worth)
        if best.cut:
            guards.append("shortened to whole sentences")
        paragraphs = best.paragraphs
        if best.failed and (rest := self._without_faults(asked, paragraphs)):
            guards.append("left a sentence out")
            paragraphs = rest
        elif best.failed and (rest := self._with_evidence(asked, paragraphs)):
            guards.append("took a sentence of the article")
            paragraphs = rest
        if fuller := filled(paragraphs):
            guards.append("filled up from the drafts")
            paragraphs = fuller
        if len(form.join(paragraphs).split()) < FULL_SHARE * form.max_words:
            own = self._untold(task, chain(*paragraphs))
            if fuller := self._filled(replace(task, form=form), paragraphs, own):
                guards.append("filled up from the article")
                paragraphs = fuller
        if not paragraphs:
            return self._fallback(task, attempts=len(drafts), guards=tuple(guards))
        return self._summary(task, paragraphs, attempts=len(drafts), guards=tuple(guards))

    def _drafts(self, task: Task, notes: Sequence[str]) -> list[Draft]:
        """One draft for each note, all in one batch."""
        return self._generate([(task, note) for note in notes])

    def _generate(self, asked: Sequence[tuple[Task, str]]) -> list[Draft]:
        """One draft for each task and note, all in one batch; the tasks have the same limit."""
        room = asked[0][0].form.max_words * TOKENS_PER_WORD + 32
        config = replace(self.config, max_new_tokens=min(self.config.max_new_tokens, room))
        answers = self._answers([self._source(*each) for each in asked], config)
        return [self._draft(task, answer) for (task, _), answer in zip(asked, answers, strict=True)]

    def _answers(self, sources: Sequence[Source], config: GenerationConfig) -> list[str]:
        """What the model writes; what is in the store is not written again."""
        made_with = {"engine": self.engine.info.as_dict(), "generation": asdict(config)}
        keys = [key_of("draft", {"source": _plain(source)} | made_with) for source in sources]
        found = self.store.find(keys) if self.store else {}
        missing = {
            key: source for key, source in zip(keys, sources, strict=True) if key not in found
        }
        outputs = self.engine.generate(list(missing.values()), config) if missing else []
        written = {key: each.text for key, each in zip(missing, outputs, strict=True)}
        if self.store and written:
            self.store.add(written)
        return [(found | written)[key] for key in keys]

    def _draft(self, task: Task, answer: str) -> Draft:
        paragraphs = task.form.fit(answer)
        text = task.form.join(paragraphs)
        failed = self._faults(task, paragraphs)
        whole = replace(task.form, max_words=len(answer.split())).fit(answer)
        return Draft(
            paragraphs=paragraphs,
            sentences=tuple(sentence for sentences in whole for sentence in sentences),
            failed=tuple(failed),
            quality=quality_of(text, task.grounds, max_words=task.form.max_words),
            cut=len(text.split()) < len(answer.split()),
        )

    def _faults(self, task: Task, paragraphs: Sequence[Sequence[str]]) -> list[Check]:
        text = task.form.join([list(sentences) for sentences in paragraphs])
        failed = check_form(text, language=self.language, max_words=task.form.max_words)
        for sentence in (each for sentences in paragraphs for each in sentences):
            failed += check_statement(sentence, task.grounds, self.language)
        return failed

    def _without_faults(
        self, task: Task, paragraphs: Sequence[Sequence[str]]
    ) -> list[list[str]] | None:
        """The sentences that are supported, if the first is one of them: the rest leans on it."""
        kept = [
            [each for each in sentences if not check_statement(each, task.grounds, self.language)]
            for sentences in paragraphs
        ]
        kept = [sentences for sentences in kept if sentences]
        if not kept or not paragraphs or kept[0][0] != paragraphs[0][0]:
            return None
        return None if self._faults(task, kept) else kept

    def _with_evidence(
        self, task: Task, paragraphs: Sequence[Sequence[str]]
    ) -> list[list[str]] | None:
        """The article's own sentence in the place of each that it doesn't support, if that fits."""
        if task.form.length == "headline":
            return None

        def supported(sentence: str) -> str:
            if not check_statement(sentence, task.grounds, self.language):
                return sentence
            ranked = task.grounds.ranked(sentence)
            return ranked[0][1].quotable(self.language) if ranked else ""

        texts = [[supported(each) for each in sentences] for sentences in paragraphs]
        if not all(text for each in texts for text in each):
            return None  # the article has it in another language only
        kept = task.form.fit(task.form.join([list(dict.fromkeys(each)) for each in texts]))
        return None if not kept or self._faults(task, kept) else kept

    def _filled(
        self,
        task: Task,
        paragraphs: Sequence[Sequence[str]],
        spare: Sequence[str],
        order: Sequence[str] = (),
    ) -> list[list[str]] | None:
        """With those of the `spare` sentences that fit, have no fault, and tell something new.

        They follow in `order`; those that it lacks come first, as they were chosen.
        """
        if task.form.length == "headline" or not paragraphs:
            return None
        given = [list(sentences) for sentences in paragraphs]
        told = stems(task.form.join(given))
        room = task.form.max_words - sum(len(each.split()) for each in chain(*given))
        chosen: list[str] = []
        for sentence in spare:
            own = stems(sentence)
            words = len(sentence.split())
            if (
                words <= room
                and len(own - told) >= MIN_NEW * len(own)
                and self._stands(task, sentence)
            ):
                chosen.append(sentence)
                told |= own
                room -= words
        if not chosen:
            return None
        chosen.sort(key=lambda each: order.index(each) if each in order else -1)
        if task.form.prompt == "bullets":
            filled = [*given, *([each] for each in chosen)]
        elif task.form.length == "detailed":
            filled = [*given, chosen]
        else:
            filled = [*given[:-1], [*given[-1], *chosen]]
        return None if self._faults(task, filled) else filled

    def _of_parts(self, task: Task, parts: Sequence[Sequence[str]]) -> list[str]:
        """The sound sentences that tell the parts of a long document: one of each part before the
        second of any, the last part's first of all.
        """
        fit = [[each for each in sentences if self._stands(task, each)] for sentences in parts]
        rows = zip_longest(*(fit[number] for number in spread(len(fit))))
        return [each for row in rows for each in row if each]

    def _untold(self, task: Task, told: Iterable[str]) -> list[str]:
        """The article's own sentences but those on which `told` rests most; of several articles one
        of each in turn.
        """
        used = {ranked[0][1] for each in told if (ranked := task.grounds.ranked(each))}
        articles: dict[str, list[str]] = {}
        for each in task.grounds.passages:
            if each.start >= 0 and each not in used and (own := each.quotable(self.language)):
                articles.setdefault(each.document, []).append(own)
        in_turn = (each for row in zip_longest(*articles.values()) for each in row if each)
        return [each for each in in_turn if len(each.split()) >= MIN_QUOTED_WORDS]

    def _stands(self, task: Task, sentence: str) -> bool:
        """Whether a sentence is sound and can be understood without the one before it."""
        return not (
            LEANING.search(sentence) or check_statement(sentence, task.grounds, self.language)
        )

    def _fallback(self, task: Task, *, attempts: int, guards: tuple[str, ...]) -> Summary:
        """No draft had a sentence within the limit: the article's own that fits, or nothing."""
        candidates = [task.title, *(each.text for each in split_sentences(task.text))]
        fitting = (task.form.fit(each) for each in candidates if each)
        paragraphs = next((each for each in fitting if each), [])
        method = "lead" if paragraphs else "none"
        return self._summary(task, paragraphs, attempts=attempts, guards=guards, method=method)

    def _summary(
        self,
        task: Task,
        paragraphs: list[list[str]],
        *,
        attempts: int,
        guards: tuple[str, ...],
        method: str = "abstractive",
    ) -> Summary:
        text = task.form.join(paragraphs)
        return Summary(
            text=text,
            max_words=task.form.max_words,
            failed=tuple(self._faults(task, paragraphs)),
            attempts=attempts,
            statements=statements_of(paragraphs, task.grounds, self.language),
            method=method,
            guards=guards,
        )

    def _source(self, task: Task, note: str) -> Source:
        prompt = self.prompts.get(task.form.prompt)
        if prompt is None or self.engine.info.family == "seq2seq":
            return task.text
        return prompt.render(
            text=task.text,
            title=task.title,
            date=task.date,
            max_words=task.form.max_words,
            language=language_name(self.language),
            note=" ".join(filter(None, (task.note, note))),
        )

    def _shorten(self, task: Task) -> tuple[str, tuple[tuple[str, ...], ...]]:
        """The text itself, or the joined summaries of its parts when it is too long for one; then
        also the sentences that tell each part.

        Each part has the same room, but what a small model makes of their summaries is mostly the
        first of them: so the others have a share of the final summary for themselves.
        """
        budget = min(self.engine.max_source_tokens, MAX_ARTICLE_TOKENS)

        def part_of(text: str, form: Form = PART) -> Task:
            return replace(task, text=text, form=form, title="", date="", note="")

        def count(text: str) -> int:
            return self.engine.count_tokens(self._source(part_of(text), ""))

        if count(task.text) <= budget:
            return task.text, ()
        frame = count("")  # the prompt around the text
        room = max(1, budget - frame)
        parts = list(parts_of(task.text, budget=room, count=lambda text: count(text) - frame))
        # Together they are to be read at once, if that leaves enough to tell each part.
        words = max(MIN_PART_WORDS, min(PART.max_words, room // (TOKENS_PER_WORD * len(parts))))
        form = replace(PART, max_words=words)
        drafts = [
            draft
            for start in range(0, len(parts), PARTS_AT_ONCE)
            for draft in self._generate(
                [(part_of(part, form), "") for part in parts[start : start + PARTS_AT_ONCE]]
            )
        ]
        joined = "\n\n".join(PART.join(draft.paragraphs) for draft in drafts if draft.paragraphs)
        if len(joined) >= len(task.text):
            raise TooLongError("the model's context is too short for any part of the article")
        told = tuple(
            (*draft.sentences, *self._own_words(task, part, draft))
            for part, draft in zip(parts, drafts, strict=True)
        )
        return self._shorten(replace(task, text=joined))[0], told

    def _own_words(self, task: Task, part: str, draft: Draft) -> list[str]:
        """The sentence of a part of the article on which the first one of its draft rests."""
        ranked = task.grounds.ranked(draft.sentences[0]) if draft.sentences else []
        quotable = (passage.quotable(self.language) for _, passage in ranked)
        return list(islice((each for each in quotable if each and each in part), 1))


def _plain(source: Source) -> str | list[dict[str, str]]:
    return source if isinstance(source, str) else [asdict(message) for message in source]


def _note(failed: Sequence[Check], form: Form, *, short: bool) -> str:
    """What to tell the model about its best draft."""
    told = []
    if short and not failed:
        told.append(f"Use about {form.max_words * 4 // 5} words and tell the later paragraphs too.")
    for check in failed:
        if check.name in ("names", "numbers", "dates", "quotation"):
            told.append(f"Don't use these, they are {check.detail}.")
        elif check.name == "attribution":
            told.append(f"In this article: {check.detail}. Keep who said what of whom.")
        elif check.name == "content":
            told.append("Tell only what the article says, in its words.")
        elif check.name == "modality":
            told.append(f"This is {check.detail}. Tell it as a hope or plan.")
        elif check.name == "language":
            told.append("Answer in the language that was asked for.")
    if not told:
        told = [f"Use at most {form.max_words * 2 // 3} words and end with a full sentence."]
    return " ".join(dict.fromkeys(told))
