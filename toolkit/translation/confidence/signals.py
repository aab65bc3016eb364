"""What speaks for or against a translation, each as one number."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from toolkit.translation.attempts import Attempt

_WORD = re.compile(r"[^\W\d_]+")
CONTENT_CHARS = 4  # shorter tokens are mostly articles, prepositions and endings
RARE_WORD = 3.5  # Zipf scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A source, what was kept as its translation, and how it was got."""

    source: str
    source_language: str
    attempt: Attempt


# None where the engine, or the quality that was asked for, doesn't tell it, or there is no lexicon.
Signal = Callable[[Observation], float | None]


def log_probability(seen: Observation) -> float | None:
    """The model's log-probability of the translation, in nats a token."""
    attempt = seen.attempt
    return attempt.log_prob / max(1, attempt.new_tokens) if attempt.log_prob else None


def content_log_probability(seen: Observation) -> float | None:
    """The same of the longer tokens alone: a model is always sure of "the" and "of"."""
    tokens = seen.attempt.tokens
    if not tokens:
        return None
    longer = [each.log_prob for each in tokens if each.end - each.start >= CONTENT_CHARS]
    return sum(longer) / len(longer) if longer else log_probability(seen)


def weakest_token(seen: Observation) -> float | None:
    """The log-probability of the least likely token."""
    return min((each.log_prob for each in seen.attempt.tokens), default=None)


def source_log_probability(seen: Observation) -> float | None:
    """The log-probability of the source given the translation, in nats a word of the source.

    Known at the quality that scores it: Yee, Dauphin and Auli 2019, arXiv 1908.05731.
    """
    reverse = seen.attempt.reverse
    if not reverse or not math.isfinite(reverse):
        return None
    return reverse / max(1, len(_WORD.findall(seen.source)))


def uncovered(seen: Observation) -> float | None:
    """The share of the source's words, by weight, that nothing in the translation answers."""
    covered = seen.attempt.covered
    return None if covered is None else 1.0 - covered


def added(seen: Observation) -> float | None:
    """The weight in nats of the translation's words that nothing in the source calls for."""
    return seen.attempt.added


def failed_checks(seen: Observation) -> float:
    """1 if any check failed."""
    return float(bool(seen.attempt.failed))


def lost_terms(seen: Observation) -> float:
    """How many terms of the glossary are missing."""
    return float(sum(len(each.values) for each in seen.attempt.failed if each.name == "terms"))


def length(seen: Observation) -> float:
    """The logarithm of the number of words of the source."""
    return math.log(max(1, len(_WORD.findall(seen.source))))


def length_ratio(seen: Observation) -> float:
    """How far the translation's length is from the source's: the logarithm, without its sign."""
    return abs(math.log(max(1, len(seen.attempt.text)) / max(1, len(seen.source))))


def rare_words(seen: Observation) -> float:
    """How many words of the source are rare."""
    from wordfreq import zipf_frequency

    words = (word.lower() for word in _WORD.findall(seen.source))
    return float(sum(zipf_frequency(word, seen.source_language) < RARE_WORD for word in words))


# The signals that are the higher the better; of the others more is worse.
LIKELY = frozenset(
    signal.__name__
    for signal in (
        log_probability,
        content_log_probability,
        weakest_token,
        source_log_probability,
    )
)
SIGNALS: Mapping[str, Signal] = {
    signal.__name__: signal
    for signal in (
        log_probability,
        content_log_probability,
        weakest_token,
        source_log_probability,
        uncovered,
        added,
        failed_checks,
        lost_terms,
        length,
        length_ratio,
        rare_words,
    )
}
