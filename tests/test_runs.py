import json

import pytest

from toolkit.assets import asset_folder
from toolkit.cli.main import main
from toolkit.errors import InputError, UsageError
from toolkit.evaluation.compare import compare
from toolkit.evaluation.folders import data_file, load_run, outputs_file
from toolkit.evaluation.gate import RunFloors, Verdict, load_baseline, run_verdicts, verdicts
from toolkit.evaluation.page import report_page
from toolkit.evaluation.runs import run_suite
from toolkit.evaluation.suites import Suite, list_suites, load_suite
from toolkit.evaluation.tables import report, run_tables
from toolkit.files import sha256_of

ROWS = [
    ("a", "Le chat dort sur la table.", "The cat sleeps on the table."),
    ("a", "Il pleut à Paris depuis lundi.", "It has been raining in Paris since Monday."),
    ("b", "La ministre a promis 1 200 emplois.", "The minister promised 1,200 jobs."),
]
SUITE = """
description = "a test"
[[parts]]
name = "own"
task = "translation"
data = ["{data}"]
metrics = ["chrF2++", "BLEU", "flagged"]
systems = [
    {{ name = "default" }},
    {{ name = "no glossary", settings = {{ glossary = "none" }} }},
]
[[parts]]
name = "brief"
task = "summaries"
systems = [{{ name = "lead-1", settings = {{ summarizer = "lead-1" }} }}]
"""
FAKE = {"model": "fake"}


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "own.tsv"
    lines = ["page\tsource\ttarget", *("\t".join(row) for row in ROWS)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def suite(tmp_path, data):
    path = tmp_path / "mine.toml"
    path.write_text(SUITE.format(data=data), "utf-8")
    return load_suite(str(path))


@pytest.fixture
def run(suite, tmp_path):
    return run_suite(suite, tmp_path / "one", flags=FAKE)


def test_a_run_holds_all_that_it_was_made_with(run, tmp_path):
    record = json.loads((tmp_path / "one/run.json").read_text("utf-8"))
    assert record["parts"]["own"]["items"] == 3
    assert record["parts"]["own"]["digest"].startswith("sha256:")
    made = record["parts"]["own"]["systems"]["default"]
    assert made["with"]["translation"]["engine"] == "fake"
    assert made["settings"]["glossary"] == "diplomacy"
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
    assert asked[2:] == [("own", "none"), ("brief", "diplomacy")]
    assert [each.system for each in found.outcomes] == ["default", "no glossary", "lead-1"]


def test_answers_that_were_not_recorded_any_more_are_made_again(suite, tmp_path):
    whole = run_suite(suite, tmp_path / "cut", flags=FAKE)
    path = tmp_path / "cut/run.json"
    record = json.loads(path.read_text("utf-8"))
    del record["parts"]["own"]["systems"]["no glossary"]
    path.write_text(json.dumps(record), "utf-8")
    found = run_suite(suite, tmp_path / "cut", flags=FAKE, resume=True)
    assert {each.system for each in found.outcomes} == {each.system for each in whole.outcomes}


def test_a_run_is_not_resumed_over_other_references(suite, run, data, tmp_path):
    data.write_text(data.read_text("utf-8").replace("jobs", "posts"), "utf-8")
    with pytest.raises(UsageError, match="have changed"):
        run_suite(suite, tmp_path / "one", flags=FAKE, resume=True)


def test_a_folder_with_other_things_is_left_alone(suite, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/letter.txt").write_text("Dear", "utf-8")
    with pytest.raises(UsageError, match="not empty"):
        run_suite(suite, tmp_path / "full", flags=FAKE)


def test_systems_are_compared_on_the_same_items(run):
    found = compare((run, "default"), (run, "no glossary"), part="own")
    assert [each.metric for each in found.differences] == ["chrF2++", "BLEU", "flagged"]
    assert {each.p_bootstrap for each in found.differences} == {1.0}
    assert found.tied == ("a", "b")
    assert found.pairs == ()


def test_runs_over_other_references_are_not_compared(suite, run, data, tmp_path):
    data.write_text(data.read_text("utf-8").replace("jobs", "posts"), "utf-8")
    other = run_suite(suite, tmp_path / "two", flags=FAKE)
    with pytest.raises(UsageError, match="other items or references"):
        compare((run, "default"), (other, "default"), part="own")
    with pytest.raises(UsageError, match="has no own:best"):
        compare((run, "default"), (other, "best"), part="own")


def pin(folder):
    """Record the digests of the files as they are now."""
    path = folder / "run.json"
    record = json.loads(path.read_text("utf-8"))
    for name, part in record["parts"].items():
        part["data"] = sha256_of(data_file(folder, name).read_bytes())
        for system, made in part["systems"].items():
            made["outputs"] = sha256_of(outputs_file(folder, name, system).read_bytes())
    path.write_text(json.dumps(record), "utf-8")


def change(folder, **texts):
    """Other answers of the system `no glossary`, by item."""
    path = outputs_file(folder, "own", "no glossary")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    changed = [
        line | {"text": texts.get(line["id"].replace("#", ""), line["text"])} for line in lines
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in changed), "utf-8")
    pin(folder)
    return load_run(folder)


def test_what_differs_most_comes_first_and_documents_are_won(run, tmp_path):
    changed = change(tmp_path / "one", a2="The cat sleeps on the table.", b4="Nothing")
    found = compare((run, "default"), (changed, "no glossary"), part="own")
    assert (found.won, found.lost) == (("a",), ("b",))
    assert [pair.baseline.item.id for pair in found.pairs] == ["a#2", "b#4"]
    assert found.pairs[0].values[1] == 100


def test_times_are_measured_apart_and_shown_with_memory(data, tmp_path):
    path = tmp_path / "speed.toml"
    part = f'[[parts]]\nname = "own"\ntask = "translation"\ncache = false\ndata = ["{data}"]\n'
    path.write_text(f'description = "x"\n{part}[parts.matrix]\nglossary = ["none", "diplomacy"]\n')
    measured = run_suite(load_suite(str(path)), tmp_path / "timed", flags=FAKE)
    text = run_tables([measured])
    assert "tokens/s" in text
    assert "peak MB" in text
    assert "Quality and time" in report_page([measured])


def test_answers_that_do_not_fit_their_items_are_refused(run, tmp_path):
    path = tmp_path / "one/outputs/own/default.jsonl"
    path.write_text(path.read_text("utf-8").split("\n")[0] + "\n", "utf-8")
    pin(tmp_path / "one")
    with pytest.raises(InputError, match="1 answers to 3 items"):
        load_run(tmp_path / "one")
    with pytest.raises(InputError, match="holds no run"):
        load_run(tmp_path)


def test_the_page_holds_charts_and_every_output_and_loads_nothing(run):
    page = report_page([run])
    assert page.count("<svg") >= 3
    assert "Quality and time" not in page  # what comes from the store takes no time
    assert page.count("<details>") == 3 + 5
    assert "Le chat dort sur la table." in page
    assert "http" not in page
    assert "<script" not in page


def test_tables_name_systems_metrics_and_intervals(run):
    text = run_tables([run])
    assert "own: 3 items of own" in text
    assert "no glossary" in text
    assert "chrF2++" in text
    assert "| --- | ---: |" in run_tables([run], markdown=True)


def test_bundled_suites_can_be_read():
    assert {"seeds", "translation", "summaries", "cleaning", "speed"} <= set(list_suites())
    for name in list_suites():
        assert load_suite(name).parts


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"metrics": ["bleu"]}, "no metric bleu"),
        ({"task": "poetry"}, "translation"),
        ({"systems": [{"name": "a"}, {"name": "a"}]}, "one name"),
    ],
)
def test_a_suite_that_cannot_be_run_is_refused(tmp_path, changed, said):
    part = {"name": "a", "task": "translation"} | changed
    path = tmp_path / "bad.toml"
    lines = [f"{key} = {json.dumps(value)}" for key, value in part.items() if key != "systems"]
    systems = [f'[[parts.systems]]\nname = "{each["name"]}"' for each in part.get("systems", [])]
    path.write_text("\n".join(['description = "x"', "[[parts]]", *lines, *systems]), "utf-8")
    with pytest.raises(UsageError, match=said):
        load_suite(str(path))
    with pytest.raises(UsageError, match="there are: cleaning"):
        load_suite("nothing")


