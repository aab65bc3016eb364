"""HTML and Markdown that nothing can break that is put into them."""

import html
import re
from collections.abc import Iterable


class Html(str):
    """Markup. Any other text is escaped where it is put into some."""

    __slots__ = ()


def fill(template: str, *values: object) -> Html:
    """`template` with the values in its braces, as str.format puts them there."""
    return Html(template.format(*map(_escaped, values)))


def join(parts: Iterable[Html], between: str = "") -> Html:
    return Html(between.join(parts))


def flat(text: str) -> str:
    """On one line, and without what no file can hold."""
    return " ".join(text.encode(errors="replace").decode().split())


def markdown(text: str) -> str:
    """On one line, with nothing in it that ends a cell, or that is HTML, code or a link."""
    return re.sub(r"[\\|`*<>&]|(?<=\])[(\[]", r"\\\g<0>", flat(text))


def _escaped(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Html):
        return html.escape(value.encode(errors="replace").decode())
    return value
