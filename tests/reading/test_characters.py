import pytest

from toolkit.reading.characters import PIECE_CHARS, allowed, one_spaced


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("a\x00b\ufffec\ud800", "abc"),
        ("Il part&#12;&#x1;&#xD800; demain&#233;", "Il part  demain&#233;"),
        ("a\fb", "a b"),
        ("&#99999999999;", ""),
    ],
)
def test_what_xml_does_not_allow_is_no_text(markup, expected):
    assert allowed(markup) == expected


def test_white_space_is_one_space_however_long_the_text_is():
    assert one_spaced(" Le\n\tmaire ") == "Le maire"
    assert one_spaced("a  " * PIECE_CHARS) == one_spaced("a " * PIECE_CHARS)
