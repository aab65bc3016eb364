import pytest

from tests.evaluation.helpers import pin
from toolkit.errors import InputError
from toolkit.evaluation.folders import load_run


def test_answers_that_do_not_fit_their_items_are_refused(run, tmp_path):
    path = tmp_path / "one/outputs/own/default.jsonl"
    path.write_text(path.read_text("utf-8").split("\n")[0] + "\n", "utf-8")
    pin(tmp_path / "one")
    with pytest.raises(InputError, match="1 answers to 3 items"):
        load_run(tmp_path / "one")
    with pytest.raises(InputError, match="holds no run"):
        load_run(tmp_path)
