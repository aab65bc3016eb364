"""`toolkit cache`: the store of what models answered."""

import time
from pathlib import Path
from typing import Annotated

import typer

from toolkit.cli import options
from toolkit.cli.console import settings_of, show
from toolkit.pipeline import open_store
from toolkit.store import Store

app = typer.Typer(no_args_is_help=True, help="Show, clear and merge stores of model outputs.")


@app.command("info")
def info_command() -> None:
    """Show where the store is, how much it holds and how old its contents are."""
    store = open_store(settings_of({"cache": True})[0])
    assert store
    info = store.info()
    name = str(info.path).encode(errors="replace").decode()  # it need not be UTF-8
    show(f"file: {name}")
    show(f"sentences and drafts: {info.entries:,}")
    show(f"size: {info.bytes / 1e6:,.1f} MB of {store.max_bytes / 1e6:,.0f} MB")
    for name, when in (("oldest use", info.oldest), ("newest use", info.newest)):
        if when is not None:
            show(f"{name}: {time.strftime('%Y-%m-%d %H:%M', time.localtime(when))}")


@app.command("clear")
def clear_command() -> None:
    """Delete all stored outputs; models run again when needed."""
    store = open_store(settings_of({"cache": True})[0])
    assert store
    show(f"forgot {store.clear():,} sentences and drafts")


@app.command("merge")
def merge_command(
    stores: Annotated[
        list[Path],
        typer.Argument(
            parser=options.path_named,
            metavar="STORE...",
            help="Files of other stores, such as those `toolkit run --stores` leaves.",
            show_default=False,
        ),
    ],
) -> None:
    """Add the contents of other stores to this one, leaving them unchanged."""
    store = open_store(settings_of({"cache": True})[0])
    assert store
    for path in stores:
        added = store.merge(Store(path, max_bytes=store.max_bytes))
        name = str(path).encode(errors="replace").decode()
        show(f"{name}: {added:,} sentences and drafts were new")
    show(f"there are {store.info().entries:,} now, of at most {store.max_bytes / 1e6:,.0f} MB")
