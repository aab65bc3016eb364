"""`toolkit run`: a corpus, shard by shard, and how far it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from toolkit.cli import options
from toolkit.cli.chain import offer_pull
from toolkit.cli.console import is_terminal, settings_of, show, tell
from toolkit.cli.idle import refuse_of_endpoint, refuse_of_stages
from toolkit.cli.learned import read_repeats
from toolkit.corpus.job import STAGES, Format, Inputs, Job, OnDuplicates, make_job, refuse_stages
from toolkit.corpus.learning import digest_of
from toolkit.corpus.marks import Failure, done_numbers, leased, refuse_unreadable, report_of
from toolkit.corpus.opening import open_new
from toolkit.corpus.plan import SHARD_MB, Planned, files_of, plan_shards
from toolkit.corpus.planned import resumed
from toolkit.corpus.preflight import refuse_mistakes
from toolkit.corpus.report import Report
from toolkit.corpus.runners.local import Watcher, run_local
from toolkit.corpus.runners.ray import run_ray
from toolkit.corpus.shard import Outcome, sweep_outputs
from toolkit.corpus.status import status_lines
from toolkit.corpus.storage import Storage
from toolkit.corpus.worker import Machine
from toolkit.errors import InputError, UsageError
from toolkit.settings import Settings

START = "start"
CORPUS = "corpus"  # what --learn-from calls the sources themselves
MODEL_SHARD_MB = 1.0  # a small machine translates that in an hour or two, the most that it may lose
Runner = Literal["local", "ray"]
RUNNERS: Mapping[Runner, Callable[..., None]] = {"local": run_local, "ray": run_ray}


class Runs(TyperGroup):
    """What isn't the name of a command are the sources of `start`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help"):
            args = [START, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=Runs,
    no_args_is_help=True,
    help="Clean, translate and summarize a corpus of any size, shard by shard. `toolkit run "
    "SOURCE...` means `toolkit run start SOURCE...`.",
)


