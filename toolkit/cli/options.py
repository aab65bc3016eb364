"""The arguments and options that commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from toolkit.engines.base import EngineName
from toolkit.errors import UsageError
from toolkit.reading import Kind, Reading, text_encoding
from toolkit.settings import Route
from toolkit.summarization.forms import Length, Style
from toolkit.translation.search import Quality


def path_named(name: str) -> Path:
    """Raises UsageError for an empty name, which would mean the current folder."""
    if not name:
        raise UsageError("a file or folder has an empty name; a dot is the current folder")
    return Path(name)


Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="INPUT...",
        help="Files, folders, globs, or - for standard input.",
        show_default=False,
    ),
]
CleaningForm = Literal["text", "markdown", "json", "jsonl"]
TranslationForm = Literal["text", "markdown", "json", "jsonl", "csv", "html", "tmx"]
SummaryForm = Literal["text", "markdown", "json", "jsonl", "csv", "html"]
CleaningFormat = Annotated[
    CleaningForm | None,
    typer.Option(
        "--format", "-f", help="[by the name of the output file, else text]; json holds every line."
    ),
]
TranslationFormat = Annotated[
    TranslationForm | None,
    typer.Option(
        "--format",
        "-f",
        help="[by the name of the output file, else text]; json holds every stage; html is source "
        "and translation side by side; csv is for CSV.",
    ),
]
SummaryFormat = Annotated[
    SummaryForm | None,
    typer.Option(
        "--format",
        "-f",
        help="[by the name of the output file, else text]; json holds every stage; html shows what "
        "each sentence rests on; csv is for CSV.",
    ),
]
LengthOption = Annotated[
    Length | None, typer.Option("--length", "-l", help="How much to tell [brief].")
]
StyleOption = Annotated[Style | None, typer.Option("--style", help="Prose or a list [prose].")]
RouteOption = Annotated[
    Route | None, typer.Option("--route", help="In which order it is made [translate-first].")
]
SideBySide = Annotated[
    bool, typer.Option("--side-by-side", help="A Markdown or HTML table with the source.")
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace outputs that somebody else wrote or changed.")
]
MinConfidence = Annotated[
    float | None,
    typer.Option(
        "--min-confidence",
        help="Mark sentences whose confidence is below this (0 to 1) with [?] [0.5].",
    ),
]
Withhold = Annotated[
    bool | None,
    typer.Option("--withhold", help="Print the source in place of doubtful sentences."),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Exit 3 when a sentence is left flagged or, with --min-confidence, doubtful.",
    ),
]
Cache = Annotated[
    bool | None,
    typer.Option("--cache/--no-cache", help="Keep what models answer for the next run [on]."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output-dir",
        "-o",
        parser=path_named,
        metavar="PATH",
        help="Where to write: for one input a file, when the name ends like one (out.txt, .md, "
        ".json, .jsonl, .csv, .html, .tmx), else a folder; needed for more than one input.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="Language of the input [fr]; when given it isn't checked. auto: French or English, as "
        "the first input is.",
    ),
]
To = Annotated[str | None, typer.Option("--to", help="Language of the output [en].")]
Model = Annotated[
    str | None, typer.Option("--model", "-m", help="Catalogue id, folder or hub repository.")
]
Translator = Annotated[str | None, typer.Option(help="Another model for translation.")]
Summarizer = Annotated[
    str | None,
    typer.Option(help="Another model for summaries; lead-3 or lexrank copy sentences."),
]
Engine = Annotated[
    EngineName | None,
    typer.Option(help="What runs the model."),
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        help="A server of the OpenAI protocol whose models are used, like "
        "http://127.0.0.1:11434/v1; --model is one of its models then.",
    ),
]
AllowRemote = Annotated[
    bool | None,
    typer.Option("--allow-remote", help="The endpoint may be another machine: text is sent there."),
]
QualityOption = Annotated[
    Quality | None,
    typer.Option("--quality", help="How much is searched for a translation [standard]."),
]
Device = Annotated[
    Literal["cpu", "cuda", "auto"] | None,
    typer.Option(help="Where it runs [cpu]; auto: cuda where there is one."),
]
Threads = Annotated[int | None, typer.Option(help="Processor threads [all cores].")]
GlossaryOption = Annotated[
    str | None, typer.Option("--glossary", help="Bundled name, TSV, CSV or TBX file, or none.")
]
PromptOption = Annotated[str | None, typer.Option("--prompt", help="Bundled name or YAML file.")]
NoClean = Annotated[bool, typer.Option("--no-clean", help="Take the input as an article already.")]
KeepTitle = Annotated[bool, typer.Option("--keep-title", help="Put the title into the text.")]
InputFormat = Annotated[
    Literal["text", "html", "markdown", "jsonl", "csv"] | None,
    typer.Option(help="What the input is [by its name, then by its first bytes]."),
]
Encoding = Annotated[
    str | None, typer.Option(help="The input's encoding [declared, else detected].")
]
IdField = Annotated[
    str | None,
    typer.Option(help="The field of JSON lines and CSV that names each record [its number]."),
]
Text = Annotated[
    str | None,
    typer.Option("--text", help="This word or sentence instead of inputs; all of it is kept."),
]
TextField = Annotated[str, typer.Option(help="The field of JSON lines and CSV that is the text.")]
GuardFormulas = Annotated[
    bool,
    typer.Option(
        "--guard-formulas",
        help="CSV: an apostrophe before cells that a spreadsheet would run.",
    ),
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Name every failed check and the time of each stage."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks.")]


def reading(
    kind: Kind | None, encoding: str | None, text_field: str, id_field: str | None
) -> Reading:
    """Raises UsageError for an encoding that doesn't exist."""
    if encoding and text_encoding(encoding) is None:
        raise UsageError(f"--encoding {encoding}: there is no such encoding of text")
    return Reading(kind=kind, encoding=encoding, text_field=text_field, id_field=id_field)
