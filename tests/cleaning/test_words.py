import re
import sys

import pytest

from toolkit.cleaning.patterns import tokens_of
from toolkit.cleaning.words import BEYOND, MAYBE_DIGIT, words_of

CHARACTERS = [chr(code) for code in range(sys.maxunicode + 1)]
NEAR = " ".join(f"é{char}b" for char in CHARACTERS if not BEYOND.match(char))


def test_digits_are_those_of_every_script():
    text = "".join(CHARACTERS)
    assert re.findall(rf"[{MAYBE_DIGIT}](?<=\d)", text) == re.findall(r"\d", text)


@pytest.mark.parametrize(
    ("find", "expression"),
    [(words_of, r"[^\W\d_]+"), (tokens_of, r"[\w'?]+|[^\w\s]")],
    ids=["words", "tokens"],
)
def test_the_quick_way_finds_what_the_plain_expression_finds(find, expression):
    assert find(NEAR) == re.findall(expression, NEAR)


def test_words_of_other_scripts_are_whole():
    assert words_of("l’été ⱥé Łódź Минск 12_x²") == ["l", "été", "ⱥé", "Łódź", "Минск", "x²"]
