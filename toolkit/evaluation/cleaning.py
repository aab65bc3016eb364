"""Kept text against pages labelled by hand, line by line."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolkit.cleaning import judge
from toolkit.cleaning.steps import repair
from toolkit.documents import Document
from toolkit.segmentation import split_sentences
from toolkit.text import fold

GoldPart = Literal["tune", "test"]
ARTICLE = "article"
TITLE = "title"
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldPage:
    """A page with the label of every line.

    `part` says whether rules were made with it in view. Pages of the seeds name their `document`
    and the number of `sentences` of their article.
    """

    name: str
    kind: str
    part: GoldPart
    lines: tuple[tuple[str, str], ...]
    document: str = ""
    sentences: int = 0

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.lines)

    @property
    def article(self) -> str:
        return "\n\n".join(line for label, line in self.lines if label == ARTICLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageScore:
    """Shares of characters, from 0 to 1, and the sentences of the article that are not there."""

    page: str
    precision: float
    recall: float
    lost: tuple[str, ...]

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def load_gold_pages(folder: Path) -> list[GoldPage]:
    pages = []
    for path in sorted(folder.glob("*.json")):
        value = json.loads(path.read_text(encoding="utf-8"))
        value["lines"] = tuple((label, line) for label, line in value["lines"])
        pages.append(GoldPage(name=path.stem, **value))
    return pages


def load_html_pages(folder: Path) -> list[GoldPage]:
    """The pages of `folder`, each an HTML file and beside it its title and paragraphs in JSON."""
    pages = []
    for path in sorted(folder.glob("*.json")):
        value = json.loads(path.read_text(encoding="utf-8"))
        article = tuple((ARTICLE, line) for line in value["article"])
        lines = ((TITLE, value["title"]), *article)
        pages.append(GoldPage(name=path.stem, kind=value["kind"], part="tune", lines=lines))
    return pages


def toolkit_cleaner(page: GoldPage) -> str:
    """What the toolkit keeps of a flattened page."""
    return judge(Document(name=page.name, text=page.text)).document.text


def digest_of(pages: Iterable[GoldPage]) -> str:
    """sha256 over names and labelled lines, so that a pinned floor names its pages."""
    canonical = json.dumps([[page.name, page.lines] for page in pages], ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def score_page(page: GoldPage, kept: str) -> PageScore:
    """`kept` is what a cleaner made of `page.text`.

    Precision and recall are over words as a multiset, each weighing its characters: that is fair
    to cleaners that break lines elsewhere. Lines that repeat the title count neither way, for some
    cleaners keep it. Characters are repaired on both sides: that is measured by itself.
    A page without an article scores 1 for nothing kept and 0 for anything.
    """
    titles = {_plain(line) for label, line in page.lines if label == TITLE}
    lines = [line for line in repair(kept).split("\n") if _plain(line) not in titles]
    found, wanted = _characters("\n".join(lines)), _characters(repair(page.article))
    if not wanted:
        perfect = float(not found)
        return PageScore(page=page.name, precision=perfect, recall=perfect, lost=())
    common = sum((found & wanted).values())
    flat = _plain(" ".join(lines))
    sentences = [
        segment.text
        for line in repair(page.article).split("\n\n")
        for segment in split_sentences(line)
    ]
    return PageScore(
        page=page.name,
        precision=common / total if (total := sum(found.values())) else 0.0,
        recall=common / sum(wanted.values()),
        lost=tuple(sentence for sentence in sentences if _plain(sentence) not in flat),
    )


def score_pages(pages: Sequence[GoldPage], cleaner: Callable[[GoldPage], str]) -> list[PageScore]:
    return [score_page(page, cleaner(page)) for page in pages]


def mean_f1(scores: Sequence[PageScore]) -> float:
    return sum(score.f1 for score in scores) / len(scores)


def _plain(text: str) -> str:
    return " ".join(WORD.findall(fold(text)))


def _characters(text: str) -> Counter[str]:
    counts = Counter(WORD.findall(fold(text)))
    return Counter({word: count * len(word) for word, count in counts.items()})