@app.command(START)
def start_command(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Files, folders, globs or URLs of JSON lines, Parquet or CSV.",
            show_default=False,
        ),
    ],
    to: Annotated[
        str,
        typer.Option("--to", metavar="URL", help="Folder for outputs and progress markers."),
    ],
    stages: Annotated[
        str, typer.Option(help="Comma-separated stages: any of clean, translate and summarize.")
    ] = ",".join(STAGES),
    to_format: Annotated[
        Format | None,
        typer.Option("--to-format", help="Output format. [default: same as the sources]"),
    ] = None,
    shards: Annotated[
        int | None,
        typer.Option(
            min=1, help="Number of shards to split the sources into. [default: by --shard-mb]"
        ),
    ] = None,
    shard: Annotated[
        int | None,
        typer.Option(
            min=0, help="Process only this shard, counting from 0, as one task of a scheduler."
        ),
    ] = None,
    shard_mb: Annotated[
        float | None,
        typer.Option(
            "--shard-mb",
            min=0.001,
            help=f"MB of input per shard, as stored. [default: {MODEL_SHARD_MB:g}; {SHARD_MB:g} if "
            "clean is the only stage]",
        ),
    ] = None,
    runner: Annotated[
        Runner,
        typer.Option(
            help="Where the work runs: local, in processes on this machine; ray, on the "
            "cluster that RAY_ADDRESS names, else on Ray on this machine."
        ),
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Number of processes, each with its own models. [default: 1; with Ray, "
            "as many as fit]",
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(help="Processor threads per worker. [default: its share of the cores]"),
    ] = None,
    stores: Annotated[
        Path | None,
        typer.Option(
            "--stores",
            parser=options.path_named,
            metavar="FOLDER",
            help="Store model outputs in this folder, one store per worker; see `cache merge`.",
        ),
    ] = None,
    text_field: Annotated[str, typer.Option(help="Column that holds the text.")] = "text",
    id_field: Annotated[
        str | None,
        typer.Option(help="Column that names each row; a row without a name is an error."),
    ] = None,
    prefix: Annotated[str, typer.Option(help="Prefix for the names of added columns.")] = "",
    learn_from: Annotated[
        Path | None,
        typer.Option(
            parser=options.path_named,
            metavar="PATH",
            help="File of lines that repeat across the pages of each site, to be dropped. "
            "`corpus` learns them from the sources first.",
        ),
    ] = None,
    duplicates: Annotated[
        OnDuplicates | None,
        typer.Option(
            help="Find articles that are nearly the same as an earlier one, name it in "
            "their `duplicate_of` column, and either mark them or skip their "
            "translation and summary."
        ),
    ] = None,
    length: options.LengthOption = None,
    max_words: Annotated[
        int | None,
        typer.Option(
            "--max-words", "-n", help="Maximum words in a summary. [default: by --length]"
        ),
    ] = None,
    style: options.StyleOption = None,
    route: options.RouteOption = None,
    source_language: Annotated[
        str | None,
        typer.Option("--from", help="Language of the texts; not checked if given. [default: fr]"),
    ] = None,
    target_language: Annotated[
        str | None, typer.Option("--to-language", help="Output language. [default: en]")
    ] = None,
    model: options.Model = None,
    translator: options.Translator = None,
    summarizer: options.Summarizer = None,
    quality: options.QualityOption = None,
    endpoint: options.Endpoint = None,
    allow_remote: options.AllowRemote = None,
    engine: options.Engine = None,
    device: options.Device = None,
    glossary: options.GlossaryOption = None,
    min_confidence: options.MinConfidence = None,
    withhold: options.Withhold = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with code 3 if a row has an error.")
    ] = False,
    quiet: options.Quiet = False,
) -> None:
    """Process the shards that aren't done yet. If interrupted, run the same command again."""
    flags = {
        "length": length,
        "max_words": max_words,
        "style": style,
        "route": route,
        "source_language": source_language,
        "target_language": target_language,
        "model": model,
        "translator": translator,
        "summarizer": summarizer,
        "quality": quality,
        "endpoint": endpoint,
        "allow_remote": allow_remote,
        "engine": engine,
        "device": device,
        "threads": threads,
        "glossary": glossary,
        "min_confidence": min_confidence,
        "withhold": withhold,
    }
    settings, _ = settings_of(flags, options={"target_language": "--to-language"})

    def run() -> None:
        say = (lambda message: None) if quiet else tell
        asked = refuse_stages([each.strip() for each in stages.split(",")])
        refuse_of_stages({**flags, "stores": stores}, settings, asked)
        refuse_of_endpoint(flags, settings, places_workers=runner == "ray")
        of_corpus = learn_from is not None and str(learn_from) == CORPUS
        known = read_repeats(learn_from) if learn_from and not of_corpus else None
        size_mb = shard_mb or (SHARD_MB if asked == ("clean",) else MODEL_SHARD_MB)
        request = partial(
            make_job,
            sources=sources,
            to=to,
            stages=asked,
            settings=settings,
            shard_mb=size_mb,
            shards=shards,
            form=to_format,
            text_field=text_field,
            id_field=id_field,
            prefix=prefix,
            check_language=source_language is None,
            learned_from="corpus" if of_corpus else "file" if known else None,
            repeats=digest_of(known) if known else None,
            duplicates=duplicates,
        )
        opened: Callable[[], Job]
        if there := resumed(to, request, shard) if shard is not None else None:
            wanted, opened = there, lambda: there
        else:
            files = files_of(sources, on_passed_over=say)
            suffix = f".{to_format}" if to_format else None
            plan = plan_shards(files, shard_mb=size_mb, shards=shards, suffix=suffix)
            wanted = request(inputs=Inputs.of(files), plan=Planned.of(plan))
            refuse_mistakes(wanted, files, plan)
            opened = partial(open_new, wanted, plan, files, known=known, say=say, on_trouble=tell)
        machine = machine_of(settings, stores)
        refuse_number(wanted.plan.shards, shard, shards)
        if shard is not None and shard >= wanted.plan.shards:
            return  # there is a task for each of --shards, and fewer of these
        work = RUNNERS[runner] if workers is None else partial(RUNNERS[runner], workers=workers)
        try:
            with leased(Storage.of(wanted.to), shard):
                job = opened()
                run_job(job, machine, shard=shard, work=work, quiet=quiet)
        except KeyboardInterrupt:
            say("finished shards are kept; the same command goes on")
            raise
        end(job, shard=shard, strict=strict, quiet=quiet)

    offer_pull(run)


