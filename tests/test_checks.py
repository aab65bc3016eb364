import ast
from pathlib import Path

import pytest

import toolkit
from toolkit.checks import DETAILS, EACH, IN_WORDS, Check
from toolkit.prompts import TASKS, load_feedback


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (Check(name="numbers", relation="lost", values=("58", "3")), "numbers: lost 58, 3"),
        (
            Check(name="length", relation="over", values=("61", "60")),
            "length: 61 words instead of 60",
        ),
        (
            Check(name="attribution", relation="subject", values=("Lavrov", "Putin", "Wang", "Xi")),
            "attribution: Lavrov speaks of Putin; Wang speaks of Xi",
        ),
        (
            Check(name="contradiction", relation="document", values=("b.txt", "15", "16")),
            "contradiction: b.txt has 15, 16",
        ),
        (Check(name="names", relation=IN_WORDS, values=("lost Brest",)), "names: lost Brest"),
        (Check(name="smell", relation="bad", values=("a {0} b",)), "smell: bad a {0} b"),
        (Check(name="length", relation="over"), "length: over"),
    ],
)
def test_a_check_is_put_into_words(check, words):
    assert str(check) == words


@pytest.mark.parametrize("task", TASKS)
def test_models_read_about_checks_that_exist(task):
    known = {f"{name}.{relation}" for name, relation in (*DETAILS, *EACH)}
    known |= {"draft.close", "draft.together", "length.short", "length.long"}
    assert load_feedback(task).content.messages.keys() <= known


def test_a_model_reads_the_faults_of_its_answer_in_their_order():
    lost = Check(name="dates", relation="lost", values=("Monday", "Tuesday"))
    silent = Check(name="length", relation="ratio", values=("3.00",))
    added = Check(name="numbers", relation="added", values=("7",))
    assert load_feedback("translation").messages([added, silent, lost]) == [
        "don't write: 7",
        "keep: Monday, Tuesday",
    ]
    hoped = Check(name="modality", relation="hoped", values=("meet",))
    spoken = Check(name="attribution", relation="subject", values=("Lavrov", "Putin"))
    assert load_feedback("summarization").messages([hoped, spoken]) == [
        "This is only hoped or planned in the article: meet. Tell it as a hope or plan.",
        "In this article: Lavrov speaks of Putin. Keep who said what of whom.",
    ]


def test_every_check_that_the_code_makes_has_words():
    """Those whose name and relation are written out, which are nearly all."""
    made = set()
    for path in Path(toolkit.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check":
                values = {each.arg: each.value for each in node.keywords}
                name, relation = values.get("name"), values.get("relation")
                if isinstance(name, ast.Constant) and isinstance(relation, ast.Constant):
                    made.add((name.value, relation.value))
    assert len(made) > 15
    assert made <= {*DETAILS, *EACH}
