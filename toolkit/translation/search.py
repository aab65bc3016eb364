"""How a translation is searched: docs/decisions/0014."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, Literal, NamedTuple

from toolkit.engines.asking import Asking
from toolkit.engines.base import (
    Ability,
    Candidate,
    Engine,
    Family,
    GenerationConfig,
    GenerationRequest,
    Source,
    TokenScore,
)
from toolkit.errors import TooLongError
from toolkit.prompts import Prompt
from toolkit.segmentation import split_long
from toolkit.translation.attempts import (
    ADDITION_WEIGHT,
    COVERAGE_WEIGHT,
    FIRST,
    RETRIES,
    REVERSE_WEIGHT,
    Attempt,
    Request,
    Strategy,
    best_first,
)
from toolkit.translation.correction import NOTHING, Correction, hints_for
from toolkit.translation.judge import Judge, Original
from toolkit.translation.prompting import Prompting, without_told
from toolkit.translation.repair import OPENING_MARKS

Quality = Literal["fast", "standard", "best"]

# An answer longer than this many tokens per source character is a loop, not a translation.
MAX_TOKENS_PER_CHAR = 0.6
MIN_NEW_TOKENS = 48
# Twice the longest sentences of newspapers: beyond it there is no sentence, but missing full stops.
MAX_PIECE_CHARS = 1200
PIECE_SHARE = 0.6  # of a text, when it is tried in pieces
PENALTY = 1.15  # on repeated tokens, at least, when that is tried
# Of models whose makers prescribe nothing else; temperature and top-p are of samples.
TRANSLATION_CONFIG = GenerationConfig(temperature=0.6, top_p=0.9)
MIN_LOG_PROB = -0.25  # of a token on average, from which on a sound answer is searched no further
LAST_SAMPLES = 8  # where a check other than the lexicon's fails whatever is tried
MAX_SCORED = 4  # answers to a text that the source is scored by, where it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Beams of the first try, of the wider one for a sound answer that is not sure, and of the
    corrections of one that is not sound; samples beside the wider one's beams; whether the source
    is scored given each answer.
    """

    first_beams: int = 1
    wider_beams: int = 1
    samples: int = 0
    careful_beams: int = 1
    reverse: bool = False

    def with_beams(self, least: int) -> "Effort":
        return replace(
            self,
            first_beams=max(self.first_beams, least),
            careful_beams=max(self.careful_beams, least),
        )

    def without(self, lacks: Collection[Ability]) -> "Effort":
        """What an engine can do that lacks these."""
        effort = self
        if "beams" in lacks:
            effort = replace(effort, first_beams=1, wider_beams=1, careful_beams=1)
        return replace(effort, reverse=effort.reverse and "scores" not in lacks)

    @property
    def is_wider(self) -> bool:
        return self.wider_beams > self.first_beams or self.samples > 0

    def as_dict(self, config: GenerationConfig) -> dict[str, Any]:
        """All that decides which answers there are and, by the weights, which of them is kept."""
        drawn = {"temperature": config.temperature, "top_p": config.top_p}
        weights = {
            "log_prob": 1.0,
            "coverage": COVERAGE_WEIGHT,
            "additions": -ADDITION_WEIGHT,
            **({"reverse": REVERSE_WEIGHT} if self.reverse else {}),
        }
        return {
            **asdict(self),
            "stuck_repetition_penalty": _penalty(config),
            **(
                {"min_log_prob": MIN_LOG_PROB, "last_samples": LAST_SAMPLES, **drawn}
                if self.is_wider
                else {}
            ),
            "weights": weights,
        }


