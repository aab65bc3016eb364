import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.documents import join_segments
from toolkit.segmentation import split_long, split_sentences

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
