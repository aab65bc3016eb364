import gzip
import json
from pathlib import Path

import pytest

from tests.cli.helpers import ARTICLE, ENGLISH, corpus
from toolkit.cli.inputs import Tally, flow
from toolkit.cli.places import Place
from toolkit.errors import InputError, LanguageError, ModelError

FAKE = ("--model", "fake", "-q")
TEXT = ARTICLE.replace("\n", " ").strip()


def test_two_inputs_for_one_output_are_refused(run, tmp_path):
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(ARTICLE, "utf-8")
    code, _, err = run("translate", "x/a.txt", "y/a.txt", "--model", "fake", "-o", "out")
    assert code == 2
    assert "would both be written to" in err


def test_bad_inputs_are_named_and_the_rest_is_done(run, tmp_path, page):
    (tmp_path / "empty.txt").write_bytes(b"")
    code, _, err = run("translate", "empty.txt", page, "--model", "fake", "-o", "out", "-q")
    assert code == 3
    assert err == "toolkit: empty.txt: is empty\n"
    assert (tmp_path / "out/page.txt").is_file()


@pytest.mark.parametrize("command", ["clean", "translate", "summarize"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"Accueil\nMenu\nPartager\n", "no article found"),
        (bytes(range(1, 32)) * 40, "binary"),
        (b"Bonjour\x00 tout le monde", "NUL byte at offset 7"),
        ("Étienne est là.".encode() + b"\xed\xa0\x80", "lone surrogate"),
        (b"\x0b\x01" * 2_500_000, "binary"),
        (ENGLISH.encode(), "looks English"),
        (b"<html><body><img src='x'>", "only markup"),
        (b"%PDF-1.4", "PDF"),
    ],
)
def test_bad_input_gives_one_clear_line_and_exit_3(run, tmp_path, command, data, message):
    (tmp_path / "bad.txt").write_bytes(data)
    model = () if command == "clean" else ("--model", "fake")
    code, out, err = run(command, "bad.txt", *model)
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert err.startswith("toolkit: bad.txt: ")
    assert message in err


def test_missing_things_are_named(run, tmp_path):
    assert run("clean", "absent.txt")[2] == "toolkit: absent.txt: No such file or directory\n"
    assert run("clean", "absent/")[2] == "toolkit: absent: No such file or directory\n"
    (tmp_path / "folder").mkdir()
    code, _, err = run("clean", "folder")
    assert code == 3
    assert "the folder holds none of *.txt" in err


def test_an_unreadable_file_is_named(run, page, monkeypatch):
    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert run("clean", page) == (3, "", f"toolkit: {page}: Permission denied\n")


def test_bad_documents_are_set_aside_with_their_reasons(run, tmp_path):
    corpus(tmp_path, 3)
    (tmp_path / "in/empty.txt").write_text("")
    code, _, _ = run("translate", "in", "--model", "fake", "-q", "-o", "out")
    assert code == 3
    (failed,) = (tmp_path / "out/_failed.jsonl").read_text().splitlines()
    assert json.loads(failed) == {
        "input": "in/empty.txt",
        "reason": "is empty",
        "type": "InputError",
    }
    assert len(list((tmp_path / "out").rglob("*.txt"))) == 3
    (tmp_path / "in/empty.txt").unlink()
    assert run("translate", "in", "--model", "fake", "-q", "-o", "out")[0] == 0
    assert not (tmp_path / "out/_failed.jsonl").exists()


def test_outputs_do_not_lie_among_the_inputs(run, tmp_path):
    corpus(tmp_path, 1)
    code, _, err = run("translate", "in", "--model", "fake", "-o", "in")
    assert code == 2
    assert "lies in the output folder" in err


def test_outputs_inside_the_input_folder_are_no_inputs_of_the_next_run(run, tmp_path):
    corpus(tmp_path, 3)
    for _ in range(2):
        assert run("translate", "in", "--model", "fake", "-q", "-o", "in/out")[0] == 0
    assert len(list((tmp_path / "in/out").rglob("*.txt"))) == 3


