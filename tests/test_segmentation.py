import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import segmentation
from toolkit.documents import join_segments
from toolkit.segmentation import MAX_SENTENCE_CHARS, split_long, split_sentences

CASES = json.loads((Path(__file__).parent / "cases/segmentation.json").read_text("utf-8"))
FRENCH = st.text(alphabet=st.sampled_from("aéM .!?…«»\"'’()\n\t\u00a0–-Le1,;:"), max_size=80)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_sentences_are_found(case):
    text = case.get("joined_by", " ").join(case["sentences"])
    assert [segment.text for segment in split_sentences(text)] == case["sentences"]


@given(FRENCH | st.text(max_size=80))
def test_splitting_loses_nothing(text):
    segments = split_sentences(text)
    assert join_segments(segments) == text
    assert all(text[s.start : s.start + len(s.text)] == s.text for s in segments)
    assert all(segment.text for segment in segments[1:])


def test_a_very_long_line_takes_no_longer_than_its_length():
    sentence = "Le ministre a présenté son plan aux députés. "
    assert len(split_sentences(sentence * 20_000)) == 20_000


@given(st.text(alphabet="aM,; \n.\u00a0", max_size=200))
def test_no_sentence_is_longer_than_the_bound_and_nothing_is_lost(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segmentation, "MAX_SENTENCE_CHARS", 10)
        segments = split_sentences(text)
    assert join_segments(segments) == text
    assert all(len(segment.text) <= 10 for segment in segments)
    assert all(text[s.start : s.start + len(s.text)] == s.text for s in segments)
    assert all(segment.text for segment in segments[1:])


@pytest.mark.parametrize(
    ("unit", "ending"),
    [
        ("le maire de la ville, ", ","),
        ("le maire et ses adjoints ", ("le", "maire", "et", "ses", "adjoints")),
        ("a", "a"),
    ],
)
def test_what_never_ends_is_cut_behind_a_clause_else_a_word(unit, ending):
    text = unit * (200_000 // len(unit))
    segments = split_sentences(text)
    assert join_segments(segments) == text
    assert all(len(segment.text) <= MAX_SENTENCE_CHARS for segment in segments)
    assert len(segments) < 2.1 * len(text) / MAX_SENTENCE_CHARS
    assert all(segment.text.endswith(ending) for segment in segments)


def test_a_sentence_up_to_the_bound_is_one():
    text = "Le maire de la ville, ".ljust(MAX_SENTENCE_CHARS - 1, "a") + "."
    assert [segment.text for segment in split_sentences(f"{text} Fin.")] == [text, "Fin."]
    assert [segment.text for segment in split_sentences(text + " " * 3000)] == [text]


def test_only_segments_before_a_line_break_end_a_paragraph():
    segments = split_sentences("Un. Deux.\n\nTrois.")
    assert [segment.ends_paragraph for segment in segments] == [False, True, False]


@given(st.text(alphabet="ab ,;", max_size=200), st.integers(1, 20))
def test_long_text_is_cut_into_pieces_that_fit_and_lose_nothing(text, limit):
    pieces = split_long(text, max_tokens=limit, count_tokens=len)
    assert "".join(pieces) == text
    assert all(len(piece) <= max(limit, 1) for piece in pieces)


def test_long_text_is_cut_behind_a_clause_first():
    text = "un deux trois, quatre cinq; six sept huit, neuf"
    pieces = split_long(text, max_tokens=6, count_tokens=lambda part: len(part.split()))
    assert pieces == ("un deux trois, quatre cinq; ", "six sept huit, neuf")
