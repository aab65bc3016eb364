"""What a tokenizer and its chat template take for control rather than text.

An article may hold `<|im_end|>` or `</s>`, by chance or to forge an answer. Broken behind its first
character, such a string reaches the tokenizer in two pieces that are both text.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# What templates write between texts and look for in them: `<|user|>`, `</think>`, `[/INST]`.
MARKER = re.compile(r"<[^<>\s]{1,64}>|\[/?[A-Z_]{2,32}\]")
# An added token that is not said to be special may be a word or the space of an indent.
MARKUP = re.compile(r"\s*[<\[{|_]\S*\w\S*[>\]}|_]\s*")
# Sentencepiece vocabularies that were made for `tokenizers` match these in text like any word.
PIECE = re.compile(r"▁?(?:<[^<>\s]+>|__\w+__|>>\w+<<)")
BLANK = " \t\r\n▁ĠĊ"
MAX_PREFIX = 64  # of a string that is looked for; more would only cost


@dataclass(frozen=True, slots=True)
class Controls:
    """`ids` never stand for text; `openings` finds the first character of each string that is taken
    for control.
    """

    ids: frozenset[int]
    openings: re.Pattern[str]

    @classmethod
    def of(cls, tokenizer: Any) -> "Controls":
        added = tokenizer.added_tokens_decoder.values()
        tokens = {token.content for token in added if token.special or _is_markup(token.content)}
        tokens = {token for token in (*tokens, *tokenizer.all_special_tokens) if token.strip(BLANK)}
        ids = set(tokenizer.convert_tokens_to_ids(sorted(tokens))) - {None}
        # Text may well be unknown, unless the tokenizer has the end of a text stand in for it.
        if tokenizer.unk_token_id not in (tokenizer.eos_token_id, tokenizer.bos_token_id):
            ids.discard(tokenizer.unk_token_id)
        strings = tokens | set(_markers(tokenizer.chat_template)) | set(_pieces(tokenizer))
        if hasattr(tokenizer, "remove_language_code"):  # Marian's `>>fr<<`, which begins a text
            strings.add(">>")
        return cls(frozenset(ids), re.compile(_openings(strings)))

    def among(self, ids: Iterable[int]) -> list[int]:
        return [each for each in ids if each in self.ids]

    def found_in(self, texts: Iterable[str]) -> bool:
        return any(map(self.openings.search, texts))

    def broken(self, text: str, gap: str) -> str:
        """`text` with `gap` inside each string that is taken for control."""
        return self.openings.sub(rf"\g<0>{gap}", text)


def unused(texts: Sequence[str], count: int) -> list[str]:
    """Characters that none of `texts` holds: private ones, if there are any left."""
    held = set().union(*texts)
    free = (char for char in map(chr, range(0xE000, 0x110000)) if char not in held)
    return [next(free) for _ in range(count)]


def _is_markup(token: str) -> bool:
    return MARKUP.fullmatch(token) is not None


def _markers(template: Any) -> Iterator[str]:
    """The markers in the source of a chat template, or of each of several."""
    for source in template.values() if isinstance(template, dict) else [template or ""]:
        yield from MARKER.findall(source)


def _pieces(tokenizer: Any) -> Iterator[str]:
    """What the vocabulary holds beyond words and is matched as a whole; BPE joins only letters."""
    if getattr(tokenizer, "joins_letters", False):
        return
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None or type(backend.model).__name__ != "BPE":
        for piece in filter(PIECE.fullmatch, tokenizer.get_vocab()):
            yield piece.removeprefix("▁")


def _openings(strings: Iterable[str]) -> str:
    """A pattern for the first character of each of `strings`, which nothing is lost by matching."""
    tails = _by_first(string[:MAX_PREFIX] for string in strings)
    branches = [
        re.escape(first) + ("" if "" in rest else f"(?={_any_of(rest)})")
        for first, rest in sorted(tails.items())
    ]
    return "|".join(branches) or "(?!)"


def _any_of(strings: Iterable[str]) -> str:
    """A pattern that reads each character once, however many strings begin with it."""
    branches = [
        re.escape(first) + ("" if "" in rest else _any_of(rest))
        for first, rest in sorted(_by_first(strings).items())
    ]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _by_first(strings: Iterable[str]) -> dict[str, set[str]]:
    tails: dict[str, set[str]] = defaultdict(set)
    for string in strings:
        tails[string[0]].add(string[1:])
    return tails
