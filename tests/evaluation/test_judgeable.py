import json
from datetime import date

import pytest

from tests.helpers import result_of
from toolkit.errors import InputError, UsageError
from toolkit.evaluation.judgeable import (
    AGAIN,
    Translated,
    left_to_judge,
    left_to_judge_again,
    read_translations,
)
from toolkit.evaluation.judgements import Judgement

TODAY = date(2026, 11, 26)
PAIRS = (("Il pleut.", "It rains."), ("Elle part.", "She leaves."))
MADE = {"translation": {"model": "opus"}}


def texts(found):
    return [(each.id, each.system, each.source, each.target) for each in found]


@pytest.fixture
def write(tmp_path):
    def write_text(name, *values, between="\n"):
        path = tmp_path / name
        lines = (value if isinstance(value, str) else json.dumps(value) for value in values)
        path.write_text(between.join(lines) + "\n", "utf-8")
        return path

    return write_text


def article(name="a.txt", **values):
    return result_of(*PAIRS, name=name).to_dict() | {"provenance": MADE} | values


def test_articles_as_translate_writes_them_give_their_sentences(write):
    wanted = [
        ("a.txt#1", "opus", "Il pleut.", "It rains."),
        ("a.txt#2", "opus", "Elle part.", "She leaves."),
    ]
    found = read_translations(write("a.json", article()))
    assert texts(found) == wanted
    assert [each.before for each in found] == ["", "Il pleut."]
    several = write("several.json", json.dumps(article(), indent=1), article("b.txt"))
    assert [each.id for each in read_translations(several)] == [
        *("a.txt#1", "a.txt#2"),
        *("b.txt#1", "b.txt#2"),
    ]
    assert read_translations(several)[2].before == ""
    lines = write("lines.jsonl", article(record={"part": "test"}), article("b.txt"))
    assert texts(read_translations(lines, part="test")) == wanted


def test_a_run_gives_the_answers_of_its_systems(run, tmp_path):
    found = read_translations(tmp_path / "one", system="no glossary", part="own")
    assert [(each.id, each.system, each.part) for each in found] == [
        (f"{name}", "no glossary", "own") for name in ("a#2", "a#3", "b#4")
    ]
    assert found[0].target == run.of("own")[1].answers[0].text
    assert [each.before for each in found] == ["", found[0].source, ""]
    assert {each.system for each in read_translations(tmp_path / "one")} == {
        "default",
        "no glossary",
    }


def test_rows_may_say_who_made_them_and_what_they_are(write):
    tsv = write("mine.tsv", "part\tsource\ttarget", "tune\tIl pleut.\tIt rains.", "test\tNon.\tNo.")
    assert texts(read_translations(tsv)) == [
        ("mine#2", "mine", "Il pleut.", "It rains."),
        ("mine#3", "mine", "Non.", "No."),
    ]
    assert texts(read_translations(tsv, system="deepl", part="test")) == [
        ("mine#3", "deepl", "Non.", "No.")
    ]
    pages = write("pages.tsv", "page\tsource\ttarget", "p\tOui.\tYes.", "p\tNon.\tNo.", "q\tA.\tA.")
    assert [each.before for each in read_translations(pages)] == ["", "Oui.", ""]
    by_two = [
        {"source": f"{name}.", "target": ".", "document": "p", "system": system}
        for system in "ab"
        for name in ("Un", "Deux")
    ]
    found = read_translations(write("two.jsonl", *by_two))
    assert [each.before for each in found] == ["", "Un.", "", "Un."]
    row = {"id": 7, "system": "opus", "source": "Non.", "target": "No.", "score": 1}
    lines = write("rows.jsonl", row, row, row | {"system": "nllb", "target": ""})
    assert texts(read_translations(lines)) == [
        ("7", "opus", "Non.", "No."),
        ("7", "nllb", "Non.", ""),
    ]
    with pytest.raises(UsageError, match="has no system deepl; there are: nllb, opus"):
        read_translations(lines, system="deepl")
    with pytest.raises(UsageError, match="has no part tune; there are: none"):
        read_translations(lines, part="tune")


@pytest.mark.parametrize(
    ("name", "lines", "fault"),
    [
        ("x.jsonl", ['{"source": "a", "target": "b"}', '{"source": "a"}'], ":2: target"),
        ("x.jsonl", ['{"source": "a", "target": "b"}', "", "{"], ":3: is not JSON"),
        ("x.jsonl", ["[" * 100_000], ":1: is not JSON"),
        ("x.jsonl", ["1"], ":1: "),
        ("x.jsonl", ['{"source": "\\ud800", "target": "b"}'], ":1: holds halves"),
        ("x.json", ['{"segments": [{"source": "a"}]}'], ":1: document"),
        ("x.json", ['{"documents": 1}'], ":1: documents"),
        ("x.jsonl", [""], "holds no translations"),
        ("x.tsv", ["source", "a"], ":1: there is no column target"),
        (
            "x.jsonl",
            [f'{{"id": "1", "source": "a", "target": "{text}"}}' for text in "bc"],
            "two translations of 1 by x",
        ),
    ],
)
def test_what_holds_no_translations_is_refused_with_its_line(write, name, lines, fault):
    with pytest.raises(InputError) as refused:
        read_translations(write(name, *lines))
    assert fault in str(refused.value)


def translated(name):
    return Translated(id=name, system="greedy", source="Non.", target="No.")


def judged(name, judge="anna", day=20, target="No."):
    return Judgement(
        id=name,
        system="greedy",
        source="Non.",
        target=target,
        errors=(),
        judge=judge,
        judged=TODAY.replace(day=day),
    )


def test_what_the_judge_has_judged_is_not_asked_again():
    all_three = [translated(name) for name in "abc"]
    left = left_to_judge(all_three, [judged("b"), judged("a", "bea")], "anna")
    assert [each.id for each in left] == ["a", "c"]
    with pytest.raises(InputError, match="b by greedy was judged with another text"):
        left_to_judge(all_three, [judged("b", target="Nope.")], "anna")


def again(judgements, *, count=99, seed=0):
    every = [translated(str(number)) for number in range(20)]
    found = left_to_judge_again(every, judgements, "anna", count=count, seed=seed, today=TODAY)
    return [each.id for each in found]


def test_what_was_judged_comes_again_but_not_on_the_same_day():
    judgements = [judged("1"), judged("2", day=TODAY.day), judged("3", "bea", TODAY.day)]
    assert sorted(again(judgements)) == ["1", "3"]


def test_the_order_is_by_chance_and_goes_on_where_it_stopped():
    judgements = [judged(str(number)) for number in range(20)]
    order = again(judgements, count=8)
    assert len(order) == 8
    assert order != again(judgements, count=8, seed=1)
    assert order != sorted(order, key=int)
    done = [judged(name, "anna" + AGAIN, TODAY.day) for name in order[:3]]
    assert again(judgements + done, count=8) == order[3:]
    assert again(judgements + done, count=3) == []
