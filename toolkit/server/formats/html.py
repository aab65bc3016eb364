"""HTML: the texts of its blocks are translated, and its attributes that people read.

A block is translated by its sentences as a whole, with the inline elements in it; `projection` says
where these come in the translation. An element may come out as several of its kind, or around other
words than in the source, but none is lost, and text never is. Scripts, styles, code and what says
that it is not to be translated stay as they are.
"""

import re
from collections.abc import Iterator, Sequence, Set
from copy import deepcopy
from html import escape
from itertools import chain, islice
from typing import Any

from toolkit.errors import InputError
from toolkit.reading.characters import NOT_XML, allowed
from toolkit.reading.html import is_html, whole
from toolkit.reading.outline import BLOCKS, outline
from toolkit.server.formats.flow import Flow, Languages
from toolkit.server.formats.prepared import Prepared, has_words, prepare_text
from toolkit.server.formats.projection import Path, Run, shared

STRUCTURE = BLOCKS | frozenset(
    "html head body title main nav aside address form fieldset legend figure hr details summary "
    "dialog menu ul ol dl table thead tbody tfoot caption colgroup col select option optgroup "
    "textarea button center".split()
)
SHOWN = frozenset({"code", "kbd", "samp", "var"})  # a sentence needs their words
KEPT = SHOWN | frozenset(
    "script style template svg math iframe object embed audio video canvas noembed noframes "
    "xmp".split()
)
SPACED = frozenset({"pre", "textarea", "listing"})  # in which white space counts
READ = ("alt", "title", "placeholder", "aria-label")
ONE_OF_A_PAGE = ("id", "name")
DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
DOCTYPE = re.compile("<!doctype", re.IGNORECASE)
Element = Any  # lxml has no types


def prepare_html(markup: str, languages: Languages) -> Prepared:
    """A page, or a part of one. Raises InputError for one that is nested or large as none is."""
    markup = DECLARATION.sub("", allowed(markup))
    if not markup.strip():
        return prepare_text(markup)
    if not outline(markup, max_chars=len(markup)).fits_a_tree:
        raise InputError("this markup is nested too deeply, or has too many elements")
    is_page = is_html(markup)
    root = _parsed(markup if is_page else f"<html><body>{markup}")
    parts: list[_Attribute | _Block] = [*_attributes(root), *_blocks(root)]

    def fill(translations: Sequence[str]) -> str:
        waiting = iter(NOT_XML.sub("", each) for each in translations)
        for part in parts:
            part.fill(waiting, languages)
        if not is_page:
            return _inner(root)
        if root.get("lang", "").split("-")[0].lower() == languages[0]:
            root.set("lang", languages[1])
        return _written(root.getroottree())

    segments = tuple(chain.from_iterable(part.segments for part in parts))
    return Prepared(segments, fill, markup=True)


def _parsed(markup: str) -> Element:
    from lxml import etree

    root = whole(etree.fromstring(markup, etree.HTMLParser(huge_tree=True)))
    if not DOCTYPE.search(markup):
        root.getroottree().docinfo.clear()  # the library makes one up
    return root


def _inner(root: Element) -> str:
    """What was put into a page to be parsed."""
    parts: list[str] = []
    for outer in root:
        if outer.tag in ("head", "body"):
            parts.append(escape(outer.text or "", quote=False))
            parts += map(_written, outer)
            parts.append(escape(outer.tail or "", quote=False))
        else:
            parts.append(_written(outer))
    return "".join(parts)


def _written(tree: Element) -> str:
    from lxml import etree

    text: str = etree.tostring(tree, method="html", encoding="unicode")
    return text


class _Attribute:
    def __init__(self, element: Element, name: str) -> None:
        self._element, self._name = element, name
        self._prepared = prepare_text(element.get(name))
        self.segments = self._prepared.segments

    def fill(self, translations: Iterator[str], _: Languages) -> None:
        found = list(islice(translations, len(self.segments)))
        self._element.set(self._name, self._prepared.fill(found))


class _Block:
    """An element with its flows, and the elements between them, which are blocks themselves."""

    def __init__(self, element: Element, blocks: Set[Element]) -> None:
        self._element = element
        spaced = any(each.tag in SPACED for each in (element, *element.iterancestors()))
        self._parts: list[Flow | Element] = []
        runs: list[Run] = []
        for item in _content(element):
            if isinstance(item, str) or item not in blocks:
                runs += _runs(item, ())
            else:
                self._parts += [Flow(runs, spaced=spaced), item]
                runs = []
        self._parts.append(Flow(runs, spaced=spaced))
        self.segments = tuple(
            chain.from_iterable(part.segments for part in self._parts if isinstance(part, Flow))
        )

    def fill(self, translations: Iterator[str], languages: Languages) -> None:
        content: list[Run | Element] = []
        for part in self._parts:
            content += part.filled(translations, languages) if isinstance(part, Flow) else [part]
        self._element.text = None
        for child in list(self._element):
            self._element.remove(child)
        opened, path = [self._element], Path()
        seen = set[Element]()
        for each in content:
            run = each if isinstance(each, Run) else Run("", (), each)
            both = len(shared(path, run.path))
            del opened[1 + both :]
            for inner in run.path[both:]:
                copy = _copy(inner, first=inner not in seen)
                opened[-1].append(copy)
                opened.append(copy)
                seen.add(inner)
            path = run.path
            _append(opened[-1], run)


def _attributes(root: Element) -> Iterator[_Attribute]:
    for element in _read_elements(root):
        for name in READ:
            if has_words(element.get(name, "")):
                yield _Attribute(element, name)


def _blocks(root: Element) -> Iterator[_Block]:
    """Those that are to be read, each before those inside it."""
    blocks = {each for each in root.iter() if each.tag in STRUCTURE}
    blocks |= {outer for each in blocks for outer in each.iterancestors()}
    for element in _read_elements(root):
        if element in blocks:
            yield _Block(element, blocks)


def _read_elements(root: Element) -> Iterator[Element]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if not _is_kept(element):
            yield element
            waiting += reversed(element)


def _is_kept(element: Element) -> bool:
    """Whether nothing in it is to be translated; comments are such elements too."""
    return (
        not isinstance(element.tag, str)
        or element.tag in KEPT
        or element.get("translate") == "no"
        or "notranslate" in element.get("class", "").split()
    )


def _content(element: Element) -> Iterator[str | Element]:
    """Texts and elements in it, in their order."""
    yield element.text or ""
    for child in element:
        yield child
        yield child.tail or ""


def _runs(item: str | Element, path: Path) -> Iterator[Run]:
    if isinstance(item, str):
        if item:
            yield Run(item, path)
    elif _is_kept(item):
        shown = item.tag in SHOWN or item.tag not in KEPT
        yield Run(
            "".join(item.itertext()) if shown and isinstance(item.tag, str) else "", path, item
        )
    elif not any(map(str.isalnum, text := "".join(item.itertext()))):
        yield Run(text, path, item)
    else:
        for each in _content(item):
            yield from _runs(each, (*path, item))


def _copy(element: Element, *, first: bool) -> Element:
    """The same without what is in it: itself the first time, then another one."""
    copy = element if first else deepcopy(element)
    copy.text = copy.tail = None
    for child in list(copy):
        copy.remove(child)
    if not first:
        for name in ONE_OF_A_PAGE:
            copy.attrib.pop(name, None)
    return copy


def _append(parent: Element, run: Run) -> None:
    if run.atom is not None:
        run.atom.tail = None
        parent.append(run.atom)
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + run.text
    else:
        parent.text = (parent.text or "") + run.text
