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
        help="Files, folders or globs, or - for standard input.",
        show_default=False,
    ),
]
CleaningForm = Literal["text", "markdown", "json", "jsonl"]
TranslationForm = Literal["text", "markdown", "json", "jsonl", "csv", "html", "tmx"]
SummaryForm = Literal["text", "markdown", "json", "jsonl", "csv", "html"]
CleaningFormat = Annotated[
    CleaningForm | None,
    typer.Option(
        "--format",
        "-f",
        help="Output format; json includes every line. [default: by output file name, else text]",
    ),
]
TranslationFormat = Annotated[
    TranslationForm | None,
    typer.Option(
        "--format",
        "-f",
        help="Output format; json includes every stage; html shows source and "
        "translation side by side; csv is only for CSV inputs. [default: by "
        "output file name, else text]",
    ),
]
SummaryFormat = Annotated[
    SummaryForm | None,
    typer.Option(
        "--format",
        "-f",
        help="Output format; json includes every stage; html shows what each sentence "
        "is based on; csv is only for CSV inputs. [default: by output file name, "
        "else text]",
    ),
]
LengthOption = Annotated[
    Length | None,
    typer.Option("--length", "-l", help="How detailed the summary is. [default: brief]"),
]
StyleOption = Annotated[
    Style | None, typer.Option("--style", help="Prose or a bulleted list. [default: prose]")
]
RouteOption = Annotated[
    Route | None,
    typer.Option(
        "--route", help="Order of translation and summarization. [default: translate-first]"
    ),
]
SideBySide = Annotated[
    bool,
    typer.Option(
        "--side-by-side",
        help="Write a Markdown or HTML table with the source beside the translation.",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace outputs that someone else wrote or changed.")
]
MinConfidence = Annotated[
    float | None,
    typer.Option(
        "--min-confidence",
        help="Confidence (0 to 1) below which a sentence is doubtful; if given, doubtful sentences "
        "are marked with [?]. [default: 0.5]",
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
        help="Exit with code 3 if a sentence is still flagged or, with --min-confidence, doubtful.",
    ),
]
Cache = Annotated[
    bool | None,
    typer.Option(
        "--cache/--no-cache", help="Store model outputs and reuse them in later runs. [default: on]"
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output-dir",
        "-o",
        parser=path_named,
        metavar="PATH",
        help="Where to write: for one input, a file if the name ends like one "
        "(out.txt, .md, .json, .jsonl, .csv, .html, .tmx); otherwise a folder. "
        "Required for more than one input.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="Input language; not checked if given. auto: French or English, "
        "whichever the first input is. [default: fr]",
    ),
]
To = Annotated[str | None, typer.Option("--to", help="Output language. [default: en]")]
Model = Annotated[
    str | None, typer.Option("--model", "-m", help="Catalogue ID, folder or hub repository.")
]
Translator = Annotated[str | None, typer.Option(help="Use a different model for translation.")]
Summarizer = Annotated[
    str | None,
    typer.Option(help="Use a different model for summaries; lead-3 and lexrank copy sentences."),
]
Engine = Annotated[
    EngineName | None,
    typer.Option(help="Engine that runs the model."),
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        help="Use the models of an OpenAI-compatible server, such as "
        "http://127.0.0.1:11434/v1; --model then names one of them.",
    ),
]
AllowRemote = Annotated[
    bool | None,
    typer.Option(
        "--allow-remote", help="Allow an endpoint on another machine; text is sent there."
    ),
]
QualityOption = Annotated[
    Quality | None,
    typer.Option(
        "--quality", help="How hard to search for a good translation. [default: standard]"
    ),
]
Device = Annotated[
    Literal["cpu", "cuda", "auto"] | None,
    typer.Option(help="Device to run on; auto: cuda if available. [default: cpu]"),
]
Threads = Annotated[
    int | None, typer.Option(help="Number of processor threads. [default: all cores]")
]
GlossaryOption = Annotated[
    str | None,
    typer.Option("--glossary", help="Name of a bundled glossary; a TSV, CSV or TBX file; or none."),
]
PromptOption = Annotated[
    str | None, typer.Option("--prompt", help="Name of a bundled prompt, or a YAML file.")
]
NoClean = Annotated[
    bool, typer.Option("--no-clean", help="Treat the input as an already clean article.")
]
KeepTitle = Annotated[bool, typer.Option("--keep-title", help="Include the title in the text.")]
InputFormat = Annotated[
    Literal["text", "html", "markdown", "jsonl", "csv"] | None,
    typer.Option(help="Input format. [default: by file name, then by first bytes]"),
]
Encoding = Annotated[
    str | None, typer.Option(help="Input encoding. [default: declared, else detected]")
]
IdField = Annotated[
    str | None,
    typer.Option(help="JSON lines or CSV field that names each record. [default: its number]"),
]
Text = Annotated[
    str | None,
    typer.Option(
        "--text", help="Process this word or sentence instead of inputs; all of it is kept."
    ),
]
TextField = Annotated[str, typer.Option(help="JSON lines or CSV field that holds the text.")]
GuardFormulas = Annotated[
    bool,
    typer.Option(
        "--guard-formulas",
        help="CSV: put an apostrophe before cells that a spreadsheet would run as formulas.",
    ),
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Show every failed check and the time each stage takes."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Don't show progress or remarks.")]


def reading(
    kind: Kind | None, encoding: str | None, text_field: str, id_field: str | None
) -> Reading:
    """Raises UsageError for an encoding that doesn't exist."""
    if encoding and text_encoding(encoding) is None:
        raise UsageError(f"--encoding {encoding}: there is no such encoding of text")
    return Reading(kind=kind, encoding=encoding, text_field=text_field, id_field=id_field)
