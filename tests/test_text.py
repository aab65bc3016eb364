from hypothesis import given
from hypothesis import strategies as st

from toolkit.text import fold, one_line, printable


@given(st.text())
def test_what_is_printed_orders_a_terminal_nothing(text):
    shown = printable(text)
    shown.encode()
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(shown)
    assert printable(shown) == shown


def test_escapes_stand_for_what_is_not_printed():
    assert printable("a\x1b[2J\tb\n\ud800") == "a\\x1b[2J\tb\n\\ud800"


def test_a_message_is_one_line():
    assert one_line(" a\r\nb\t\x1b[2J\ud800 ") == "a b \\x1b[2J\\ud800"


def test_folding_takes_away_what_writers_differ_in():
    assert fold("L’ÉTÉ") == fold("l'e\u0301te\u0301") == "l'ete"
