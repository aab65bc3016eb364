"""The examples of README.md and docs/ run: Python as it stands, `toolkit` lines by the program."""

import io
import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from toolkit.cli.main import main
from toolkit.settings import resolve_settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GENERATED = ROOT / "docs/cli.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
# The arguments of these are only parsed: they need the network, a real model, or minutes, or are
# what other tests do.
PARSED = re.compile(
    r"curl |--endpoint|toolkit (?:mcp|serve)|models (?:add|pull|verify|remove)|opus-mt|quickmt"
    r"|hy-mt2|s3://|sacrebleu:|eval run(?! --data)|eval gate"
)
SERVER = "http://127.0.0.1:8788"  # which examples ask as if it ran
MODEL_MISSING = {"doctor"}  # what the fake one is to this command


class Block(NamedTuple):
    place: str
    language: str
    text: str


def blocks() -> Iterator[Block]:
    for page in PAGES:
        if page == GENERATED:
            continue
        text = page.read_text("utf-8")
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Block(f"{page.relative_to(ROOT)}:{line}", found[1], found[2])


def of(language: str) -> pytest.MarkDecorator:
    chosen = [block for block in blocks() if block.language == language]
    assert chosen
    return pytest.mark.parametrize("block", chosen, ids=[block.place for block in chosen])


def test_no_example_escapes():
    assert {block.language for block in blocks()} <= {"json", "python", "sh", "text", "toml"}


@of("python")
def test_python_runs(block, stocked, fake_by_default, request):
    text = block.text
    if SERVER in text:
        text = text.replace(SERVER, request.getfixturevalue("server"))
    code = compile("\n" * int(block.place.split(":")[1]) + text, block.place, "exec")
    exec(code, {"__name__": "__main__"})


@of("toml")
def test_settings_are_known(block, stocked):
    Path("toolkit.toml").write_text(block.text, "utf-8")
    resolve_settings({})


@of("sh")
def test_commands_run(block, stocked, monkeypatch, capsys):
    monkeypatch.setenv("TOOLKIT_MODEL", "fake")
    for line in block.text.splitlines():
        for arguments, output in toolkit_calls(line):
            capsys.readouterr()
            if PARSED.search(line):
                code, expected = parse(arguments), 0
            else:
                code, expected = main(arguments), 4 if arguments[0] in MODEL_MISSING else 0
            out, err = capsys.readouterr()
            assert code == expected, f"{line}\n{err}"
            if output:
                Path(output).write_text(out, "utf-8")


@of("json")
def test_clients_start_what_there_is(block, stocked):
    for server in json.loads(block.text)["mcpServers"].values():
        assert server["command"] == "toolkit"
        assert parse(server["args"]) == 0


def toolkit_calls(line: str) -> Iterator[tuple[list[str], str]]:
    """The arguments of each call of the toolkit in a line of shell, and where its output goes."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = "#"
    command: list[str] = []
    for word in [*lexer, ";"]:
        if word in {"|", ";", "&&"}:
            if command[:1] == ["toolkit"]:
                end = command.index(">") if ">" in command else len(command)
                yield command[1:end], "".join(command[end + 1 :])
            command = []
        else:
            command.append(word)


def parse(arguments: list[str]) -> int:
    """The exit code of a call that stops before it does anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.core.TyperCommand, "invoke", lambda self, context: None)
        patch.setattr(sys, "stdin", io.StringIO())
        return main(arguments)
