"""Documents to articles: cleaned, in sentences, and refused when there is nothing to work on."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from toolkit.cleaning import Cleaning, judge, refuse_empty
from toolkit.cleaning.blocks import TITLE
from toolkit.cleaning.doubt import doubt_of
from toolkit.cleaning.marks import OF_NO_READER, taken_text
from toolkit.cleaning.rules import CleanedBy, rules_digest
from toolkit.documents import Block, Document, Segment
from toolkit.errors import InputError, LanguageError, TooLongError
from toolkit.languages import LANGUAGES
from toolkit.languages.identification import identify_language, language_name
from toolkit.segmentation import split_sentences

# As many times what an article may have, a page may have in all.
PAGE_SHARE = 10
MIN_LANGUAGE_CONFIDENCE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A cleaned document in sentences. `title` holds the sentences of its title; `cleaned_by` is
    None where it was an article already.
    """

    document: Document
    blocks: tuple[Block, ...]
    steps: tuple[str, ...]
    segments: tuple[Segment, ...]
    title: tuple[Segment, ...] = ()
    cleaned_by: CleanedBy | None = None

    @property
    def date(self) -> str:
        """The day on which it was published, as YYYY-MM-DD, or empty when the page doesn't say."""
        return self.document.metadata.get("date", "")[:10]

    @property
    def paywalled(self) -> bool:
        """Whether the page holds only the free part of an article, as `Cleaning.paywalled`."""
        return "paywalled" in self.document.metadata

    @property
    def doubt(self) -> str:
        """What cleaning was unsure of, as `Cleaning.doubt` has it."""
        return doubt_of(self.blocks)


def prepare(
    document: Document,
    *,
    language: str | None,
    steps: Sequence[str],
    max_chars: int,
    cleaned: bool = False,
    keep_title: bool = False,
    repeated: Mapping[str, int] | None = None,
) -> Article:
    """Clean and split one document; `cleaned` says that it is an article already, so that nothing
    goes but what no reader of its page takes.

    `language` is None when any will do; `repeated` holds lines that stand on several pages of the
    site.
    Raises InputError when there is no article or too much of it, LanguageError when it is in
    another language.
    """
    refuse_surrogates(document)
    if cleaned:
        document = replace(document, text=taken_text(document), marks=())
        cleaning = Cleaning(document=document, blocks=())
        if language:
            refuse_language(document, language)
    else:
        keep = frozenset({TITLE}) if keep_title else frozenset[str]()
        cleaning = judge(document, language=language, keep=keep, steps=steps, repeated=repeated)
        refuse_unusable(cleaning, document, language=language)
    refuse_long(cleaning.document, max_chars)
    return Article(
        document=cleaning.document,
        blocks=cleaning.blocks,
        steps=tuple(dict.fromkeys(change.step for change in cleaning.changes)),
        segments=split_sentences(cleaning.document.text),
        title=() if keep_title else split_sentences(cleaning.title),
        cleaned_by=None if cleaned else CleanedBy(rules_digest(), tuple(steps)),
    )


def furniture_of(blocks: Iterable[Block]) -> int:
    """The lines of a page that cleaning left out, its title aside and what no reader took."""
    return sum(
        not each.kept
        and each.reason != TITLE
        and bool(each.text.strip())
        and OF_NO_READER.isdisjoint(name for name, _ in each.evidence)
        for each in blocks
    )


def known_language(document: Document, *, steps: Sequence[str], cleaned: bool) -> str | None:
    """The one of LANGUAGES that the article is surely in, None where it is surely in none.

    Raises InputError for what can't be read as an article.
    """
    refuse_surrogates(document)
    if not cleaned:
        document = judge(document, language=None, steps=steps).document
    found = identify_language(document.text)
    sure = found and found.confidence >= MIN_LANGUAGE_CONFIDENCE
    return found.code if found and sure and found.code in LANGUAGES else None


def refuse_unusable(cleaning: Cleaning, page: Document, *, language: str | None) -> None:
    """Raises LanguageError for a page in another language, NoTextError for one with no article."""
    if language:
        refuse_language(cleaning.document if cleaning.document.text else page, language)
    refuse_empty(cleaning)


def refuse_long(document: Document, max_chars: int) -> None:
    """Raises TooLongError for an article of more characters than that."""
    if (length := len(document.text)) > max_chars:
        raise TooLongError(
            f"{document.name}: {length:,} characters is over the limit of {max_chars:,}; "
            "split the text, or raise max_document_chars in toolkit.toml"
        )


def refuse_language(document: Document, expected: str) -> None:
    """Raises LanguageError when `document` is clearly not in the language `expected`."""
    found = identify_language(document.text)
    if found and found.code != expected and found.confidence >= MIN_LANGUAGE_CONFIDENCE:
        raise LanguageError(
            f"{document.name}: looks {found.name} ({found.confidence:.0%} sure), not "
            f"{language_name(expected)}",
            found=found.code,
            expected=expected,
        )


def refuse_surrogates(document: Document) -> None:
    """Raises InputError for text or fields that can't be written as UTF-8, or not as JSON."""
    try:
        document.text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"{document.name}: holds a lone surrogate at character {error.start}"
        ) from error
    for name, value in {**document.metadata, **document.record}.items():
        try:
            json.dumps([name, value], ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(
                f"{document.name}: its field '{name}' holds a lone surrogate"
            ) from error
        except RecursionError as error:
            raise InputError(f"{document.name}: its field '{name}' is nested too deeply") from error
