"""Articles with summaries to learn from, and how the model sees them: as the product asks it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import cast

from pairs import Pair

from toolkit.engines.tokens import Tokens
from toolkit.prompts import load_prompt
from toolkit.summarization.forms import WORDS, Length

DATE = "Date: "
HEADING, SUBHEADING = (re.compile(mark, re.MULTILINE) for mark in (r"^# ?(?!#)", r"^## "))


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    date: str
    text: str
    summaries: Mapping[Length, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """Tokens: an article as every prompt has it, then what asks for each summary, with that."""

    article: tuple[int, ...]
    pairs: tuple[Pair, ...]


def read_articles(file: Path) -> Iterator[Article]:
    """Of a Markdown file: a heading for each article, one of the second level for each summary."""
    for part in HEADING.split(file.read_text(encoding="utf-8"))[1:]:
        title, _, rest = part.partition("\n")
        text, *sections = SUBHEADING.split(rest)
        text, date = text.strip(), ""
        if text.startswith(DATE):
            first, _, text = text.partition("\n")
            date = first.removeprefix(DATE).strip()
        named = (section.partition("\n") for section in sections)
        summaries = {cast("Length", name.strip()): body.strip() for name, _, body in named}
        yield Article(title.strip(), date, text.strip(), summaries)


def encode_article(article: Article, tokens: Tokens) -> Reading:
    pairs = []
    for length, summary in article.summaries.items():
        chat = load_prompt("summarization", length).render(
            text=article.text,
            title=article.title,
            date=article.date,
            max_words=WORDS[length],
            language="English",
            note="",
        )
        end = tokens.tokenizer.eos_token_id
        pairs.append(Pair(tuple(tokens.encode(chat)), (*tokens.encode_unguarded(summary), end)))
    columns = zip(*(pair.asked for pair in pairs), strict=False)
    shared = tuple(column[0] for column in takewhile(lambda each: len(set(each)) == 1, columns))
    rest = tuple(Pair(pair.asked[len(shared) :], pair.answer) for pair in pairs)
    return Reading(shared, rest)
