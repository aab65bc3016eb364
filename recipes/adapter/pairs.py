"""Pairs of sentences to learn from, and how the model sees them: as the product asks it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from toolkit.engines.tokens import Tokens
from toolkit.prompts import load_prompt
from toolkit.translation.glossary import Glossary, answered

PROMPT = "news.v4"


@dataclass(frozen=True, slots=True)
class Pair:
    """Tokens: what is asked, and the answer with the mark of its end."""

    asked: tuple[int, ...]
    answer: tuple[int, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return self.asked + self.answer


def read_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """French and English of the lines of a file, or of all files of a folder."""
    for file in sorted(path.glob("*.tsv")) if path.is_dir() else [path]:
        for line in file.read_text(encoding="utf-8").splitlines():
            french, english = line.split("\t")
            yield french.strip(), english.strip()


def encode(french: str, english: str, tokens: Tokens, glossary: Glossary) -> Pair:
    """With those terms of the glossary that the English uses, so that the model goes on heeding
    them.
    """
    terms = [
        {"source": term.source, "target": term.target}
        for term in glossary.occurring(french)
        if answered([replace(term, kind="phrase")], english)
    ]
    prompt = load_prompt("translation", PROMPT)
    chat = prompt.render(source=french, before="", terms=terms, faults=[], hints=[])
    end = tokens.tokenizer.eos_token_id
    return Pair(tuple(tokens.encode(chat)), (*tokens.encode_unguarded(english), end))
