"""`toolkit summarize --together`: all inputs to one summary."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from toolkit.articles import Article
from toolkit.cli.chain import (
    Job,
    outputs_of,
    prepared,
    reading_of,
    reporting,
    tell_flags,
    tell_summary,
)
from toolkit.cli.console import settings_of, stage_progress, tell
from toolkit.cli.inputs import Tally, attempt, expand, learn
from toolkit.cli.places import Place
from toolkit.documents import Document
from toolkit.errors import InputError, UsageError
from toolkit.pipeline import Pipeline
from toolkit.results import MultiDocumentResult

NAME = "together"


def run_together(
    arguments: Sequence[str],
    *,
    flags: Mapping[str, Any],
    job: Job,
    render: Callable[[MultiDocumentResult], str],
) -> None:
    """Inputs that can't be used are told and left out; then the exit code is 3."""
    if job.form == "csv":
        raise UsageError("--together gives one summary; --format csv has a row for each article")
    settings, _ = settings_of(flags)
    job = replace(job, reading=reading_of(job.reading, settings))
    inputs = expand(arguments, job.output_dir)
    repeats, total_chars = learn(inputs, job.reading)
    tally = Tally()
    with stage_progress(quiet=job.quiet, total_chars=total_chars) as progress:
        pipeline = Pipeline(settings, on_progress=progress.stage, on_trouble=tell)
        outputs = outputs_of(job, pipeline, tally)
        place = Place(Path(NAME))
        outputs.check(place)

        def prepare(_: Place, document: Document) -> Article:
            return prepared(pipeline, document, flags, job, repeats)

        with reporting(outputs, tally), outputs:
            articles = [article for _, _, article in attempt(inputs, job.reading, prepare, tally)]
            if len(articles) < 2:
                raise InputError(
                    f"--together needs at least two articles; there is {len(articles)}"
                )
            result = pipeline.summarize_together(articles)
            outputs.write(place, render(result))
    if not job.quiet:
        for article in result.results:
            tell_flags(article, verbose=job.verbose)
        tell_summary(NAME, result.summary)
        for name in result.unrelated:
            tell(f"{name}: has no name in common with the others; is it about the same event?")
        for name in result.unused:
            tell(f"{name}: no statement of the summary rests on it")
    flagged = result.summary.failed or any(article.flagged for article in result.results)
    if tally.failed or (job.strict and flagged):
        raise typer.Exit(InputError.exit_code)
