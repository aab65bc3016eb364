"""JSON-LD of pages: the article that a page is about, among all that its data speak of."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from toolkit.reading.characters import NOT_XML, one_spaced
from toolkit.reading.facts import COMMENTS
from toolkit.text import fold

MAX_NODES = 5000  # of a page's data
MAX_CHARS = 1000  # of a value
MAX_BODY_CHARS = 1_000_000
MAX_AUTHORS = 10
MAX_TITLES = 10
REVIEWS = ("review",)
REVIEWED = ("recipe", "product")  # ends of the names of types that readers review
ARTICLES = ("article", "posting", "report", *REVIEWS)  # ends of the names of such types
WRAPPING = re.compile(
    r"<!--|-->|(?://|/\*)?\s{0,9}<!\[CDATA\[(?:\*/)?|(?://|/\*)?\s{0,9}\]\]>(?:\*/)?"
)
TRAILING = re.compile(r",(?=\s*[\]}])")
TAG = re.compile(r"<[^<>]{1,300}>")
WORD = re.compile(r"\w+")
DIGITS = re.compile(r"[0-9]{1,6}")
MIN_COMMON = 0.6  # of the words of a headline and a title
Node = Mapping[str, Any]


class LinkedArticle(NamedTuple):
    """What data say of an article; what they don't is empty. `free` is None where they don't say.

    `locked` are the CSS selectors of what isn't free, `body` is the text or its beginning, `words`
    how many all of it has, 0 where they don't say.
    """

    headline: str = ""
    people: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""
    publisher: str = ""
    section: str = ""
    language: str = ""
    free: bool | None = None
    locked: tuple[str, ...] = ()
    body: str = ""
    words: int = 0


def article_of(scripts: Iterable[str], titles: Sequence[str]) -> LinkedArticle:
    """The article whose headline is most like the first of the page's `titles` that is like any;
    the only one if none is.

    An empty one where there are several that no title tells apart, or none. Reviews that readers
    wrote stand in the data of what they are about, so a review needs a title.
    """
    nodes = list(_nodes(scripts))
    known = {
        node["@id"]: node
        for node in nodes
        if isinstance(node.get("@id"), str) and ("name" in node or "@type" in node)
    }
    articles = [node for node in nodes if _is_of(node, ARTICLES)]
    found = [_article(node, known) for node in articles]
    headlines = [_words(each.headline) for each in found]
    for title in dict.fromkeys(titles[:MAX_TITLES]):
        words = _words(title)
        likeness = [_likeness(headline, words) for headline in headlines]
        best = max(likeness, default=(0.0, 0))
        if best[0] >= MIN_COMMON:
            return found[likeness.index(best)]
    alone = len(found) == 1 and not _is_of(articles[0], REVIEWS)
    return found[0] if alone else LinkedArticle()


def _words(text: str) -> set[str]:
    return set(WORD.findall(fold(text)))


def _likeness(headline: set[str], title: set[str]) -> tuple[float, int]:
    """The share of words in common, then their number: one word alone is in many titles."""
    common = len(headline & title)
    return common / max(1, min(len(headline), len(title))), common


def _nodes(scripts: Iterable[str]) -> Iterator[Node]:
    """Every object of the data, from the outside in."""
    waiting: list[Any] = [value for script in scripts if (value := parsed(script)) is not None]
    for seen, value in enumerate(waiting):
        if seen >= MAX_NODES:
            return
        if isinstance(value, dict):
            yield value
            waiting += (each for key, each in value.items() if not _is_by_readers(value, key))
        elif isinstance(value, list):
            waiting += value


def _is_by_readers(node: Node, key: str) -> bool:
    """Whether what stands under the key are comments or reviews by readers: several, or those of a
    recipe or product, while a page on a film may hold its own review.
    """
    several = key == "comment" or isinstance(node[key], list)
    return key in COMMENTS and (several or _is_of(node, REVIEWED))


def parsed(script: str) -> Any:
    """The value, also of JSON with line ends in strings, in a comment, in entities, or with a comma
    too many; None where it is none.
    """
    text = WRAPPING.sub("", script).strip().rstrip(";")
    for repaired in (text, TRAILING.sub("", text), html.unescape(TRAILING.sub("", text))):
        try:
            return json.loads(repaired, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _is_of(node: Node, types: tuple[str, ...]) -> bool:
    return any(name.lower().endswith(types) for name in _strings(node.get("@type")))


def _article(node: Node, known: Mapping[str, Node]) -> LinkedArticle:
    agents = [
        agent
        for key in ("author", "creator")
        for each in _list(node.get(key))[:MAX_AUTHORS]
        for agent in _agents(each, known)
    ]
    parts = [part for part in _list(node.get("hasPart")) if isinstance(part, dict)]
    closed = [part for part in parts if truth(part.get("isAccessibleForFree")) is False]
    free = truth(node.get("isAccessibleForFree"))
    publishers = [agent for each in _list(node.get("publisher")) for agent in _agents(each, known)]
    return LinkedArticle(
        headline=_text(node.get("headline") or node.get("name")),
        people=tuple(dict.fromkeys(name for name, person in agents if person)),
        organizations=tuple(dict.fromkeys(name for name, person in agents if not person)),
        published=_text(node.get("datePublished")),
        modified=_text(node.get("dateModified")),
        publisher=publishers[0][0] if publishers else "",
        section=_text(next(iter(_list(node.get("articleSection"))), "")),
        language=_text(node.get("inLanguage")),
        free=False if closed else free,
        locked=tuple(name for part in closed for name in _strings(part.get("cssSelector"))),
        body=_text(node.get("articleBody"), MAX_BODY_CHARS),
        words=_count(node.get("wordCount")),
    )


def _agents(value: Any, known: Mapping[str, Node]) -> Iterator[tuple[str, bool]]:
    """Names of people and organizations, with whether each is a person or may be one."""
    if isinstance(value, str):
        if value in known:
            value = known[value]
        else:
            yield from ((_text(value), True) for _ in range(bool(_text(value))))
            return
    if not isinstance(value, dict):
        return
    reference = value.get("@id")
    if "name" not in value and isinstance(reference, str) and reference in known:
        value = known[reference]
    names = _list(value.get("name")) or [
        " ".join(_text(value.get(key)) for key in ("givenName", "familyName"))
    ]
    kinds = {kind.lower() for kind in _strings(value.get("@type"))}
    for name in names[:MAX_AUTHORS]:
        if text := _text(name.get("name") if isinstance(name, dict) else name):
            yield text, not kinds or "person" in kinds


def truth(value: Any) -> bool | None:
    """Of what stands for true or false, such as "False" and schema.org/False."""
    if isinstance(value, bool):
        return value
    word = value.rpartition("/")[2].strip().lower() if isinstance(value, str) else ""
    return {"true": True, "false": False}.get(word)


def _text(value: Any, most: int = MAX_CHARS) -> str:
    """Without the entities and tags that values often hold."""
    if not isinstance(value, str):
        return ""
    plain = TAG.sub(" ", html.unescape(value[:most]))
    return one_spaced(NOT_XML.sub("", plain))


def _count(value: Any) -> int:
    """A number of words, also one in a text; 0 for what is none."""
    text = str(value).strip() if isinstance(value, (int, str)) else ""
    return int(text) if DIGITS.fullmatch(text) else 0


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _strings(value: Any) -> list[str]:
    return [each for each in _list(value) if isinstance(each, str)]
