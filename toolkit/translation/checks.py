"""Faults of a translation that show beside its source."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from toolkit.checks import Check
from toolkit.engines.base import Candidate
from toolkit.languages.dates import clock_hours, dates, relative_dates
from toolkit.languages.exonyms import places
from toolkit.languages.identification import identify_language
from toolkit.languages.numbers import Quantity, quantities, written_in_digits, written_out
from toolkit.lexicon.coverage import RARE
from toolkit.lexicon.lexicon import Lexicons
from toolkit.segmentation import split_sentences
from toolkit.text import fold
from toolkit.translation.comparison import Comparison
from toolkit.translation.glossary import Term

QUOTATION = re.compile(r"«[^«»]+»|“[^“”]+”|\"[^\"]+\"")
# Capitalized, and not at the beginning of a sentence or quotation.
NAME = re.compile(r"(?<=[\w,;’'(-][ \u00a0])[A-ZÀ-Þ][\w-]+|(?<=[dlDL]['’])[A-ZÀ-Þ][\w-]+")
FIRST_WORD = re.compile(r"[«“\"\s]*([A-ZÀ-Þ][\w-]+)")
NAME_PREFIX = 4
MIN_LIKENESS = 0.8  # Aliev and Aliyev: shared letters, as difflib counts them
# In words these often are no numbers: an article, a second, both, new ("neuf").
VAGUE = frozenset({"0", "1", "2", "9"})
TERM_LIST = " = "  # as glossary terms stand in prompts
COVERAGE = "coverage"
LOST = "lost"  # the name of the check for an answer that is about something else
CONTENT_WORD = re.compile(r"[^\W\d_]{5,}|\d+")
ANY_WORD = re.compile(r"[^\W_]+")
STEM_CHARS = 4  # what French and English words of one origin share: président, president
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
    target = answer.text
    if not target:
        return (Check(name="empty", relation="translation"),)
    found = []
    languages = (source_language, target_language)
    if set(languages) == {"fr", "en"} and (
        _is_lost(source, target, terms, limits) or _is_uncovered(comparison, limits)
    ):
        found.append(Check(name=LOST, relation="unrelated"))
    echo = _shared_run(target, instructions, limits.echo_words, but_not=source)
    if TERM_LIST in target and TERM_LIST not in source:
        echo = TERM_LIST.strip()
    if echo:
        found.append(Check(name="echo", relation="prompt", values=(echo,)))
    if not answer.finished:
        found.append(Check(name="unfinished", relation="truncated"))
    ratio = len(target) / len(source)
    usual = limits.min_length_ratio <= ratio <= limits.max_length_ratio
    if len(source) >= limits.min_chars_for_ratio and not usual:
        found.append(Check(name="length", relation="ratio", values=(f"{ratio:.2f}",)))
    added_sentences = len(split_sentences(target)) - len(split_sentences(source))
    if added_sentences > limits.more_sentences:
        found.append(Check(name="sentences", relation="added", values=(str(added_sentences),)))
    if target == source and len(source.split()) > 3:
        found.append(Check(name="copied", relation="source"))
    elif (
        (language := identify_language(target))
        and language.code == source_language != target_language
        and language.confidence >= limits.min_language_confidence
    ):
        found.append(Check(name="language", relation="untranslated", values=(language.name,)))
    if loop := _loop(target, limits):
        found.append(Check(name="repetition", relation="loop", values=(loop,)))
    found += _number_checks(source, target, source_language, target_language)
    if lost_dates := dates(source, source_language) - dates(target, target_language):
        found.append(Check(name="dates", relation="lost", values=tuple(sorted(lost_dates))))
    added = relative_dates(target, target_language) - relative_dates(source, source_language)
    if added and {source_language, target_language} == {"fr", "en"}:
        found.append(Check(name="dates", relation="added", values=tuple(sorted(added))))
    found += _quotation_checks(source, target, terms)
    lexicons = comparison.lexicons if comparison else None
    if names := _lost_names(source, target, terms, languages, limits, lexicons):
        found.append(Check(name="names", relation="lost", values=tuple(names)))
    if lost := lost_terms(target, terms):
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


def _is_lost(source: str, target: str, terms: tuple[Term, ...], limits: Limits) -> bool:
    """Whether `target` has nothing to do with `source`, or is a fragment of it, as it is when a
    model obeys a text instead of translating it.

    Of 4,000 sentences of news translated by hand, 0.8 % look so; of those that are long enough,
    with the translation of another one beside them, 84 % do.
    """
    wanted = [fold(word) for word in CONTENT_WORD.findall(source)]
    given = [fold(word) for word in ANY_WORD.findall(target)]
    present = {word[:STEM_CHARS] for word in given}
    stems = {word[:STEM_CHARS] for word in wanted}
    insisted = [term for term in terms if term.kind == "term"]
    shared = len(stems & present) + len(insisted) - len(lost_terms(target, terms))
    if shared < len(stems) // limits.related_words and shared < 2:
        return True
    own = {fold(word) for word in ANY_WORD.findall(source)}
    words = len(ANY_WORD.findall(source))
    return words > 3 and len(given) < MAX_FRAGMENT * words and set(given) <= own


def lost_terms(target: str, terms: tuple[Term, ...]) -> list[Term]:
    """Those of `terms` that the translation `target` had to hold and doesn't.

    A word of the translation answers for one term only, longer terms first: where three ministers
    of foreign affairs are named, two are one too few.
    """
    wanted = [term for term in terms if term.kind == "term"]
    left = re.findall(r"\w+", target)
    lost = []
    for term in sorted(wanted, key=lambda term: len(term.target.split()), reverse=True):
        found = _found(term.target, left)
        if found is None:
            lost.append(term)
        for word in found or ():
            left.remove(word)
    return [term for term in wanted if term in lost]


def _quotation_checks(source: str, target: str, terms: tuple[Term, ...]) -> list[Check]:
    """Names in quotation marks, such as that of a forum, often lose them in English."""
    names = {fold(term.source) for term in terms}
    quoted = [
        q for q in QUOTATION.findall(source) if fold(q.strip('«»“”"\u00a0\u202f ')) not in names
    ]
    if len(QUOTATION.findall(target)) >= len(quoted):
        return []
    return [Check(name="quotation", relation="lost", values=tuple(quoted))]


def _lost_names(
    source: str,
    target: str,
    terms: tuple[Term, ...],
    languages: tuple[str, str],
    limits: Limits,
    lexicons: Lexicons | None,
) -> list[str]:
    """Rare capitalized words of the source that have no counterpart in the translation.

    A counterpart looks alike, as Russie and Russia do, or is what the place is called in the other
    language. Words that are common in the source's language may have any name in the other, and
    glossary terms have their own check.
    """
    from wordfreq import zipf_frequency

    covered = {fold(word) for term in terms for word in re.findall(r"\w+", term.source)}
    present = {fold(word) for word in re.findall(r"\w+", target)}
    for place, name in places(source, *languages).items():
        if fold(name) in fold(target):
            covered |= set(re.findall(r"\w+", place))
    lost = []
    for match in NAME.finditer(source):
        word = fold(match.group())
        if all(part in covered for part in word.split("-")):
            continue
        others = {other for other in present if not _mistaken(match.group(), other, lexicons)}
        if _alike(word, others):
            continue
        if zipf_frequency(match.group().lower(), languages[0]) < limits.common_name:
            lost.append(match.group())
    first = FIRST_WORD.match(source)
    if first and lexicons and fold(first[1]) not in covered | present:
        word = fold(first[1])
        if any(_mistaken(first[1], other, lexicons) and _alike(word, {other}) for other in present):
            lost.insert(0, first[1])
    return list(dict.fromkeys(lost))


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


def _alike(word: str, others: set[str]) -> bool:
    """Whether `word` is one of `others`, begins like one or differs from it by a letter or so."""
    return any(
        word == other
        or word[:NAME_PREFIX] == other[:NAME_PREFIX]
        or (word[0] == other[0] and SequenceMatcher(None, word, other).ratio() >= MIN_LIKENESS)
        for other in others
    )


def _number_checks(source: str, target: str, from_: str, to: str) -> list[Check]:
    found = []
    in_source, in_target = written_in_digits(source), written_in_digits(target)
    known = in_target | written_out(target, to) | _values(quantities(target, to))
    hours = {str(int(hour) - 12): hour for hour in clock_hours(source) if int(hour) > 12}
    known |= {hours[value] for value in known & hours.keys()}  # 2:30 p.m. holds 14h30
    counted = quantities(source, from_)
    in_words = _values(each for each in counted if not source[each.start].isdigit()) - VAGUE
    lost = (in_source | in_words) - known
    added = in_target - in_source - written_out(source, from_) - _values(counted) - hours.keys()
    if lost:
        found.append(Check(name="numbers", relation="lost", values=tuple(sorted(lost))))
    if added:
        found.append(Check(name="numbers", relation="added", values=tuple(sorted(added))))
    return found


def _values(found: Iterable[Quantity]) -> set[str]:
    """The values of those that are whole numbers."""
    whole = ((each.value, each.value.to_integral_value()) for each in found)
    return {f"{rounded:f}" for value, rounded in whole if value == rounded}


def _loop(text: str, limits: Limits) -> str:
    counts = Counter(_runs(text, limits.loop_words))
    phrase, times = counts.most_common(1)[0] if counts else ("", 0)
    return phrase if times >= limits.loop_times else ""


def _shared_run(text: str, other: str, size: int, *, but_not: str) -> str:
    """The first `size` words in a row that stand in both, and not in `but_not`."""
    known = set(_runs(other, size)) - set(_runs(but_not, size)) if other else set()
    return next((run for run in _runs(text, size) if run in known), "")


def _runs(text: str, size: int) -> list[str]:
    words = re.findall(r"\w+", text.lower())
    return [" ".join(words[start : start + size]) for start in range(len(words) - size + 1)]


def _found(term: str, words: Sequence[str]) -> list[str] | None:
    """The `words` that answer to those of `term` but articles, acronyms as they are and others in
    any case and with any ending; None where one has no answer.
    """
    left, found = list(words), []
    for word in re.findall(r"\w+", term):
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
