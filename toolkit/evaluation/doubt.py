"""What cleaning says of how sure it is, against labels by hand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from toolkit.cleaning import judge
from toolkit.cleaning.doubt import doubt_of, is_doubtful
from toolkit.documents import Block, Document
from toolkit.evaluation.calibration import Detection, calibration_error, reliability
from toolkit.evaluation.cleaning import ARTICLE, TITLE, GoldPage, PageScore, score_page

LOW_F1 = 0.9


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line that has text, with the verdict and the label."""

    block: Block
    label: str

    @property
    def is_article(self) -> bool:
        return self.label == ARTICLE

    @property
    def is_wrong(self) -> bool:
        """Whether the verdict is; a title counts neither way."""
        return self.label != TITLE and self.block.kept != self.is_article

    @property
    def surprise(self) -> float:
        """How far the probability is from the label, from 0 to 1."""
        return abs(self.is_article - (self.block.probability or 0.0))


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """A page, what cleaning it scores, and its lines."""

    score: PageScore
    lines: tuple[JudgedLine, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(line.block for line in self.lines)

    @property
    def is_bad(self) -> bool:
        """Whether it lost a sentence, or much is wrong."""
        return bool(self.score.lost) or self.score.f1 < LOW_F1

    def with_probabilities(self, values: Iterable[float]) -> "JudgedPage":
        """The same with other probabilities, one for each line."""
        lines = tuple(
            replace(line, block=replace(line.block, probability=value))
            for line, value in zip(self.lines, values, strict=True)
        )
        return replace(self, lines=lines)


def judged_pages(pages: Iterable[GoldPage]) -> Iterator[JudgedPage]:
    """Pages whose lines a step joined have labels for other lines and are left out."""
    for page in pages:
        cleaning = judge(Document(name=page.name, text=page.text))
        if len(cleaning.blocks) != len(page.lines):
            continue
        labels = (label for label, _ in page.lines)
        lines = tuple(
            JudgedLine(block, label)
            for label, block in zip(labels, cleaning.blocks, strict=True)
            if block.text.strip()
        )
        yield JudgedPage(score_page(page, cleaning.document.text), lines)


def expected_error(pages: Iterable[JudgedPage]) -> float:
    """The expected calibration error of the probabilities, from 0 to 1."""
    lines = [line for page in pages for line in page.lines]
    known = [line.block.probability or 0.0 for line in lines]
    return calibration_error(reliability(known, [line.is_article for line in lines]))


def doubted_lines(pages: Iterable[JudgedPage]) -> Detection:
    """Of the wrong verdicts, those that are called doubtful."""
    return Detection.of(
        (line.is_wrong, is_doubtful(line.block)) for page in pages for line in page.lines
    )


def warned_pages(pages: Iterable[JudgedPage]) -> Detection:
    """Of the bad pages, those that a warning is given for."""
    return Detection.of((page.is_bad, bool(doubt_of(page.blocks))) for page in pages)


def hardest(pages: Iterable[JudgedPage], count: int) -> Sequence[tuple[str, JudgedLine]]:
    """The wrong verdicts that seemed the surest, with their pages."""
    wrong = [(page.score.page, line) for page in pages for line in page.lines if line.is_wrong]
    return sorted(wrong, key=lambda each: -each[1].surprise)[:count]


def report(pages: Sequence[JudgedPage]) -> str:
    """All of that in lines for people."""
    lines, warned = doubted_lines(pages), warned_pages(pages)
    return (
        f"expected calibration error {expected_error(pages):.3f}\n"
        f"doubtful: {lines.hits} of {lines.wrong} wrong verdicts, and "
        f"{lines.named - lines.hits} right ones\n"
        f"warned about: {warned.hits} of {warned.wrong} pages that lose a sentence or have F1 < "
        f"{LOW_F1}, and {warned.named - warned.hits} of {len(pages) - warned.wrong} others"
    )
