from toolkit.summarization.parts import parts_of, spread


def test_parts_hold_the_whole_text_in_whole_paragraphs_and_about_equal_shares():
    paragraphs = [f"Paragraph {n} says a little more." for n in range(30)]
    text = "\n\n".join(paragraphs)
    parts = list(parts_of(text, budget=80, count=lambda piece: len(piece.split())))
    assert "\n\n".join(parts) == text
    sizes = [len(part.split()) for part in parts]
    assert max(sizes) <= 80
    assert max(sizes) - min(sizes) <= 2 * 6


def test_parts_are_chosen_from_the_end_and_then_from_everywhere():
    assert spread(9) == [8, 4, 6, 2, 7, 5, 3, 1, 0]
    assert (spread(2), spread(1), spread(0)) == ([1, 0], [0], [])
