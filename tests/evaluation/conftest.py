import pytest

from tests.evaluation.helpers import FAKE, SUITE, write_data
from toolkit.evaluation.runs import run_suite
from toolkit.evaluation.suites import load_suite


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path)


@pytest.fixture
def suite(tmp_path, data):
    path = tmp_path / "mine.toml"
    path.write_text(SUITE.format(data=data), "utf-8")
    return load_suite(str(path))


@pytest.fixture
def run(suite, tmp_path):
    return run_suite(suite, tmp_path / "one", flags=FAKE)
