import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.formats import Piece, read_rows
from toolkit.corpus.plan import Plan, Planned, Shard, files_of, plan_shards
from toolkit.corpus.storage import StoredFile
from toolkit.errors import InputError, UsageError

NAMES = [
    f"{folder}{stem}{suffix}"
    for folder in ("", "a/", "d=1/", "d=1/e/")
    for stem in ("x", "y", "train-00000-of-00002", "test-00000-of-00001")
    for suffix in (".jsonl", ".csv", ".jsonl.gz")
]
LISTINGS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3_000_000), min_size=1).map(
    lambda sizes: [StoredFile(f"s3://b/{name}", name, size) for name, size in sizes.items()]
)


def stored(name: str, mb: float) -> StoredFile:
    return StoredFile(f"s3://b/{name}", name, round(mb * 1e6))


def outputs(plan: Plan) -> list[str]:
    return [shard.output for shard in plan.shards]


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]


@given(LISTINGS, st.floats(0.1, 5), st.randoms())
def test_every_byte_is_in_one_shard_in_order_and_no_shard_crosses_a_folder(files, shard_mb, random):
    plan = plan_shards(files, shard_mb=shard_mb)
    again = random.sample(files, len(files))
    assert plan_shards(again, shard_mb=shard_mb) == plan
    assert len(set(outputs(plan))) == len(plan.shards)
    assert [shard.number for shard in plan.shards] == list(range(len(plan.shards)))
    sizes = {file.url: file.bytes for file in files}
    ends = dict.fromkeys(sizes, 0)
    last = ""
    for shard in plan.shards:
        assert {folder_of(piece.url) for piece in shard.pieces} == {
            folder_of(f"s3://b/{shard.output}")
        }
        size = 0
        for piece in shard.pieces:
            assert piece.start == ends[piece.url]
            ends[piece.url] = sizes[piece.url] if piece.stop is None else piece.stop
            size += ends[piece.url] - piece.start
            if folder_of(piece.url) == folder_of(last) and piece.url.endswith(last[-4:]):
                assert piece.url >= last or "-of-" in piece.url + last
            last = piece.url
        whole = max(sizes[piece.url] for piece in shard.pieces)
        assert size <= shard_mb * 1e6 + whole + 1
    assert ends == sizes


@given(LISTINGS, st.integers(0, 40))
def test_there_are_never_more_shards_than_asked_for(files, more):
    groups = len(outputs(plan_shards(files, shard_mb=1e6)))
    assert groups <= len(outputs(plan_shards(files, shards=groups + more))) <= groups + more


def test_small_files_are_joined_and_large_ones_split():
    files = [stored("a.jsonl", 25), *(stored(f"b{number}.jsonl", 1) for number in range(10))]
    plan = plan_shards(files, shard_mb=9)
    assert [len(shard.pieces) for shard in plan.shards] == [1, 1, 3, 8]
    assert plan.shards[0].pieces == (Piece("s3://b/a.jsonl", 0, 8_750_000),)
    assert plan.shards[-1].pieces[-1] == Piece("s3://b/b9.jsonl")


def test_partitioned_input_gives_equally_partitioned_output():
    files = [stored("date=2024-01-01/x.csv.gz", 1), stored("date=2024-01-02/y.jsonl", 1)]
    assert outputs(plan_shards(files)) == [
        "date=2024-01-01/part-00000.csv.gz",
        "date=2024-01-02/part-00001.jsonl",
    ]
    assert outputs(plan_shards(files, suffix=".parquet"))[0].endswith("part-00000.parquet")


def test_splits_of_datasets_keep_their_layout():
    files = [
        *(stored(f"data/train-0000{number}-of-00003.jsonl", 1) for number in range(3)),
        stored("data/test-00000-of-00001.jsonl", 1),
        stored("README.jsonl", 1),
    ]
    assert outputs(plan_shards(files, shard_mb=2)) == [
        "part-00000.jsonl",
        "data/test-00000-of-00001.jsonl",
        "data/train-00000-of-00002.jsonl",
        "data/train-00001-of-00002.jsonl",
    ]


def test_more_shards_go_where_they_are_largest():
    files = [stored(f"{name}/x.jsonl", mb) for name, mb in (("a", 1), ("b", 5), ("c", 5), ("d", 0))]
    folders = [folder_of(output) for output in outputs(plan_shards(files, shards=9))]
    assert [folders.count(folder) for folder in "abcd"] == [1, 4, 3, 1]


def test_names_of_very_many_outputs_are_in_the_order_of_their_rows():
    plan = plan_shards([stored("x.jsonl", 200)], shards=100_001)
    assert sorted(outputs(plan)) == outputs(plan)
    assert outputs(plan)[0] == "part-000000.jsonl"