EFFORTS: dict[Family, dict[Quality, Effort]] = {
    "causal": {
        "fast": Effort(),
        "standard": Effort(wider_beams=4, careful_beams=4),
        "best": Effort(first_beams=4, samples=8, careful_beams=4, reverse=True),
    },
    "seq2seq": {
        "fast": Effort(),
        "standard": Effort(),
        "best": Effort(first_beams=4, careful_beams=4),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse:
    """Scores a source given an answer, by a `prompt` for the other direction.

    Yee, Dauphin and Auli 2019, Simple and effective noisy channel modeling, arXiv 1908.05731.
    """

    engine: Engine
    prompt: Prompt

    def best_scored(self, text: str, attempts: Sequence[Attempt]) -> list[Attempt]:
        """The best attempts with the log-probability of `text` given each. What is too long for
        that doesn't count against those that aren't.
        """
        best = best_first(attempts)[:MAX_SCORED]
        return self.scored([text] * len(best), best)

    def scored(self, texts: Sequence[str], attempts: Sequence[Attempt]) -> list[Attempt]:
        """The attempts with the log-probability of the text of each, or with minus infinity where
        one of them is too long for that.
        """
        given = [
            self.prompt.render(source=each.text, before="", terms=[], faults=[], hints=[])
            for each in attempts
        ]
        try:
            scored = self.engine.score(given, texts)
        except TooLongError:
            return [replace(each, reverse=-math.inf) for each in attempts]
        pairs = zip(attempts, scored, strict=True)
        return [replace(each, reverse=text.log_prob) for each, text in pairs]


class Found(NamedTuple):
    """The best attempt, how many tries were made, and all attempts that came of them."""

    best: Attempt
    tries: int
    seen: tuple[Attempt, ...]

    def others(self, most: int) -> tuple[str, ...]:
        """Other translations, the best first; nothing that is none."""
        texts = [each.text for each in best_first(self.seen) if each.translates]
        return tuple(each for each in dict.fromkeys(texts) if each != self.best.text)[:most]


@dataclass(frozen=True, kw_only=True)
class Search:
    """Asks a model about a text until an answer is sound and sure, or nothing is left to try."""

    engine: Engine
    prompting: Prompting
    judge: Judge
    effort: Effort
    config: GenerationConfig
    max_tries: int
    reverse: Reverse | None = None

    def work(self, request: Request) -> Asking[Found]:
        best: Attempt | None = None
        tries, widened = 0, False
        seen: list[Attempt] = []
        original = self.judge.original(request.text)
        for strategy in (FIRST, *RETRIES):
            if best and (tries >= self.max_tries or not self._helps(strategy, request, best)):
                continue
            if strategy.wider and widened:
                continue
            widened |= strategy.wider
            correction = NOTHING
            if best and strategy.careful:
                correction = Correction(best.failed, hints_for(best.unanswered))
            attempts = yield from self._attempts(request, original, strategy, correction)
            tries += 1
            seen += attempts
            best = best_first([best, *attempts] if best else attempts)[0]
        assert best is not None
        return Found(best, tries, tuple(seen))

    def _helps(self, strategy: Strategy, request: Request, best: Attempt) -> bool:
        if strategy.last and strategy.sampled:
            return self.effort.is_wider and best.faults > 0
        if strategy.last:  # a beam: samples for what only the lexicon misses do harm
            return bool(best.failed) and self.effort.wider_beams > self.effort.first_beams
        if strategy.wider:
            return self.effort.is_wider and best.sound and not best.sure(MIN_LOG_PROB)
        return (
            not best.sound
            and strategy.may_help(request.text, best.failed)
            and self.prompting.differs(strategy)
        )

    def _attempts(
        self, request: Request, original: Original, strategy: Strategy, correction: Correction
    ) -> Asking[list[Attempt]]:
        """What the answers to one try make. Of several pieces the best answer to each is taken."""

        @cache  # a text is asked about after its tokens were counted
        def source(text: str, told: Correction) -> Source:
            return self.prompting.source(replace(request, text=text), strategy, told)

        pieces = self._pieces(request, strategy, lambda text: source(text, correction))
        own = [
            correction.for_piece(piece.text) if strategy.pieces else correction for piece in pieces
        ]
        asked = [
            (place, GenerationRequest(source=source(piece.text, own[place]), config=config))
            for place, piece in enumerate(pieces)
            for config in self._configs(piece.text, strategy)
        ]
        outputs = yield [each for _, each in asked]
        answers: list[list[Candidate]] = [[] for _ in pieces]
        for (place, _), output in zip(asked, outputs, strict=True):
            opening = self._opening(pieces[place], strategy, own[place])
            told = self.prompting.told(own[place])
            answers[place] += [
                each.with_text(opening + without_told(each.text, told))
                for each in output.candidates
            ]
        instructions = self.prompting.instructions(strategy, correction)
        whole = answers[0]
        if len(pieces) > 1:
            best = [
                self.judge.best(piece.text, each, instructions=instructions)
                for piece, each in zip(pieces, answers, strict=True)
            ]
            whole = [_joined(best)]
        attempts = [self.judge.attempt(original, each, instructions=instructions) for each in whole]
        return self.reverse.best_scored(request.text, attempts) if self.reverse else attempts

    def _opening(self, piece: Request, strategy: Strategy, correction: Correction) -> str:
        """What the model was given of its answer."""
        opening = self.prompting.opening(piece.text, correction.failed) if strategy.careful else ""
        return f"{opening} " if opening and opening not in OPENING_MARKS else opening

    def _configs(self, text: str, strategy: Strategy) -> list[GenerationConfig]:
        most = max(MIN_NEW_TOKENS, int(len(text) * MAX_TOKENS_PER_CHAR))
        base = replace(self.config, max_new_tokens=min(self.config.max_new_tokens, most))
        if strategy.penalty:
            return [replace(base.beam(1), repetition_penalty=_penalty(base))]
        if strategy.sampled:
            return [base.samples(LAST_SAMPLES)]
        if not strategy.wider:
            effort = self.effort
            beams = effort.careful_beams if strategy.careful else effort.first_beams
            return [base.beam(beams)]
        configs = []
        beams, samples = self.effort.wider_beams, self.effort.samples
        if beams > self.effort.first_beams:
            configs.append(base.beam(beams))
        if samples:
            configs.append(base.samples(samples))
        return configs

    def _pieces(
        self, request: Request, strategy: Strategy, source: Callable[[str], Source]
    ) -> tuple[Request, ...]:
        """The text itself, or parts of it: when asked, or too long for the model or for memory.
        `source` makes of a text what the model is given.
        """
        text = request.text
        limit = int(len(text) * PIECE_SHARE) if strategy.pieces else MAX_PIECE_CHARS
        return tuple(
            replace(request, text=piece.strip())
            for part in split_long(text, max_tokens=limit, count_tokens=len)
            for piece in split_long(
                part,
                max_tokens=self.engine.max_source_tokens,
                count_tokens=lambda piece: self.engine.count_tokens(source(piece)),
            )
            if piece.strip()
        )


def _penalty(config: GenerationConfig) -> float:
    """On repeated tokens, when that is tried."""
    return max(PENALTY, config.repetition_penalty)


def _joined(candidates: Sequence[Candidate]) -> Candidate:
    known = all(each.log_prob for each in candidates)
    text, tokens = "", list[TokenScore]()
    for each in candidates:
        text += " " * bool(text and each.text)
        tokens += (token.moved(len(text)) for token in each.tokens)
        text += each.text
    return Candidate(
        text=text,
        log_prob=sum(each.log_prob for each in candidates) if known else 0.0,
        new_tokens=sum(each.new_tokens for each in candidates),
        finished=all(each.finished for each in candidates),
        tokens=tuple(tokens),
    )
