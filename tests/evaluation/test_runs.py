import json

import pytest

from tests.evaluation.helpers import FAKE
from toolkit.errors import ModelError, UsageError
from toolkit.evaluation.compare import compare
from toolkit.evaluation.folders import outputs_file
from toolkit.evaluation.page import report_page
from toolkit.evaluation.runs import run_suite
from toolkit.evaluation.suites import load_suite
from toolkit.evaluation.tables import comparison_text, run_tables


def test_a_run_holds_all_that_it_was_made_with(suite, tmp_path):
    run_suite(suite, tmp_path / "one", flags=FAKE)
    record = json.loads((tmp_path / "one/run.json").read_text("utf-8"))
    assert record["parts"]["own"]["items"] == 3
    assert record["parts"]["own"]["digest"].startswith("sha256:")
    made = record["parts"]["own"]["systems"]["default"]
    assert made["with"]["translation"]["engine"] == "fake"
    assert made["settings"]["glossary"] == "news"
    assert str(tmp_path) not in json.dumps(made)
    assert {"python", "sacrebleu"} <= record["libraries"].keys()
    assert record["machine"]["cores"] > 0
    path = outputs_file(tmp_path / "one", "own", "no glossary")
    assert path.name.startswith("no_glossary")
    first = json.loads(path.read_text("utf-8").splitlines()[0])
    assert first["id"] == "a#2"
    assert first["text"].startswith("[fake]")
    assert first["scores"].keys() == {"chrF2++", "BLEU", "flagged"}
    scores = json.loads((tmp_path / "one/scores.json").read_text("utf-8"))
    assert scores["own"]["default"]["BLEU"]["signature"].startswith("nrefs:1")
    assert "fact recall" in scores["brief"]["lead-1"]


def test_the_same_run_again_gives_the_same_scores(suite, run, tmp_path):
    run_suite(suite, tmp_path / "two", flags=FAKE)
    scores = [(tmp_path / name / "scores.json").read_text("utf-8") for name in ("one", "two")]
    assert scores[0] == scores[1]


def test_a_run_that_was_cut_off_goes_on_and_keeps_what_is_finished(suite, tmp_path, monkeypatch):
    from toolkit.evaluation import runs

    asked = []
    answers_of = runs.answers_of

    def stop_at_second(part, corpus, pipeline, progress):
        asked.append((part.name, pipeline.settings.glossary))
        if len(asked) == 2:
            raise KeyboardInterrupt
        return answers_of(part, corpus, pipeline, progress)

    monkeypatch.setattr(runs, "answers_of", stop_at_second)
    with pytest.raises(KeyboardInterrupt):
        run_suite(suite, tmp_path / "cut", flags=FAKE)
    with pytest.raises(UsageError, match="--resume"):
        run_suite(suite, tmp_path / "cut", flags=FAKE)
    found = run_suite(suite, tmp_path / "cut", flags=FAKE, resume=True)
    assert asked[2:] == [("own", "none"), ("brief", "news")]
    assert [each.system for each in found.outcomes] == ["default", "no glossary", "lead-1"]


def test_answers_that_were_not_recorded_any_more_are_made_again(suite, tmp_path):
    whole = run_suite(suite, tmp_path / "cut", flags=FAKE)
    path = tmp_path / "cut/run.json"
    record = json.loads(path.read_text("utf-8"))
    del record["parts"]["own"]["systems"]["no glossary"]
    path.write_text(json.dumps(record), "utf-8")
    found = run_suite(suite, tmp_path / "cut", flags=FAKE, resume=True)
    assert {each.system for each in found.outcomes} == {each.system for each in whole.outcomes}


@pytest.mark.parametrize("host", ["192.0.2.2", "127.0.0.1"])
def test_texts_that_leave_the_machine_are_told_of_once_before_they_do(compared, monkeypatch, host):
    monkeypatch.setenv("TOOLKIT_ENDPOINT", f"http://{host}:8914/v1")
    monkeypatch.setenv("TOOLKIT_ALLOW_REMOTE", "true")
    told, before = [], []

    def model(text):
        before.append(list(told))
        return "A cat sleeps."

    compared(
        [("Un chat dort.", "A cat sleeps.")], {"one": model, "two": model}, on_trouble=told.append
    )
    warning = f"texts leave this machine: they are sent to {host}, unencrypted"
    assert told == ([] if host == "127.0.0.1" else [warning])
    assert before[0] == told


def test_a_model_that_fails_ends_no_comparison_and_is_tried_again(compared):
    pairs = [("Un chat dort.", "A cat sleeps.")]

    def broken(text):
        raise ModelError("its weights are damaged")

    def buggy(text):
        raise ZeroDivisionError("by 0")

    told = []
    models = {"broken": broken, "buggy": buggy, "good": dict(pairs).get}
    run = compared(pairs, models, on_trouble=told.append)
    assert [each.system for each in run.outcomes] == ["good"]
    assert run.record.parts["own"].failed == {
        "broken": "its weights are damaged",
        "buggy": "ZeroDivisionError('by 0')",
    }
    assert told[0] == "own, broken: its weights are damaged"

    mended = models | {"broken": dict(pairs).get, "new": str.upper}
    run = compared(pairs, mended, resume=True)
    assert {each.system for each in run.outcomes} == {"good", "broken", "new"}
    assert run.record.parts["own"].failed.keys() == {"buggy"}
    run = compared(pairs, mended, resume=True, only=["good"])
    assert run.record.parts["own"].failed.keys() == {"buggy"}


def test_a_run_is_not_resumed_over_other_references(suite, data, tmp_path):
    run_suite(suite, tmp_path / "one", flags=FAKE, parts=["own"])
    data.write_text(data.read_text("utf-8").replace("jobs", "posts"), "utf-8")
    with pytest.raises(UsageError, match="have changed"):
        run_suite(suite, tmp_path / "one", flags=FAKE, resume=True)


def test_facts_are_told_by_length_without_reference_summaries(tmp_path):
    systems = ("brief", "detailed lead-3")
    run = run_suite(
        load_suite("facts"), tmp_path / "facts", flags=FAKE, parts=["tune"], only=systems, limit=2
    )
    assert [(each.part, each.system) for each in run.outcomes] == [
        ("tune", name) for name in systems
    ]
    limits = [{answer.max_words for answer in each.answers} for each in run.outcomes]
    assert limits == [{60}, {240}]
    table = run_tables([run])
    assert table.startswith("tune: 2 items of facts:tune")
    assert all(f"\n{name}" in table for name in ("fact recall", "central facts", "other facts"))
    assert "ROUGE" not in table
    assert "By document, fact recall" in report_page([run])
    told = comparison_text(compare((run, systems[0]), (run, systems[1]), part="tune"))
    assert "documents by fact recall" in told
    assert "reference  " not in told


def test_a_part_is_run_alone_and_the_others_when_it_is_resumed(suite, tmp_path):
    first = run_suite(suite, tmp_path / "one", flags=FAKE, parts=["brief"])
    assert first.parts() == ["brief"]
    whole = run_suite(suite, tmp_path / "one", flags=FAKE, resume=True)
    assert whole.parts() == ["own", "brief"]


def test_a_folder_with_other_things_is_left_alone(suite, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/letter.txt").write_text("Dear", "utf-8")
    with pytest.raises(UsageError, match="not empty"):
        run_suite(suite, tmp_path / "full", flags=FAKE)
