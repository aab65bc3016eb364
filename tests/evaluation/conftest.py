import shutil

import pytest

from tests.evaluation.helpers import FAKE, SUITE, write_data
from toolkit.engines.fake import FakeEngine
from toolkit.evaluation import runs
from toolkit.evaluation.folders import load_run
from toolkit.evaluation.runs import run_suite
from toolkit.evaluation.suites import Suite, load_suite


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path)


@pytest.fixture
def suite(tmp_path, data):
    return written_suite(tmp_path, data)


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A run of the suite, made once; tests get copies."""
    folder = tmp_path_factory.mktemp("finished")
    run_suite(written_suite(folder, write_data(folder)), folder / "one", flags=FAKE)
    return folder / "one"


@pytest.fixture
def run(finished, tmp_path):
    """A run of the suite, whose folder is `one`."""
    return load_run(shutil.copytree(finished, tmp_path / "one"))


def written_suite(folder, data):
    path = folder / "mine.toml"
    path.write_text(SUITE.format(data=data), "utf-8")
    return load_suite(str(path))


@pytest.fixture
def compared(tmp_path, monkeypatch):
    """Compares models on sentences, in this process: each answers by a function of the sentence,
    which may raise.
    """

    def run(pairs, models, **options):
        def load(name, **settings):
            return FakeEngine(models[name], family="seq2seq")

        monkeypatch.setattr("toolkit.pipeline.engine_pool.load_engine", load)
        monkeypatch.setattr(
            runs, "_work_alone", lambda part, corpus, own: runs._work(part, corpus, own, _silent)
        )
        lines = ["source\ttarget", *("\t".join(pair) for pair in pairs)]
        (tmp_path / "pairs.tsv").write_text("\n".join(lines) + "\n", "utf-8")
        part = {
            "name": "own",
            "task": "translation",
            "data": [str(tmp_path / "pairs.tsv")],
            "each_model": True,
            "systems": [{"name": name, "settings": {"translator": name}} for name in models],
        }
        suite = {"name": "models", "description": "a test", "parts": [part]}
        return run_suite(Suite.model_validate(suite), tmp_path / "compared", flags={}, **options)

    return run


def _silent(done, total):
    pass
