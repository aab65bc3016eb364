"""`toolkit eval annotate` and `eval judged`: translations judged by people."""

import getpass
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from toolkit.cli.console import show, tell
from toolkit.cli.options import path_named
from toolkit.errors import InputError, UsageError

Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        parser=path_named,
        metavar="FILE",
        help="File that judgments are added to.",
    ),
]


def annotate_command(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            parser=path_named,
            help="Run folder, JSON or JSON lines from `toolkit translate`, or rows of "
            "source and target as TSV or JSON lines.",
        ),
    ],
    output: Output,
    judge: Annotated[
        str | None, typer.Option(help="Your name in the file. [default: your login name]")
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(help="Judge only this part, such as tune or test, if INPUT has parts."),
    ] = None,
    system: Annotated[
        str | None,
        typer.Option(
            help="Judge only this system's outputs; if INPUT names no system, the name to record."
        ),
    ] = None,
    again: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="NUMBER",
            help="To measure agreement, rejudge this many translations that others "
            "judged, or that you judged on another day.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed for the order of --again.")] = 0,
) -> None:
    """Judge translations one by one: which words are wrong, how, and how badly. Each judgment is
    saved at once; run the same command to continue where you stopped.
    """
    from toolkit.cli.judging import Dialogue
    from toolkit.evaluation.judgeable import (
        AGAIN,
        left_to_judge,
        left_to_judge_again,
        read_translations,
    )
    from toolkit.evaluation.judgements import open_judgements

    name = _judge_name(judge)
    if name.endswith(AGAIN):
        raise UsageError(f"the name of the judge gets its '{AGAIN.strip()}' by --again")
    if sys.stdin is None or str(source) == "-":
        raise UsageError("answers are read from standard input; name a file to judge")
    system = "" if system is None else _printable("--system", system)
    translations = read_translations(source, system=system, part=part or "")
    with open_judgements(output) as file:
        if again:
            todo = left_to_judge_again(
                translations, file.judgements, name, count=again, seed=seed, today=date.today()
            )
            name += AGAIN
        else:
            todo = left_to_judge(translations, file.judgements, name)
        if not todo:
            others = ", of what wasn't judged today" if again else ""
            tell(f"{output}: nothing is left to judge as {name}{others}")
            return
        dialogue = Dialogue(todo, file, name)
        try:
            dialogue.run()
        finally:
            tell(f"{output}: {dialogue.judged} judged as {name}, {dialogue.left} left")


def judged_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", parser=path_named, help="Files written by `eval annotate`."
        ),
    ],
    by: Annotated[
        Literal["system", "judge"], typer.Option(help="What each row stands for.")
    ] = "system",
) -> None:
    """Count what judges found, and show how far they agree on the same translations."""
    from toolkit.evaluation.judged import judged_text
    from toolkit.evaluation.judgements import load_judgements

    judgements = load_judgements(*files)
    if not judgements:
        raise InputError(f"{', '.join(map(str, files))}: no judgements")
    show(judged_text(judgements, by))


def _judge_name(given: str | None) -> str:
    """Raises UsageError where there is none."""
    if given is None:
        try:
            given = getpass.getuser()
        except (OSError, KeyError, ImportError) as error:  # a user whom the system doesn't know
            raise UsageError("who are you? type --judge NAME") from error
    return _printable("--judge", given)


def _printable(option: str, name: str) -> str:
    """Raises UsageError for a name that can't stand in a file."""
    if not name.strip() or not name.isprintable():
        raise UsageError(f"{option} needs a name of printable characters")
    return name.strip()
