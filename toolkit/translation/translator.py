"""Sentences to translations, in batches of similar length."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from toolkit.documents import Segment, Translation, Unanswered
from toolkit.engines.base import Engine, GenerationConfig, Output, Pending
from toolkit.engines.stored import StoredOutputs
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

# Sentences handed to the engine at once. A sudden end loses one or two of these: seconds of work,
# half a minute at most.
SENTENCES_PER_CALL = {"causal": 32, "seq2seq": 512}
# An answer longer than this many tokens per source character is a loop, not a translation.
MAX_TOKENS_PER_CHAR = 0.6
MIN_NEW_TOKENS = 48
# Twice the longest sentences of newspapers: beyond it there is no sentence, but missing full stops.
MAX_PIECE_CHARS = 1200
PIECE_SHARE = 0.6  # of a text, when it is tried in pieces
PENALTY = 1.15  # on repeated tokens, when that is tried


@dataclass(frozen=True, kw_only=True)
class SentenceTranslator:
    """`prompt` is needed for a causal engine and ignored by a sequence-to-sequence one.

    Texts that fail a check are tried again by the strategies of RETRIES; the answer that fails
    fewest checks is kept, and no text is tried more than `max_tries` times. What the engine answers
    is kept in `store`, and checked anew when it is found there. `second_prompt` is the careful one.
    A causal model is shown `context_sentences` before each. What `lexicons` find unanswered is
    tried again too, with what it can mean.
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
    max_tries: int = 1 + len(RETRIES)
    context_sentences: int = 0

    def translate(
        self, segments: Sequence[Segment], on_done: Callable[[int], None] = lambda count: None
    ) -> tuple[Translation, ...]:
        """One translation for each segment, in order. `on_done` hears how many are finished.

        A segment that starts at 0 begins another document. The same text is translated once, and so
        always the same way, unless the sentences before it are shown as context.
        """
        requests = self._requests(segments)
        counts = Counter(requests)
        done = {each: Attempt(text="") for each in counts if not each.text}
        on_done(sum(counts[each] for each in done))
        missing = self._ordered(counts.keys() - done.keys())
        size = SENTENCES_PER_CALL[self.engine.info.family]
        failing: dict[Request, Attempt] = {}

        def finish(attempts: Mapping[Request, Attempt]) -> None:
            done.update(attempts)
            on_done(sum(counts[each] for each in attempts))

        groups = [missing[start : start + size] for start in range(0, len(missing), size)]
        for group, attempts in self._first_attempts(groups):
            first = dict(zip(group, attempts, strict=True))
            failing |= {each: attempt for each, attempt in first.items() if not attempt.sound}
            finish({each: attempt for each, attempt in first.items() if attempt.sound})
            if len(failing) >= size // 2:
                finish(self._retried(failing))
                failing = {}
        finish(self._retried(failing))
        return tuple(
            _translation(segment, done[each])
            for segment, each in zip(segments, requests, strict=True)
        )

    @cached_property
    def _outputs(self) -> StoredOutputs:
        languages = (self.source_language, self.target_language)
        return StoredOutputs(self.engine, self.store, languages)

    @cached_property
    def _prompting(self) -> Prompting:
        causal = self.engine.info.family == "causal"
        return Prompting(
            source_language=self.source_language,
            target_language=self.target_language,
            prompt=self.prompt if causal else None,
            second_prompt=self.second_prompt if causal else None,
            glossary=self.glossary,
        )

    def _requests(self, segments: Sequence[Segment]) -> list[Request]:
        """What there is to translate, each with the sentences of its document before it."""
        requests, before = [], list[str]()
        for segment in segments:
            if segment.start == 0:
                before.clear()
            nearest = before[-self.context_sentences :] if self.context_sentences else []
            requests.append(Request(segment.text, " ".join(nearest)))
            before.append(segment.text)
        return requests

    def _ordered(self, requests: set[Request]) -> list[Request]:
        """The shortest first. Those whose first answer is in the store come before all others, so
        that what the model is asked for fills its batches.
        """
        ordered = sorted(requests, key=lambda each: (len(each.text), each))
        if self.store is None:
            return ordered
        pieces = [(each, piece) for each in ordered for piece in self._pieces(each, FIRST, NOTHING)]
        sources = [self._prompting.source(piece, FIRST, NOTHING) for _, piece in pieces]
        held = self._outputs.holds(sources, self.config)
        missing = {each for (each, _), there in zip(pieces, held, strict=True) if not there}
        return sorted(ordered, key=lambda each: each in missing)

    def _first_attempts(
        self, groups: Sequence[list[Request]]
    ) -> Iterator[tuple[list[Request], list[Attempt]]]:
        """Each group with its answers. The model is on the next one while one is being judged."""
        waiting: tuple[list[Request], Callable[[], list[Attempt]]] | None = None
        for group in groups:
            begun = (group, self._begin(group, FIRST, [NOTHING] * len(group)))
            if waiting:
                yield waiting[0], waiting[1]()
            waiting = begun
        if waiting:
            yield waiting[0], waiting[1]()

    def _retried(self, failing: Mapping[Request, Attempt]) -> dict[Request, Attempt]:
        """What failed at first, tried until nothing fails or no strategy is left.

        It is gathered from several groups, so that these tries fill batches as well.
        """
        best = dict(failing)
        for strategy in RETRIES:
            again = [
                each
                for each, attempt in best.items()
                if not attempt.sound
                and attempt.tries < self.max_tries
                and strategy.may_help(each.text, attempt.failed)
                and self._prompting.differs(strategy)
            ]
            if not again:
                continue
            corrections = [
                Correction(best[each].failed, hints_for(best[each].unanswered)) for each in again
            ]
            attempts = self._begin(again, strategy, corrections)()
            for each, attempt in zip(again, attempts, strict=True):
                better = attempt if attempt.badness < best[each].badness else best[each]
                best[each] = replace(better, tries=best[each].tries + 1)
        return best

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
        self, requests: Sequence[Request], strategy: Strategy, corrections: Sequence[Correction]
    ) -> Callable[[], list[Attempt]]:
        """Everything once, pieces sorted by length."""
        pieces = [
            (piece, index, order)
            for index, each in enumerate(requests)
            for order, piece in enumerate(self._pieces(each, strategy, corrections[index]))
        ]
        pieces.sort(key=lambda piece: (len(piece[0].text), piece[1:]))
        own = [
            corrections[index].for_piece(piece.text) if strategy.pieces else corrections[index]
            for piece, index, _ in pieces
        ]
        pending = self._generate([piece for piece, _, _ in pieces], strategy, own)

        def attempts() -> list[Attempt]:
            outputs: dict[tuple[int, int], Output] = {}
            for (piece, index, order), each, answer in zip(pieces, own, pending(), strict=True):
                opening = self._prompting.opening(piece.text, each.failed)
                if opening and opening not in OPENING_MARKS:
                    opening += " "
                outputs[index, order] = replace(answer, text=opening + answer.text)
            by_index: list[list[Output]] = [[] for _ in requests]
            for index, order in sorted(outputs):
                by_index[index].append(outputs[index, order])
            return [
                self._attempt(
                    each.text, answers, self._prompting.instructions(strategy, correction)
                )
                for each, answers, correction in zip(requests, by_index, corrections, strict=True)
            ]

        return attempts

    def _pieces(
        self, request: Request, strategy: Strategy, correction: Correction
    ) -> tuple[Request, ...]:
        """The text itself, or parts of it: when asked, or too long for the model or for memory."""
        text = request.text
        limit = int(len(text) * PIECE_SHARE) if strategy.pieces else MAX_PIECE_CHARS
        return tuple(
            replace(request, text=piece.strip())
            for part in split_long(text, max_tokens=limit, count_tokens=len)
            for piece in split_long(
                part,
                max_tokens=self.engine.max_source_tokens,
                count_tokens=lambda piece: self.engine.count_tokens(
                    self._prompting.source(replace(request, text=piece), strategy, correction)
                ),
            )
            if piece.strip()
        )

    def _generate(
        self, requests: Sequence[Request], strategy: Strategy, corrections: Sequence[Correction]
    ) -> Pending:
        longest = max(len(request.text) for request in requests)
        most = max(MIN_NEW_TOKENS, int(longest * MAX_TOKENS_PER_CHAR))
        config = replace(
            self.config,
            max_new_tokens=min(self.config.max_new_tokens, most),
            repetition_penalty=PENALTY if strategy.penalty else self.config.repetition_penalty,
        )
        sources = [
            self._prompting.source(each, strategy, correction)
            for each, correction in zip(requests, corrections, strict=True)
        ]
        return self._outputs.begin(sources, config)

    def _attempt(self, text: str, outputs: Sequence[Output], instructions: str) -> Attempt:
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
            instructions=instructions,
            comparison=comparison,
        )
        return Attempt(
            text=whole.text,
            failed=failed,
            unanswered=self._unanswered(comparison),
            new_tokens=whole.new_tokens,
        )


def _translation(segment: Segment, attempt: Attempt) -> Translation:
    return Translation(
        segment=segment,
        text=attempt.text,
        failed=attempt.failed,
        unanswered=attempt.unanswered,
        new_tokens=attempt.new_tokens,
        tries=attempt.tries,
    )
