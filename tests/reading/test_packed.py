import gzip
import json
import sys

import pytest

from toolkit.errors import InputError
from toolkit.reading import Reading
from toolkit.reading.documents import read_document, read_file

zstandard = pytest.importorskip("zstandard")
TEXT = "Le ministre présente jeudi son plan devant les députés réunis à Paris.\n"
PACK = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}
PACKED = pytest.mark.parametrize("suffix", PACK)


def put(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


@PACKED
def test_a_packed_file_is_read_as_the_kind_inside(tmp_path, suffix):
    def read(name, text):
        return read_document(put(tmp_path, name + suffix, PACK[suffix](text.encode("utf-8"))))

    assert read("a.txt", TEXT).text == TEXT
    assert read("a.md", f"# Un plan\n\n{TEXT}").metadata["title"] == "Un plan"
    assert read("a.jsonl", json.dumps({"text": TEXT, "id": 7})).record == {"id": 7}
    assert read("a.csv", f'id,text\n7,"{TEXT}"\n').record == {"id": "7"}
    page = f"<html><head><title>Un plan</title></head><body><p>{TEXT}</p></body></html>"
    assert read("a.HTML", page).metadata["title"] == "Un plan"
    assert read("a", page).metadata["title"] == "Un plan"


@PACKED
def test_parts_one_after_the_other_are_one_file(tmp_path, suffix):
    parts = [PACK[suffix](TEXT.encode("utf-8")) for _ in range(3)]
    assert read_document(put(tmp_path, f"a.txt{suffix}", b"".join(parts))).text == TEXT * 3


@PACKED
def test_what_is_damaged_or_cut_off_is_refused(tmp_path, suffix):
    whole = PACK[suffix](TEXT.encode("utf-8") * 1000)

    def refused(data):
        with pytest.raises(InputError) as caught:
            read_document(put(tmp_path, f"a.txt{suffix}", data))
        return str(caught.value).removeprefix(f"{tmp_path / 'a.txt'}{suffix}: ")

    for length in (6, 20, len(whole) // 2, len(whole) - 1):
        assert "that was cut off" in refused(whole[:length]), length
    assert "is a damaged" in refused(TEXT.encode("utf-8"))
    assert "is a damaged" in refused(whole + b"rubbish")
    assert refused(b"") == "is empty"
    assert refused(PACK[suffix](b"")) == "is empty"


@PACKED
def test_a_bomb_is_not_unpacked(tmp_path, suffix):
    bomb = PACK[suffix](b"a" * 50_000_000)
    assert len(bomb) < 100_000
    path = put(tmp_path, f"a.txt{suffix}", bomb)
    with pytest.raises(InputError, match="is larger than 1 MB unpacked, the most for one file"):
        read_file(path, Reading(max_bytes=1_000_000))


def test_without_the_library_the_line_to_type_is_said(tmp_path, monkeypatch):
    path = put(tmp_path, "a.txt.zst", PACK[".zst"](b"a"))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(InputError, match=r"type: pip install 'toolkit-fr-en\[zstd\]'"):
        read_document(path)


@PACKED
def test_a_packed_file_under_another_name_says_what_it_is(tmp_path, suffix):
    path = put(tmp_path, "a.txt", PACK[suffix](TEXT.encode("utf-8")))
    with pytest.raises(InputError, match=rf"unpack it, or end its name with {suffix}"):
        read_document(path)
