"""Writes docs/cli.md, the reference of the command line, from the program itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from toolkit.cli.main import app

PAGE = Path(__file__).with_name("cli.md")
OPTION = re.compile(r"(?P<names>.+?)(?: <(?P<type>.+)>)?")
PLACEHOLDERS = {"str": "TEXT", "path": "PATH"}
PLACEHOLDERS |= dict.fromkeys(("int", "int range", "float", "float range"), "NUMBER")
REPEATED = re.compile(r"list\[(\w+)\]")


def reference() -> str:
    """The whole page."""
    root = typer.main.get_command(app)
    return "\n".join(["# Command line", *_described(root), *_subcommands(root, "toolkit", "##")])


def _subcommands(group: Any, prefix: str, level: str) -> Iterator[str]:
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield f"{level} {prefix} {name}\n"
        if hasattr(command, "commands"):
            yield f"{command.help}\n"
            yield from _subcommands(command, f"{prefix} {name}", f"{level}#")
        else:
            yield f"```text\n{_usage(command, f'{prefix} {name}')}\n```"
            yield from _described(command)


def _usage(command: Any, prefix: str) -> str:
    arguments = [each for each in command.params if _is_argument(each)]
    options = ["[OPTIONS]"] if len(arguments) < len(command.params) else []
    words = [
        _word(argument) if argument.required else f"[{_word(argument)}]" for argument in arguments
    ]
    return " ".join([prefix, *words, *options])


def _described(command: Any) -> Iterator[str]:
    yield f"\n{command.help}\n"
    context = typer.Context(command)
    rows = [_row(each, *each.get_help_record(context)) for each in command.params]
    if rows:
        yield "\n".join(["| option | meaning |", "|---|---|", *rows, ""])


def _row(parameter: Any, names: str, text: str) -> str:
    """`names` and `text` are Typer's own; the choices go from the names to the text."""
    found = OPTION.fullmatch(names)
    assert found
    kind = REPEATED.sub(lambda match: match[1].lower(), found["type"] or "")
    if "|" in kind:
        choices = ", ".join(f"`{choice}`" for choice in kind.split("|"))
        before, default, after = text.partition("[default:")
        text, kind = f"{before} One of {choices}. {default}{after}", ""
    name = f"{found['names']} {PLACEHOLDERS.get(kind, kind)}".strip()
    if _is_argument(parameter):
        name, text = _word(parameter), text.removesuffix("[required]")
    return f"| `{name}` | {' '.join(text.split())} |"


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _word(argument: Any) -> str:
    """What stands for an argument in a usage line."""
    word = str(argument.metavar or argument.name.upper())
    return word + "..." * (argument.nargs == -1 and not word.endswith("..."))


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
