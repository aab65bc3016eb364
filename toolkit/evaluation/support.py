"""The checks of summaries against sentences that were labelled by hand."""

import csv
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from toolkit.documents import Segment, Translation
from toolkit.evaluation.cleaning import TITLE, GoldPage, GoldPart
from toolkit.pipeline.evidence import index_article
from toolkit.segmentation import split_sentences
from toolkit.summarization.faithfulness.checks import check_statement
from toolkit.summarization.faithfulness.evidence import EvidenceIndex
from toolkit.summarization.faithfulness.exchange import apart, exchanged, exchanges
from toolkit.summarization.faithfulness.likelihood import Likelihood
from toolkit.translation.glossary import Glossary

LOOKED_UP = ("name", "number", "date")  # faults that looking up shows
EXCHANGED = ("actor", "place")


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence about a page; `fault` says what is wrong with it and is empty when nothing is.

    `part` is not that of the page: nothing is fitted on the sentences of the part test.
    """

    page: str
    text: str
    fault: str
    subtle: bool
    part: GoldPart


@dataclass(frozen=True, slots=True)
class Detection:
    """How often the checks spoke: `flagged` of `count` sentences of one kind."""

    count: int
    flagged: int

    @property
    def share(self) -> float:
        return self.flagged / self.count if self.count else 0.0


def load_sentences(path: Path) -> list[LabelledSentence]:
    """A TSV file with the columns page, sentence, supported, fault, subtle and part."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            LabelledSentence(
                page=row["page"],
                text=row["sentence"],
                fault=row["fault"],
                subtle=row["subtle"] == "yes",
                part=cast(GoldPart, row["part"]),
            )
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def sentences_of(page: GoldPage) -> tuple[list[Segment], list[Segment]]:
    """The sentences of the title and of the article."""
    title = "\n".join(line for label, line in page.lines if label == TITLE)
    return (
        [segment for segment in split_sentences(title) if segment.text],
        [each for each in split_sentences(page.article) if each.text],
    )


def index_page(
    page: GoldPage, glossary: Glossary, translations: Mapping[str, str] | None = None
) -> EvidenceIndex:
    """`translations` holds those of the page's sentences; without it the French stands alone."""
    known = translations or {}
    title, article = (
        [Translation(segment=segment, text=known.get(segment.text, "")) for segment in segments]
        for segments in sentences_of(page)
    )
    return index_article(
        article,
        title=title,
        text=page.article,
        languages=("fr", "en"),
        glossary=glossary,
        document=page.name,
    )


def detections(
    sentences: Sequence[LabelledSentence],
    indexes: Mapping[str, EvidenceIndex],
    likelihoods: Mapping[str, Mapping[str, float]] | None = None,
) -> dict[str, Detection]:
    """By fault: how many sentences there are, and in how many a check found something. With
    `likelihoods`, recorded ones by page and text, a model's checks are among them.
    """
    flags: dict[str, list[bool]] = {}
    for sentence in sentences:
        index = indexes[sentence.page]
        found = check_statement(sentence.text, index, "en")
        if likelihoods and not found:
            found = exchanged(sentence.text, index, recorded(likelihoods.get(sentence.page, {})))
        flags.setdefault(sentence.fault, []).append(bool(found))
    return {fault: Detection(len(found), sum(found)) for fault, found in flags.items()}


def recorded(known: Mapping[str, float]) -> Likelihood:
    """The likelihoods that were recorded of one page's statements, by their texts."""

    def likelihood(evidence: EvidenceIndex, statements: Sequence[str]) -> list[float]:
        return [known[each] for each in statements] if known.keys() >= set(statements) else []

    return likelihood


def weighed_texts(text: str, index: EvidenceIndex) -> list[str]:
    """What a model has to score for a statement that passes the other checks: nothing, or the
    statement and the same with others in the stead of its actors and places.
    """
    if check_statement(text, index, "en"):
        return []
    others = [
        other.text for each in apart(text, index) for other in exchanges(each.mention, text, index)
    ]
    return list(dict.fromkeys([text, *others])) if others else []


def precision_of(found: Mapping[str, Detection]) -> float:
    """Of what is flagged, the share that has a fault."""
    flagged = sum(each.flagged for fault, each in found.items() if fault)
    return Detection(flagged + found[""].flagged, flagged).share


def recall_of(found: Mapping[str, Detection], faults: Collection[str]) -> float:
    """Of the sentences with one of these faults, the share that is flagged."""
    counted = [found[fault] for fault in faults if fault in found]
    return Detection(
        sum(each.count for each in counted), sum(each.flagged for each in counted)
    ).share


def load_translations(path: Path) -> dict[str, dict[str, str]]:
    """By page: the machine translations that were recorded, by their French sentences."""
    recordings = json.loads(path.read_text(encoding="utf-8"))["recordings"]
    return {name: page for each in recordings for name, page in each["pages"].items()}


def load_likelihoods(path: Path) -> dict[str, dict[str, float]]:
    """By page: the recorded logarithms of likelihoods, by the texts of statements."""
    pages: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8"))["pages"]
    return pages
