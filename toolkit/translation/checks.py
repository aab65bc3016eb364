"""Faults of a translation that show beside its source."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from toolkit.checks import Check
from toolkit.engines.base import Candidate
from toolkit.languages.exonyms import places
from toolkit.languages.identification import identify_language
from toolkit.lexicon.coverage import RARE
from toolkit.lexicon.lexicon import Lexicons
from toolkit.text import fold
from toolkit.translation.comparison import Comparison
from toolkit.translation.facts import STEM_CHARS, WORD, Facts
from toolkit.translation.glossary import Term, answered

NAME_PREFIX = 4
MIN_LIKENESS = 0.8  # Aliev and Aliyev: shared letters, as difflib counts them
TERM_LIST = " = "  # as glossary terms stand in prompts
COVERAGE = "coverage"
LOST = "lost"  # the name of the check for an answer that is about something else
MIN_SHARE = 0.2  # of the words' weight, where two words are unanswered: none of 204 by hand
MAX_FRAGMENT = 0.7  # of the source's words; names alone come back as they were, but all of them
CHECKS = """
    empty lost echo unfinished length sentences copied language repetition numbers dates quotation
    names terms coverage additions
""".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where the checks draw their lines. `off` names checks that are left out.

    The length ratio is of target to source in characters, and counts from `min_chars_for_ratio` of
    the source on. A loop is `loop_words` words in a row that come `loop_times` times. A name counts
    as lost when it is rarer in the source's language than `common_name`, on the Zipf scale. An echo
    is `echo_words` in a row out of the prompt. Of `related_words` different long words and numbers,
    French and English have some in common, and two of twice as many. A word that nothing in the
    translation answers is flagged from `unanswered_weight` on, in nats; from `hint_weight` on the
    sentence is tried again, with its meanings. What answers nothing is flagged from `added_weight`.
    """

    min_length_ratio: float = 0.45
    max_length_ratio: float = 2.2
    min_chars_for_ratio: int = 40
    min_language_confidence: float = 0.7
    loop_words: int = 4
    loop_times: int = 3
    common_name: float = 4.3
    more_sentences: int = 1
    echo_words: int = 5
    related_words: int = 10
    unanswered_weight: float = 3.0
    hint_weight: float = 1.5
    added_weight: float = 4.0
    off: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if unknown := set(self.off) - set(CHECKS):
            known = ", ".join(CHECKS)
            raise ValueError(f"no check {', '.join(sorted(unknown))} (there are: {known})")


DEFAULT_LIMITS = Limits()