def test_a_plan_is_the_same_if_its_shards_are():
    files = [stored("x.jsonl", 9), stored("y/z.jsonl.gz", 3)]
    plan = plan_shards(files, shards=4)
    assert Planned.of(plan) == Planned.of(plan_shards(files[::-1], shards=4))
    assert Planned.of(plan) != Planned.of(plan_shards(files, shards=3))
    assert [Shard.from_json(each.to_json().encode()) for each in plan.shards] == [*plan.shards]


def test_what_cannot_be_split_stays_whole():
    files = [stored("a/x.csv", 100), stored("b/y.jsonl.gz", 100)]
    assert len(plan_shards(files, shards=20).shards) == 2
    web = StoredFile("https://example.org/x.jsonl", "x.jsonl", 10**9)
    assert plan_shards([web], shards=20).shards[0].pieces == (Piece(web.url),)


def test_files_of_other_formats_are_counted_by_the_ends_of_their_names(tmp_path):
    for name in ("a.jsonl", "b.TXT", "c/d.txt", "README", "e.json", "_SUCCESS", ".x", "_x/f.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    told = []
    source = str(tmp_path)
    assert [file.name for file in files_of([source, source], on_passed_over=told.append)] == [
        "a.jsonl"
    ]
    assert told == [
        "passed over files that rows aren't read from: 2 .txt, 1 .json, 1 without an ending"
    ]
    for number in range(9):
        (tmp_path / f"x.{number}").touch()
    files_of([source], on_passed_over=told.append)
    assert told[1].endswith(": 2 .txt, 1 .0, 1 .1, 1 .2, 1 .3, 7 of other kinds")
    files_of([str(tmp_path / "*.jsonl")], on_passed_over=told.append)
    assert len(told) == 2


def test_links_are_files_or_told(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.jsonl").write_text("{}\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/linked.jsonl").symlink_to(tmp_path / "real/a.jsonl")
    (tmp_path / "in/nowhere.jsonl").symlink_to("nowhere")
    (tmp_path / "in/folder").symlink_to(tmp_path / "real")
    told = []
    [file] = files_of([str(tmp_path / "in")], on_passed_over=told.append)
    assert (file.name, file.bytes) == ("linked.jsonl", 3)
    assert told == ["passed over files that rows aren't read from: 2 link or pipe"]
    for named in ("in/folder", "in/linked.jsonl", "in/*.jsonl"):
        assert [each.bytes for each in files_of([str(tmp_path / named)])] == [3]


def test_a_name_that_is_not_utf8_is_told(tmp_path):
    try:
        open(os.fsencode(tmp_path) + b"/caf\xe9.jsonl", "w").close()  # noqa: PTH123
    except OSError:
        pytest.skip("this file system has only names in UTF-8")
    with pytest.raises(InputError, match=r"caf\\udce9.jsonl': its name is not UTF-8; rename it"):
        files_of([str(tmp_path)])


def test_too_few_shards_for_the_folders():
    files = [stored("a/x.csv", 1), stored("b/y.csv", 1)]
    with pytest.raises(UsageError, match="type: --shards 2"):
        plan_shards(files, shards=1)


def test_each_row_of_real_files_is_in_exactly_one_shard(tmp_path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    number = 0
    for name, count in (("a/x", 500), ("a/y", 3), ("b/x", 40)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        rows = [{"id": number + at, "text": "é" * (at % 97)} for at in range(count)]
        number += count
        lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(lines)
        table = pa.table({"id": [row["id"] for row in rows], "text": [row["text"] for row in rows]})
        pq.write_table(table, tmp_path / f"{name}.parquet", row_group_size=17)
    for suffix in ("jsonl", "parquet"):
        plan = plan_shards(files_of([str(tmp_path / "**" / f"*.{suffix}")]), shards=9)
        assert 7 <= len(plan.shards) <= 9
        pieces = [piece for shard in plan.shards for piece in shard.pieces]
        assert [row["id"] for piece in pieces for _, row in read_rows(piece)] == list(range(number))


def test_sources_are_read_once_and_what_is_no_rows_is_left_out(tmp_path):
    for name in ("a.jsonl", "b.csv", "README.md", "_toolkit/x.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x\n")
    found = files_of([str(tmp_path), str(tmp_path / "*.csv")])
    assert [file.name for file in found] == ["a.jsonl", "b.csv"]


def test_a_source_without_rows_says_what_is_read(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InputError, match=r"a.txt: rows are read from .csv"):
        files_of([str(tmp_path)])
    with pytest.raises(InputError):
        plan_shards([])
