import pytest

from toolkit.errors import UsageError
from toolkit.models.catalogue import find_spec, own_file
from toolkit.models.own_file import add, as_toml, refuse_id
from toolkit.models.user_models import entry_of_file


@pytest.mark.parametrize("name", ["qwen3-4b", "fake", "My Model", "../x", ""])
def test_an_id_must_be_a_new_one(name):
    with pytest.raises(UsageError, match=r"already; choose another|is no id"):
        refuse_id(name)


def test_entries_are_added_one_after_the_other(gguf_file, tmp_path):
    own_file().parent.mkdir(parents=True)
    real = tmp_path / "dotfiles.toml"
    real.write_text("# my models", "utf-8")
    own_file().symlink_to(real)
    first = entry_of_file("first", gguf_file)
    first["description"] = 'A "quoted"\tname with é and \\'
    add(first)
    add(entry_of_file("second", gguf_file))
    assert find_spec("first").description == first["description"]
    assert find_spec("second").files == find_spec("first").files
    assert real.read_text("utf-8").startswith("# my models\n\n[[model]]\n")
    assert as_toml(first) in real.read_text("utf-8")
    assert own_file().is_symlink()
    with pytest.raises(UsageError, match="there is a model 'second' already"):
        add(entry_of_file("second", gguf_file))


@pytest.mark.parametrize("description", ["\x7f", "\ud800", "x" * 1_000_000])
def test_what_toml_can_not_hold_leaves_the_file_as_it_was(gguf_file, description):
    add(entry_of_file("first", gguf_file))
    before = own_file().read_bytes()
    entry = entry_of_file("second", gguf_file) | {"description": description}
    with pytest.raises(UsageError, match="can't be written to"):
        add(entry)
    assert own_file().read_bytes() == before
