"""`toolkit eval`: scores of systems against references written by hand."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from toolkit.cli.annotate import annotate_command, judged_command
from toolkit.cli.console import settings_of, show, tell
from toolkit.cli.options import path_named
from toolkit.cli.progress import stage_progress
from toolkit.errors import ModelError, QualityError, UsageError
from toolkit.settings import AUTO

app = typer.Typer(no_args_is_help=True, help="Measure, compare and report quality.")
RUNS = Path("eval-runs")
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Don't show progress or remarks.")]
Runs = Annotated[
    list[Path],
    typer.Argument(metavar="RUN...", parser=path_named, help="Run folders written by `eval run`."),
]


@app.command("list")
def list_command() -> None:
    """List the suites and the metrics."""
    from toolkit.evaluation.registry import METRICS
    from toolkit.evaluation.suites import list_suites, load_suite

    for name in list_suites():
        suite = load_suite(name)
        show(f"{name:<12} {suite.description}")
        for part in suite.parts:
            names = [system.name for system in part.all_systems]
            systems = "each model" if part.each_model else ", ".join(names)
            show(f"{'':<12}   {part.name} ({part.task}): {systems}")
    show(f"metrics: {', '.join(METRICS)}")


@app.command("run")
def run_command(
    suite: Annotated[str, typer.Argument(help="Name of a suite, or a TOML file.")] = "seeds",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            parser=path_named,
            metavar="FOLDER",
            help="Folder for the run. [default: eval-runs/SUITE-TIME]",
        ),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            help="Use your own data instead of the suite: TSV or JSON lines with source "
            "and target (or references), SOURCES=REFERENCES for two files, or "
            "sacrebleu:wmt14."
        ),
    ] = None,
    task: Annotated[
        Literal["translation", "summaries"], typer.Option(help="What to do with --data.")
    ] = "translation",
    part: Annotated[list[str] | None, typer.Option(help="Run only this part; repeatable.")] = None,
    system: Annotated[
        list[str] | None, typer.Option(help="Run only this system; repeatable.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            help="Use a different model; repeatable with the suite models or --data, to "
            "compare several.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Number of items to use from each part.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted run.")] = False,
    cache: Annotated[
        bool | None,
        typer.Option("--cache/--no-cache", help="Reuse stored model outputs. [default: on]"),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Run systems on a suite, score them, and write everything to one folder."""
    from toolkit.evaluation.folders import load_run
    from toolkit.evaluation.models import with_models
    from toolkit.evaluation.runs import run_suite
    from toolkit.evaluation.suites import load_suite, suite_of
    from toolkit.evaluation.tables import described, run_tables

    models = model or []
    if data:
        chosen = suite_of(data, task=task, each_model=len(models) > 1 or suite == "models")
    else:
        chosen = load_suite(suite)
    flags: dict[str, Any] = {"cache": cache}
    if not chosen.compares_models:
        if len(models) > 1:
            raise UsageError(f"{chosen.name} takes one --model; the suite models compares several")
        flags["model"] = next(iter(models), None)
    settings = settings_of(flags)[0]
    if settings.source_language == AUTO:
        raise UsageError("the setting source_language is auto; an evaluation needs fr or en")
    if resume and not output:
        raise UsageError("--resume needs --output FOLDER, the run to go on with")
    if chosen.compares_models:
        before = None
        if resume and output and (output / "run.json").exists():
            before = load_run(output).record.suite
        chosen = with_models(chosen, models, settings, before=before)
    _refuse_unknown("part", part, {each.name for each in chosen.parts})
    parts = [each for each in chosen.parts if not part or each.name in part]
    _refuse_unknown("system", system, {known.name for each in parts for known in each.all_systems})
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = output or RUNS / f"{chosen.name}-{stamp}"
    if chosen.compares_models and not quiet:
        tell(f"if it is cut off, --resume --output {folder} goes on with what is left")
    with stage_progress(quiet=quiet) as progress:
        run = run_suite(
            chosen,
            folder,
            flags=flags,
            parts=part or (),
            only=system or (),
            limit=limit,
            resume=resume,
            progress=progress.stage,
            on_trouble=tell,
        )
    show(f"{run_tables([run])}\n{described(run)}")
    if not quiet:
        tell(f"{folder} holds the run; toolkit eval report {folder} -f html shows all of it")
    failed = [
        f"{name} ({place})" for place, each in run.record.parts.items() for name in each.failed
    ]
    if failed:
        raise ModelError(f"not all models could be measured: {', '.join(failed)}")


def _refuse_unknown(what: str, named: list[str] | None, known: set[str]) -> None:
    if unknown := set(named or ()) - known:
        raise UsageError(
            f"no {what} {', '.join(sorted(unknown))}; there are: {', '.join(sorted(known))}"
        )


