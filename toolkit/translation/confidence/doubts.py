"""The words of a sentence and of its translation that were probably got wrong."""

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
    unsure = {
        word.start: word
        for word in words_of(attempt.text, lexicons.languages[1])
        if len(word.form) >= CONTENT_CHARS and log_prob(word, attempt.tokens) < UNSURE
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


def log_prob(word: Word, tokens: Sequence[TokenScore]) -> float:
    """The sum of those of the tokens that make the word; 0 where none is known."""
    return sum(each.log_prob for each in tokens if each.start < word.end and word.start < each.end)


def _unanswered(attempt: Attempt) -> Iterator[Doubt]:
    for word in attempt.unanswered:
        meanings = ", ".join(each.word for each in word.meanings[:3])
        reason = "not found in the translation" + (f"; it can mean {meanings}" if meanings else "")
        yield Doubt(word.start, word.end, reason)
