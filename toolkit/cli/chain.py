"""What `translate` and `summarize` have in common: inputs through the pipeline to outputs."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from toolkit.cleaning import Repeats
from toolkit.cli.console import is_terminal, stage_progress, tell
from toolkit.cli.inputs import Tally, attempt, check_targets, emit, expand, learn
from toolkit.cli.models import pull
from toolkit.documents import Check, Document
from toolkit.errors import InputError, ModelMissingError
from toolkit.output import Format
from toolkit.pipeline import Article, Pipeline, Result
from toolkit.reading import Reading
from toolkit.settings import resolve_settings

# Documents translated together: enough for full batches, few enough for memory.
DOCUMENTS_AT_ONCE = 32


def run_chain(
    arguments: Sequence[str],
    *,
    flags: Mapping[str, Any],
    form: Format,
    reading: Reading,
    output_dir: Path | None,
    no_clean: bool,
    keep_title: bool,
    quiet: bool,
    verbose: bool,
    process: Callable[[Pipeline, list[Article]], list[Result]],
    render: Callable[[Result], str],
) -> None:
    """Bad inputs are told and passed over; then the exit code is 3."""
    settings, _ = resolve_settings(flags)
    inputs = expand(arguments)
    check_targets(inputs, output_dir, form, reading)
    repeats = Repeats() if no_clean else learn(inputs, reading)
    with stage_progress(quiet=quiet) as on_progress:
        pipeline = Pipeline(settings, on_progress=on_progress)

        def prepare(document: Document) -> Article:
            return pipeline.prepare(
                document,
                check_language=flags.get("source_language") is None,
                cleaned=no_clean,
                keep_title=keep_title,
                repeated=repeats.of(document),
            )

        tally = Tally()
        ready = attempt(inputs, reading, prepare, tally)
        while some := list(islice(ready, DOCUMENTS_AT_ONCE)):
            results = process(pipeline, [article for _, article in some])
            pairs = zip((target for target, _ in some), results, strict=True)
            emit(_rendered(pairs, render, quiet, verbose), output_dir, form)
    if tally.bad:
        raise typer.Exit(InputError.exit_code)


def offer_pull(run: Callable[[], None]) -> None:
    """Run; when a model is missing and somebody is there to ask, offer to pull it and run again."""
    try:
        run()
    except ModelMissingError as error:
        if not (is_terminal() and sys.stdin.isatty()):
            raise
        if not typer.confirm(f"Model {error.model_id} is not installed. Pull it now?", err=True):
            raise
        pull(error.model_id)
        run()


def _rendered(
    pairs: Iterator[tuple[Path, Result]],
    render: Callable[[Result], str],
    quiet: bool,
    verbose: bool,
) -> Iterator[tuple[Path, str]]:
    for target, result in pairs:
        yield target, render(result)
        if not quiet:
            _tell_flags(result, verbose=verbose)


def _tell_flags(result: Result, *, verbose: bool) -> None:
    name = result.article.document.name
    if result.flagged:
        count = len(result.translations) + len(result.title)
        hint = "" if verbose else "; --verbose or --format json names them"
        tell(f"{name}: {len(result.flagged)} of {count} sentences failed a check{hint}")
    if result.summary and result.summary.failed:
        tell(f"{name}: the summary failed a check: {_told(result.summary.failed)}")
    if verbose:
        for translation in result.flagged:
            tell(f"{name}: {_told(translation.failed)}: {translation.segment.text}")
        times = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in result.seconds.items())
        tell(f"{name}: {times}")


def _told(checks: Sequence[Check]) -> str:
    return "; ".join(f"{check.name}: {check.detail}" for check in checks)
