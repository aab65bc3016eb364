"""`toolkit summarize --together`: all inputs to one summary."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer

from toolkit.articles import Article, furniture_of
from toolkit.cli.batch import working
from toolkit.cli.chain import (
    Job,
    is_left,
    left_out,
    prepared,
    tell_flags,
    tell_summary,
)
from toolkit.cli.console import settings_of, tell
from toolkit.cli.direction import directed
from toolkit.cli.idle import refuse_of_endpoint, refuse_of_model, refuse_of_route
from toolkit.cli.inputs import attempt, learn
from toolkit.cli.places import Place
from toolkit.cli.progress import stage_progress
from toolkit.documents import Document
from toolkit.errors import InputError, UsageError
from toolkit.pipeline import Pipeline
from toolkit.results import MultiDocumentResult

NAME = "together"


def run_together(
    job: Job,
    *,
    flags: Mapping[str, Any],
    render: Callable[[MultiDocumentResult], str],
) -> None:
    """Inputs that can't be used are reported and left out; then the exit code is 3."""
    if job.batch.form == "csv":
        raise UsageError("--together gives one summary; --format csv has a row for each article")
    settings, _ = settings_of(flags)
    refuse_of_endpoint(flags, settings)
    batch, settings = directed(
        job.batch.within(settings), settings, cleaned=job.no_clean, quiet=job.quiet
    )
    refuse_of_route(flags, settings)
    repeats, total_chars = learn(batch.inputs, batch.reading)
    with stage_progress(quiet=job.quiet, total_chars=total_chars) as progress:
        pipeline = Pipeline(settings, on_progress=progress.stage, on_trouble=tell)
        refuse_of_model(flags, pipeline)

        def prepare(_: Place, document: Document) -> Article:
            return prepared(pipeline, document, job, repeats)

        with working(batch, pipeline.store, overwrite=job.overwrite) as (outputs, tally):
            place = Place(Path(NAME))
            outputs.check(place)
            ready = attempt(batch.inputs, batch.reading, prepare, tally)
            articles = [article for _, _, article in ready]
            if len(articles) < 2:
                raise InputError(
                    f"--together needs at least two articles; there is {len(articles)}"
                )
            result = pipeline.summarize_together(articles)
            outputs.write(place, render(result))
    if not job.quiet:
        for article in result.results:
            tell_flags(article, verbose=job.verbose)
        tell_summary(NAME, result.summary, result.caution, verbose=job.verbose)
        for name in result.unrelated:
            tell(f"{name}: has no name in common with the others; is it about the same event?")
        for name in result.unused:
            tell(f"{name}: no statement of the summary rests on it")
        if furniture := sum(furniture_of(article.article.blocks) for article in result.results):
            tell(left_out(furniture))
    if tally.failed or (job.strict and is_left(result.results, result.summary, result.caution)):
        raise typer.Exit(InputError.exit_code)
