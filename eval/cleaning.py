"""How well cleaning works, beside other ways, on the pages labelled by hand. `make cleaning`.

`--part test` is for the end of a piece of work: no rule may be made with its pages in view.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import justext
import lxml.html
import trafilatura
from boilerpy3.extractors import ArticleExtractor
from readability import Document as ReadableDocument
from resiliparse.extract.html2text import extract_plain_text

from toolkit.cleaning import judge
from toolkit.cleaning.blocks import judge_lines
from toolkit.cleaning.features import GROUPS
from toolkit.cleaning.steps import STEPS, repair
from toolkit.evaluation.cleaning import (
    GoldPage,
    PageScore,
    load_gold_pages,
    load_html_pages,
    mean_f1,
    score_pages,
    toolkit_cleaner,
)
from toolkit.evaluation.doubt import hardest, judged_pages, report
from toolkit.reading import read_document

HERE = Path(__file__).parent
GOLD = HERE / "gold"
CASES = HERE.parent / "tests/cases/characters.json"
LONG_CHARS = 80  # the best of 40, 60, 80 and 100 on the tune part
Cleaner = Callable[[GoldPage], str]


def as_html(page: GoldPage) -> str:
    """Flattened text as the HTML tools like it best: every line a paragraph."""
    lines = "".join(f"<p>{line}</p>\n" for line in page.text.split("\n") if line.strip())
    return f'<html lang="fr"><body>{lines}</body></html>'


def with_justext(page: GoldPage) -> str:
    paragraphs = justext.justext(as_html(page).encode(), justext.get_stoplist("French"))
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


def with_readability(html: str) -> str:
    summary = ReadableDocument(html).summary(html_partial=True)
    return "\n".join(lxml.html.fromstring(summary).itertext())


def with_boilerpy3(html: str) -> str:
    return str(ArticleExtractor(raise_on_failure=False).get_content(html))


SYSTEMS: dict[str, Cleaner] = {
    "toolkit": toolkit_cleaner,
    "trafilatura": lambda page: trafilatura.extract(as_html(page), include_comments=False) or "",
    "justext": with_justext,
    "resiliparse": lambda page: extract_plain_text(as_html(page), main_content=True),
    "readability": lambda page: with_readability(as_html(page)),
    "boilerpy3": lambda page: with_boilerpy3(as_html(page)),
    "long lines": lambda page: "\n".join(
        line for line in page.text.split("\n") if len(line) >= LONG_CHARS
    ),
    "keep all": lambda page: page.text,
}


def without(group: str) -> Cleaner:
    groups = frozenset(GROUPS) - {group}

    def run(page: GoldPage) -> str:
        lines = repair(page.text).split("\n")
        blocks, _ = judge_lines(lines, language="fr", groups=groups)
        return "\n\n".join(block.text for block in blocks if block.kept)

    return run


def row(name: str, scores: Sequence[PageScore]) -> str:
    precision = sum(score.precision for score in scores) / len(scores)
    recall = sum(score.recall for score in scores) / len(scores)
    worst = min(scores, key=lambda score: score.f1)
    losing = sum(bool(score.lost) for score in scores)
    return (
        f"{name:<22}{precision:>7.3f}{recall:>8.3f}{mean_f1(scores):>8.3f}{worst.f1:>8.3f}"
        f"{losing:>5} of {len(scores)}"
    )


HEAD = f"{'':<22}{'P':>7}{'R':>8}{'F1':>8}{'worst':>8}  losing a sentence"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=["tune", "test"], default="tune")
    parser.add_argument("--folder", choices=["cleaning", "kinds"], default="cleaning")
    parser.add_argument("--pages", action="store_true", help="a line for each page too")
    parser.add_argument(
        "--hardest",
        type=int,
        default=0,
        metavar="N",
        help="the N wrong verdicts that seemed the surest, of the tune part only",
    )
    options = parser.parse_args()
    if options.hardest and options.part == "test":
        parser.error("--hardest shows lines, and those of the test part are not to be looked at")
    folder = GOLD / options.folder
    pages = [page for page in load_gold_pages(folder) if page.part == options.part]
    print(f"flattened text, {options.part} part, {len(pages)} pages; means over pages\n{HEAD}")
    for name, cleaner in SYSTEMS.items():
        print(row(name, score_pages(pages, cleaner)))
    print(f"\nthe toolkit without a group of features\n{HEAD}")
    for group in GROUPS:
        print(row(f"without {group}", score_pages(pages, without(group))))
    if options.pages:
        print()
        for score in score_pages(pages, toolkit_cleaner):
            print(f"{score.page:<26}{score.precision:>7.3f}{score.recall:>8.3f}{score.f1:>8.3f}")
            for sentence in score.lost:
                print(f"  lost: {sentence}")
    print_doubt(pages, options.hardest)
    print_html()
    print_characters()


def print_doubt(pages: Sequence[GoldPage], count: int) -> None:
    judged = list(judged_pages(pages))
    print(f"\nhow sure cleaning says it is\n{report(judged)}")
    for page, line in hardest(judged, count):
        block = line.block
        print(
            f"{'+' if block.kept else '-'} {block.probability:4.0%}  {line.label:<14}  "
            f"{block.reason:<20}  {page}: {block.text.strip()[:80]}"
        )


def print_html() -> None:
    pages = load_html_pages(GOLD / "html")
    print(f"\nHTML, {len(pages)} pages\n{HEAD}")

    def file_of(page: GoldPage) -> Path:
        return GOLD / "html" / f"{page.name}.html"

    systems: dict[str, Cleaner] = {
        "toolkit": lambda page: judge(read_document(file_of(page))).document.text,
        "trafilatura": lambda page: (
            trafilatura.extract(file_of(page).read_text("utf-8"), include_comments=False) or ""
        ),
        "resiliparse": lambda page: extract_plain_text(
            file_of(page).read_text("utf-8"), main_content=True
        ),
        "readability": lambda page: with_readability(file_of(page).read_text("utf-8")),
        "boilerpy3": lambda page: with_boilerpy3(file_of(page).read_text("utf-8")),
    }
    for name, cleaner in systems.items():
        print(row(name, score_pages(pages, cleaner)))


def print_characters() -> None:
    cases = json.loads(CASES.read_text("utf-8"))
    changed = [(STEPS[step](before), after) for step, before, after in cases]
    made = [
        found == after
        for (found, after), (_, before, _) in zip(changed, cases, strict=True)
        if found != before
    ]
    wanted = sum(before != after for _, before, after in cases)
    print(
        f"\ncharacters, {len(cases)} cases, {len(cases) - wanted} of them to be left alone\n"
        f"precision {sum(made)} of {len(made)}, recall {sum(made)} of {wanted}"
    )


if __name__ == "__main__":
    main()
