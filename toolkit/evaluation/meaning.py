"""Judged translations with what the toolkit can tell of them."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from toolkit.documents import Doubt
from toolkit.engines.base import Candidate, TokenScore
from toolkit.errors import InputError
from toolkit.evaluation.files import Entry, read_json, read_json_lines
from toolkit.evaluation.judgements import Judgement, has_major, load_judgements
from toolkit.files import read_whole
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.translation.attempts import Attempt
from toolkit.translation.checks import DEFAULT_LIMITS
from toolkit.translation.confidence.doubts import doubts
from toolkit.translation.confidence.estimator import confidence_of
from toolkit.translation.confidence.signals import Observation
from toolkit.translation.glossary import load_glossary
from toolkit.translation.judge import Judge

LANGUAGES: tuple[Literal["fr"], Literal["en"]] = ("fr", "en")
JUDGED = ("judged.jsonl", "judged_references.jsonl")
SCORES = "scores.jsonl"
Part = Literal["tune", "test"]
_NonNegative = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, kw_only=True)
class JudgedTranslation:
    """A translation with what a judge found and what the toolkit can tell of it."""

    judgement: Judgement
    part: Part
    document: str
    seen: Observation
    doubts: tuple[Doubt, ...]

    @property
    def model(self) -> str:
        return model_of(self.judgement)

    @property
    def misleads(self) -> bool:
        return has_major(self.judgement)

    @property
    def flagged(self) -> bool:
        """Whether a check failed."""
        return bool(self.seen.attempt.failed)

    @cached_property
    def confidence(self) -> float:
        found = confidence_of(self.model).of(self.seen)
        assert found is not None  # it has scores and was compared by the lexicon
        return found


class Scores(Entry):
    """What a model thinks of a translation; a line of scores.jsonl. `tokens` are start, end and
    log-probability, and `reverse` is that of the source given the translation.
    """

    id: str
    system: str
    log_prob: float
    new_tokens: _NonNegative
    tokens: tuple[tuple[_NonNegative, _NonNegative, float], ...]
    reverse: float


class _Parts(Entry):
    """Documents of eval/references whose sentences are for tests; the others are for tuning."""

    test: frozenset[str]


def load_judged(folder: Path) -> list[JudgedTranslation]:
    """`folder` is eval/gold/meaning. Raises InputError where a translation has no scores."""
    lexicons = load_lexicons(*LANGUAGES)
    assert lexicons
    judge = Judge(
        languages=LANGUAGES,
        glossary=load_glossary("news", source_language="fr", target_language="en"),
        limits=DEFAULT_LIMITS,
        lexicons=lexicons,
    )
    scores = load_scores(folder / SCORES)
    documents = Documents(folder)
    judgements = load_judgements(*(folder / name for name in JUDGED))
    found = []
    for each in judgements:
        if (each.id, each.system) not in scores:
            raise InputError(f"{folder}: {each.id} by {each.system} has no scores; record them")
        document, part = documents.of(each.id)
        attempt = attempt_of(each, scores[each.id, each.system], judge)
        found.append(
            JudgedTranslation(
                judgement=each,
                part=part,
                document=document,
                seen=Observation(source=each.source, source_language="fr", attempt=attempt),
                doubts=doubts(each.source, attempt, lexicons),
            )
        )
    return found


def load_scores(path: Path) -> dict[tuple[str, str], Scores]:
    """By the ids and systems of the translations. Raises InputError for a line that isn't one."""
    return {(each.id, each.system): each for each in read_json_lines(path, Scores)}


def model_of(judgement: Judgement) -> str:
    """The systems are named by model and quality."""
    return judgement.system.partition(",")[0]


def attempt_of(judgement: Judgement, scores: Scores, judge: Judge) -> Attempt:
    """The translation as if the model had just made it."""
    answer = Candidate(
        text=judgement.target,
        log_prob=scores.log_prob,
        new_tokens=scores.new_tokens,
        finished=True,
        tokens=tuple(TokenScore(*each) for each in scores.tokens),
    )
    attempt = judge.attempt(judge.original(judgement.source), answer, instructions="")
    return replace(attempt, reverse=scores.reverse)


class Documents:
    """Which document a sentence is of, and of which part that is."""

    def __init__(self, folder: Path) -> None:
        lines = read_whole(folder / "sources.jsonl").decode().splitlines()
        self._own = {row["id"]: (row["item"], row["part"]) for row in map(json.loads, lines)}
        self._tests = read_json(folder / "parts.json", _Parts).test

    def of(self, sentence: str) -> tuple[str, Part]:
        if sentence in self._own:
            return self._own[sentence]
        document = sentence.rpartition("#")[0]
        return document, "test" if document in self._tests else "tune"
