import pytest

from toolkit.errors import InputError
from toolkit.reading import decode

TEXT = "Où est l’œuvre d’Étienne ?\nIci."


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.replace("\n", "\r\n").encode("utf-8"), "utf-8"),
        (TEXT.replace("\n", "\r").encode("cp1252"), "cp1252"),
        (TEXT.replace("\n", "\u2028").encode("utf-8"), "utf-8"),
    ],
)
def test_text_is_decoded_and_line_ends_are_unified(data, encoding):
    assert decode(data) == (TEXT, encoding)


def test_mixed_line_ends_are_unified():
    assert decode(b"a\r\nb\rc\nd")[0] == "a\nb\nc\nd"


def test_an_encoding_that_is_named_is_used():
    assert decode(TEXT.replace("’", "'").encode("mac-roman"), encoding="mac-roman")[0] == (
        TEXT.replace("’", "'")
    )
    with pytest.raises(InputError, match="not valid UTF-8 at byte 1"):
        decode(TEXT.encode("cp1252"), encoding="utf-8")


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
        ("Étienne".encode() + b"\xed\xa0\x80", "lone surrogate at byte 8"),
        (bytes(range(1, 32)) * 40, "binary"),
    ],
)
def test_what_is_no_text_is_refused(data, message):
    with pytest.raises(InputError, match=message):
        decode(data)
