"""Rows to articles: the same ones for a shard, and for what is learned before the first."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from toolkit.articles import Article, prepare
from toolkit.cleaning import Repeats
from toolkit.corpus.formats import BadRow, Row, read_rows
from toolkit.corpus.job import Job
from toolkit.corpus.plan import Shard
from toolkit.errors import InputError
from toolkit.files import shortened
from toolkit.reading import read_record
from toolkit.reading.records import id_of

Preparing: TypeAlias = Callable[[Row, str], Article]


class UnreadableError(InputError):
    """Stands for a row that can't be read, such as a line that is not JSON."""


class CutOffError(UnreadableError):
    """Stands for a row, and for all that would follow in its piece."""


def preparing(job: Job, repeats: Repeats) -> Preparing:
    """What makes an article of a row and of what errors call it. It raises InputError where there
    is none, or where the row lacks its id.
    """
    settings, reading = job.settings_with({}), job.reading

    def article_of(row: Row, name: str) -> Article:
        if job.id_field:
            id_of(row, job.id_field)
        document = read_record(name, row, reading)
        return prepare(
            # The row is carried beside it, with dates and bytes, which a document's record lacks.
            replace(document, record={}),
            language=settings.source_language if job.check_language else None,
            steps=settings.steps,
            max_chars=settings.max_document_chars,
            cleaned="clean" not in job.stages,
            repeated=repeats.of(document),
        )

    return article_of


def prepared_rows(
    shard: Shard, article_of: Preparing
) -> Iterator[tuple[tuple[str, Row], Article | Exception]]:
    """Each row with its name and its article, or with why it has none."""
    for piece in shard.pieces:
        for place, row in read_rows(piece):
            name = f"{piece.url}: {place}"
            if isinstance(row, BadRow):
                # Its values, which name other rows, may be lost with it.
                reason = f"{row.reason} ({shortened(piece.url)}: {place})"
                yield (name, row.values), (CutOffError if row.cuts_off else UnreadableError)(reason)
                continue
            try:
                article: Article | Exception = article_of(row, name)
            except Exception as error:  # noqa: BLE001 - the boundary: one bad row ends no shard
                article = error
            yield (name, row), article
