import re

import pytest

from tests.evaluation.helpers import TARGETS
from toolkit.errors import InputError
from toolkit.evaluation.data import read_parallel, read_table

BAD = [
    ("a.tsv", "source\ttarget\nUn chat.\t\n", ":2: the target is empty"),
    ("a.tsv", "source\ttarget\nUn chat.\tA cat.\n\nUn chien.\tA dog.\n", ":3: the line is empty"),
    ("a.tsv", "source\ttarget\nUn chat.\tA cat.\nUn \rchien.\tA dog.\n", ":3: holds a stray"),
    ("a.tsv", "source\ttarget\nUn chat.\tA cat.\tmore\n", ":2: 3 columns instead of 2"),
    ("a.tsv", "french\tenglish\nUn chat.\tA cat.\n", ":1: there is no column source and target"),
    ("a.jsonl", '{"source": "Un chat."}\n', ":1: there is no reference"),
    ("a.jsonl", '{"source": "Un chat.", "target": "A cat."}\n{\n', ":2: is not JSON"),
    ("a.jsonl", "[]\n", ":1: is not a JSON object"),
    ("a.tsv", "source\ttarget\n", "holds nothing to score"),
]


@pytest.mark.parametrize(("name", "content", "said"), BAD, ids=[said for *_, said in BAD])
def test_data_that_cannot_be_scored_is_refused_with_its_line(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content.encode())
    with pytest.raises(InputError, match=re.escape(said)):
        read_table(path)


def test_files_that_are_not_aligned_are_refused_with_the_line(tmp_path):
    source, target = tmp_path / "a.fr", tmp_path / "a.en"
    source.write_text("Un chat dort.\nUn chien court.\nIl pleut.\n", "utf-8")
    target.write_text("A cat sleeps.\nA dog runs.\n", "utf-8")
    with pytest.raises(InputError, match=r"a\.en:3: is missing"):
        read_parallel(source, [target])
    target.write_text(f"A cat sleeps.\n{'A dog runs. ' * 20}\nIt rains.\n", "utf-8")
    with pytest.raises(InputError, match=r"a\.en:2: .*aligned"):
        read_parallel(source, [target])
    target.write_text("A cat sleeps.\nA dog runs.\nIt rains.\n", "utf-8")
    assert [item.references for item in read_parallel(source, [target]).items] == [
        ("A cat sleeps.",),
        ("A dog runs.",),
        ("It rains.",),
    ]


def test_sources_and_targets_that_are_swapped_are_refused(tmp_path):
    path = tmp_path / "a.tsv"
    rows = [f"{target}\tLes prix ont baissé de douze pour cent en mai." for target in TARGETS]
    path.write_text("source\ttarget\n" + "\n".join(rows) + "\n", "utf-8")
    with pytest.raises(InputError, match="swapped"):
        read_table(path)


def test_windows_line_ends_are_no_stray_carriage_returns(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(b"source\ttarget\r\nUn chat dort.\tA cat sleeps.\r\n")
    (item,) = read_table(path).items
    assert item.references == ("A cat sleeps.",)
