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
