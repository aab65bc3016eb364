"""Sentences to translations, as a stream through the engine."""

import math
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

from toolkit.documents import Segment, Translation, Unanswered
from toolkit.engines.base import (
    Candidate,
    Engine,
    GenerationConfig,
    GenerationRequest,
    Output,
)
from toolkit.engines.stored import StoredOutputs
from toolkit.errors import TooLongError
from toolkit.lexicon.lexicon import Lexicons
from toolkit.prompts import Prompt
from toolkit.segmentation import split_long
from toolkit.store import Store
from toolkit.translation.attempts import FIRST, RETRIES, Attempt, Request, Strategy
from toolkit.translation.checks import COVERAGE, DEFAULT_LIMITS, Limits, check_translation
from toolkit.translation.comparison import Comparison, compare
from toolkit.translation.correction import NOTHING, Correction, hints_for
from toolkit.translation.glossary import Glossary
from toolkit.translation.prompting import Prompting
from toolkit.translation.repair import OPENING_MARKS, repair
from toolkit.translation.search import SEARCHES, Quality, Search

# An answer longer than this many tokens per source character is a loop, not a translation.
MAX_TOKENS_PER_CHAR = 0.6
MIN_NEW_TOKENS = 48
# Twice the longest sentences of newspapers: beyond it there is no sentence, but missing full stops.
MAX_PIECE_CHARS = 1200
PIECE_SHARE = 0.6  # of a text, when it is tried in pieces
PENALTY = 1.15  # on repeated tokens, when that is tried
TEMPERATURE, TOP_P = 0.6, 0.9  # of samples
MIN_LOG_PROB = -0.25  # of a token on average, from which on a sound answer is searched no further
MAX_SCORED = 4  # answers to a text that the source is scored by, where it is
MAX_REMEMBERED = 10_000  # texts whose translation is at hand when they come again


