"""`toolkit clean`: the article of a page, or why each line was kept or dropped."""

from typing import Annotated

import typer

from toolkit.cleaning import Cleaning
from toolkit.cli import options
from toolkit.cli.inputs import Input, attempt, check_targets, emit, expand
from toolkit.errors import InputError
from toolkit.output import render_cleaning
from toolkit.pipeline import clean_checked
from toolkit.settings import resolve_settings


def clean_command(
    inputs: options.Inputs,
    form: options.FormatOption = "text",
    output_dir: options.OutputDir = None,
    language: options.From = None,
    keep_title: options.KeepTitle = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print every line with its verdict and reason.")
    ] = False,
) -> None:
    """Keep the article of a scraped page and drop what stands around it."""
    settings, _ = resolve_settings({"source_language": language})
    found = expand(inputs)
    check_targets(found, output_dir, form)

    def work(each: Input) -> Cleaning:
        return clean_checked(
            each.read(settings.max_document_chars),
            language=None if language else settings.source_language,
            keep_title=keep_title,
        )

    done, bad = attempt(found, work)
    render = _explain if explain and form == "text" else lambda c: render_cleaning(c, form)
    emit(((each, render(cleaning)) for each, cleaning in done), output_dir, form)
    if bad:
        raise typer.Exit(InputError.exit_code)


def _explain(cleaning: Cleaning) -> str:
    steps = f"# repaired: {', '.join(cleaning.steps) or 'nothing'}\n"
    lines = [
        f"{'+' if block.kept else '-'} {block.reason:<20} {block.text}\n"
        for block in cleaning.blocks
        if block.text.strip()
    ]
    return steps + "".join(lines)
