"""What readers of a site wrote below an article: comments and reviews.

They have dates and authors of their own, marked up as the page's would be.
"""

import json
import re
from typing import TYPE_CHECKING, Any

from toolkit.reading.facts import COMMENT, COMMENTS, LINKED_DATA
from toolkit.reading.linked_data import parsed
from toolkit.reading.places import places_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

IN_COMMENTS = "in comments"
ENDS = ("comment", "comments")  # of the names of types
SIGNED = re.compile(r"author|auteur|creator|date|meta|publi|time", re.IGNORECASE)
NAMING = ("itemprop", "property", "class", "id", "rel")


def hide_signatures(tree: "HtmlElement") -> None:
    """Takes the marks off dates and names in comments and reviews, whose text stays."""
    for script in tree.iter("script"):
        if script.get("type", "").strip().lower() == LINKED_DATA:
            script.text = _without_comments(script.text or "")
    waiting = [tree]
    while waiting:
        element = waiting.pop()
        if _holds_comments(element):
            _hide(element)
        else:
            waiting += element.iterchildren("*")


def _holds_comments(element: "HtmlElement") -> bool:
    """Not where the headline of the page is: that is its article, such as a review of a film."""
    names = element.attrib
    if not names:
        return False
    kind = names.get("itemtype") or names.get("typeof") or ""
    typed = COMMENT.search(kind) or names.get("itemprop", "").lower() in COMMENTS
    if not typed and IN_COMMENTS not in places_of(element.tag, names):
        return False
    return next(element.iter("h1"), None) is None


def _hide(comments: "HtmlElement") -> None:
    for element in comments.iterdescendants("*"):
        if element.tag == "time":
            element.tag = "span"
            element.attrib.clear()
        elif any(SIGNED.search(element.get(name, "")) for name in NAMING):
            element.attrib.clear()


def _without_comments(script: str) -> str:
    """The data of a page without theirs; as they are where they have none."""
    root = [parsed(script)]
    waiting: list[Any] = [root]
    found = False
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            found = found or not node.keys().isdisjoint(COMMENTS)
            for key in COMMENTS:
                node.pop(key, None)
            waiting += node.values()
        elif isinstance(node, list):
            others = [each for each in node if not _is_comment(each)]
            found = found or len(others) < len(node)
            node[:] = others
            waiting += others
    try:
        return json.dumps(root[0] if root else None) if found else script
    except RecursionError:
        return script


def _is_comment(value: Any) -> bool:
    kind = value.get("@type") if isinstance(value, dict) else None
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(each, str) and each.lower().endswith(ENDS) for each in kinds)
