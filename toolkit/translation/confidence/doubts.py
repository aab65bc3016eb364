"""The words of a sentence and of its translation that were probably got wrong."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from toolkit.documents import Doubt
from toolkit.engines.base import TokenScore
from toolkit.lexicon.alignment import align
from toolkit.lexicon.lexicon import Lexicons
from toolkit.lexicon.words import Word, words_of
from toolkit.translation.attempts import Attempt
from toolkit.translation.confidence.signals import CONTENT_CHARS

UNSURE_WORD = "the model was unsure of this word"
UNSURE = -1.5  # the log-probability of a word from which on it is doubtful


def doubts(source: str, attempt: Attempt, lexicons: Lexicons) -> tuple[Doubt, ...]:
    """Words of the source that nothing answers, words of the translation that the model itself
    found unlikely, and the words of the source that those stand for; in their order, the source's
    first.
    """
    words = words_of(attempt.text, lexicons.languages[1]) if attempt.tokens else ()
    unsure = {
        word.start: word
        for word, log_prob in zip(words, log_probs(words, attempt.tokens), strict=True)
        if len(word.form) >= CONTENT_CHARS and log_prob < UNSURE
    }
    found = [*_unanswered(attempt)]
    if unsure:
        missing = {each.start for each in found}
        for link in align(source, attempt.text, lexicons):
            if link.target.start in unsure and link.source.start not in missing:
                written = attempt.text[link.target.start : link.target.end]
                found.append(
                    Doubt(
                        link.source.start, link.source.end, f"the model was unsure of “{written}”"
                    )
                )
    found.sort(key=lambda each: each.start)
    return (
        *found,
        *(Doubt(word.start, word.end, UNSURE_WORD, "target") for word in unsure.values()),
    )


def log_probs(words: Sequence[Word], tokens: Sequence[TokenScore]) -> list[float]:
    """For each of the words, which are in their order, the sum of those of the tokens that make
    it; 0 where none is known.
    """
    ends = [word.end for word in words]
    found: list[list[float]] = [[] for _ in words]
    for token in tokens:
        place = bisect_right(ends, token.start)
        while place < len(words) and words[place].start < token.end:
            found[place].append(token.log_prob)
            place += 1
    return list(map(sum, found))


def _unanswered(attempt: Attempt) -> Iterator[Doubt]:
    for word in attempt.unanswered:
        meanings = ", ".join(each.word for each in word.meanings[:3])
        reason = "not found in the translation" + (f"; it can mean {meanings}" if meanings else "")
        yield Doubt(word.start, word.end, reason)