@app.command("status")
def status_command(
    to: Annotated[str, typer.Argument(metavar="URL", help="Folder of the outputs.")],
    exact: Annotated[
        bool, typer.Option("--exact", help="Look at all finished shards instead of 2,000 of them.")
    ] = False,
) -> None:
    """Show how far along a run is: shards, rows, what is missing and who is working on it."""
    for line in status_lines(to, exact=exact):
        show(line)


def refuse_number(planned: int, shard: int | None, shards: int | None) -> None:
    """Raises UsageError for a shard that neither is there nor was asked for."""
    if shard is not None and shard >= (most := max(shards or 0, planned)):
        raise UsageError(f"--shard {shard}: there are {most}, counted from 0")


def machine_of(settings: Settings, stores: Path | None) -> Machine:
    """Raises UsageError for a file in place of the folder of stores."""
    if stores and stores.is_file():
        raise UsageError(f"--stores {stores} is a file; each worker has a store in that folder")
    return Machine(
        threads=settings.threads,
        device=settings.device,
        max_memory_mb=settings.max_memory_mb,
        models_folder=settings.models_folder,
        stores=stores,
        store_max_mb=settings.cache_max_mb,
    )


def run_job(
    job: Job,
    machine: Machine,
    *,
    shard: int | None,
    work: Callable[..., None],
    quiet: bool,
) -> None:
    """The shards that are missing, or the one that is asked for if it is."""
    storage = Storage.of(job.to)
    asked: Sequence[int]
    if shard is None:
        sweep_outputs(job)
        asked, done = range(job.plan.shards), done_numbers(storage)
    else:
        asked, done = [shard], {shard} if report_of(storage, shard) else set()
    missing = [number for number in asked if number not in done]
    if not quiet and len(missing) < len(asked):
        done_shards = f"{len(asked) - len(missing):,} of {len(asked):,} shards are"
        tell(f"{done_shards if shard is None else f'shard {shard} is'} done already")
    if not missing:
        return
    with watching(len(missing), quiet=quiet) as watcher:
        work(job, missing, machine, watcher=watcher)


def end(job: Job, *, shard: int | None, strict: bool, quiet: bool) -> None:
    """Say what came of it; the exit code is 3 where something failed."""
    report = Report.of(job, shard)
    if shard is None:
        if report.done == report.shards and not report.rows:
            raise InputError(f"{', '.join(job.sources)}: holds no rows")
        report.write(job)
    if not quiet:
        for line in report.lines(shard):
            show(line)
    if shard is None and report.done + len(report.failed) < report.shards:
        refuse_unreadable(Storage.of(job.to))
    strict = strict and bool(report.errors)
    if quiet and strict:
        tell(report.told_rows)
    if quiet and report.cut_off:
        tell(report.told_cut_off)
    if report.failed or report.cut_off or strict:  # failures were told when they happened
        raise typer.Exit(InputError.exit_code)


@contextmanager
def watching(shards: int, *, quiet: bool) -> Iterator[Watcher]:
    """A bar of shards with the number of rows; without a terminal, a line for each failure."""

    def told(outcome: Outcome) -> None:
        if isinstance(outcome, Failure):
            tell(f"shard {outcome.number}: {outcome.reason}")

    if quiet or not is_terminal():
        yield Watcher(on_end=told, on_trouble=tell)
        return
    from rich import progress
    from rich.console import Console

    columns: Sequence[progress.ProgressColumn] = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.completed}/{task.total} shards, {task.fields[rows]:,} rows"),
        progress.BarColumn(),
        progress.TimeRemainingColumn(),
    )
    rows = 0
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=shards, rows=0)

        def count(more: int) -> None:
            nonlocal rows
            rows += more
            bar.update(task, rows=rows)

        def ended(outcome: Outcome) -> None:
            told(outcome)
            bar.advance(task)

        yield Watcher(on_rows=count, on_end=ended, on_trouble=tell)
