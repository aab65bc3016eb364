import pytest

from toolkit.server.formats.prepared import prepare_text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "Il dort.  Elle dort.\n\n\tEt lui ?\n",
        "  12 %\nIl dort.\n---\n",
        "\r\nIl dort.\r\n",
        "Il\u00a0dort.\u00a0Elle dort",
    ],
)
def test_all_white_space_stays(text):
    prepared = prepare_text(text)
    assert prepared.fill([segment.text for segment in prepared.segments]) == text


def test_only_what_has_words_is_translated():
    prepared = prepare_text("Il dort.\n---\n12 000\nElle aussi.")
    assert [segment.text for segment in prepared.segments] == ["Il dort.", "Elle aussi."]
    assert prepared.fill(["A", "B"]) == "A\n---\n12 000\nB"


def test_a_text_can_be_filled_several_times():
    prepared = prepare_text("Il dort.")
    assert [prepared.fill([each]) for each in "ab"] == ["a", "b"]
