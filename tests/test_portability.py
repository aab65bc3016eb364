"""The program starts and works where a system has less than the one at hand."""

import os
import subprocess
import sys

# Libraries of others are loaded first: what they need of a system is their own affair.
HIDING = """
import importlib, os, pkgutil, sys, warnings
import toolkit
from toolkit.cli.main import main

def load():
    for each in pkgutil.walk_packages(toolkit.__path__, "toolkit."):
        importlib.import_module(each.name)

def work(folder):
    codes = [
        main(["summarize", "page.txt", "--model", "fake", "--quiet", "-o", folder]),
        main(["clean", "page.txt", "-o", f"{folder}.json"]),
        main(["eval", "run", "--data", "own.tsv", "-m", "fake", "--quiet", "-o", f"{folder}r"]),
        main(["cache", "info"]),
        main(["doctor"]),
    ]
    assert codes == [0, 0, 0, 0, 4], codes

load()
work("before")
for name in [each for each in sys.modules if each.split(".")[0] == "toolkit"]:
    del sys.modules[name]
for name in "fcntl grp pty pwd readline resource syslog termios tty".split():
    sys.modules[name] = None
for name in (
    "O_DIRECTORY O_NOFOLLOW O_NONBLOCK chown fchmod fchown fork forkpty getegid geteuid getgid "
    "getloadavg getpgid getuid killpg mkfifo nice posix_spawn sched_getaffinity sched_setaffinity "
    "sync sysconf sysconf_names uname wait3 wait4"
).split():
    delattr(os, name)
import toolkit
from toolkit.cli.main import main
load()
work("after")
"""
SENTENCE = "Le ministre présente jeudi son plan devant les députés réunis à Paris."


def test_nothing_needs_what_only_unix_has(tmp_path):
    (tmp_path / "page.txt").write_text(SENTENCE, "utf-8")
    (tmp_path / "own.tsv").write_text(f"source\ttarget\n{SENTENCE}\tThe plan.\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", HIDING],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = [(tmp_path / folder / "page.txt").read_text("utf-8") for folder in ("before", "after")]
    assert made[0] == made[1] != ""
    assert (tmp_path / "after.json").is_file()


def test_no_encoding_of_the_machine_is_relied_on(tmp_path):
    """In a locale that knows ASCII only, and with a warning wherever an encoding is left open."""
    (tmp_path / "page.txt").write_text(SENTENCE, "utf-8")
    (tmp_path / "termes.csv").write_text("source,target\nParis,Lutèce\n", "utf-8")
    code = (
        "import warnings;"
        "warnings.filterwarnings('error', category=EncodingWarning, module=r'toolkit\\b');"
        "from toolkit.cli import run; run()"
    )
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    commands = (
        ["translate", "page.txt", "--glossary", "termes.csv", "--model", "fake", "-o", "out"],
        ["clean", "page.txt"],
        ["prompts", "show", "translation/news"],
        ["models", "list"],
        ["config"],
    )
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-X", "warn_default_encoding", "-c", code, *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    assert "Lutèce" in (tmp_path / "out/page.txt").read_text("utf-8")