def test_packed_files_of_a_folder_are_read_and_lose_both_suffixes(run, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt.gz").write_bytes(gzip.compress(ARTICLE.encode("utf-8")))
    (tmp_path / "in/picture.gz").write_bytes(gzip.compress(b"no text"))
    record = json.dumps({"text": TEXT})
    (tmp_path / "in/c.jsonl.gz").write_bytes(gzip.compress(record.encode("utf-8")))
    assert run("clean", "in", "-o", "out")[0] == 0
    made = sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.txt"))
    assert made == ["a.txt", "c/000001.txt"]
    assert run("clean", "in/c.jsonl.gz")[0] == 2  # many documents need a folder
    (tmp_path / "in/a.txt").write_text(ARTICLE, "utf-8")
    assert "would both be written to" in run("clean", "in", "-o", "other")[2]


def records(*ids):
    return "\n".join(
        json.dumps({"key": each, "text": f"{TEXT} {n}."}) for n, each in enumerate(ids)
    )


def test_a_field_names_the_records(run, tmp_path):
    (tmp_path / "c.jsonl").write_text(records("lyon", 7, "à/../b:c?"))
    flags = (*FAKE, "--id-field", "key")
    out = run("translate", "c.jsonl", *flags, "-f", "jsonl")[1]
    names = [json.loads(line)["document"]["name"] for line in out.splitlines()]
    assert names == ["c.jsonl:lyon", "c.jsonl:7", "c.jsonl:à/../b:c?"]
    assert [json.loads(line)["record"]["key"] for line in out.splitlines()][:2] == ["lyon", 7]
    assert run("translate", "c.jsonl", *flags, "-o", "out")[0] == 0
    made = sorted(each.name.partition("~")[0] for each in (tmp_path / "out/c").iterdir())
    assert made == ["7.txt", "_b_c_", "lyon.txt"]  # what no system takes for a name is changed


def test_records_without_a_name_of_their_own_are_set_aside(run, tmp_path):
    (tmp_path / "c.jsonl").write_text(records("a", "a", "", None, ["x"], "b", True))
    code, out, err = run("clean", "c.jsonl", "--id-field", "key", "-f", "jsonl")
    assert code == 3
    assert [json.loads(line)["document"]["name"] for line in out.splitlines()] == [
        "c.jsonl:a",
        "c.jsonl:b",
    ]
    first, *others = err.splitlines()
    assert first == "toolkit: c.jsonl:2: has the id 'a' that record 1 has"
    assert len(others) == 4
    assert all("has no id in its field 'key'" in each for each in others)
    (tmp_path / "c.csv").write_text(f"id;text\n1;{TEXT}\n", "utf-8")
    code, _, err = run("clean", "c.csv", "--id-field", "key", "-f", "jsonl")
    assert code == 3
    assert "c.csv:1: has no field 'key' (there are: id, text)" in err


@pytest.mark.parametrize("text", ["Il pleut.", "fonte", "Menu", "<b>"])
def test_a_word_or_a_sentence_stands_for_an_input(run, text):
    for command in (("translate", *FAKE), ("summarize", *FAKE), ("clean",)):
        code, out, err = run(*command, "--text", text)
        assert (code, err) == (0, "")
        assert text.split()[0] in out
    value = json.loads(run("translate", *FAKE, "--text", text, "-f", "json")[1])
    assert value["document"]["name"] == "text"


def test_a_text_is_repaired_by_clean_and_goes_to_a_file(run, tmp_path):
    assert run("clean", "--text", "l&#39;Ã©tÃ©", "-o", "made.txt")[0] == 0
    assert (tmp_path / "made.txt").read_text("utf-8") == "l'été\n"
    assert run("clean", "--text", "l'été", "-o", "out")[0] == 0
    assert (tmp_path / "out/text.txt").is_file()


def test_a_text_takes_the_place_of_inputs(run, page):
    for command in ("clean", "translate", "summarize"):
        for arguments in ((), (page, "--text", "Il pleut."), ("--text", " ")):
            code, out, err = run(command, *arguments)
            assert (code, out) == (2, "")
            assert "--text" in err


def test_a_long_text_in_another_language_is_refused(run):
    english = "The minister presented his plan to members of parliament in Paris."
    code, _, err = run("translate", *FAKE, "--text", english)
    assert code == 3
    assert "text: looks English" in err


def test_a_text_in_another_language_is_set_aside_with_the_ways_out(capsys):
    tally = Tally()
    tally.add("a.txt", LanguageError("a.txt: looks English", found="en", expected="fr"))
    said = "looks English; --from fr takes it all the same, --from en as what it is"
    assert capsys.readouterr().err == f"toolkit: a.txt: {said}\n"
    assert tally.failed[0]["reason"] == said


def items(count):
    return [(f"{number}.txt", Place(Path(f"{number}")), (1, number)) for number in range(count)]


def test_results_flow_in_the_order_of_the_inputs_as_soon_as_they_can():
    taken = []

    def work(values):
        values = list(values)
        taken.extend(key for key, _ in values)
        yield from ((key, value * 10) for key, value in reversed(values))

    flowing = flow(items(3), work, Tally())
    assert [(name, result) for name, _, (_, result) in flowing] == [
        ("0.txt", 0),
        ("1.txt", 10),
        ("2.txt", 20),
    ]


@pytest.mark.parametrize("error", [InputError("can't be used"), KeyError("a fault of ours")])
def test_an_item_that_breaks_the_flow_is_set_aside_and_the_rest_goes_on(error, capsys):
    def work(values):
        for key, value in values:
            if value == 2:
                raise error
            yield key, value

    tally = Tally()
    done = [result for _, _, (_, result) in flow(items(5), work, tally)]
    assert done == [0, 1, 3, 4]
    assert [each["input"] for each in tally.failed] == ["2.txt"]


def test_what_is_taken_before_a_break_is_not_lost():
    """The work looks ahead, so a fault meets what came before it as well."""
    broken = []

    def work(values):
        values = list(values)
        if len(values) > 1 and not broken:
            broken.append(True)
            raise InputError("one of them")
        yield from values

    done = [result for _, _, (_, result) in flow(items(4), work, Tally())]
    assert done == [0, 1, 2, 3]


def test_an_error_that_would_meet_all_goes_through():
    def work(values):
        raise ModelError("no memory")
        yield from values

    with pytest.raises(ModelError):
        list(flow(items(2), work, Tally()))
