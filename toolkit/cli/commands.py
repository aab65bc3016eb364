"""The commands by name. The module of each is imported when it is asked for: help is quick."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from toolkit.errors import UsageError

# What the list of commands says of each, and its module in this package.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "clean": ("Keep the article on a scraped page and drop what surrounds it.", "clean"),
    "translate": ("Clean and translate, keeping the paragraphs of the source.", "translate"),
    "summarize": ("Clean, translate and summarize.", "summarize"),
    "run": (
        "Clean, translate and summarize a corpus of any size, shard by shard.",
        "run",
    ),
    "serve": ("Serve a web page and an API on this machine until stopped.", "serve"),
    "mcp": (
        "Offer the commands to agents over the Model Context Protocol on standard input and "
        "output.",
        "mcp",
    ),
    "eval": ("Measure, compare and report quality.", "evaluate"),
    "models": ("List, pull, check and remove models.", "models"),
    "lexicon": (
        "Show what words can mean and which ones a translation left unanswered.",
        "lexicon",
    ),
    "prompts": ("List and show prompts.", "prompts"),
    "schema": ("Print the JSON Schema of the JSON outputs.", "schema"),
    "cache": ("Show, clear and merge stores of model outputs.", "cache"),
    "config": (
        "Print every setting and its origin: the default, a file, or an environment variable.",
        "config",
    ),
    "doctor": ("Check the installation.", "doctor"),
}


class Command(TyperCommand):
    """Refuses an option of one value that is given again: only the last would count."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        order: Sequence[Any] = self.make_parser(ctx).parse_args(list(args))[2]
        given = [each for each in order if each.param_type_name == "option"]
        for each in given:
            if given.count(each) > 1 and not (each.multiple or each.is_flag):
                name = max(each.opts, key=len)
                raise UsageError(f"{name} takes one value, and is given more than once")
        return super().parse_args(ctx, args)


class Commands(TyperGroup):
    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        return load(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (summary, _) in COMMANDS.items()])


def load(name: str) -> Any:
    """The command itself, or the group of commands."""
    _, module_name = COMMANDS[name]
    module = import_module(f"toolkit.cli.{module_name}")
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(_nothing)
    if hasattr(module, "app"):
        for command in module.app.registered_commands:
            command.cls = Command
        app.add_typer(module.app, name=name)
    else:
        app.command(name, cls=Command)(getattr(module, f"{module_name}_command"))
    return typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]


def _nothing() -> None:
    """Makes a group of an app with one command."""
