"""Where on a page the article stands, and which line is its title."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from toolkit.cleaning.context import is_name, weigh_head
from toolkit.cleaning.echoes import weigh_echoes
from toolkit.cleaning.features import Line
from toolkit.cleaning.marks import BELOW, BOTH, HEAD, LEFT_OUT, MIN_LEAD_CHARS
from toolkit.cleaning.patterns import INTERRUPTION, normal_form
from toolkit.cleaning.prompts import NOUS, VOUS
from toolkit.cleaning.sections import JE, stems, weigh_sections
from toolkit.cleaning.words import words_of

MAX_COST = -0.7  # what a line without a pattern can cost the run that it stands in
MIN_ARTICLE = 1.0
MAX_RUNS = 3
TITLED = 1.5  # what a point of the title is worth beside those of lines
SURE = 2.0  # the log-odds of a section with which no other run is looked for
TAKEN = Line("", score=-1000.0)
ENOUGH = {"always": 2.5, "late": 7.0}  # what the run needs before a line can end the article
MIN_TITLE_WORDS = 3
MIN_TITLE_SCORE = -4.5  # a title that also stands in a list of links is no worse
MAX_CAPITALS = 0.5
SHORT_TITLE_WORDS = 5
LONGEST_TITLE_CHARS = 140  # longer ones are leads
SHARED = 2.0  # for each unit of the logarithm of the words shared with the article
SEPARATOR = re.compile(r"[|•>]| - ")
DATE_REACH = 3  # lines from a title down to its date or byline
MIN_LEAD_SCORE = 2.0
MIN_HEAD_SCORE = 1.0  # of a lead that the page's markup shows
VOCABULARY_LINES = 40
MAX_LEAD_CHARS = 600
NUMBERED = re.compile(r"(?:[IVX]{1,4}|\d{1,2})[.)] ")
DATE_END = re.compile(r"\bMONTH #$")
REACH_BELOW = 12  # lines below one that ends most articles
REACTIONS = ("comments", "late")  # a pattern's reason, and how it ends the article
OFFERING = VOUS | NOUS
QUOTED = re.compile("«[^»]*»|“[^”]*”")
TITLE_REACH = 40  # lines above the article


class Place(NamedTuple):
    """The lines of a page with what their place says, the first and the last of the article, and
    its title.
    """

    lines: list[Line]
    first: int
    last: int
    title: str


def find_article(lines: Sequence[Line], title: str, groups: frozenset[str]) -> Place:
    """The article is the run of lines with the highest sum. Where little of it seems to belong to
    an article, another run may be worth more, with its title right above it.
    """
    taken: list[Line] = list(lines)
    best, most = Place(taken, len(taken), -1, title), float("-inf")
    end = len(lines)
    for _ in range(MAX_RUNS):
        first, last, end = _article_run(taken[:end])
        if first > last:
            break
        if "place" not in groups:
            first, last = 0, len(lines) - 1
        title_line, titled = _title_line(taken, first, last)
        named = title
        if title_line is not None:
            named = title or lines[title_line].text
            first = _lead(taken, title_line, first)
        weighed = weigh_head(lines, first, last)
        if "echoes" in groups:
            weighed = weigh_echoes(weighed, first, last)
        place = Place(weighed, first, last, named)
        if "sections" not in groups:
            return place
        judged, likeliest = weigh_sections(*place)
        worth = likeliest + TITLED * max(0.0, titled)
        if worth > most:
            stays = any(line.stays for line in judged[place.first : last + 1])
            best, most = (place._replace(lines=judged) if stays else place), worth
        if likeliest >= SURE:
            break
        taken[first : last + 1] = [TAKEN] * (last + 1 - first)
    return best


def _article_run(lines: Sequence[Line]) -> tuple[int, int, int]:
    """The first and last line of the run with the highest sum; an empty run when none is enough.
    And how many lines were looked at.

    Kadane's algorithm, which stops at a line that ends the article once there is one. Lines that no
    reader of the page takes count neither way.
    """
    best, best_run = 0.0, (len(lines), -1)
    total, start, end = 0.0, 0, len(lines)
    for index, line in enumerate(lines):
        pattern = line.pattern
        if line.vote in LEFT_OUT:
            continue
        ends = pattern and pattern.ends_article and best >= ENOUGH[pattern.ends_article]
        if ends and not _goes_on(lines, index):
            end = index
            break
        if total <= 0:
            total, start = 0.0, index
        total += _cost(line)
        if total > best:
            best, best_run = total, (start, index)
    first, last = best_run if best >= MIN_ARTICLE else (len(lines), -1)
    first, last = _with_taken(lines[:end], first, last)
    return first, last, end


def _goes_on(lines: Sequence[Line], end: int) -> bool:
    """Whether the article is there below a line that ends most: a notice to subscribers, or a
    heading such as `Réactions` that both readers of the page take.

    They must take the next two paragraphs, which have no heading, as teasers do, and outside of
    quotations don't speak of an offer or as a reader does.
    """
    pattern = lines[end].pattern
    if pattern is None:
        return True
    is_heading = (pattern.reason, pattern.ends_article) == REACTIONS and lines[end].vote == BOTH
    if not (pattern.paywall or is_heading):
        return False
    speaking = OFFERING | JE if is_heading else OFFERING
    below = [line for line in lines[end + 1 : end + 1 + REACH_BELOW] if line.text]
    first = [line for line in below if not line.pattern and line.vote not in LEFT_OUT][:2]
    own = (QUOTED.sub("", line.text).lower() for line in first)
    told = all(speaking.isdisjoint(words_of(text)) for text in own)
    return len(first) == 2 and told and all(line.sentence and line.vote == BOTH for line in first)


def _with_taken(lines: Sequence[Line], first: int, last: int) -> tuple[int, int]:
    """The run with all that both readers of the page take but a signature below, and with the lead
    that its markup shows.
    """
    taken = [index for index, line in enumerate(lines) if line.vote == BOTH]
    lead = [index for index, line in enumerate(lines[:first]) if _is_lead(line)]
    first, last = min([first, *taken[:1], *lead[:1]]), max([last, *taken[-1:]])
    while first < last and _is_signature(lines[last]):
        last -= 1
    return first, last


def _is_lead(line: Line) -> bool:
    below = line.vote in (HEAD, BELOW) and not line.pattern
    return below and line.score >= MIN_HEAD_SCORE and len(line.text) >= MIN_LEAD_CHARS


def _is_signature(line: Line) -> bool:
    return bool(line.vote) and line.bare and is_name(line.text)


def _cost(line: Line) -> float:
    if line.pattern and (line.score < 0 or line.pattern.cost > INTERRUPTION):
        return -line.pattern.cost
    return max(line.score, MAX_COST)


def _lead(lines: Sequence[Line], title: int, first: int) -> int:
    """Where the article begins when a lead stands between the title and its first paragraph.

    Bylines, dates, prompts and captions between them can be many, so their cost doesn't count.
    """
    for index in range(title + 1, first):
        line = lines[index]
        if not line.pattern and line.sentence and line.score >= MIN_LEAD_SCORE:
            return index
    return first


def _title_line(lines: Sequence[Line], first: int, last: int) -> tuple[int | None, float]:
    """The likeliest title among the lines above the article, with its points: it shares words with
    the article, and a date or a byline is near.
    """
    above = [index for index in range(min(first, len(lines))) if lines[index].text][-TITLE_REACH:]
    dated = [i for i in above if (p := lines[i].pattern) and p.reason in ("byline", "time")]
    run = lines[first : min(first + VOCABULARY_LINES, last + 1)]
    vocabulary = stems(" ".join(line.text[:MAX_LEAD_CHARS] for line in run if line.stays))
    best, chosen = float("-inf"), None
    for index in reversed(above):
        line = lines[index]
        words = line.text.split()
        if line.pattern or line.score < MIN_TITLE_SCORE or len(words) < MIN_TITLE_WORDS:
            continue
        if not (line.bare or line.question) or len(line.text) > LONGEST_TITLE_CHARS:
            continue
        if NUMBERED.match(line.text) or DATE_END.search(normal_form(line.text)):
            continue
        score = SHARED * math.log1p(len(vocabulary & stems(line.text)))
        score += 2.0 * any(0 < i - index <= DATE_REACH for i in dated)
        score += 2.5 * (len(words) > SHORT_TITLE_WORDS)
        score -= 2.5 * (SEPARATOR.search(line.text) is not None)
        score -= 2.5 * (sum(word[0].isupper() for word in words) > MAX_CAPITALS * len(words))
        score -= 1.0 * (not VOUS.isdisjoint(words_of(line.text.lower())))
        if score > best:
            best, chosen = score, index
    return chosen, best
