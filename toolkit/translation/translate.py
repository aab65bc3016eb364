"""Segments to translations, in batches of similar length."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from toolkit.documents import Segment, Translation, Unanswered
from toolkit.engines.base import Chat, Engine, GenerationConfig, Message, Output, Pending, Source
from toolkit.lexicon.lexicon import Lexicons
from toolkit.prompts import Prompt
from toolkit.segmentation import split_long
from toolkit.store import Store, key_of
from toolkit.text import DATES, dates
from toolkit.translation.checks import (
    COVERAGE,
    DEFAULT_LIMITS,
    Limits,
    advice,
    check_translation,
)
from toolkit.translation.comparison import Comparison, compare
from toolkit.translation.glossary import Glossary
from toolkit.translation.hints import NOTHING, Hint, Told, hints_for
from toolkit.translation.repair import OPENING_MARKS, repair
from toolkit.translation.tries import AGAIN, FIRST, Tried, Wanted, Way

# Sentences handed to the engine at once. A sudden end loses one or two of these, and what is
# gathered to be tried again: seconds of work, half a minute at most.
GROUP = {"causal": 32, "seq2seq": 512}
# Raise when the ways of trying or what checks find change: finished work is then done again.
RECIPE = 5
# An answer longer than this many tokens per source character is a loop, not a translation.
MAX_TOKENS_PER_CHAR = 0.6
MIN_NEW_TOKENS = 48
# Twice the longest sentences of newspapers: beyond it there is no sentence, but missing full stops.
MAX_PIECE_CHARS = 1200
PIECE_SHARE = 0.6  # of a text, when it is tried in pieces
PENALTY = 1.15  # on repeated tokens, when that is tried
# The day of what the sentence is about: an auxiliary, its participle, the day; nothing relative,
# and not the day of the speaker who is named behind a comma.
DAY_OF_ACTION = re.compile(
    r"(?:(?!\b(?:qui|que|dont|où)\b|\bqu['’]|[«“\"]).)*?"
    r"(?<!, )\b(?:a|ont|est|sont|été|étaient|était|avait|avaient)\b"
    r"(?: \w+){0,2}? \w+(?:é|i|u|s|t|e|es)s? "
    rf"(?P<day>{'|'.join(DATES['fr'].split()[:7])})\b(?! (?:prochain|dernier|soir|matin))"
)

Progress = Callable[[int], None]

# Models have seen French typography with plain spaces far more often.
PLAIN_SPACES = str.maketrans("\u00a0\u202f", "  ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """`prompt` is needed for a causal engine and ignored by a sequence-to-sequence one.

    Texts that fail a check are tried again in the ways of AGAIN; the try that fails fewest checks
    is kept, and no text is tried more than `max_tries` times. What is in `store` is not done again.
    `second_prompt` is the careful one. A causal model is shown `context_sentences` before each.
    What `lexicons` find unanswered is tried again too, with what it can mean.
    """

    engine: Engine
    source_language: str
    target_language: str
    prompt: Prompt | None = None
    second_prompt: Prompt | None = None
    glossary: Glossary = field(default_factory=Glossary)
    config: GenerationConfig = field(default_factory=GenerationConfig)
    lexicons: Lexicons | None = None
    store: Store | None = None
    limits: Limits = DEFAULT_LIMITS
    max_tries: int = 1 + len(AGAIN)
    context_sentences: int = 0

    def translate(
        self, segments: Sequence[Segment], on_done: Progress = lambda count: None
    ) -> tuple[Translation, ...]:
        """One translation for each segment, in order. `on_done` hears how many are finished.

        A segment that starts at 0 begins another document. The same text is translated once, and so
        always the same way, unless the sentences before it are shown as context.
        """
        wanted = self._wanted(segments)
        counts = Counter(wanted)
        fingerprint = self._fingerprint
        keys = {each: key_of("translation", asdict(each) | fingerprint) for each in counts}
        done = {each: Tried(text="") for each in counts if not each.text} | self._finished(keys)
        on_done(sum(counts[each] for each in done))
        missing = sorted(counts.keys() - done.keys(), key=lambda each: (len(each.text), each))
        size = GROUP[self.engine.info.family]
        failing: dict[Wanted, Tried] = {}

        def finish(tried: Mapping[Wanted, Tried]) -> None:
            if self.store:
                self.store.add({keys[each]: result.as_json() for each, result in tried.items()})
            done.update(tried)
            on_done(sum(counts[each] for each in tried))

        groups = [missing[start : start + size] for start in range(0, len(missing), size)]
        for group, tried in self._first_tries(groups):
            first = dict(zip(group, tried, strict=True))
            failing |= {each: tried for each, tried in first.items() if not tried.sound}
            finish({each: tried for each, tried in first.items() if tried.sound})
            if len(failing) >= size // 2:
                finish(self._again(failing))
                failing = {}
        finish(self._again(failing))
        return tuple(
            self._translation(segment, done[each])
            for segment, each in zip(segments, wanted, strict=True)
        )

    def _translation(self, segment: Segment, tried: Tried) -> Translation:
        return Translation(
            segment=segment,
            text=tried.text,
            failed=tried.failed,
            unanswered=tried.unanswered,
            new_tokens=tried.new_tokens,
            tries=tried.tries,
        )

    def _wanted(self, segments: Sequence[Segment]) -> list[Wanted]:
        """What there is to translate, each with the sentences of its document before it."""
        wanted, before = [], list[str]()
        for segment in segments:
            if segment.start == 0:
                before.clear()
            nearest = before[-self.context_sentences :] if self.context_sentences else []
            wanted.append(Wanted(segment.text, " ".join(nearest)))
            before.append(segment.text)
        return wanted

    @property
    def _fingerprint(self) -> dict[str, Any]:
        """All that affects a translation but the text."""
        return {
            "recipe": RECIPE,
            "languages": [self.source_language, self.target_language],
            "engine": self.engine.info.as_dict(),
            "prompts": [prompt.digest for prompt in (self.prompt, self.second_prompt) if prompt],
            "glossary": self.glossary.digest,
            "lexicon": self.lexicons.digest if self.lexicons else "",
            "generation": asdict(self.config),
            "limits": asdict(self.limits),
            "max_tries": self.max_tries,
        }

    def _finished(self, keys: Mapping[Wanted, str]) -> dict[Wanted, Tried]:
        """What the store holds of `keys`."""
        if self.store is None:
            return {}
        found = self.store.find(list(keys.values()))
        tried = {key: Tried.from_json(written) for key, written in found.items()}
        return {
            each: replace(
                known, unanswered=self._unanswered(self._comparison(each.text, known.text))
            )
            for each, key in keys.items()
            if each.text and (known := tried.get(key))
        }

    def _first_tries(
        self, groups: Sequence[list[Wanted]]
    ) -> Iterator[tuple[list[Wanted], list[Tried]]]:
        """Each group with its tries. The model is on the next one while one is being judged."""
        waiting: tuple[list[Wanted], Callable[[], list[Tried]]] | None = None
        for group in groups:
            begun = (group, self._begin(group, FIRST, [NOTHING] * len(group)))
            if waiting:
                yield waiting[0], waiting[1]()
            waiting = begun
        if waiting:
            yield waiting[0], waiting[1]()

    def _again(self, failing: Mapping[Wanted, Tried]) -> dict[Wanted, Tried]:
        """What failed at first, tried until nothing fails or no way is left.

        It is gathered from several groups, so that these tries fill batches as well.
        """
        best = dict(failing)
        for way in AGAIN:
            again = [
                each
                for each, tried in best.items()
                if not tried.sound
                and tried.tries < self.max_tries
                and way.may_help(each.text, tried.failed)
                and self._differs(way)
            ]
            if not again:
                continue
            told = [
                Told(tuple(advice(best[each].failed)), hints_for(best[each].unanswered))
                for each in again
            ]
            for each, tried in zip(again, self._begin(again, way, told)(), strict=True):
                better = tried if tried.badness < best[each].badness else best[each]
                best[each] = replace(better, tries=best[each].tries + 1)
        return best

    def _differs(self, way: Way) -> bool:
        """Whether `way` is another one than the first for this model and these prompts."""
        if way.pieces or way.penalty:
            return True
        first, second = self.prompt, self.second_prompt
        return (
            self.engine.info.family == "causal"
            and second is not None
            and (first is None or first.digest != second.digest)
        )

    def _comparison(self, source: str, target: str) -> Comparison | None:
        if self.lexicons is None:
            return None
        return compare(source, target, self.lexicons, self.glossary.occurring(source))

    def _unanswered(self, comparison: Comparison | None) -> tuple[Unanswered, ...]:
        """The words to ask about again."""
        if comparison is None or COVERAGE in self.limits.off:
            return ()
        return comparison.source.missing(self.limits.hint_weight)

    def _begin(
        self, wanted: Sequence[Wanted], way: Way, told: Sequence[Told]
    ) -> Callable[[], list[Tried]]:
        """Everything once, pieces sorted by length."""
        prompt = (way.careful and self.second_prompt) or self.prompt
        pieces = [
            (piece, index, order)
            for index, each in enumerate(wanted)
            for order, piece in enumerate(self._pieces(each, prompt, told[index], way))
        ]
        pieces.sort(key=lambda piece: (len(piece[0].text), piece[1:]))
        own = [
            told[index].for_piece(piece.text) if way.pieces else told[index]
            for piece, index, _ in pieces
        ]
        pending = self._generate([piece for piece, _, _ in pieces], prompt, own, way)

        def tried() -> list[Tried]:
            outputs: dict[tuple[int, int], Output] = {}
            for (piece, index, order), each, answer in zip(pieces, own, pending(), strict=True):
                opening = self._opening(piece.text, each.faults)
                if opening and opening not in OPENING_MARKS:
                    opening += " "
                outputs[index, order] = replace(answer, text=opening + answer.text)
            by_index: list[list[Output]] = [[] for _ in wanted]
            for index, order in sorted(outputs):
                by_index[index].append(outputs[index, order])
            return [
                self._result(each, answered, prompt, own)
                for each, answered, own in zip(wanted, by_index, told, strict=True)
            ]

        return tried

    def _source(self, wanted: Wanted, prompt: Prompt | None, told: Told) -> Source:
        """What the engine is given for `wanted`."""
        text = wanted.text.translate(PLAIN_SPACES)
        if prompt is None or self.engine.info.family == "seq2seq":
            return text
        chat = self._chat(text, wanted, prompt, told)
        opening = self._opening(text, told.faults)
        return (*chat, Message("assistant", opening)) if opening else chat

    def _chat(self, text: str, wanted: Wanted, prompt: Prompt, told: Told) -> Chat:
        return prompt.render(
            source=text,
            before=wanted.before.translate(PLAIN_SPACES),
            terms=[
                {"source": term.source, "target": term.target}
                for term in self.glossary.occurring(wanted.text)
            ],
            faults=list(told.faults),
            hints=_inputs(told.hints),
        )

    def _instructions(self, prompt: Prompt | None, told: Told) -> str:
        """What a model was told and must not give back: terms and faults it may well."""
        if prompt is None or self.engine.info.family == "seq2seq":
            return ""
        chat = prompt.render(source="", before="", terms=[], faults=[], hints=_inputs(told.hints))
        return "\n".join(message.content for message in chat)

    def _opening(self, source: str, faults: Sequence[str]) -> str:
        """How an answer has to begin, given to the model for what an earlier try lost: the mark of
        a quotation, or the day on which somebody said or did something.
        """
        if source[:1] in OPENING_MARKS and any("quotation" in fault for fault in faults):
            return '"'
        if (self.source_language, self.target_language) != ("fr", "en"):
            return ""
        told = DAY_OF_ACTION.match(source)
        days = dates(told["day"], "fr") if told else set()
        return next((f"On {day}," for day in days if f"keep: {day}" in faults), "")

    def _pieces(
        self, wanted: Wanted, prompt: Prompt | None, told: Told, way: Way
    ) -> tuple[Wanted, ...]:
        """The text itself, or parts of it: when asked, or too long for the model or for memory."""
        text = wanted.text
        limit = int(len(text) * PIECE_SHARE) if way.pieces else MAX_PIECE_CHARS
        return tuple(
            replace(wanted, text=piece.strip())
            for part in split_long(text, max_tokens=limit, count_tokens=len)
            for piece in split_long(
                part,
                max_tokens=self.engine.max_source_tokens,
                count_tokens=lambda piece: self.engine.count_tokens(
                    self._source(replace(wanted, text=piece), prompt, told)
                ),
            )
            if piece.strip()
        )

    def _generate(
        self,
        wanted: Sequence[Wanted],
        prompt: Prompt | None,
        told: Sequence[Told],
        way: Way,
    ) -> Pending:
        longest = max(len(each.text) for each in wanted)
        most = max(MIN_NEW_TOKENS, int(longest * MAX_TOKENS_PER_CHAR))
        config = replace(
            self.config,
            max_new_tokens=min(self.config.max_new_tokens, most),
            repetition_penalty=PENALTY if way.penalty else self.config.repetition_penalty,
        )
        sources = [self._source(each, prompt, own) for each, own in zip(wanted, told, strict=True)]
        return self.engine.begin(sources, config)

    def _result(
        self, wanted: Wanted, outputs: Sequence[Output], prompt: Prompt | None, told: Told
    ) -> Tried:
        text = wanted.text
        joined = " ".join(output.text for output in outputs if output.text)
        whole = Output(
            text=self.glossary.repair(repair(joined, text), source=text),
            source_tokens=sum(output.source_tokens for output in outputs),
            new_tokens=sum(output.new_tokens for output in outputs),
            finished=all(output.finished for output in outputs),
        )
        comparison = self._comparison(text, whole.text)
        failed = check_translation(
            text,
            whole,
            source_language=self.source_language,
            target_language=self.target_language,
            terms=self.glossary.occurring(text),
            limits=self.limits,
            instructions=self._instructions(prompt, told),
            comparison=comparison,
        )
        return Tried(
            text=whole.text,
            failed=failed,
            unanswered=self._unanswered(comparison),
            new_tokens=whole.new_tokens,
        )


def _inputs(hints: Sequence[Hint]) -> list[dict[str, Any]]:
    return [{"word": each.word, "meanings": list(each.meanings)} for each in hints]