@app.command("compare")
def compare_command(
    baseline: Annotated[
        str, typer.Argument(metavar="RUN[:SYSTEM]", help="Baseline to compare with.")
    ],
    candidates: Annotated[
        list[str], typer.Argument(metavar="RUN[:SYSTEM]...", help="Compared with the baseline.")
    ],
    part: Annotated[
        str | None, typer.Option(help="Part of the suite to compare. [default: all shared parts]")
    ] = None,
) -> None:
    """Compare systems: differences, their significance, and the items that differ most."""
    from toolkit.evaluation.compare import compare
    from toolkit.evaluation.folders import load_run
    from toolkit.evaluation.tables import comparison_text

    folder, first_system = run_and_system(baseline)
    first = load_run(folder)
    for written in candidates:
        folder, second_system = run_and_system(written)
        second = load_run(folder)
        shared = [name for name in first.parts() if name in second.parts()]
        if not shared:
            raise UsageError(f"{baseline} and {written} have no part in common")
        if part and part not in shared:
            raise UsageError(f"{part} is not in both runs; they share {', '.join(shared)}")
        for name in [part] if part else shared:
            systems = (
                first_system or first.of(name)[0].system,
                second_system or second.of(name)[0].system,
            )
            found = compare((first, systems[0]), (second, systems[1]), part=name)
            show(comparison_text(found))


def run_and_system(written: str) -> tuple[Path, str]:
    """RUN[:SYSTEM] taken apart. A folder that is there is meant as a whole; the colon of a drive
    parts nothing, for no system's name holds a slash.
    """
    folder, colon, system = written.rpartition(":")
    try:
        whole = not colon or bool(set("/\\") & set(system)) or Path(written).is_dir()
    except OSError:  # reported when it is read
        whole = False
    return (Path(written), "") if whole else (Path(folder), system)


@app.command("report")
def report_command(
    runs: Runs,
    form: Annotated[
        Literal["text", "markdown", "html"], typer.Option("--format", "-f", help="Output format.")
    ] = "text",
) -> None:
    """Report the scores of runs as a table, Markdown, or a page with charts and every output."""
    from toolkit.evaluation.folders import load_run
    from toolkit.evaluation.tables import report

    loaded = [load_run(run) for run in runs]
    if form == "html":
        from toolkit.evaluation.page import report_page

        show(report_page(loaded))
    else:
        show(report(loaded, markdown=form == "markdown"), end="")


@app.command("score")
def score_command(
    outputs: Annotated[Path, typer.Argument(help="File with one output per line.")],
    reference: Annotated[
        list[Path], typer.Option("--reference", "-r", help="File with one reference per line.")
    ],
    source: Annotated[
        Path | None, typer.Option(help="File of sources, to check the outputs against.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            "-m",
            help="Metrics to compute, comma-separated; repeatable. [default: BLEU, "
            "chrF2++ and TER]",
        ),
    ] = None,
    form: Annotated[
        Literal["text", "json"], typer.Option("--format", "-f", help="Output format.")
    ] = "text",
) -> None:
    """Score existing outputs of any system, line by line."""
    from toolkit.evaluation.answers import Answer
    from toolkit.evaluation.data import read_lines, read_parallel, refuse_unaligned
    from toolkit.evaluation.registry import metrics_named, score
    from toolkit.evaluation.tables import cell, table
    from toolkit.schema import SCHEMA_VERSION

    names = metrics_named(metric or ["BLEU", "chrF2++", "TER"])
    texts = read_lines(outputs)
    corpus = read_parallel(source or reference[0], reference)
    for at, path in enumerate(reference):
        refuse_unaligned(outputs, texts, path, [each.references[at] for each in corpus.items])
    answers = [Answer(item=item, text=text) for item, text in zip(corpus.items, texts, strict=True)]
    scores = score(names, answers)
    if form == "json":
        written = {"schema_version": SCHEMA_VERSION, "scores": [asdict(each) for each in scores]}
        show(json.dumps(written, ensure_ascii=False, indent=2))
        return
    show(table(["", str(outputs)], [[each.metric, cell(each)] for each in scores]))
    show("\n".join(each.signature for each in scores))


@app.command("gate")
def gate_command(
    run: Annotated[
        Path | None, typer.Option(help="Check this run of a suite instead of the recorded outputs.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Check scores against the floors in eval/baseline.json; exit with code 5 if one is below."""
    from toolkit.assets import asset_folder
    from toolkit.evaluation.folders import load_run
    from toolkit.evaluation.gate import load_baseline, run_verdicts, verdicts

    folder = asset_folder("eval")
    if run:
        loaded = load_run(run)
        suite = loaded.record.suite.name
        floors = load_baseline(folder).runs.get(suite)
        if floors is None:
            raise UsageError(f"{run}: there are no floors for the suite {suite}")
        found = list(run_verdicts(loaded, floors, name=suite))
    else:
        found = list(verdicts(folder))
    for each in found if not quiet else ():
        show(str(each))
    if below := [str(each) for each in found if not each.holds]:
        raise QualityError(f"{len(below)} of {len(found)} floors not reached: {'; '.join(below)}")


app.command("annotate")(annotate_command)
app.command("judged")(judged_command)
