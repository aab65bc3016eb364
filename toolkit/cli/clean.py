"""`toolkit clean`: the article of a page, or why each line was kept or dropped."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, get_args

import typer

from toolkit.articles import refuse_surrogates, refuse_unusable
from toolkit.cleaning import Cleaning, Repeats, judge, keep_all, refuse_unknown_reasons, replay
from toolkit.cleaning.doubt import is_doubtful
from toolkit.cli import options
from toolkit.cli.batch import gather, working
from toolkit.cli.console import settings_of, show, tell, write_styled
from toolkit.cli.direction import directed
from toolkit.cli.doubt import tell_doubt, tell_paywall
from toolkit.cli.idle import refuse_idle
from toolkit.cli.inputs import attempt, learn
from toolkit.cli.learned import learned_from
from toolkit.cli.places import Place
from toolkit.documents import Block, Document
from toolkit.errors import InputError, UsageError
from toolkit.files import read_whole
from toolkit.output import render_cleaning
from toolkit.pipeline import open_store
from toolkit.settings import AUTO
from toolkit.text import printable

MAX_CHANGES_SHOWN = 8
MAX_CHANGE_CHARS = 60  # longer ones are whole lines


def clean_command(
    inputs: options.Inputs = None,
    text: options.Text = None,
    form: options.CleaningFormat = None,
    output: options.Output = None,
    language: options.From = None,
    keep_title: options.KeepTitle = False,
    keep_captions: Annotated[
        bool, typer.Option("--keep-captions", help="Keep photo captions and credits.")
    ] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            help="Keep lines above and in the article that are dropped for this reason; repeatable."
        ),
    ] = None,
    skip_step: Annotated[
        list[str] | None, typer.Option(help="Skip this character repair; repeatable.")
    ] = None,
    learn_from: Annotated[
        Path | None,
        typer.Option(
            parser=options.path_named,
            metavar="PATH",
            help="Folder of pages from the same site, or a file of repeated lines; what "
            "repeats is dropped.",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Print every line with its verdict, score and reason; ? marks doubtful ones.",
        ),
    ] = False,
    plan: Annotated[
        Path | None,
        typer.Option("--replay", help="Clean as this JSON explanation says; takes one input."),
    ] = None,
    overwrite: options.Overwrite = False,
    input_format: options.InputFormat = None,
    encoding: options.Encoding = None,
    text_field: options.TextField = "text",
    id_field: options.IdField = None,
) -> None:
    """Keep the article on a scraped page and drop what surrounds it."""
    of_rules = {
        "--keep-title": keep_title,
        "--keep-captions": keep_captions,
        "--keep": keep,
        "--learn-from": learn_from,
    }
    if text is not None:
        refuse_idle({**of_rules, "--replay": plan}, "with --text, all of which is kept")
    if plan:
        refuse_idle({**of_rules, "--skip-step": skip_step}, "with --replay, which says what to do")
    settings, _ = settings_of({"source_language": language, "skip_steps": skip_step})
    batch = gather(
        inputs,
        text=text,
        reading=options.reading(input_format, encoding, text_field, id_field),
        output=output,
        form=form,
        forms=get_args(options.CleaningForm),
    ).within(settings)
    batch, settings = directed(batch, settings, cleaned=text is not None)
    expected = settings.source_language if language in (None, AUTO) else None
    written = _read_plan(plan, len(batch.inputs)) if plan else None
    kept = {*(keep or ()), *({"title"} if keep_title else ())}
    kept |= {"photo caption", "in a caption"} if keep_captions else set()
    refuse_unknown_reasons(kept)
    repeated: Callable[[Document], Mapping[str, int]] = Repeats().of
    if learn_from:
        repeated = learned_from(learn_from, batch.reading)
    elif not written:
        repeated = learn(batch.inputs, batch.reading)[0].of

    def work(document: Document) -> Cleaning:
        refuse_surrogates(document)
        if written is not None:
            return replay(document, written)
        if text is not None:
            return keep_all(document, steps=settings.steps)
        return judge(
            document,
            language=expected,
            keep=frozenset(kept),
            steps=settings.steps,
            repeated=repeated(document),
        )

    def checked(document: Document) -> Cleaning:
        cleaning = work(document)
        try:
            refuse_unusable(cleaning, document, language=None if written else expected)
        except InputError:
            if explain and output is None:
                explained(cleaning)
            raise
        return cleaning

    def explained(cleaning: Cleaning) -> None:
        if batch.form == "text":
            write_styled(_explain(cleaning))
        else:
            show(render_cleaning(cleaning, batch.form), end="")

    store = open_store(settings, on_trouble=tell)
    with working(batch, store, overwrite=overwrite) as (outputs, tally):

        def prepare(place: Place, document: Document) -> Cleaning:
            outputs.check(place)
            return checked(document)

        def write(place: Place, cleaning: Cleaning) -> None:
            if explain and output is None:
                explained(cleaning)
            elif explain and batch.form == "text":
                outputs.write(place, _explain(cleaning))
            else:
                outputs.write(place, render_cleaning(cleaning, batch.form))

        for name, place, cleaning in attempt(batch.inputs, batch.reading, prepare, tally):
            with tally.setting_aside(name):
                write(place, cleaning)
                tell_paywall(name, paywalled=cleaning.paywalled)
                tell_doubt(name, cleaning.doubt, explained=explain)
    if tally.failed:
        raise typer.Exit(InputError.exit_code)


def _read_plan(path: Path, inputs: int) -> str:
    if inputs != 1:
        raise UsageError("--replay takes one input, the one that was explained")
    try:
        return read_whole(path).decode("utf-8")
    except (InputError, UnicodeDecodeError) as error:
        raise UsageError(f"--replay {error}") from error


def _explain(cleaning: Cleaning) -> str:
    """For people to read, so that nothing in the page can play tricks on a terminal."""
    return "".join(line + "\n" for line in _explained(cleaning))


def _explained(cleaning: Cleaning) -> Iterator[str]:
    for name, value in cleaning.document.metadata.items():
        yield printable(f"# {name}: {value}")
    for step in cleaning.steps:
        changes = [change for change in cleaning.changes if change.step == step]
        if changes:
            seen = [c for c in changes if c.before.split() != c.after.split()]  # not spaces alone
            some = [f"{c.before} → {c.after}" for c in seen if len(c.before) < MAX_CHANGE_CHARS]
            more = (
                [f"{len(some) - MAX_CHANGES_SHOWN} more"] if len(some) > MAX_CHANGES_SHOWN else []
            )
            yield f"# {step}: " + printable(
                ", ".join([f"{len(changes)} changed", *some[:MAX_CHANGES_SHOWN], *more])
            )
    for number, word in cleaning.unsure:
        yield printable(f"# unsure: {word} in line {number}")
    if cleaning.doubtful:
        yield "# ?: doubtful, with the probability that the line belongs to the article"
    colour = bool(sys.stdout) and sys.stdout.isatty()
    for block in cleaning.blocks:
        if block.text.strip():
            yield _line(block, colour=colour)


def _line(block: Block, *, colour: bool) -> str:
    doubt = f"?{block.probability:4.0%}" if is_doubtful(block) else ""
    line = f"{'+' if block.kept else '-'} {block.score:5.1f}  {block.reason:<20}  {doubt:<5}  "
    line += printable(block.text)
    sure = "green" if block.kept else "bright_black"
    return typer.style(line, fg="yellow" if doubt else sure) if colour else line
