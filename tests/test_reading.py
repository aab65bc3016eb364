import pytest

from toolkit.errors import InputError
from toolkit.reading import decode, read_document

TEXT = "Où est l’œuvre d’Étienne ?\nIci."


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.replace("\n", "\r\n").encode("utf-8"), "utf-8"),
        (TEXT.replace("\n", "\r").encode("cp1252"), "cp1252"),
    ],
)
def test_text_is_decoded_and_line_ends_are_unified(data, encoding):
    assert decode(data) == (TEXT, encoding)


def test_stray_bytes_in_a_utf8_page_spoil_only_themselves():
    data = "Étienne a dit ".encode() + "déjà".encode("cp1252")
    assert decode(data) == ("Étienne a dit déjà", "utf-8 with cp1252")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"Bon\x00jour", "NUL byte at offset 3"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04...", "archive"),
        (b"<!DOCTYPE html><p>Bonjour", "HTML"),
        (b"\n<html lang='fr'>", "HTML"),
        ("Étienne".encode() + b"\xed\xa0\x80", "lone surrogate at byte 8"),
        (bytes(range(1, 32)) * 40, "binary"),
    ],
)
def test_what_is_no_text_is_refused(data, message):
    with pytest.raises(InputError, match=message):
        decode(data)


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.txt: No such file"):
        read_document(tmp_path / "absent.txt", max_chars=10)
    with pytest.raises(InputError, match="is a folder"):
        read_document(tmp_path, max_chars=10)


def test_a_text_over_the_limit_is_refused_and_never_cut(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("a" * 11)
    with pytest.raises(InputError, match=r"11 characters is over the limit of 10.*max_document"):
        read_document(path, max_chars=10)
