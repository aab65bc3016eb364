"""How long a summary is to be and what it looks like."""

import re
from dataclasses import dataclass
from typing import Literal

from toolkit.segmentation import split_sentences

Length = Literal["headline", "brief", "standard", "detailed"]
Style = Literal["prose", "bullets"]
WORDS: dict[Length, int] = {"headline": 14, "brief": 60, "standard": 120, "detailed": 240}
BULLET = "- "
END = re.compile(r"[.!?…][”\"’')\]»]*$")
# Where the last part of a headline begins, which it can do without.
LAST_PART = re.compile(r"[,;:]?\s(?:and|in|on|as|with|for|during|et|dans|avec|pour)\s|[,;:]\s")
WORD = re.compile(r"\S+")
MIN_HEADLINE = 4
MARKER = re.compile(r"^\s*(?:[-*•–]|\d+[.)])\s+")


@dataclass(frozen=True, slots=True)
class Form:
    """A length, its word limit, and prose or bullets; a headline is always one line."""

    length: Length = "brief"
    style: Style = "prose"
    max_words: int = WORDS["brief"]

    @property
    def prompt(self) -> str:
        """The name of the prompt for this form."""
        bullets = self.style == "bullets" and self.length != "headline"
        return "bullets" if bullets else self.length

    def fit(self, draft: str) -> list[list[str]]:
        """The leading whole sentences of `draft` within the limit, paragraph by paragraph; a
        paragraph of bullets is one bullet. Empty if none fits. A headline loses its last parts.
        """
        if self.length == "headline":
            line = next(filter(None, map(str.strip, draft.splitlines())), "")
            line = MARKER.sub("", line).strip(' "“”*').rstrip(".")
            starts = [match.start() for match in WORD.finditer(line)]
            if len(starts) > self.max_words:
                parts = [match.start() for match in LAST_PART.finditer(line)]
                line = line[: max([0, *(each for each in parts if each <= starts[self.max_words])])]
            return [[line]] if len(line.split()) >= min(MIN_HEADLINE, self.max_words) else []
        kept: list[list[str]] = []
        words = 0
        for paragraph in self._paragraphs(draft):
            sentences: list[str] = []
            for segment in split_sentences(paragraph):
                words += len(segment.text.split())
                if words > self.max_words or not END.search(segment.text):
                    return [*kept, sentences] if sentences else kept
                sentences.append(segment.text)
            if sentences:
                kept.append(sentences)
        return kept

    def _paragraphs(self, draft: str) -> list[str]:
        if self.prompt == "bullets":
            lines = [" ".join(MARKER.sub("", line).split()) for line in draft.splitlines()]
            return [line if END.search(line) else f"{line}." for line in lines if line]
        if self.length == "detailed":
            return [" ".join(each.split()) for each in re.split(r"\n\s*\n", draft) if each.strip()]
        return [" ".join(draft.split())]

    def join(self, paragraphs: list[list[str]]) -> str:
        """The text of what `fit` gives."""
        texts = [" ".join(sentences) for sentences in paragraphs if sentences]
        if self.prompt == "bullets":
            return "\n".join(BULLET + text for text in texts)
        return "\n\n".join(texts)
