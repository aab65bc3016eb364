"""What the toolkit has to know about a language."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, kw_only=True)
class Language:
    """Words and patterns of one language, by what they are for; patterns are regular expressions.

    `code` is ISO 639-1.
    """

    code: str
    name: str

    # Words: patterns for what stands apart at their beginning and end, and for an ending that is
    # dropped; whether hyphens part them.
    elision: str = ""
    clitic: str = ""
    possessive: str = ""
    parts_compounds: bool = False

    # Dates: Monday and January first. `relative_dates` are patterns by the English phrase.
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    dates_have_capitals: bool = False
    month_first: bool = False  # May 14 as well as 14 May
    relative_dates: Mapping[str, str] = field(default_factory=dict)
    directions: frozenset[str] = frozenset()

    # Numbers: values of words, of words that need not be numbers, and of what multiplies them.
    number_words: Mapping[str, int] = field(default_factory=dict)
    vague_numbers: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)
    # Forms of each unit, and words behind a number that are none.
    units: Mapping[str, str] = field(default_factory=dict)
    no_units: frozenset[str] = frozenset()
    # Patterns for what says a number otherwise: twice, three times, four times, half.
    multiples: tuple[str, str, str, str] | tuple[()] = ()
    # Behind "the two": what need not have been counted in the article, and the words for "two".
    counted_by_name: str = ""
    two: str = ""
    # Patterns for what became of people who are counted.
    fates: Mapping[str, str] = field(default_factory=dict)

    # Sentences: what stands before a name or number, what may end a sentence, what begins one.
    titles: frozenset[str] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    sentence_starters: frozenset[str] = frozenset()
    # Patterns for a sentence that leans on the one before it, by its beginning and by its end.
    leaning_start: str = ""
    leaning_end: str = ""
    # What stands before the thing in "12 of these agreements".
    some_of_these: str = ""
    conjunctions: frozenset[str] = frozenset()
    # Too frequent to tell one sentence from another.
    stop_words: frozenset[str] = frozenset()

    # Names: words with a capital that are none, at the beginning of a sentence or by their endings,
    # and the endings of words made from names.
    no_names: frozenset[str] = frozenset()
    capital_words: frozenset[str] = frozenset()  # everywhere, as I
    no_name_endings: tuple[str, ...] = ()
    demonym_endings: tuple[str, ...] = ()
    demonyms: frozenset[str] = frozenset()  # with other endings

    # Who says what: verbs as they stand behind a name; `said` are participles behind an auxiliary.
    reporting_verbs: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()
    # Titles that stand between the verb and the name.
    roles: frozenset[str] = frozenset()

    # People, bodies and places that are called by what they are, in the singular or as usual.
    actor_nouns: frozenset[str] = frozenset()

    # Hopes and plans: patterns for what stands before "to", words before a verb that say that it
    # is not done, and past forms that show no ending.
    hedges: tuple[str, ...] = ()
    not_done: frozenset[str] = frozenset()
    irregular_pasts: Mapping[str, str] = field(default_factory=dict)
    # Auxiliaries of the perfect tense.
    auxiliaries: tuple[str, ...] = ()

    # What says that the rest of an article is for subscribers, in lower case without accents.
    paywall: str = ""

    # What models say before an answer, as patterns.
    preambles: tuple[str, ...] = ()
