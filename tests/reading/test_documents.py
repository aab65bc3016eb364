import pytest

from tests.reading.helpers import PAGE, one
from toolkit.errors import InputError
from toolkit.reading import Reading, read_document, read_record


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.txt: No such file"):
        read_document(tmp_path / "absent.txt")
    with pytest.raises(InputError, match="is a folder"):
        read_document(tmp_path)


def test_a_file_over_the_limit_is_refused_and_never_cut(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("a" * 2_000_001)
    with pytest.raises(InputError, match="is larger than 1 MB"):
        read_document(path, Reading(max_bytes=1_000_000))


def test_markdown_that_is_too_long_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "long.md"
    path.write_text(f"Il pleut.\n\n![]({'a' * 2000})\n")
    with pytest.raises(InputError, match="more than 1,000 characters of Markdown"):
        read_document(path, Reading(max_chars=1000))


def test_html_that_is_called_text_is_left_as_it_is():
    page = PAGE.format(charset="utf-8")
    assert one("page.html", page.encode(), kind="text").text == page


def test_a_record_in_memory_is_a_document_with_its_other_fields_as_they_were():
    record = {"body": "Un.\r\nDeux.", "date": "2026-01-02", "tags": ["a"]}
    document = read_record("row 3", record, Reading(text_field="body"))
    assert (document.name, document.text) == ("row 3", "Un.\nDeux.")
    assert document.metadata == {"date": "2026-01-02"}
    assert document.record == {"date": "2026-01-02", "tags": ["a"]}
    with pytest.raises(InputError, match="has no text in its field 'body'"):
        read_record("row 4", {"body": None}, Reading(text_field="body"))
