import subprocess
import sys

import pytest

from toolkit.cli.commands import COMMANDS, load


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_its_own_help_says(name):
    command = load(name)
    assert command.name == name
    assert " ".join(command.help.split()).startswith(COMMANDS[name][0])


def test_the_list_of_commands_is_printed_without_loading_them():
    code = (
        "import sys; from toolkit.cli.main import main\n"
        "assert main(['--help']) == 0\n"
        "loaded = {'pydantic', 'rich', 'numpy', 'lxml', 'yaml', 'babel'} & sys.modules.keys()\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("clean", "a.txt", "--learn-from", "a", "--learn-from", "b"), "--learn-from"),
        (("translate", "a.txt", "-m", "fake", "--model=lead-3"), "--model"),
        (("run", "a.jsonl", "--to", "a", "--to", "b"), "--to"),
        (("eval", "run", "--limit", 1, "--limit", 2), "--limit"),
        (("models", "pull", "--from", "fr", "--from", "en"), "--from"),
    ],
)
def test_an_option_of_one_value_is_refused_twice(run, arguments, name):
    said = f"toolkit: {name} takes one value, and is given more than once\n"
    assert run(*arguments) == (2, "", said)


def test_options_of_several_values_and_flags_may_be_given_again(run, tmp_path):
    (tmp_path / "a.txt").write_text("Le maire de Brive a ouvert jeudi une école dans la rue.\n")
    asked = ("--keep", "title", "--keep", "photo caption", "--keep-title", "--keep-title")
    assert run("clean", "a.txt", "a.txt", *asked)[0] == 0
