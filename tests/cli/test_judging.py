import io

import pytest

from toolkit.cli.judging import CATEGORY_KEYS, Dialogue
from toolkit.errors import InputError
from toolkit.evaluation.judgeable import Translated
from toolkit.evaluation.judgements import CATEGORIES, open_judgements

SOURCE = "« L’an dernier, dit-il, 5 % des élus n’étaient qu’aujourd’hui d’accord. »"
TARGET = "“Last year,” he says, 5% of them agreed."


@pytest.fixture
def judge(tmp_path, monkeypatch, capsys):
    """Gives these answers about these pairs: what was written, and what was shown."""

    def answer(*lines, pairs=((SOURCE, TARGET),), stdin=None):
        todo = [
            Translated(id=str(number), system="secret", source=source, target=target)
            for number, (source, target) in enumerate(pairs)
        ]
        text = "".join(f"{line}\n" for line in lines)
        monkeypatch.setattr("sys.stdin", stdin or io.StringIO(text))
        with open_judgements(tmp_path / "judged.jsonl") as file:
            Dialogue(todo, file, "anna").run()
            found = [each.to_dict() for each in file.judgements]
        return found, capsys.readouterr().out

    return answer


def errors(found):
    return [
        (each["category"], each["severity"], each["source"], each["target"])
        for judgement in found
        for each in judgement["errors"]
    ]


def test_words_are_numbered_without_punctuation_and_elided_ones_alone(judge):
    _, out = judge()
    assert (
        "source 1 L’ 2 an 3 dernier 4 dit-il 5 5 6 % 7 des 8 élus 9 n’ 10 étaient 11 qu’ "
        "12 aujourd’hui 13 d’ 14 accord "
        "target 1 Last 2 year 3 he 4 says 5 5% 6 of 7 them 8 agreed error?"
    ) in " ".join(out.split())


def test_errors_are_given_bit_by_bit_or_on_one_line(judge):
    found, _ = judge("w", "j", "8", "7", "t c 9-10 - o m 3", "a m 1-2", "f 3-4 -", "f - 8", "")
    assert errors(found) == [
        ("wrong sense", "major", "élus", "them"),
        ("tense or modality", "critical", "n’étaient", None),
        ("omission", "minor", "dernier", None),
        ("addition", "minor", None, "Last year"),
        ("fluency", "minor", "dernier, dit-il", None),
        ("fluency", "minor", None, "agreed"),
    ]


@pytest.mark.parametrize("key", CATEGORY_KEYS)
def test_every_category_has_a_key(judge, key):
    severity = "" if key == "f" else "m "
    found, _ = judge(f"{key} {severity}1" + " 1" * (key not in "oa"), "")
    assert [error[0] for error in errors(found)] == [CATEGORY_KEYS[key]]
    assert set(CATEGORY_KEYS.values()) == set(CATEGORIES)


@pytest.mark.parametrize(
    ("typed", "said", "rest"),
    [
        ("x o m 3", "'x' is not one of u, s, o, a", "w j 8 7"),
        ("w x o m 3", "'x' is not one of m, j, c", "j 8 7"),
        ("w j 15 1", "'15' is no number", "8 7"),
        ("w j 0", "of 14 words", "8 7"),
        ("w j 5-3", "'5-3' is no number", "8 7"),
        ("w j 8 seven", "'seven' is no number", "7"),
        ("w j - -", "no words are marked", "w j 8 7"),
        ("o j -", "an omission has words of the source", "w j 8 7"),
    ],
)
def test_a_slip_is_told_and_asked_again(judge, typed, said, rest):
    found, out = judge(typed, rest, "")
    assert said in out
    assert errors(found) == [("wrong sense", "major", "élus", "them")]


PAIRS = (("Un.", "One."), ("Deux.", "Two."), ("Trois.", "Three."))


def test_what_was_done_is_taken_back_step_by_step(judge):
    lines = ("o j 1", "", "s", "o c 1", "w u", "u", "u", "u", "w m 1 1", "", "", "")
    found, out = judge(*lines, pairs=PAIRS)
    assert errors(found) == [("wrong sense", "minor", "Un", "One")]
    assert [each["id"] for each in found] == ["0", "1", "2"]
    assert "taken back: omission, critical: “Trois” → nothing" in out
    assert "nothing was judged" in judge("u")[1]


def test_a_sentence_that_is_skipped_or_not_finished_is_not_written(judge):
    found, _ = judge("s", "", "o j 1", "q", pairs=PAIRS)
    assert [each["id"] for each in found] == ["1"]


def test_the_judge_sees_no_more_than_the_words(judge):
    _, out = judge(pairs=(("Un \x1b[2Jchat\u202e.", "A cat."),))
    assert "secret" not in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_question_mark_explains_and_asks_again(judge):
    found, out = judge("w", "?", "m", "1 1", "", pairs=PAIRS[:1])
    assert all(meaning in " ".join(out.split()) for meaning in CATEGORIES.values())
    assert errors(found) == [("wrong sense", "minor", "Un", "One")]


def test_an_empty_translation_can_be_judged(judge):
    found, _ = judge("o c 1", "", pairs=(("Un.", ""),))
    assert errors(found) == [("omission", "critical", "Un", None)]


def test_answers_that_are_no_text_are_refused(judge):
    with pytest.raises(InputError, match="not UTF-8"):
        judge(stdin=io.TextIOWrapper(io.BytesIO(b"\xff\n"), encoding="utf-8"))