@dataclass(eq=False, slots=True)
class _Task:
    """A text on its way: the step it is at, what was answered to it, and who waits for it."""

    request: Request
    waiting: list[tuple[Hashable, Segment]]
    step: int = -1  # of RETRIES; the first try is before them
    tries: int = 0
    correction: Correction = NOTHING
    pieces: tuple[Request, ...] = ()
    outputs: list[list[Output]] = field(default_factory=list)
    missing: int = 0
    best: Attempt | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which answer it is that comes back: one of those about a piece."""

    task: _Task
    piece: int
    part: int


@dataclass(frozen=True, kw_only=True)
class SentenceTranslator:
    """`prompt` is needed for a causal engine and ignored by a sequence-to-sequence one.

    Of what the engine answers the best candidate is kept. Texts that fail a check, or whose answer
    was not sure, are tried again by the strategies of RETRIES, and none is asked about more than
    `max_tries` times. What the engine answers is kept in `store`, and checked anew when it is found
    there. `second_prompt` is the careful one, `reverse_prompt` that of the other direction. A
    causal model is shown `context_sentences` before each. What `lexicons` find unanswered is tried
    again too, with what it can mean.
    """

    engine: Engine
    source_language: str
    target_language: str
    prompt: Prompt | None = None
    second_prompt: Prompt | None = None
    reverse_prompt: Prompt | None = None
    glossary: Glossary = field(default_factory=Glossary)
    quality: Quality = "standard"
    config: GenerationConfig = field(default_factory=GenerationConfig)
    lexicons: Lexicons | None = None
    store: Store | None = None
    limits: Limits = DEFAULT_LIMITS
    max_tries: int = 1 + len(RETRIES)
    context_sentences: int = 0

    def translate(
        self, segments: Sequence[Segment], on_done: Callable[[int], None] = lambda count: None
    ) -> tuple[Translation, ...]:
        """One translation for each segment, in order. `on_done` hears how many are finished.

        A segment that starts at 0 begins another document. The same text is translated once, and so
        always the same way, unless the sentences before it are shown as context.
        """
        found: dict[Hashable, Translation] = {}
        for place, translation in self.stream(enumerate(segments)):
            found[place] = translation
            on_done(1)
        return tuple(found[place] for place in range(len(segments)))

    def stream(
        self, segments: Iterable[tuple[Hashable, Segment]]
    ) -> Iterator[tuple[Hashable, Translation]]:
        """Each key with the translation of its segment, as soon as that is finished.

        Segments are taken as the engine has room, so they may come from any number of documents.
        """
        return _Flow(self, segments).run()

    @property
    def search(self) -> Search:
        """What the quality asks for, with no fewer beams than the settings."""
        return SEARCHES[self.engine.info.family][self.quality].with_beams(self.config.num_beams)

    @cached_property
    def outputs(self) -> StoredOutputs:
        languages = (self.source_language, self.target_language)
        return StoredOutputs(self.engine, self.store, languages)

    @cached_property
    def reverse_outputs(self) -> StoredOutputs:
        languages = (self.target_language, self.source_language)
        return StoredOutputs(self.engine, self.store, languages)

    @cached_property
    def prompting(self) -> Prompting:
        causal = self.engine.info.family == "causal"
        return Prompting(
            source_language=self.source_language,
            target_language=self.target_language,
            prompt=self.prompt if causal else None,
            second_prompt=self.second_prompt if causal else None,
            glossary=self.glossary,
        )


class _Flow:
    """The texts of one stream."""

    def __init__(
        self, translator: SentenceTranslator, segments: Iterable[tuple[Hashable, Segment]]
    ) -> None:
        self._translator = translator
        self._search = translator.search
        self._incoming = self._requests(segments)
        self._asked: deque[GenerationRequest] = deque()
        self._tasks: dict[Request, _Task] = {}
        self._known: dict[Request, tuple[Attempt, int]] = {}
        self._finished: deque[tuple[Hashable, Translation]] = deque()

    def run(self) -> Iterator[tuple[Hashable, Translation]]:
        for request, output in self._translator.outputs.stream(self._pull):
            asked = cast(_Asked, request.key)
            task = asked.task
            task.outputs[asked.piece][asked.part] = output
            task.missing -= 1
            if not task.missing:
                self._judge(task)
            while self._finished:
                yield self._finished.popleft()
        while self._finished:
            yield self._finished.popleft()

    def _requests(
        self, segments: Iterable[tuple[Hashable, Segment]]
    ) -> Iterator[tuple[Request, Hashable, Segment]]:
        """What there is to translate, each with the sentences of its document before it."""
        shown = self._translator.context_sentences
        before: deque[str] = deque(maxlen=shown)
        for key, segment in segments:
            if segment.start == 0:
                before.clear()
            yield Request(segment.text, " ".join(before)), key, segment
            if shown:
                before.append(segment.text)

    def _pull(self) -> GenerationRequest | None:
        """Further tries first, so that documents get finished."""
        while not self._asked:
            incoming = next(self._incoming, None)
            if incoming is None:
                return None
            request, key, segment = incoming
            if not request.text.strip():
                self._finish(Attempt(text=""), 1, [(key, segment)])
            elif request in self._known:
                self._finish(*self._known[request], [(key, segment)])
            elif request in self._tasks:
                self._tasks[request].waiting.append((key, segment))
            else:
                task = self._tasks[request] = _Task(request, [(key, segment)])
                self._ask(task, FIRST)
        return self._asked.popleft()

    def _finish(
        self, attempt: Attempt, tries: int, waiting: Iterable[tuple[Hashable, Segment]]
    ) -> None:
        for key, segment in waiting:
            self._finished.append((key, _translation(segment, attempt, tries)))

    def _ask(self, task: _Task, strategy: Strategy) -> None:
        """Everything that is to be asked about a text in one step."""
        task.tries += 1
        task.pieces = self._pieces(task, strategy)
        task.outputs = []
        for place, piece in enumerate(task.pieces):
            correction = task.correction
            if strategy.pieces:
                correction = correction.for_piece(piece.text)
            source = self._translator.prompting.source(piece, strategy, correction)
            configs = self._configs(piece.text, strategy)
            task.outputs.append([_NOTHING] * len(configs))
            task.missing += len(configs)
            for part, config in enumerate(configs):
                key = _Asked(task, place, part)
                self._asked.append(GenerationRequest(source=source, config=config, key=key))

    def _configs(self, text: str, strategy: Strategy) -> list[GenerationConfig]:
        search, base = self._search, self._translator.config
        most = max(MIN_NEW_TOKENS, int(len(text) * MAX_TOKENS_PER_CHAR))
        base = replace(base, max_new_tokens=min(base.max_new_tokens, most))
        if strategy.penalty:
            return [replace(base, num_beams=1, repetition_penalty=PENALTY)]
        beams = search.careful_beams if strategy.careful else search.first_beams
        if strategy.wider:
            beams = search.wider_beams
        configs = []
        if not strategy.wider or beams > search.first_beams:
            configs.append(replace(base, num_beams=beams, num_return_sequences=beams))
        if strategy.wider and search.samples:
            drawn = replace(base, do_sample=True, temperature=TEMPERATURE, top_p=TOP_P)
            configs.append(replace(drawn, num_beams=1, num_return_sequences=search.samples))
        return configs

    def _pieces(self, task: _Task, strategy: Strategy) -> tuple[Request, ...]:
        """The text itself, or parts of it: when asked, or too long for the model or for memory."""
        request, text = task.request, task.request.text
        engine, prompting = self._translator.engine, self._translator.prompting
        limit = int(len(text) * PIECE_SHARE) if strategy.pieces else MAX_PIECE_CHARS
        return tuple(
            replace(request, text=piece.strip())
            for part in split_long(text, max_tokens=limit, count_tokens=len)
            for piece in split_long(
                part,
                max_tokens=engine.max_source_tokens,
                count_tokens=lambda piece: engine.count_tokens(
                    prompting.source(replace(request, text=piece), strategy, task.correction)
                ),
            )
            if piece.strip()
        )

    def _judge(self, task: _Task) -> None:
        """Keep the best answer so far, and finish the text or ask again."""
        strategy = RETRIES[task.step] if task.step >= 0 else FIRST
        attempts = self._attempts(task, strategy)
        if task.best:
            attempts.insert(0, task.best)
        task.best = best = max(attempts, key=lambda each: each.worth)
        again = self._next(task, best)
        if again is None or task.tries >= self._translator.max_tries:
            known = best, task.tries
            del self._tasks[task.request]
            if len(self._known) >= MAX_REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[task.request] = known
            self._finish(*known, task.waiting)
            return
        task.step = again
        if RETRIES[again].careful:
            task.correction = Correction(best.failed, hints_for(best.unanswered))
        self._ask(task, RETRIES[again])

    def _next(self, task: _Task, best: Attempt) -> int | None:
        """The place in RETRIES of the next strategy that may help, None for none."""
        for place, strategy in enumerate(RETRIES):
            if place <= task.step:
                continue
            if strategy.wider:
                if self._search.is_wider and best.sound and not best.sure(MIN_LOG_PROB):
                    return place
            elif (
                not best.sound
                and strategy.may_help(task.request.text, best.failed)
                and self._translator.prompting.differs(strategy)
            ):
                return place
        return None

    def _attempts(self, task: _Task, strategy: Strategy) -> list[Attempt]:
        """What the answers to one step make. Of several pieces the best answer to each is taken."""
        prompting = self._translator.prompting
        found = []
        for piece, outputs in zip(task.pieces, task.outputs, strict=True):
            correction = task.correction
            if strategy.pieces:
                correction = correction.for_piece(piece.text)
            opening = prompting.opening(piece.text, correction.failed) if strategy.careful else ""
            if opening and opening not in OPENING_MARKS:
                opening += " "
            found.append(
                [
                    replace(candidate, text=opening + candidate.text)
                    for output in outputs
                    for candidate in output.candidates
                ]
            )
        instructions = prompting.instructions(strategy, task.correction)
        text = task.request.text
        if len(found) == 1:
            attempts = [self._attempt(text, each, instructions) for each in found[0]]
        else:
            best = [
                max(each, key=lambda one: self._attempt(piece.text, one, instructions).worth)
                for piece, each in zip(task.pieces, found, strict=True)
            ]
            attempts = [self._attempt(text, _joined(best), instructions)]
        return self._with_reverse(text, attempts)

    def _attempt(self, text: str, candidate: Candidate, instructions: str) -> Attempt:
        translator = self._translator
        repaired = translator.glossary.repair(repair(candidate.text, text), source=text)
        comparison = self._comparison(text, repaired)
        failed = check_translation(
            text,
            replace(candidate, text=repaired),
            source_language=translator.source_language,
            target_language=translator.target_language,
            terms=translator.glossary.occurring(text),
            limits=translator.limits,
            instructions=instructions,
            comparison=comparison,
        )
        weight = translator.limits.hint_weight
        added = comparison.target.missing(weight) if comparison else ()
        return Attempt(
            text=repaired,
            failed=failed,
            unanswered=self._unanswered(comparison),
            log_prob=candidate.log_prob,
            covered=comparison.source.share if comparison else 1.0,
            added=sum(word.weight for word in added),
            new_tokens=candidate.new_tokens,
        )

    def _with_reverse(self, text: str, attempts: list[Attempt]) -> list[Attempt]:
        """The best attempts with the log-probability of the source given each, where that is asked
        for: Yee, Dauphin and Auli 2019, Simple and effective noisy channel modeling, 1908.05731.
        """
        prompt = self._translator.reverse_prompt
        if not self._search.reverse or prompt is None:
            return attempts
        best = sorted(attempts, key=lambda each: each.worth, reverse=True)[:MAX_SCORED]
        given = [
            prompt.render(source=each.text, before="", terms=[], faults=[], hints=[])
            for each in best
        ]
        try:
            scores = self._translator.reverse_outputs.score(given, [text] * len(best))
        except TooLongError:
            scores = [-math.inf] * len(best)  # against those that can be scored they don't count
        return [replace(each, reverse=score) for each, score in zip(best, scores, strict=True)]

    def _comparison(self, source: str, target: str) -> Comparison | None:
        lexicons = self._translator.lexicons
        if lexicons is None:
            return None
        return compare(source, target, lexicons, self._translator.glossary.occurring(source))

    def _unanswered(self, comparison: Comparison | None) -> tuple[Unanswered, ...]:
        """The words to ask about again."""
        limits = self._translator.limits
        if comparison is None or COVERAGE in limits.off:
            return ()
        return comparison.source.missing(limits.hint_weight)


_NOTHING = Output(candidates=(), source_tokens=0)


def _joined(candidates: Sequence[Candidate]) -> Candidate:
    return Candidate(
        text=" ".join(each.text for each in candidates if each.text),
        log_prob=sum(each.log_prob for each in candidates),
        new_tokens=sum(each.new_tokens for each in candidates),
        finished=all(each.finished for each in candidates),
    )


def _translation(segment: Segment, attempt: Attempt, tries: int) -> Translation:
    return Translation(
        segment=segment,
        text=attempt.text,
        failed=attempt.failed,
        unanswered=attempt.unanswered,
        new_tokens=attempt.new_tokens,
        tries=tries,
    )
