import logging
import sys

import pytest
from platformdirs import user_config_path

from toolkit.assets import APP
from toolkit.cli import serve
from toolkit.cli.main import main


@pytest.fixture
def started(monkeypatch):
    """What the server was told, instead of running it."""
    pytest.importorskip("fastapi", reason="the extra serve is not installed")
    from toolkit.server import running

    told = {}

    def run(settings, options, listening, *, on_ready):
        listening.close()
        told.update(settings=settings, options=options)
        on_ready("http://127.0.0.1:1234/")

    monkeypatch.setattr(running, "run", run)
    monkeypatch.setattr(serve.threading, "active_count", lambda: 1)
    return told


def test_it_tells_the_address_and_hands_on_what_was_asked_for(started, capsys, tmp_path):
    history = tmp_path / "own.sqlite"
    options = ["--port", "0", "--history", str(history), "--allow-fetch", "--max-jobs", "7"]
    assert main(["serve", *options, "--allowed-host", "a.lan", "--quality", "fast"]) == 0
    out = capsys.readouterr()
    assert out.out == "http://127.0.0.1:1234/\n"
    made = started["options"]
    assert (made.history, made.max_jobs, made.allow_fetch) == (history, 7, True)
    assert made.allowed_hosts == ("a.lan",)
    assert made.port > 0, "a free one was taken"
    assert started["settings"].quality == "fast"


def test_jobs_are_kept_unless_that_is_switched_off(started):
    assert main(["serve", "--port", "0"]) == 0
    assert started["options"].history.name == "jobs.sqlite"
    assert main(["serve", "--port", "0", "--no-history"]) == 0
    assert started["options"].history is None
    assert main(["serve", "--port", "0", "--no-history", "--history", "x"]) == 2


def test_a_key_is_made_and_told_once(started, capsys):
    assert main(["serve", "--new-api-key", "ada"]) == 0
    out = capsys.readouterr()
    key = out.out.strip()
    own = user_config_path(APP) / "api-keys"
    assert key.startswith("tk-")
    assert key not in out.err
    assert key not in own.read_text()
    assert str(own) in out.err
    assert started == {}
    assert main(["serve", "--port", "0", "--host", "0.0.0.0"]) == 0
    assert started["options"].api_keys == own, "other machines are asked for it"
    assert main(["serve", "--port", "0"]) == 0
    assert started["options"].api_keys is None, "nobody on this machine is"


def test_what_the_server_says_is_a_line_each(started, capsys):
    assert main(["serve", "--port", "0"]) == 0
    capsys.readouterr()
    logger = logging.getLogger("toolkit.server")
    for _ in range(2):
        logger.warning("the store is locked\nby another")
    try:
        raise ValueError("of a library")
    except ValueError:
        logger.exception("POST /api/v1/translate")
    said = capsys.readouterr().err
    assert said == "toolkit: the store is locked by another\ntoolkit: POST /api/v1/translate\n"
    logger.handlers, logger.propagate = [], True
    logging.getLogger("uvicorn").handlers = []


def test_without_its_packages_it_says_what_to_type(monkeypatch, capsys):
    for name in [name for name in sys.modules if name.split(".")[:2] == ["toolkit", "server"]]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("fastapi", "uvicorn", "starlette"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["serve"]) == 2
    said = capsys.readouterr().err
    assert "pip install 'toolkit-fr-en[serve]'" in said
    assert said.count("\n") == 1
