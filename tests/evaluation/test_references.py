import pytest

from toolkit.errors import InputError
from toolkit.evaluation.references import load_facts, load_references


def test_a_file_that_is_not_what_it_should_be_is_named(tmp_path):
    (tmp_path / "one.toml").write_text('document = "seeds/one.txt"\n', "utf-8")
    with pytest.raises(InputError, match=r"one\.toml: sentences"):
        load_references(tmp_path)
    (tmp_path / "one.toml").write_text("document = \n", "utf-8")
    with pytest.raises(InputError, match=r"one\.toml"):
        load_references(tmp_path)


def test_facts_of_no_page_or_no_part_are_refused(tmp_path):
    fact = '[[facts]]\ntext = "It rains."\ncentral = true\nsentences = [1]\ncarries = []\n'
    path = tmp_path / "one.toml"
    path.write_text(f'page = "one"\npart = "tune"\n{fact}', "utf-8")
    assert load_facts(tmp_path)["one"].facts[0].text == "It rains."
    path.write_text(f'page = "one"\npart = "all"\n{fact}', "utf-8")
    with pytest.raises(InputError, match=r"one\.toml: part"):
        load_facts(tmp_path)
    path.write_text('page = "one"\npart = "tune"\nfacts = []\n', "utf-8")
    with pytest.raises(InputError, match=r"one\.toml: facts"):
        load_facts(tmp_path)
