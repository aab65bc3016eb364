import errno
import json
import subprocess
import sys
from io import StringIO

import pytest

from tests.cli.helpers import ARTICLE
from toolkit.cli import console
from toolkit.cli.console import (
    ESCAPED,
    settings_of,
    show,
    tell,
)
from toolkit.errors import OutputError


def process(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", "from toolkit.cli.main import run; run()", *map(str, arguments)],
        capture_output=True,
        timeout=60,
        check=False,
        **options,
    )


def test_standard_input_and_a_closed_reader():
    assert process("clean", "-", input=ARTICLE.encode()).stdout.decode().startswith("Le ministre")
    command = f"{sys.executable} -c 'from toolkit.cli.main import run; run()' clean - | true"
    broken = subprocess.run(
        ["bash", "-c", command], input=ARTICLE.encode() * 2000, capture_output=True, check=False
    )
    assert b"Traceback" not in broken.stderr


def test_a_message_is_one_line_that_a_terminal_can_show(capsys):
    tell("a\nb\t c\x1b[31m")
    assert capsys.readouterr().err == "toolkit: a b c\\x1b[31m\n"


def test_a_variable_that_sets_nothing_is_told_once(capsys, monkeypatch):
    monkeypatch.setattr(console, "_reported", set())
    monkeypatch.setenv("TOOLKIT_MAX_TRY", "3")
    for _ in range(2):
        assert settings_of({})[0].max_tries == 7
    said = "TOOLKIT_MAX_TRY is ignored: there is no such setting; did you mean TOOLKIT_MAX_TRIES?"
    assert capsys.readouterr().err == f"toolkit: {said}\n"


def test_a_message_that_nobody_can_hear_ends_nothing(monkeypatch):
    closed = StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    tell("lost")


class Refusing(StringIO):
    """Stdout that takes nothing."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def write(self, text):
        raise self.error


def test_data_that_can_not_be_written_is_told(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Refusing(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(OutputError, match="can't be written: No space left on device"):
        show("data")
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OutputError, match="closed; use --output-dir"):
        show("data")


def test_a_reader_that_went_away_is_no_fault_of_the_output(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Refusing(BrokenPipeError()))
    with pytest.raises(BrokenPipeError):
        show("data")


def test_letters_that_an_encoding_lacks_are_escaped_as_in_json():
    data = json.dumps({"a": "é 😀"}, ensure_ascii=False).encode("ascii", ESCAPED)
    assert json.loads(data) == {"a": "é 😀"}
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", ESCAPED)
