import pytest

from toolkit.errors import InputError
from toolkit.evaluation.references import load_references


def test_a_file_that_is_not_what_it_should_be_is_named(tmp_path):
    (tmp_path / "one.toml").write_text('document = "seeds/one.txt"\n', "utf-8")
    with pytest.raises(InputError, match=r"one\.toml: sentences"):
        load_references(tmp_path)
    (tmp_path / "one.toml").write_text("document = \n", "utf-8")
    with pytest.raises(InputError, match=r"one\.toml"):
        load_references(tmp_path)
