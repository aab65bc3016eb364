import pytest

from toolkit.engines.references import place_of
from toolkit.errors import ModelError, UsageError


def test_a_folder_is_called_by_its_name(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    assert place_of(str(tmp_path / "mine")) == (tmp_path / "mine", "mine")
    monkeypatch.chdir(tmp_path)
    assert place_of("mine")[1] == "mine"


def test_what_is_neither_folder_nor_repository_is_told_with_what_there_is(tmp_path):
    with pytest.raises(UsageError, match=r"no model or folder 'nonsense' \(the catalogue has"):
        place_of("nonsense")
    with pytest.raises(UsageError, match="is a file; give --model the folder"):
        place_of(__file__)
    with pytest.raises(UsageError, match=f"{'x' * 80}…"):
        place_of("x" * 500)
    with pytest.raises(ModelError, match="hf download someone/something"):
        place_of("someone/something")