def test_a_matrix_is_every_combination():
    part = {"name": "a", "task": "translation", "matrix": {"route": ["x", "y"], "model": ["m"]}}
    suite = Suite.model_validate({"name": "s", "description": "d", "parts": [part]})
    assert [each.name for each in suite.parts[0].all_systems] == [
        "route=x, model=m",
        "route=y, model=m",
    ]


def test_all_floors_hold():
    """The gate, on everything that needs no large model."""
    found = list(verdicts(asset_folder("eval")))
    assert len(found) >= 11
    assert [str(each) for each in found if not each.holds] == []


def test_a_run_below_its_floor_fails_and_one_over_other_references_is_refused(run):
    floors = RunFloors(
        recorded="results/mine",
        record="sha256:" + "0" * 64,
        digests={"own": run.digest("own")},
        floors={"own": {"default": {"chrF2++": 99.0, "flagged": 100.0}}},
    )
    below, fine = run_verdicts(run, floors, name="mine")
    assert (below.holds, fine.holds) == (False, True)
    assert str(below).endswith("< 99.000")
    other = floors.model_copy(update={"digests": {"own": "sha256:0"}})
    with pytest.raises(InputError, match="other data"):
        list(run_verdicts(run, other, name="mine"))


def test_the_commands_run_compare_report_and_gate(data, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = main(["eval", *arguments])
        return code, *capsys.readouterr()

    code, out, err = call("run", "--data", "own.tsv", "--model", "fake", "-o", "one")
    assert code == 0, err
    assert "own: 3 items of own" in out
    assert "toolkit eval report one" in err
    assert call("compare", "one", "one:default")[0] == 0
    code, out, _ = call("report", "one", "-f", "markdown")
    assert (code, "### own" in out) == (0, True)
    assert call("report", "one", "-f", "html")[1].startswith("<!doctype html>")
    assert call("list")[1].startswith("cleaning")
    assert call("run", "--data", "own.tsv", "--system", "other")[0] == 2
    assert call("run", "--data", "nowhere.tsv")[0] == 3
    code, _, err = call("gate", "--run", "one")
    assert (code, "no floors" in err) == (2, True)
    monkeypatch.setattr(
        "toolkit.evaluation.gate.verdicts", lambda folder: [Verdict(name="x", value=1, limit=2)]
    )
    code, out, err = call("gate")
    assert (code, out) == (5, "x: 1.000 < 2.000\n")
    assert "1 of 1 floors" in err


def test_outputs_of_others_are_scored_line_by_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, lines in (("out", "A cat sleeps.\nIt rains.\n"), ("ref", "A cat sleeps.\nRain.\n")):
        (tmp_path / name).write_text(lines, "utf-8")
    assert main(["eval", "score", "out", "-r", "ref", "-m", "BLEU", "-m", "ROUGE-1"]) == 0
    assert "ROUGE-1" in capsys.readouterr().out
    (tmp_path / "out").write_text("A cat sleeps.\n", "utf-8")
    assert main(["eval", "score", "out", "-r", "ref"]) == 3
    assert "out:2: is missing" in capsys.readouterr().err
    assert main(["eval", "score", "out", "-r", "nowhere"]) == 3


def test_own_articles_are_summarized_and_scored(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    article = "La ministre a présenté lundi son plan aux maires. Elle a promis 1 200 emplois."
    row = {"text": article, "references": ["The minister presented her plan."]}
    (tmp_path / "own.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    arguments = ["run", "--data", "own.jsonl", "--task", "summaries", "--model", "fake", "-o", "x"]
    assert main(["eval", *arguments]) == 0
    assert "ROUGE-L" in capsys.readouterr().out


def test_floors_say_for_which_data_they_are():
    baseline = load_baseline(asset_folder("eval"))
    for floors in baseline.runs.values():
        assert floors.digests.keys() == floors.floors.keys()


def test_the_leaderboard_is_what_the_kept_runs_give():
    folder = asset_folder("eval") / "results"
    runs = [load_run(path.parent) for path in sorted(folder.glob("*/run.json"))]
    assert (folder / "README.md").read_text("utf-8") == report(runs, markdown=True)
    for run in runs:
        assert run.record.revision.clean
        assert run.record.finished
        assert run.remarks == ()
