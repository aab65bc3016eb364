"""What a page says of each of its lines: marks, which cleaning weighs together with the words.

Two readers look for the article: trafilatura, and ours in `element`. Beside what they take, a line
is marked with the places that it stands in.
"""

from collections.abc import Sequence, Set

from toolkit.documents import (
    ABOVE_TEXT,
    AT_PAYWALL,
    BELOW_HEADLINE,
    IN_DATA,
    IN_ELEMENT,
    IN_LEAD,
    IN_MAIN_TEXT,
    MOSTLY_LINKS,
)
from toolkit.languages.paywalls import is_paywall
from toolkit.reading.element import MAX_LINKS, Element, article_element, prose_of
from toolkit.reading.outline import Outline, PageLine
from toolkit.reading.places import LEAD, UNTELLING
from toolkit.reading.witness import lines_in
from toolkit.text import fold

HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
MAX_HEADING_CHARS = 30  # of one that no tag shows, between paragraphs
REACH = 12  # lines from the end of the article to the notice that it goes on for subscribers
CLAIMS = frozenset((IN_MAIN_TEXT, IN_ELEMENT, BELOW_HEADLINE, AT_PAYWALL))


def marks_of(page: Outline, title: str, main: str, data: str) -> tuple[frozenset[str], ...]:
    """Of each line. `title` is the page's, `main` what trafilatura took, `data` the article as the
    page's data have it; each may be empty.
    """
    texts = [line.text for line in page.lines]
    in_main, in_data = lines_in(main, texts), lines_in(data, texts)
    element = article_element(page, title, in_main)
    both = {
        index
        for index, line in enumerate(page.lines)
        if element.inside[line.node] and in_main[index] and prose_of(line)
    }
    head = _head(page.lines, element, both, title)
    end = max((at for at, line in enumerate(page.lines) if element.inside[line.node]), default=-1)
    marks = []
    for index, line in enumerate(page.lines):
        places = element.places[line.node]
        aside = places - {LEAD}
        links = line.links > MAX_LINKS
        said = {
            MOSTLY_LINKS: links,
            IN_ELEMENT: element.inside[line.node],
            IN_LEAD: LEAD in places <= UNTELLING,
            IN_MAIN_TEXT: in_main[index],
            IN_DATA: in_data[index],
            ABOVE_TEXT: index + 1 in both
            and (
                line.tag in HEADINGS or (index - 1 in both and len(line.text) <= MAX_HEADING_CHARS)
            ),
            BELOW_HEADLINE: index in head,
            AT_PAYWALL: end < index <= end + REACH and is_paywall(line.text),
        }
        marks.append(aside | {mark for mark, holds in said.items() if holds})
    return tuple(marks)


def _head(lines: Sequence[PageLine], element: Element, both: Set[int], title: str) -> range:
    """The lines between the headline and the first paragraph that both readers take; none where
    there is no headline.
    """
    prose = [
        index for index, line in enumerate(lines) if element.inside[line.node] and prose_of(line)
    ]
    first = prose[0] if prose else len(lines)
    titled = fold(title)
    headlines = [
        index
        for index, line in enumerate(lines[:first])
        if line.tag == "h1" or (titled and fold(line.text) == titled)
    ]
    return range(headlines[-1] + 1, min(both, default=first)) if headlines else range(0)
