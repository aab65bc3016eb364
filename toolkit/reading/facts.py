"""What a page says of itself for machines: meta elements, linked data, microdata and RDFa."""

import re
from collections import defaultdict
from collections.abc import Mapping

from toolkit.reading.characters import one_spaced

LINKED_DATA = "application/ld+json"
MAX_DATA_CHARS = 2_000_000  # of a page's linked data
MAX_VALUE_CHARS = 10_000
MAX_VALUES = 20  # of one property
MAX_OPEN = 4  # properties within properties
META = frozenset(
    "article:content_tier article:modified_time article:published_time "
    "article:section author content-language description og:description og:locale og:site_name "
    "og:title".split()
)
PROPERTIES = frozenset(
    "author creator datemodified datepublished headline isaccessibleforfree publisher".split()
)
AGENTS = frozenset(("author", "creator", "publisher"))
VALUES = ("content", "datetime")  # attributes that hold a property's value
COMMENTS = frozenset(("comment", "comments", "review", "reviews"))
COMMENT = re.compile(r"(?:^|[/:\s])(?:user)?(?:comments?|review)\s*$", re.IGNORECASE)  # types


class Facts:
    """Collected as the page is read. `meta` are the elements of that name, `properties` those that
    attributes give text on the page, `data` the scripts that hold JSON-LD.
    """

    def __init__(self) -> None:
        self.meta: dict[str, str] = {}
        self.properties: dict[str, list[str]] = defaultdict(list)
        self.data: list[str] = []
        self._depth = self._data_chars = 0
        self._comment = 0  # the depth of the one that is open; its author isn't the page's
        self._script: list[str] | None = None
        self._open: list[tuple[int, str, list[str]]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if not attributes:
            return
        if tag == "script":
            if attributes.get("type", "").strip().lower() == LINKED_DATA:
                self._script = []
            return
        names = attributes.get("itemprop") or attributes.get("property") or ""
        if tag == "meta":
            name = (names or attributes.get("name") or attributes.get("http-equiv") or "").lower()
            if name in META:
                self.meta.setdefault(name, attributes.get("content", "")[:MAX_VALUE_CHARS])
        kind = attributes.get("itemtype") or attributes.get("typeof") or ""
        own = names.lower() in COMMENTS or COMMENT.search(kind[:MAX_VALUE_CHARS])
        if own and not self._comment:
            self._comment = self._depth
        if not names or self._comment:
            return
        for name in names[:MAX_VALUE_CHARS].lower().split():
            name = name.rpartition(":")[2]
            inside = bool(self._open) and self._open[-1][1] in AGENTS
            if name in PROPERTIES or (name == "name" and inside):
                self._begin(name, tag, attributes)
                return

    def _begin(self, name: str, tag: str, attributes: Mapping[str, str]) -> None:
        given = "" if name in AGENTS and tag != "meta" else _value(name, attributes)
        if given:
            self._add(name, given)
        elif len(self._open) < MAX_OPEN:
            self._open.append((self._depth, name, []))

    def text(self, text: str) -> None:
        if self._script is not None:
            self._data_chars += len(text)
            if self._data_chars <= MAX_DATA_CHARS:
                self._script.append(text)
            return
        for _, _, parts in self._open:
            if len(parts) < MAX_VALUE_CHARS:
                parts.append(text[:MAX_VALUE_CHARS])

    def end(self, tag: str) -> None:
        if tag == "script" and self._script is not None:
            self.data.append("".join(self._script))
            self._script = None
        while self._open and self._open[-1][0] >= self._depth:
            _, name, parts = self._open.pop()
            self._add(name, "".join(parts))
        if self._depth == self._comment:
            self._comment = 0
        self._depth -= 1

    def _add(self, name: str, value: str) -> None:
        value = one_spaced(value[:MAX_VALUE_CHARS])
        if name == "name":  # of the agent around it, whose other text says what it does
            _, name, _ = self._open.pop()
        if value and len(self.properties[name]) < MAX_VALUES:
            self.properties[name].append(value)


def _value(name: str, attributes: Mapping[str, str]) -> str:
    known = ("href",) if name == "isaccessibleforfree" else VALUES
    return next((attributes[key] for key in (*VALUES, *known) if attributes.get(key)), "")
