"""`toolkit clean`: the article of a page, or why each line was kept or dropped."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from toolkit.articles import refuse_surrogates, refuse_unusable
from toolkit.cleaning import Cleaning, Repeats, judge, replay
from toolkit.cli import options
from toolkit.cli.inputs import Place, Tally, attempt, check_targets, expand, learn
from toolkit.cli.outputs import Outputs
from toolkit.documents import Block, Document
from toolkit.errors import InputError, UsageError
from toolkit.output import render_cleaning
from toolkit.pipeline import store_of
from toolkit.settings import resolve_settings

MAX_CHANGES_SHOWN = 8
MAX_CHANGE_CHARS = 60  # longer ones are whole lines


def clean_command(
    inputs: options.Inputs,
    form: options.FormatOption = "text",
    output_dir: options.OutputDir = None,
    language: options.From = None,
    keep_title: options.KeepTitle = False,
    keep_captions: Annotated[
        bool, typer.Option("--keep-captions", help="Keep photo captions and credits.")
    ] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="Keep lines above and in the article that go for this reason."),
    ] = None,
    skip_step: Annotated[
        list[str] | None, typer.Option(help="Leave out this repair of characters.")
    ] = None,
    learn_from: Annotated[
        Path | None,
        typer.Option(help="A folder of pages of the same site: what repeats there goes."),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print every line with its verdict, score and reason."),
    ] = False,
    plan: Annotated[
        Path | None,
        typer.Option("--replay", help="Clean as this explanation in JSON says (one input)."),
    ] = None,
    overwrite: options.Overwrite = False,
    input_format: options.InputFormat = None,
    encoding: options.Encoding = None,
    text_field: options.TextField = "text",
) -> None:
    """Keep the article of a scraped page and drop what stands around it."""
    settings, _ = resolve_settings({"source_language": language, "skip_steps": skip_step})
    reading = options.reading(input_format, encoding, text_field)
    found = expand(inputs, output_dir)
    check_targets(found, output_dir, form, reading)
    written = _read_plan(plan, len(found)) if plan else None
    kept = {*(keep or ()), *({"title"} if keep_title else ())}
    kept |= {"photo caption"} if keep_captions else set()
    learned = learn(expand([str(learn_from)]), reading)[0].of_all() if learn_from else None
    repeats = Repeats() if learn_from or written else learn(found, reading)[0]

    outputs = Outputs(output_dir, form, store_of(settings), overwrite=overwrite)

    def work(document: Document) -> Cleaning:
        refuse_surrogates(document)
        if written is not None:
            return replay(document, written)
        return judge(
            document,
            language=None if language else settings.source_language,
            keep=frozenset(kept),
            steps=settings.steps,
            repeated=repeats.of(document) if learned is None else learned,
        )

    def checked(place: Place, document: Document) -> Cleaning:
        outputs.refuse_existing(place)
        cleaning = work(document)
        expected = None if language or written else settings.source_language
        try:
            refuse_unusable(cleaning, document, language=expected)
        except InputError:
            if explain and output_dir is None:
                sys.stdout.write(render(cleaning))
            raise
        return cleaning

    def render(cleaning: Cleaning) -> str:
        return _explain(cleaning) if explain and form == "text" else render_cleaning(cleaning, form)

    tally = Tally()
    with outputs:
        for place, cleaning in attempt(found, reading, checked, tally):
            outputs.write(place, render(cleaning))
    outputs.write_failed(tally.failed)
    if tally.failed:
        raise typer.Exit(InputError.exit_code)


def _read_plan(path: Path, inputs: int) -> str:
    if inputs != 1:
        raise UsageError("--replay takes one input, the one that was explained")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--replay {path}: {error}") from error


def _explain(cleaning: Cleaning) -> str:
    return "".join(line + "\n" for line in _explained(cleaning))


def _explained(cleaning: Cleaning) -> Iterator[str]:
    for name, value in cleaning.document.metadata.items():
        yield f"# {name}: {value}"
    for step in cleaning.steps:
        changes = [change for change in cleaning.changes if change.step == step]
        if changes:
            seen = [c for c in changes if c.before.split() != c.after.split()]  # not spaces alone
            some = [f"{c.before} → {c.after}" for c in seen if len(c.before) < MAX_CHANGE_CHARS]
            more = (
                [f"{len(some) - MAX_CHANGES_SHOWN} more"] if len(some) > MAX_CHANGES_SHOWN else []
            )
            yield f"# {step}: " + ", ".join(
                [f"{len(changes)} changed", *some[:MAX_CHANGES_SHOWN], *more]
            )
    for number, word in cleaning.unsure:
        yield f"# unsure: {word} in line {number}"
    colour = sys.stdout.isatty()
    for block in cleaning.blocks:
        if block.text.strip():
            yield _told(block, colour=colour)


def _told(block: Block, *, colour: bool) -> str:
    line = f"{'+' if block.kept else '-'} {block.score:5.1f}  {block.reason:<20}  {block.text}"
    return typer.style(line, fg="green" if block.kept else "bright_black") if colour else line
