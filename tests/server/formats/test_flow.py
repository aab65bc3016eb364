import pytest

from toolkit.server.formats.flow import Flow, divide
from toolkit.server.formats.projection import Run

LANGUAGES = ("fr", "en")


def filled(flow, *translations):
    return "".join(run.text for run in flow.filled(iter(translations), LANGUAGES))


def test_runs_are_cut_at_the_ends_but_atoms_are_not():
    runs = [Run("Il dort. "), Run("code", (), "<code>"), Run(" Elle dort.", ("*",))]
    assert divide(runs, [8, 9, 11, 24]) == [
        [Run("Il dort.")],
        [Run(" ")],
        [runs[1]],
        [Run(" Elle dort.", ("*",))],
    ]


def test_what_has_no_width_is_where_it_stands():
    image = Run("", (), "<img>")
    assert divide([image, Run("ab")], [1, 2]) == [[image, Run("a")], [Run("b")]]
    assert divide([Run("ab"), image], [1, 2]) == [[Run("a")], [Run("b"), image]]
    assert divide([Run("a"), image, Run("b")], [1, 2]) == [[Run("a")], [image, Run("b")]]
    assert divide([image], [0]) == [[image]]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_sentences_are_those_of_the_whole_text(size):
    text = "Il dort. Elle dort, M. Martin aussi."
    runs = [
        Run(text[at : at + size], (at % 2,) if at % 3 else ()) for at in range(0, len(text), size)
    ]
    flow = Flow(runs)
    assert [each.text for each in flow.segments] == ["Il dort.", "Elle dort, M. Martin aussi."]
    assert filled(flow, "He sleeps.", "She does.") == "He sleeps. She does."


def test_white_space_is_shown_once_but_for_that_at_the_ends():
    flow = Flow([Run("\n  Il\n\t "), Run(" dort", ("b",)), Run(" .\n")])
    assert [each.text for each in flow.segments] == ["Il dort ."]
    assert filled(flow, "He sleeps.") == "\n  He sleeps.\n"
    assert filled(Flow([Run("\n\n")])) == "\n\n"
    assert filled(Flow([Run("a\n b")], spaced=True), "a", "b") == "a\n b"


def test_no_sentence_ends_within_code():
    code = Run("Un. Deux. Trois", (), "<code>")
    flow = Flow([Run("Voici "), code, Run(" pour lui.")])
    assert [each.text for each in flow.segments] == ["Voici Un. Deux. Trois pour lui."]


def test_code_alone_is_not_translated():
    flow = Flow([Run("ls -l", (), "<code>"), Run(" : ")])
    assert flow.segments == ()
    assert filled(flow) == "ls -l : "