def check_translation(
    source: str,
    answer: Candidate,
    *,
    source_language: str,
    target_language: str,
    terms: tuple[Term, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
    instructions: str = "",
    comparison: Comparison | None = None,
) -> tuple[Check, ...]:
    """The checks that `answer` fails as a translation of `source`.

    `instructions` is what the model read, which small ones at times give back for an answer.
    Without `comparison` the lexicon has no say.
    """
    return check_answer(
        Facts(source, source_language),
        answer,
        target_language,
        terms=terms,
        limits=limits,
        instructions=instructions,
        comparison=comparison,
    )


def check_answer(
    source: Facts,
    answer: Candidate,
    language: str,
    *,
    terms: tuple[Term, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
    instructions: str = "",
    comparison: Comparison | None = None,
) -> tuple[Check, ...]:
    """As `check_translation`, for one of several answers in `language` to the same source."""
    if not answer.text:
        return (Check(name="empty", relation="translation"),)
    target = Facts(answer.text, language)
    terms = answered(terms, answer.text)
    found = []
    if {source.language, language} == {"fr", "en"} and (
        _is_lost(source, target, terms, limits) or _is_uncovered(comparison, limits)
    ):
        found.append(Check(name=LOST, relation="unrelated"))
    echo = _echo(target.text, instructions, limits.echo_words, but_not=source.text)
    if TERM_LIST in target.text and TERM_LIST not in source.text:
        echo = TERM_LIST.strip()
    if echo:
        found.append(Check(name="echo", relation="prompt", values=(echo,)))
    if not answer.finished:
        found.append(Check(name="unfinished", relation="truncated"))
    ratio = len(target.text) / len(source.text)
    usual = limits.min_length_ratio <= ratio <= limits.max_length_ratio
    if len(source.text) >= limits.min_chars_for_ratio and not usual:
        found.append(Check(name="length", relation="ratio", values=(f"{ratio:.2f}",)))
    added_sentences = target.sentences - source.sentences
    if added_sentences > limits.more_sentences:
        found.append(Check(name="sentences", relation="added", values=(str(added_sentences),)))
    if target.text == source.text and len(source.text.split()) > 3:
        found.append(Check(name="copied", relation="source"))
    elif (
        (identified := identify_language(target.text))
        and identified.code == source.language != language
        and identified.confidence >= limits.min_language_confidence
    ):
        found.append(Check(name="language", relation="untranslated", values=(identified.name,)))
    if loop := _loop(target.text, limits):
        found.append(Check(name="repetition", relation="loop", values=(loop,)))
    phrases = [term for term in terms if term.kind == "phrase"]
    found += _number_checks(source, target, phrases)
    lost_dates = source.dates - target.dates
    if lost_dates and (lost_dates := lost_dates - _sources(phrases, source.language).dates):
        found.append(Check(name="dates", relation="lost", values=tuple(sorted(lost_dates))))
    added = target.relative_dates - source.relative_dates
    if added and {source.language, language} == {"fr", "en"}:
        found.append(Check(name="dates", relation="added", values=tuple(sorted(added))))
    found += _quotation_checks(source, target, terms)
    lexicons = comparison.lexicons if comparison else None
    if names := _lost_names(source, target, terms, limits, lexicons):
        found.append(Check(name="names", relation="lost", values=tuple(names)))
    if lost := lost_terms(target.text, terms):
        targets = tuple(term.target for term in lost)
        found.append(Check(name="terms", relation="missing", values=targets))
    if comparison:
        found += _coverage_checks(comparison, limits)
    return tuple(check for check in found if check.name not in limits.off)


def _coverage_checks(comparison: Comparison, limits: Limits) -> list[Check]:
    """Words of either text that nothing in the other one answers."""
    found = []
    for name, relation, words in (
        (COVERAGE, "unanswered", comparison.source.missing(limits.unanswered_weight)),
        ("additions", "added", comparison.target.missing(limits.added_weight)),
    ):
        if words:
            values = tuple(dict.fromkeys(word.word for word in words))
            found.append(Check(name=name, relation=relation, values=values))
    return found


def _is_uncovered(comparison: Comparison | None, limits: Limits) -> bool:
    """Whether next to nothing of a source with words to answer is answered."""
    if comparison is None or comparison.source.share >= MIN_SHARE:
        return False
    return len(comparison.source.missing(limits.hint_weight)) >= 2


def _is_lost(source: Facts, target: Facts, terms: tuple[Term, ...], limits: Limits) -> bool:
    """Whether `target` has nothing to do with `source`, or is a fragment of it, as it is when a
    model obeys a text instead of translating it.

    Of 4,000 sentences of news translated by hand, 0.8 % look so; of those that are long enough,
    with the translation of another one beside them, 84 % do.
    """
    given = target.parts
    present = {word[:STEM_CHARS] for word in given}
    insisted = [term for term in terms if term.kind == "term"]
    shared = len(source.stems & present) + len(insisted) - len(lost_terms(target.text, terms))
    if shared < len(source.stems) // limits.related_words and shared < 2:
        return True
    words = len(source.parts)
    return words > 3 and len(given) < MAX_FRAGMENT * words and set(given) <= set(source.parts)


def lost_terms(target: str, terms: tuple[Term, ...]) -> list[Term]:
    """Those of `terms` that the translation `target` had to hold and doesn't.

    A word of the translation answers for one term only, longer terms first: where three ministers
    of foreign affairs are named, two are one too few.
    """
    wanted = [term for term in terms if term.kind == "term"]
    if not wanted:
        return []
    left = WORD.findall(target)
    lost = []
    for term in sorted(wanted, key=lambda term: len(term.target.split()), reverse=True):
        found = _found(term.target, left)
        if found is None:
            lost.append(term)
        for word in found or ():
            left.remove(word)
    return [term for term in wanted if term in lost]


def _quotation_checks(source: Facts, target: Facts, terms: tuple[Term, ...]) -> list[Check]:
    """Names in quotation marks, such as that of a forum, often lose them in English."""
    if len(target.quotations) >= len(source.quotations):
        return []
    names = {fold(term.source) for term in terms}
    quoted = [q for q in source.quotations if fold(q.strip('«»“”"\u00a0\u202f ')) not in names]
    if len(target.quotations) >= len(quoted):
        return []
    return [Check(name="quotation", relation="lost", values=tuple(quoted))]


def _lost_names(
    source: Facts,
    target: Facts,
    terms: tuple[Term, ...],
    limits: Limits,
    lexicons: Lexicons | None,
) -> list[str]:
    """Rare capitalized words of the source that have no counterpart in the translation.

    A counterpart looks alike, as Russie and Russia do, or is what the place is called in the other
    language. Words that are common in the source's language may have any name in the other, and
    glossary terms have their own check.
    """
    from wordfreq import zipf_frequency

    covered = {fold(word) for term in terms for word in WORD.findall(term.source)}
    for place, name in places(source.text, source.language, target.language).items():
        if fold(name) in target.folded:
            covered |= set(WORD.findall(place))
    present = target.folded_words
    lost = []
    for name in source.names:
        word = fold(name)
        if all(part in covered for part in word.split("-")):
            continue
        if any(_alike(word, other) and not _mistaken(name, other, lexicons) for other in present):
            continue
        if zipf_frequency(name.lower(), source.language) < limits.common_name:
            lost.append(name)
    first = source.capitalized_start
    if first and lexicons and fold(first) not in covered | present:
        word = fold(first)
        if any(_alike(word, other) and _mistaken(first, other, lexicons) for other in present):
            lost.insert(0, first)
    return list(dict.fromkeys(lost))


def _alike(word: str, other: str) -> bool:
    """Whether one is the other, begins like it or differs from it by a letter or so."""
    if word[0] != other[0]:
        return False
    if word[:NAME_PREFIX] == other[:NAME_PREFIX]:
        return True
    most = 2 * min(len(word), len(other)) / (len(word) + len(other))  # that the ratio can be
    return most >= MIN_LIKENESS and SequenceMatcher(None, word, other).ratio() >= MIN_LIKENESS


def _mistaken(name: str, other: str, lexicons: Lexicons | None) -> bool:
    """Whether `other` is an ordinary word and `name` none, as Breast and Brest are."""
    if lexicons is None or fold(name) == other:
        return False
    form = name.lower().replace("œ", "oe")
    known = lexicons.source.entry(form)  # Nevers is no plural of a word that is hardly ever seen
    if form in lexicons.source or (known and known.count >= RARE):
        return False
    entry = lexicons.target.entry(other)
    return entry is not None and lexicons.source.stem(form) not in entry.answers


def _number_checks(source: Facts, target: Facts, phrases: Sequence[Term]) -> list[Check]:
    """What a phrase says in other numbers than its translation is neither lost nor added: "quinze
    jours" are two weeks.
    """
    found = []
    known = target.numbers
    hours = source.afternoon_hours
    known |= {hours[value] for value in known & hours.keys()}  # 2:30 p.m. holds 14h30
    lost = (source.in_digits | source.values_in_words) - known
    added = target.in_digits - source.numbers
    added -= hours.keys()
    if lost and phrases:
        told = _sources(phrases, source.language)
        lost -= told.in_digits | told.values_in_words
    if added and phrases:
        added -= Facts("; ".join(term.target for term in phrases), target.language).in_digits
    if lost:
        found.append(Check(name="numbers", relation="lost", values=tuple(sorted(lost))))
    if added:
        found.append(Check(name="numbers", relation="added", values=tuple(sorted(added))))
    return found


def _sources(phrases: Sequence[Term], language: str) -> Facts:
    return Facts("; ".join(term.source for term in phrases), language)


def _loop(text: str, limits: Limits) -> str:
    counts = Counter(_runs(text, limits.loop_words))
    phrase, times = counts.most_common(1)[0] if counts else ("", 0)
    return phrase if times >= limits.loop_times else ""


def _echo(text: str, other: str, size: int, *, but_not: str) -> str:
    """The first `size` words in a row that stand in both, and not in `but_not`."""
    known = _known_runs(other, size)
    shared = [run for run in _runs(text, size) if run in known] if known else []
    own = set(_runs(but_not, size)) if shared else set()
    return next((run for run in shared if run not in own), "")


@lru_cache(maxsize=16)  # what a model read is mostly the same for all texts
def _known_runs(text: str, size: int) -> frozenset[str]:
    return frozenset(_runs(text, size))


def _runs(text: str, size: int) -> list[str]:
    words = WORD.findall(text.lower())
    return [" ".join(words[start : start + size]) for start in range(len(words) - size + 1)]


def _found(term: str, words: Sequence[str]) -> list[str] | None:
    """The `words` that answer to those of `term` but articles, acronyms as they are and others in
    any case and with any ending; None where one has no answer.
    """
    left, found = list(words), []
    for word in WORD.findall(term):
        if word.lower() in ("the", "a", "of"):
            continue
        acronym, stem = word.isupper() and len(word) > 1, word.lower().rstrip("s")
        answers = (
            each for each in left if (each == word if acronym else each.lower().startswith(stem))
        )
        answer = next(answers, None)
        if answer is None:
            return None
        left.remove(answer)
        found.append(answer)
    return found
