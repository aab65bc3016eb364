"""Pipes, devices, encodings and closed streams; and that nothing plays tricks on a terminal."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture import hostile

PROGRAM = [sys.executable, "-c", "from toolkit.cli.main import run; run()"]
T = [*PROGRAM, "translate", "--model", "fake", "-q"]
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[8mhidden\x9b31m\u202egnp.exe"


@pytest.fixture
def here(tmp_path, monkeypatch, figures):
    monkeypatch.chdir(tmp_path)
    text = "Le cœur de l’œuvre a été présenté jeudi à Paris : « plus de ≥ 3 → 4 € », dit-il.\n"
    (tmp_path / "a.txt").write_text(text, "utf-8")
    figures["inputs"] += 1
    return tmp_path


def shell(command, **options):
    """What a shell would make of it; `toolkit` and `T` stand for the program."""
    quoted = [f"'{part}'" for part in PROGRAM]
    prelude = f'toolkit() {{ {" ".join(quoted)} "$@"; }}\n'
    prelude += 'T() { toolkit translate --model fake -q "$@"; }\n'
    return subprocess.run(
        ["bash", "-c", prelude + command], capture_output=True, timeout=60, check=False, **options
    )


@pytest.mark.parametrize(
    ("form", "encoding"),
    [
        *(("text", each) for each in ("ascii", "latin-1", "cp850", "cp1252", "utf-16")),
        *(("json", each) for each in ("ascii", "utf-16")),
    ],
)
def test_an_encoding_that_lacks_letters(here, form, encoding):
    done = subprocess.run(
        [*T, "a.txt", "-f", form, "-v"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = done.stdout.decode(encoding)
    if form == "json":
        written = json.loads(written)["translation"]
    told = written.encode("ascii", "namereplace").decode()
    for char in "œ≥→€é":
        escaped = f"\\u{ord(char):04x}"
        assert char in written or escaped in written, told


def test_what_is_no_terminal_gets_utf_8(here):
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run([*T, "a.txt"], capture_output=True, env=environment, check=False)
    assert done.returncode == 0
    assert "œuvre" in done.stdout.decode("utf-8")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("T a.txt 2>&-", 0),
        ("T a.txt -v 2>&- <&-", 0),
        ("T a.txt none.txt -f jsonl 2>&-", 3),
        ("T a.txt -o out >&- && cat out/a.txt", 0),
        ("toolkit --version >&-; cat a.txt", 0),
        ("T a.txt 2>/dev/full", 0),
        ("toolkit clean <(cat a.txt)", 0),
        ("toolkit clean /dev/stdin < a.txt", 0),
        ("cat a.txt | toolkit clean /dev/stdin", 0),
        ("cat a.txt | toolkit clean -", 0),
        ("T a.txt <(cat a.txt) <(cat a.txt) -f jsonl", 0),
        ("cat a.txt | T a.txt a.txt /dev/stdin -f jsonl", 0),
    ],
)
def test_streams_that_are_closed_or_pipes(here, command, code):
    done = shell(command)
    assert done.returncode == code, done.stderr
    assert "œuvre a été présenté" in done.stdout.decode()


def test_several_pipes_are_each_read_once(here):
    done = shell("T <(cat a.txt) <(cat a.txt) <(cat a.txt) a.txt -f jsonl")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 4


@pytest.mark.parametrize(
    "command", ["T a.txt >&-", "T a.txt >/dev/full", "toolkit clean a.txt >/dev/full",
                "toolkit config >/dev/full", "toolkit eval list >/dev/full",
                "toolkit --help >/dev/full", "toolkit prompts list >&-"]
)  # fmt: skip
def test_output_that_cannot_be_written_is_told(here, command):
    done = shell(command)
    assert done.returncode == 3, done.stderr
    assert b"standard output" in done.stderr
    assert b"bug" not in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "toolkit clean -f json big.txt",
        "T big.txt -f json --no-clean",
        "toolkit --help",
        "toolkit config",
    ],
)
def test_a_reader_that_goes_away(here, command):
    (here / "big.txt").write_text((here / "a.txt").read_text("utf-8") * 1000, "utf-8")
    done = shell(f"{command} | head -c 10; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) == 10
    assert b"toolkit:" not in done.stderr
    assert b"Exception" not in done.stderr


def test_a_device_without_end(here):
    done = shell("ulimit -v 4000000; toolkit clean /dev/zero")
    assert done.returncode == 3, done.stderr
    assert b"/dev/zero: is larger than 200 MB" in done.stderr


@pytest.mark.parametrize("path", ["/dev/null", "/proc/self/mem", "/proc/self/fd"])
def test_devices_and_folders_that_hold_nothing(here, path):
    done = shell(f"toolkit clean {path} </dev/null")
    assert done.returncode == 3
    assert done.stderr.startswith(f"toolkit: {path}".encode())


class TestTerminals:
    def on_terminal(self, here, *arguments):
        """All that a terminal would get."""
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            [*PROGRAM, *arguments], stdout=follower, stderr=follower, stdin=follower, close_fds=True
        )
        os.close(follower)
        data = bytearray()
        try:
            while chunk := os.read(leader, 4096):
                data += chunk
        except OSError:  # how the end is told
            pass
        process.wait(timeout=60)
        os.close(leader)
        return data.decode("utf-8", "surrogateescape")

    def test_names_texts_and_keys(self, here):
        bad = here / f"b{ESCAPES[:20].replace('/', '')}.txt"
        bad.write_text(f"{hostile.ARTICLE} {ESCAPES} Il part demain.\n", "utf-8")
        (here / "r.jsonl").write_text(json.dumps({f"k{ESCAPES}": "x"}) + "\n")
        for arguments in (
            ("translate", "--model", "fake", "-v", str(bad)),
            ("clean", str(bad)),
            ("clean", str(bad), "--explain"),
            ("clean", str(here / f"none{ESCAPES[:20]}.txt")),
            ("clean", "r.jsonl", "-f", "jsonl"),
            ("clean", f"--{ESCAPES}"),
            (f"{ESCAPES}",),
        ):
            seen = self.on_terminal(here, *arguments)
            assert "owned" in seen or "hidden" in seen
            for order in ("\x1b]", "\x1b[2J", "\x1b[8m", "\x9b", "\x07", "\u202e"):
                assert order not in seen, (arguments, order)

    def test_an_explanation_in_a_file_is_for_people_too(self, here):
        (here / "b.txt").write_text(f"{hostile.ARTICLE} {ESCAPES} Il part demain.\n", "utf-8")
        done = shell("toolkit clean b.txt --explain")
        assert b"\x1b" not in done.stdout
        assert b"\\x1b" in done.stdout


def test_data_that_is_piped_is_what_it_is(here):
    (here / "b.txt").write_text("Le maire a été réélu\x1b à Brive, a-t-il dit.\n", "utf-8")
    assert b"\x1b" in shell("T b.txt --no-clean").stdout


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("toolkit clean - <&-", b"standard input is closed"),
        ("toolkit clean - </dev/null", b"-: is empty"),
    ],
)
def test_standard_input_that_gives_nothing(here, command, reason):
    done = shell(command)
    assert done.returncode == 3, done.stderr
    assert reason in done.stderr
    assert b"Error" not in done.stderr


def test_wrong_calls_are_wrong_calls(here):
    for command in ("toolkit", "toolkit nope", "toolkit clean", "toolkit clean a.txt --nope"):
        assert shell(command).returncode == 2, command
    assert Path("a.txt").exists()
