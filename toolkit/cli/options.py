"""The arguments and options that commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...",
        help="Files, folders, globs, or - for standard input.",
        show_default=False,
    ),
]
FormatOption = Annotated[
    Literal["text", "markdown", "json", "jsonl"],
    typer.Option("--format", "-f", help="json holds every stage, sentence by sentence."),
]
OutputDir = Annotated[
    Path | None,
    typer.Option("--output-dir", "-o", help="Where to write; needed for more than one input."),
]
From = Annotated[
    str | None,
    typer.Option("--from", help="Language of the input [fr]; when given it isn't checked."),
]
To = Annotated[str | None, typer.Option("--to", help="Language of the output [en].")]
Model = Annotated[
    str | None, typer.Option("--model", "-m", help="Catalogue id, folder or hub repository.")
]
Translator = Annotated[str | None, typer.Option(help="Another model for translation.")]
Summarizer = Annotated[str | None, typer.Option(help="Another model for summaries.")]
Engine = Annotated[
    Literal["auto", "ctranslate2", "transformers"] | None, typer.Option(help="What runs the model.")
]
Device = Annotated[Literal["cpu", "cuda"] | None, typer.Option(help="Where it runs.")]
Threads = Annotated[int | None, typer.Option(help="Processor threads [all cores].")]
GlossaryOption = Annotated[
    str | None, typer.Option("--glossary", help="Bundled name, TSV file, or none.")
]
PromptOption = Annotated[str | None, typer.Option("--prompt", help="Bundled name or YAML file.")]
NoClean = Annotated[bool, typer.Option("--no-clean", help="Take the input as an article already.")]
KeepTitle = Annotated[bool, typer.Option("--keep-title", help="Put the title into the text.")]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Name every failed check and the time of each stage."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks.")]
