"""Names in a summary that its article doesn't have, or has otherwise put together."""

import re
from functools import cache

from toolkit.languages import ENGLISH, union
from toolkit.languages.exonyms import exonyms
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.segmentation import STARTERS
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, sound_of
from toolkit.text import fold

NAME = re.compile(r"\b[^\W\d_a-z][\w'’]*(?:-\w+)*")
PREFIX = 5
CALENDAR = union(lambda each: map(fold, (*each.weekdays, *each.months)))
NO_NAMES = CALENDAR | union(
    lambda each: (*each.directions, *each.number_words, *each.titles, *each.capital_words)
)
DEMONYM_ENDINGS = ENGLISH.demonym_endings  # Chinese rests on China or chinois
TITLE_CASE_SHARE, MIN_TITLED_CHARS = 0.7, 3
# Adjectives from places: rennais, alsacienne, africaine.
FRENCH_DEMONYM = re.compile(r"(?P<place>\w{4,}?)(?:ais|ois|ien|ain|an|en)n?e?s?")
COMMON_WORD = 3.5  # Zipf scale
MIN_NOUN, NOUN_LEAD = 3.0, 0.9
FULL_NAME = re.compile(rf"(?=({NAME.pattern})[ \u00a0-]({NAME.pattern}))")
# What else a name is made of: Ministry of Agriculture, Council of the Union.
_LINK = r"(?:[ \u00a0-]|(?: of| for| and)(?: the)? )"
BEFORE, BEHIND = re.compile(rf"({NAME.pattern}){_LINK}$"), re.compile(rf"{_LINK}({NAME.pattern})")


def unsupported_names(statement: str, evidence: EvidenceIndex, language: str = "en") -> list[str]:
    """Capitalized words that are nowhere in the article, in any case, accent or ending, and full
    names whose parts the article has but not side by side.

    The first word of a sentence counts unless it is a common one. Days and months are no names.
    """
    found = []
    titled = _in_title_case(statement)
    for match in NAME.finditer(statement):
        word = _bare(match.group())
        if not word[0].isupper():
            continue  # é is no capital
        if fold(word) in NO_NAMES or is_known(word, evidence):
            continue
        if language == "en" and _is_demonym(word) and not _places() & evidence.words:
            continue  # where it happens goes without saying
        if titled and _is_common(word) and fold(word) not in _places():
            continue
        noun = language == "en" and is_noun(word)
        if (noun or _is_starter(word)) and _starts_sentence(statement, match.start()):
            continue
        if noun and any(is_known(_bare(each), evidence) for each in _beside(match, statement)):
            continue  # Ho Chi Minh City, of which the article has the name
        found.append(word)
    return list(dict.fromkeys(found or _mixed_names(statement, evidence)))


def _in_title_case(statement: str) -> bool:
    """Whether it is a Headline in Which Most Words Have a Capital."""
    words = [word for word in re.findall(r"[^\W\d_]+", statement) if len(word) > MIN_TITLED_CHARS]
    capital = sum(word[0].isupper() for word in words)
    return len(words) > MIN_TITLED_CHARS and capital >= TITLE_CASE_SHARE * len(words)


def _is_common(word: str) -> bool:
    from wordfreq import zipf_frequency

    return zipf_frequency(word.lower(), "en") >= COMMON_WORD


def _beside(match: re.Match[str], statement: str) -> list[str]:
    """The capitalized words that make one name with this one."""
    before, behind = BEFORE.search(statement[: match.start()]), BEHIND.match(statement, match.end())
    return [each[1] for each in (before, behind) if each]


@cache
def _places() -> frozenset[str]:
    return frozenset(map(fold, exonyms("fr", "en").values()))


def is_noun(word: str) -> bool:
    """Whether it is a common English word rather than a name: the lexicon has meanings of it, or it
    is much rarer in French, where names are as frequent.
    """
    from wordfreq import zipf_frequency

    if _is_demonym(word) or fold(word) in _places() or word.isupper():
        return False
    if has_meaning(word):
        return True
    english, french = (zipf_frequency(word.lower(), language) for language in ("en", "fr"))
    return english >= MIN_NOUN and english - french >= NOUN_LEAD


def _is_demonym(word: str) -> bool:
    """Whether it is made from the name of a country: Algerian, but not Oran."""
    singular = fold(word).removesuffix("s")
    if singular in ENGLISH.demonyms:
        return True
    beginning = singular[: PREFIX - 1]
    return (
        len(singular) > PREFIX
        and singular.endswith(DEMONYM_ENDINGS)
        and any(place.startswith(beginning) for place in _places() - {singular})
    )


def has_meaning(word: str) -> bool:
    """Whether the lexicon translates it, which it does of few names."""
    lexicons = load_lexicons("fr", "en")
    return lexicons is not None and lexicons.target.entry(word.lower()) is not None


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)


def is_known(word: str, evidence: EvidenceIndex) -> bool:
    folded = fold(word)
    parts = [part for part in re.split(r"['-]", folded) if part]
    if folded in evidence.words or all(part in evidence.words for part in parts):
        return True
    if len(folded) < PREFIX - 1 or word.isupper():
        return False
    if any(sentence.means(folded) for sentence in evidence.sentences):
        return True
    if sound_of(word) in evidence.sounds:
        return True
    if any(
        (match := FRENCH_DEMONYM.fullmatch(known)) and folded.startswith(match["place"])
        for known in evidence.words
    ):
        return True  # Rennes rests on rennais
    size = PREFIX - 1 if word.endswith(DEMONYM_ENDINGS) else max(PREFIX, len(folded) // 2)
    if any(known.startswith(folded) for known in evidence.words):  # Vaud rests on vaudois
        return True
    others = evidence.words if word.endswith(DEMONYM_ENDINGS) else evidence.capitalized
    return any(known.startswith(folded[:size]) for known in others)


def _mixed_names(statement: str, evidence: EvidenceIndex) -> list[str]:
    """Two parts of full names that the article has, but not of one person."""
    people = evidence.full_names
    parts = {part for name in people for part in name}
    found = []
    for match in FULL_NAME.finditer(statement):
        pair = (fold(_bare(match[1])), fold(_bare(match[2])))
        if parts.issuperset(pair) and pair not in people:
            found.append(f"{match[1]} {_bare(match[2])}")
    return found


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"“«'‘(")
    return not before or before[-1] in ".!?:…"


def _is_starter(word: str) -> bool:
    known = word.lower() in ENGLISH.no_names or word in STARTERS
    return known or word.endswith(ENGLISH.no_name_endings)
