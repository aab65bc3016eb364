import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.helpers import ARTICLE
from toolkit import __version__
from toolkit.cli import config
from toolkit.cli.main import main


@pytest.mark.parametrize(
    "arguments",
    [
        ["summarize"],
        ["summarize", "page.txt", "--bogus"],
        ["summarize", "page.txt", "--max-words", "many"],
        ["summarize", "page.txt", "--max-words", "0"],
        ["summarize", "page.txt", "--model", "nonsense"],
        ["summarize", "page.txt", "--model", "fake", "--prompt", "nonsense"],
        ["translate", "page.txt", "--model", "fake", "--glossary", "absent.tsv"],
        ["models", "pull", "nonsense"],
        ["prompts", "show", "nonsense"],
        ["nonsense"],
    ],
)
def test_wrong_calls_end_with_2_and_say_why(run, page, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err


def test_help_loads_no_model_library():
    code = (
        "import sys; from toolkit.cli.main import main; main(['--help']);"
        "heavy = {'torch', 'transformers', 'ctranslate2', 'huggingface_hub'} & sys.modules.keys();"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_interrupt_ends_with_130_and_leaves_no_half_file(tmp_path):
    (tmp_path / "page.txt").write_text(ARTICLE * 20, "utf-8")
    code = (
        "import toolkit.engines.fake as fake\n"
        "def answer(text):\n"
        "    import time\n"
        "    from toolkit.files import private_folder\n"
        "    print(private_folder(time), flush=True)\n"
        "    time.sleep(60)\n"
        "fake.fake_answer.__code__ = answer.__code__\n"
        "from toolkit.cli import run; run()"
    )
    arguments = ["translate", "page.txt", "--model", "fake", "-o", "out"]
    running = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whatever runs the tests in the background may have had them ignore interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert running.stdout is not None
    folder = Path(running.stdout.readline().strip())
    assert folder.is_dir()
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert running.returncode == 130, errors
    assert errors == "toolkit: interrupted\n"
    assert not list(tmp_path.glob("out/*"))
    assert not folder.exists()


def test_a_bug_is_told_in_one_line_and_shows_its_place_on_demand(page, capsys, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr(config, "settings_of", broken)
    assert main(["config"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("toolkit: this is a bug: ZeroDivisionError: division by zero; --debug")
    assert main(["config", "--debug"]) == 1
    assert "in broken" in capsys.readouterr().err


def test_where_an_error_came_from_is_shown_on_demand(run, monkeypatch, capsys):
    monkeypatch.setenv("TOOLKIT_DEBUG", "1")
    assert main(["clean", ""]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_the_version_is_that_of_the_package(run):
    assert run("--version") == (0, f"toolkit {__version__}\n", "")
