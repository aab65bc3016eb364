import pytest

from tests.cli.helpers import ARTICLE
from toolkit.cli.main import main


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """A command in a folder of its own: its exit code, what it printed, and what it said."""
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments):
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run_one


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text("Accueil > Monde\nUn plan pour Paris\n" + ARTICLE + "Partager\n", "utf-8")
    return path
