"""Runs, suites and data as nobody should have written them."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from toolkit.assets import asset_folder
from toolkit.checks import Check
from toolkit.cli.evaluate import run_and_system
from toolkit.cli.main import main
from toolkit.errors import InputError, UsageError
from toolkit.evaluation import gate
from toolkit.evaluation.answers import Answer
from toolkit.evaluation.compare import compare
from toolkit.evaluation.data import Corpus, Item, read_parallel, read_public, read_table
from toolkit.evaluation.folders import data_file, load_run, outputs_file
from toolkit.evaluation.page import report_page
from toolkit.evaluation.references import Fact, load_references
from toolkit.evaluation.registry import score
from toolkit.evaluation.runs import run_suite
from toolkit.evaluation.suites import Suite, load_suite
from toolkit.evaluation.systems import corpus_of
from toolkit.evaluation.tables import comparison_text, notes, report, run_tables
from toolkit.files import file_name, sha256_of

ROWS = [
    ("a", "Le chat dort sur la table.", "The cat sleeps on the table."),
    ("a", "Il pleut à Paris depuis lundi.", "It has been raining in Paris since Monday."),
    ("b", "La ministre a promis 1 200 emplois.", "The minister promised 1,200 jobs."),
]
FACT = {"text": "The cat sleeps.", "central": True, "sentences": [1], "carries": ["cat"]}
ALLOWED = {0, 2, 3, 5}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run of two systems on three sentences, and of one on three articles with facts, with
    recorded scores of a metric that needs a model.
    """
    folder = tmp_path_factory.mktemp("made")
    data = folder / "own.tsv"
    lines = ["page\tsource\ttarget", *("\t".join(row) for row in ROWS)]
    data.write_text("\n".join(lines) + "\n", "utf-8")
    systems = [{"name": "default"}, {"name": "no glossary", "settings": {"glossary": "none"}}]
    own = {"name": "own", "task": "translation", "data": [str(data)], "systems": systems}
    lead = {"name": "lead-1", "settings": {"summarizer": "lead-1"}}
    brief = {"name": "brief", "task": "summaries", "data": [str(data)], "systems": [lead]}
    parts = [
        own | {"metrics": ["chrF2++", "TER", "flagged"]},
        brief | {"metrics": ["ROUGE-L", "fact recall", "fact precision", "density"]},
    ]
    suite = Suite.model_validate({"name": "small", "description": "x", "parts": parts})
    settings = {"model": "fake", "cache_file": folder / "store.sqlite"}
    run_suite(suite, folder / "run", flags=settings)

    def with_facts(lines):
        return [line | {"facts": [FACT]} for line in lines]

    def with_scores(lines):
        return [line | {"scores": line["scores"] | {"BERTScore": 50.0}} for line in lines]

    rewrite(data_file(folder / "run", "brief"), with_facts)
    rewrite(outputs_file(folder / "run", "brief", "lead-1"), with_scores)
    record = record_of(folder / "run")
    record["parts"]["brief"]["metrics"].append("BERTScore")
    for part in record["parts"].values():
        for system in part["systems"].values():
            system["settings"] = {"model": "fake", "glossary": None}
    write(folder / "run", record)
    pin(folder / "run")
    (folder / "run/scores.json").unlink()
    scores = {
        part: {
            each.system: {
                s.metric: {"value": s.value, "low": s.low, "high": s.high, "signature": "x"}
                for s in each.scores
            }
            for each in load_run(folder / "run").of(part)
        }
        for part in ("own", "brief")
    }
    (folder / "run/scores.json").write_text(json.dumps(scores), "utf-8")
    return folder / "run"


@pytest.fixture
def run(made, tmp_path):
    shutil.copytree(made, tmp_path / "run")
    return tmp_path / "run"


def rewrite(path, change):
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in change(lines)), "utf-8")


def record_of(folder):
    return json.loads((folder / "run.json").read_text("utf-8"))


def write(folder, record):
    (folder / "run.json").write_text(json.dumps(record), "utf-8")


def pin(folder):
    """As somebody would who wants to hide a change: every digest is that of what is there now."""
    record = record_of(folder)
    for name, part in record["parts"].items():
        path = data_file(folder, name)
        part["data"] = sha256_of(path.read_bytes())
        items = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for item in items:
            item["facts"] = tuple(map(Fact.model_validate, item.get("facts", ())))
        corpus = Corpus("x", tuple(Item(**item) for item in items))
        part |= {"digest": corpus.digest, "items": len(items)}
        for system, made in part["systems"].items():
            made["outputs"] = sha256_of(outputs_file(folder, name, system).read_bytes())
    write(folder, record)


def call(capsys, *arguments):
    code = main(["eval", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert code in ALLOWED, err
    assert "this is a bug" not in err
    if code in (2, 3):
        assert err.startswith(("toolkit: ", "Usage: "))
        assert len(err.splitlines()) == 1 or err.startswith("Usage: ")
    return code, out, err


# What is put into pages and tables

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</pre></style></svg><b>",
    "a | b",
    "a \\| b",
    "a\\",
    "two\nlines\r\nthree\n\n| x |",
    "![x](http://example.org/x.png)",
    "[x](javascript:alert(1))",
    "<http://example.org>",
    "```",
    "`a",
    "{0} {} {x!r:>10}",
    "&lt;b&gt;",
    "**",
    "\u202e\u2028x",
    "\udcff",
]


class Tags(HTMLParser):
    """Every tag with its attributes, and the text between them."""

    def __init__(self, page):
        super().__init__()
        self.found, self.attributes, self.text = set(), set(), ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_data(self, data):
        self.text += data


def named(loaded, name):
    """A run all of whose names are this one, as no reader would give it."""
    record = loaded.record
    part = record.parts["own"]
    part = part.model_copy(update={"corpus": name, "systems": {name: part.systems["default"]}})
    machine = record.machine.model_copy(update={"processor": name, "system": name})
    updated = {"parts": {name: part}, "machine": machine, "finished": name, "toolkit": name}
    outcome = loaded.of("own")[0]
    answers = [
        replace(
            each,
            text=name,
            failed=(Check(name=name, relation="lost", values=(name,)),),
            item=replace(each.item, id=f"{name}{at}", document=name, references=(name,)),
        )
        for at, each in enumerate(outcome.answers)
    ]
    scores = [outcome.scores[0], replace(outcome.scores[1], metric=name, signature=name)]
    return replace(
        loaded,
        name=name,
        record=record.model_copy(update=updated | {"libraries": {name: name}}),
        outcomes=(
            replace(outcome, part=name, system=name, answers=tuple(answers), scores=tuple(scores)),
        ),
        remarks=(name,),
    )


@pytest.fixture(scope="module")
def loaded(made):
    return load_run(made)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_brings_markup_into_the_page(loaded, name, figures):
    plain = Tags(report_page([loaded, loaded]))
    hostile = named(loaded, name)
    part = hostile.record.parts[name].model_copy(update={"digest": "sha256:" + "0" * 64})
    record = hostile.record.model_copy(update={"parts": {name: part}})
    left_out = replace(hostile, name=f"left {name}", record=record)
    page = report_page([hostile, left_out])
    page.encode()
    found = Tags(page)
    assert found.found <= plain.found | {"p"}
    assert found.attributes <= plain.attributes
    shown = name.encode(errors="replace").decode().replace("\r", "")
    assert f"left out: left {shown}" in found.text.replace("\r", "")
    figures["inputs"] += 1


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_a_markdown_table(loaded, name, figures):
    hostile = named(loaded, name)
    text = report([hostile, hostile], markdown=True)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    kinds = [token.type for token in tokens]
    inner = {child.type for token in tokens for child in token.children or ()}
    assert kinds.count("table_open") == 1
    assert kinds.count("th_open") == 3
    assert kinds.count("td_open") == 3 * (kinds.count("tr_open") - 1)
    assert kinds.count("fence") == 2
    assert kinds.count("heading_open") == 2
    assert not inner & {"html_inline", "link_open", "image"}
    assert "html_block" not in kinds
    figures["inputs"] += 1


@pytest.mark.parametrize("name", HOSTILE)
def test_every_name_stands_on_one_line_of_a_text_table(loaded, name, figures):
    hostile = named(loaded, name)
    text = report([hostile])
    text.encode()
    assert len(text.split("\n")) == len(report([named(loaded, "x")]).split("\n"))
    found = compare((hostile, name), (hostile, name), part=name)
    other = named(loaded, "x")
    expected = compare((other, "x"), (other, "x"), part="x")
    assert comparison_text(found).count("\n") == comparison_text(expected).count("\n")
    figures["inputs"] += 1


# Names of suites, parts and systems

NO_NAMES = ["", ".", "..", "../x", "/x", "a/b", "a\\b", "a\nb", "\0", "a\u0007", "x" * 300, "-x"]


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_suite_whose_name_leads_elsewhere_is_refused(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    part = '[[parts]]\nname = "a"\ntask = "cleaning"\n'
    text = f'name = {json.dumps(name)}\ndescription = "x"\n{part}'
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/mine.toml").write_text(text, "utf-8")
    before = sorted(tmp_path.rglob("*"))
    code, _, err = call(capsys, "run", "inner/mine.toml", "--limit", 1)
    assert code == 2
    assert "name: " in err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", [*NO_NAMES[:-1], "a b", "a.b"])
def test_a_part_whose_name_leads_elsewhere_is_refused(name):
    with pytest.raises(ValueError, match="name"):
        Suite.model_validate(
            {"name": "s", "description": "d", "parts": [{"name": name, "task": "cleaning"}]}
        )


def test_two_parts_of_one_name_are_refused():
    part = {"name": "a", "task": "cleaning"}
    with pytest.raises(ValueError, match="two parts"):
        Suite.model_validate({"name": "s", "description": "d", "parts": [part, part]})


SYSTEMS = [
    "a b", "a_b", "a,b", "a  b", "A b", "A_B", "a_B", "default", "Default", "con", "CON", "nul.x",
    "com1", "lpt9", "aux", "prn", "console", ".", "..", "...", "a.", "a", " a", "a ", "é", "É",
    "e\u0301", "x" * 100, "x" * 101, "x" * 300, "x" * 299 + "y", "=", "+", "-", "-rf", "K", "ſ",
]  # fmt: skip


def test_every_system_has_a_file_of_its_own(figures, rounds):
    names = set(SYSTEMS)
    for random in rounds(3):
        for length in range(1, 1000):
            names.add("".join(random.choices("aAbB ._-=,+éÉ", k=length % 5 + 1)))
    names |= {file_name(each).partition(".")[0] for each in SYSTEMS if "~" not in file_name(each)}
    files = {name: file_name(name) for name in names}
    assert len({each.casefold() for each in files.values()}) == len(names)
    for each in files.values():
        assert re.fullmatch(r"[a-z0-9_=+-][a-z0-9._=+~-]*", each)
        assert not re.match(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", each)
        assert len(each) < 120
    figures["inputs"] += len(names)


def test_systems_whose_names_are_alike_keep_their_answers_apart(tmp_path):
    sentences = "Le chat dort. Il pleut à Paris. La ministre a promis des emplois. Le chien court."
    (tmp_path / "own.jsonl").write_text(
        json.dumps({"text": sentences, "target": "A cat."}), "utf-8"
    )
    systems = [
        {"name": name, "settings": {"summarizer": f"lead-{count}"}}
        for name, count in (("a b", 1), ("a_b", 3), ("A_b", 1), ("con", 3))
    ]
    part = {"name": "Own", "task": "summaries", "data": [str(tmp_path / "own.jsonl")]}
    part |= {"systems": systems, "metrics": ["words"], "language": "fr"}
    suite = Suite.model_validate({"name": "s", "description": "d", "parts": [part]})
    flags = {"model": "fake", "cache_file": tmp_path / "store.sqlite"}
    one, other, third, fourth = run_suite(suite, tmp_path / "run", flags=flags).outcomes
    assert one.answers[0].text == third.answers[0].text
    assert other.answers[0].text == fourth.answers[0].text
    assert len(one.answers[0].text) < len(other.answers[0].text)
    assert len(list((tmp_path / "run").rglob("outputs/*/*.jsonl"))) == len(systems)


def as_older(folder):
    """The names of files and the record that earlier versions wrote."""
    record = record_of(folder)
    for name, part in record["parts"].items():
        del part["data"]
        for system, made in part["systems"].items():
            del made["outputs"]
            older = folder / "outputs" / name / (re.sub(r"[^\w.=+-]+", "_", system) + ".jsonl")
            outputs_file(folder, name, system).rename(older)
    write(folder, record)


def test_runs_of_earlier_versions_are_read_and_told_to_be_unverified(run, capsys):
    scores = [each.scores for each in load_run(run).outcomes]
    as_older(run)
    assert [each.scores for each in load_run(run).outcomes] == scores
    assert any("without digests" in each for each in notes(load_run(run)))
    assert "note: recorded without digests" in call(capsys, "report", run)[1]


def test_an_older_file_is_not_taken_for_two_systems(run):
    as_older(run)
    record = record_of(run)
    record["suite"]["parts"][0]["systems"].append({"name": "no_glossary"})
    systems = record["parts"]["own"]["systems"]
    systems["no_glossary"] = systems["no glossary"]
    write(run, record)
    with pytest.raises(InputError, match=r"no_glossary\.jsonl: .*can't both"):
        load_run(run)


# Files changed after the run


def test_references_that_were_replaced_by_the_outputs_are_noticed(run, capsys):
    texts = {
        line["id"]: line["text"]
        for line in map(
            json.loads, outputs_file(run, "own", "default").read_text("utf-8").splitlines()
        )
    }
    rewrite(
        data_file(run, "own"),
        lambda lines: [line | {"references": [texts[line["id"]]]} for line in lines],
    )
    assert call(capsys, "gate", "--run", run)[0] == 3
    code, _, err = call(capsys, "compare", run, run)
    assert (code, "own.jsonl" in err, "has changed since the run" in err) == (3, True, True)
    record = record_of(run)
    record["parts"]["own"]["data"] = sha256_of(data_file(run, "own").read_bytes())
    write(run, record)
    with pytest.raises(InputError, match="other items or references than the run was scored with"):
        load_run(run)
    del record["parts"]["own"]["data"]
    write(run, record)
    with pytest.raises(InputError, match="other items or references than the run was scored with"):
        load_run(run)


def test_outputs_that_were_edited_are_noticed(run):
    path = outputs_file(run, "own", "no glossary")
    path.write_text(path.read_text("utf-8").replace("[fake]", "[good]"), "utf-8")
    with pytest.raises(InputError, match=r"no_glossary.*has changed since the run"):
        load_run(run)


def test_names_of_documents_that_were_edited_are_noticed(run):
    rewrite(data_file(run, "own"), lambda lines: [line | {"document": "one"} for line in lines])
    with pytest.raises(InputError, match="has changed since the run"):
        load_run(run)


def test_scores_that_were_edited_are_told(run, capsys):
    assert not load_run(run).remarks
    path = run / "scores.json"
    scores = json.loads(path.read_text("utf-8"))
    scores["own"]["default"]["TER"]["value"] = 1.0
    path.write_text(json.dumps(scores), "utf-8")
    [remark] = load_run(run).remarks
    assert "own, default, TER" in remark
    assert "note: scores.json" in call(capsys, "report", run)[1]


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """A copy of the floors and of the run that they are for, without what takes long."""
    source = asset_folder("eval")
    shutil.copytree(source / "results/seeds", tmp_path / "results/seeds")
    shutil.copy(source / "baseline.json", tmp_path)
    for name in ("cleaning_verdicts", "support_verdicts", "meaning_verdicts"):
        monkeypatch.setattr(gate, name, lambda folder, floors: iter(()))
    return tmp_path


def test_recorded_outputs_that_were_edited_together_with_their_record_are_noticed(recorded):
    assert all(each.holds for each in gate.verdicts(recorded))
    folder = recorded / "results/seeds"
    path = outputs_file(folder, "translation", "default")
    path.write_text(path.read_text("utf-8").replace("agreed", "concurred"), "utf-8")
    pin(folder)
    load_run(folder)
    with pytest.raises(InputError, match=r"run\.json: the floors are for other data"):
        list(gate.verdicts(recorded))


def test_every_recorded_run_has_the_digests_of_its_files():
    for path in (asset_folder("eval") / "results").glob("*/run.json"):
        for part in record_of(path.parent)["parts"].values():
            assert part["data"].startswith("sha256:")
            assert all(each["outputs"].startswith("sha256:") for each in part["systems"].values())


def test_a_run_whose_finished_answers_were_edited_is_not_resumed(run, tmp_path, capsys):
    suite = Suite.model_validate(record_of(run)["suite"])
    path = outputs_file(run, "own", "default")
    path.write_text(path.read_text("utf-8").replace("[fake]", "[good]"), "utf-8")
    with pytest.raises(InputError, match="has changed since"):
        run_suite(suite, run, flags={"model": "fake"}, resume=True)


# Answers and their items


def test_answers_in_another_order_are_the_same_answers(run, loaded):
    rewrite(outputs_file(run, "own", "default"), lambda lines: lines[::-1])
    pin(run)
    other = load_run(run)
    assert other.of("own")[0].answers == loaded.of("own")[0].answers
    assert other.of("own")[0].scores == loaded.of("own")[0].scores


def test_values_in_another_order_are_compared_by_their_items(loaded):
    outcome = loaded.of("own")[1]
    turned = replace(
        outcome,
        answers=outcome.answers[::-1],
        scores=tuple(replace(each, values=each.values[::-1]) for each in outcome.scores),
    )
    other = replace(loaded, outcomes=(turned,))
    found = compare((loaded, "default"), (other, "no glossary"), part="own")
    assert found == compare((loaded, "default"), (loaded, "no glossary"), part="own")
    assert {each.p_randomization for each in found.differences} == {1.0}
    assert found.pairs == ()
    page = report_page([loaded, replace(other, name=loaded.name)])
    assert page == report_page([loaded, replace(loaded, outcomes=(outcome,))])


def test_a_document_whose_items_lie_apart_is_one(loaded):
    def shuffled(outcome):
        order = [0, 2, 1]
        scores = [
            replace(each, values=tuple(each.values[at] for at in order)) for each in outcome.scores
        ]
        answers = tuple(outcome.answers[at] for at in order)
        return replace(outcome, answers=answers, scores=tuple(scores))

    other = replace(loaded, outcomes=tuple(map(shuffled, loaded.of("own"))))
    found = compare((other, "default"), (other, "no glossary"), part="own")
    assert found.tied == ("a", "b")
    assert report_page([other]).count('<td class="heat"') == 4


TWICE = [
    (lambda lines: [lines[0], *lines[:2]], "a#2 is answered twice"),
    (lambda lines: [*lines, lines[2]], "b#4 is answered twice"),
    (lambda lines: lines[:2], "2 answers to 3 items; b#4 is missing"),
    (lambda lines: [*lines[:2], lines[2] | {"id": "c#9"}], "answers c#9"),
    (lambda lines: [], "0 answers to 3 items"),
]


@pytest.mark.parametrize(("change", "said"), TWICE, ids=[said for _, said in TWICE])
def test_an_answer_that_is_there_twice_or_is_missing_is_named(run, change, said):
    rewrite(outputs_file(run, "own", "default"), change)
    pin(run)
    with pytest.raises(InputError, match=said):
        load_run(run)


def test_an_item_that_is_there_twice_is_named(run, tmp_path):
    rewrite(data_file(run, "own"), lambda lines: [*lines, lines[0]])
    pin(run)
    with pytest.raises(InputError, match="a#2 is there twice"):
        load_run(run)
    paths = [tmp_path / name / "x.tsv" for name in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        path.write_text("source\ttarget\nUn chat.\tA cat.\n", "utf-8")
    part = {"name": "a", "task": "translation", "data": tuple(map(str, paths))}
    suite = Suite.model_validate({"name": "s", "description": "d", "parts": [part]})
    with pytest.raises(InputError, match="two items are called x#2"):
        corpus_of(suite.parts[0])


# Every value of every file, changed

DEEP = json.loads("[" * 400 + "]" * 400)


def values_of(value, place=()):
    yield place
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from values_of(value[key], (*place, key))


def changed(value, place, random):
    """A copy of `value` with another one at `place`."""
    value = json.loads(json.dumps(value))
    kinds = [
        None, [], {}, "", "x", "\ud800", "a\0\x1b[31m\n", 0, -1, 1.5, True, 10**400, 1e300, 10**18,
        float("nan"), float("inf"), DEEP, {"x": DEEP}, "../../x", ["x"] * 3, "9" * 5000,
    ]  # fmt: skip
    if not place:
        return random.choice([*kinds, [value], [value, value]])
    *path, last = place
    inner = value
    for key in path:
        inner = inner[key]
    old = inner[last]
    action = random.choice(["delete", "wrap", "add", "rename", *["replace"] * 6])
    if action == "delete":
        del inner[last]
    elif action == "wrap":
        inner[last] = random.choice([[old], [old, old], {"x": old}])
    elif action == "add" and isinstance(old, dict):
        old[random.choice(["x", "", "\ud800", "../x", "name"])] = random.choice(kinds)
    elif action == "add" and isinstance(old, list):
        old.append(random.choice([*kinds, *old]))
    elif action == "rename" and isinstance(inner, dict):
        inner[random.choice(["x", "", "../../x", "a\nb"])] = inner.pop(last)
    else:
        inner[last] = random.choice(kinds)
    return value


def files_of(folder):
    return sorted(path for path in folder.rglob("*.json*") if path.is_file())


def mutations(folder, random):
    """Changes one value of one file after the other; each is undone before the next."""
    for path in files_of(folder):
        whole = path.suffix == ".json"
        before = path.read_bytes()
        values = [json.loads(part) for part in ([before] if whole else before.splitlines())]
        for at, value in enumerate(values):
            for place in values_of(value):
                new = [*values[:at], changed(value, place, random), *values[at + 1 :]]
                path.write_text("".join(json.dumps(each) + "\n" for each in new), "utf-8")
                yield path, place
                path.write_bytes(before)


def repin(folder, record):
    """`pin` where the files can still be read."""
    try:
        pin(folder)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        write(folder, record)


@pytest.fixture
def few(monkeypatch):
    """What is computed of a run is not of interest, only whether it can be."""
    for place in ("metrics.RESAMPLES", "compare.SAMPLES", "compare.SHUFFLES"):
        monkeypatch.setattr(f"toolkit.evaluation.{place}", 10)


@pytest.mark.parametrize("hidden", [False, True], ids=["as it is", "with digests made anew"])
@pytest.mark.usefixtures("few")
def test_a_changed_run_is_read_or_refused(run, rounds, figures, hidden):
    record = record_of(run)
    loads = 0
    for random in rounds(1):
        for path, place in mutations(run, random):
            if hidden and path.name != "run.json":
                repin(run, record)
            found, said = attempt(load_run, run)
            if found:
                report([found])
                report_page([found])
                loads += 1
            assert found or str(run) in said, (path, place)
            if hidden and path.name != "run.json":
                write(run, record)
            figures["inputs"] += 1
            figures["faults"] += 1
    assert loads


def attempt(function, argument):
    """What it gives, or what it says about a bad input."""
    try:
        return function(argument), ""
    except (InputError, UsageError) as error:
        return None, str(error)


def broken(random, data):
    at = random.randrange(len(data) + 1)
    return random.choice(
        [
            data[:at],
            data[at:],
            data[:at] + random.randbytes(3) + data[at + 3 :],
            data[:at] + b"\xff" + data[at:],
            data[:at] + b"\0" + data[at:],
            b"",
            b"\xef\xbb\xbf" + data,
            data.decode().encode("utf-16"),
            data + data,
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b"9" * 10_000,
        ]
    )


def calls_of(run):
    yield "compare", run, run
    yield "compare", f"{run}:default", f"{run}:no glossary", "--part", "own"
    yield from (("report", run, "-f", form) for form in ("text", "markdown", "html"))
    yield "gate", "--run", run


@pytest.fixture
def floors(run, monkeypatch):
    """Floors for the small run."""
    digests = {name: part["digest"] for name, part in record_of(run)["parts"].items()}
    value = json.loads((asset_folder("eval") / "baseline.json").read_text("utf-8"))
    floors = {"own": {"default": {"TER": 0.0}}}
    small = {"recorded": "results/small", "record": digests["own"], "floors": floors}
    small["digests"] = {"own": digests["own"]}
    baseline = gate.Baseline.model_validate_json(json.dumps(value | {"runs": {"small": small}}))
    monkeypatch.setattr(gate, "load_baseline", lambda folder: baseline)


@pytest.mark.usefixtures("few")
def test_no_command_takes_a_broken_run_for_a_bug(run, floors, rounds, figures, capsys):
    assert [call(capsys, *each)[0] for each in calls_of(run)] == [0, 0, 0, 0, 0, 5]
    paths = files_of(run)
    for random in rounds(1):
        for path in paths:
            before = path.read_bytes()
            path.write_bytes(broken(random, before))
            for arguments in calls_of(run):
                call(capsys, *arguments)
            path.write_bytes(before)
            figures["faults"] += 1
        for _ in mutations(run, random):
            if random.random() < 0.1:
                call(capsys, *random.choice(list(calls_of(run))))
                figures["inputs"] += 1


def test_a_file_of_a_run_that_is_a_folder_or_missing_or_a_device_is_named(run, capsys):
    for path in files_of(run):
        before = path.read_bytes()
        path.unlink()
        if path.name != "scores.json":
            code, _, err = call(capsys, "report", run)
            assert (code, path.name in err) == (3, True)
        path.mkdir()
        assert call(capsys, "report", run)[0] == 3
        path.rmdir()
        path.symlink_to("/dev/zero")
        assert call(capsys, "report", run)[0] == 3
        path.unlink()
        path.write_bytes(before)
    assert call(capsys, "report", run)[0] == 0


def test_a_run_that_was_cut_off_can_be_read(run, capsys):
    record = record_of(run)
    record["parts"]["brief"]["systems"] = {}
    write(run, record)
    shutil.rmtree(run / "outputs/brief")
    data_file(run, "brief").unlink()
    assert call(capsys, "report", run)[0] == 0
    record["parts"]["own"]["systems"] = {}
    write(run, record)
    assert call(capsys, "report", run, "-f", "html")[0] == 0
    code, _, err = call(capsys, "compare", run, run)
    assert (code, "no part in common" in err) == (2, True)


def test_runs_without_a_metric_in_common_are_not_compared(run, made, capsys):
    record = record_of(run)
    record["parts"]["own"]["metrics"] = ["BLEU"]
    write(run, record)
    code, _, err = call(capsys, "compare", run, made, "--part", "own")
    assert (code, "no metric of own in common" in err) == (2, True)


def test_changed_floors_are_read_or_refused(tmp_path, loaded, rounds, figures):
    source = (asset_folder("eval") / "baseline.json").read_bytes()
    value = json.loads(source)
    path = tmp_path / "baseline.json"

    def held(floors):
        return [str(each) for each in gate.run_verdicts(loaded, floors, name="x")]

    for random in rounds(3):
        for place in [*values_of(value), None]:
            if place is None:
                path.write_bytes(broken(random, source))
            else:
                path.write_text(json.dumps(changed(value, place, random)), "utf-8")
            baseline, said = attempt(gate.load_baseline, tmp_path)
            assert baseline or str(path) in said
            for floors in baseline.runs.values() if baseline else ():
                attempt(held, floors)
            figures["faults"] += 1
    path.unlink()
    with pytest.raises(InputError, match="No such file"):
        gate.load_baseline(tmp_path)


LOWERED = [
    ({"cleaning": {}, "support": {}, "runs": {}}, "support"),
    ({"runs": {"seeds": {"recorded": "../elsewhere"}}}, "recorded"),
    ({"more": 1}, "more"),
]


@pytest.mark.parametrize(("change", "said"), LOWERED)
def test_floors_of_another_form_are_refused_with_the_place(tmp_path, change, said):
    value = json.loads((asset_folder("eval") / "baseline.json").read_text("utf-8"))
    (tmp_path / "baseline.json").write_text(json.dumps(value | change), "utf-8")
    with pytest.raises(InputError, match=rf"baseline\.json: .*{said}"):
        gate.load_baseline(tmp_path)


# Folders that can't be written


def test_a_run_goes_into_a_folder_only(made, tmp_path, monkeypatch, capsys):
    data = made.parent / "own.tsv"
    (tmp_path / "file").write_text("x", "utf-8")
    run = ("run", "--data", data, "-m", "fake", "--no-cache", "-o")
    for place in ("file", "file/run", "file/run/more", "x" * 300, "a\0b"):
        assert call(capsys, *run, tmp_path / place)[0] in (2, 3), place
    assert (tmp_path / "file").read_text("utf-8") == "x"
    (tmp_path / "full").mkdir()
    (tmp_path / "full/run.json").mkdir()
    assert call(capsys, *run, tmp_path / "full")[0] == 2
    assert call(capsys, *run, tmp_path / "full", "--resume")[0] == 3


def test_a_folder_that_cannot_be_read_is_named(tmp_path, monkeypatch, capsys, made):
    iterdir = Path.iterdir

    def refuse(path):
        if path.name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    data = made.parent / "own.tsv"
    code, _, err = call(capsys, "run", "--data", data, "-m", "fake", "-o", tmp_path / "locked")
    assert (code, "Permission denied" in err) == (2, True)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_disk_that_refuses_is_named(tmp_path, monkeypatch, capsys, made, number, figures):
    def refuse(*arguments):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    data = made.parent / "own.tsv"
    code, _, err = call(capsys, "run", "--data", data, "-m", "fake", "-o", tmp_path / "run")
    assert (code, os.strerror(number) in err) == (3, True)
    assert not list((tmp_path / "run").iterdir())
    figures["faults"] += 1


# Data of others

BAD_DATA = {
    "empty.tsv": b"",
    "empty.jsonl": b"",
    "bom.tsv": b"\xef\xbb\xbf",
    "latin.tsv": "source\ttarget\nÉté\tSummer\n".encode("latin-1"),
    "utf16.tsv": "source\ttarget\nUn\tOne\n".encode("utf-16"),
    "nul.tsv": b"source\ttarget\nUn\0\tOne\n",
    "binary.tsv": bytes(range(256)) * 9,
    "deep.jsonl": b"[" * 100_000,
    "deeper.jsonl": b'{"source": "a", "target": "b", "x": ' + b'{"a":' * 100_000,
    "surrogate.jsonl": b'{"source": "\\ud800 a", "target": "b"}',
    "nul.jsonl": b'{"source": "a\\u0000", "target": "b"}',
    "number.jsonl": b'{"source": 1, "target": "b"}',
    "huge.jsonl": b'{"source": "a", "target": "b", "page": ' + b"9" * 10_000 + b"}",
    "list.jsonl": b'{"source": ["a"], "target": "b"}',
    "mapping.jsonl": b'{"source": "a", "targets": {"b": "c"}}',
    "numbers.jsonl": b'{"source": "a", "targets": [1, 2]}',
    "nested.jsonl": b'{"source": "a", "targets": [["b"]]}',
    "none.jsonl": b'{"source": null, "target": null}',
    "page.jsonl": b'{"source": "a", "target": "b", "page": {"c": 1}}',
    "blank.jsonl": b'{"source": "a", "targets": ["b", " "]}',
    "bare.jsonl": b'"a"',
    "twice.tsv": b"source\tsource\nUn\tOne\n",
}


@pytest.mark.parametrize("name", BAD_DATA)
@pytest.mark.parametrize("task", ["translation", "summaries"])
def test_data_that_is_none_is_refused(tmp_path, capsys, name, task, figures):
    (tmp_path / name).write_bytes(BAD_DATA[name])
    arguments = ("--task", task, "-m", "fake", "-o", tmp_path / "run")
    code, _, err = call(capsys, "run", "--data", tmp_path / name, *arguments)
    assert (code, name in err) == (3, True)
    assert not (tmp_path / "run").exists()
    figures["inputs"] += 1


PLACES = [".", "/", "/dev/null", "/dev/zero", "nowhere", "nowhere.tsv", "", "=", "a=", "a=b=c"]
PLACES += ["../../../../../../etc/passwd", "x" * 5000, "a\0b", "~/x", "sacrebleu:", "\udcff.tsv"]
PLACES += ["sacrebleu:../../x", "sacrebleu:nothing", "sacrebleu:wmt14/../x", "sacrebleu:wmt24"]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ascii(place)[:30])
def test_data_that_is_not_there_is_refused(tmp_path, monkeypatch, capsys, place, figures):
    monkeypatch.chdir(tmp_path)
    assert call(capsys, "run", "--data", place, "-m", "fake", "-o", "run")[0] in (2, 3)
    assert not list(tmp_path.iterdir())
    figures["inputs"] += 1


def test_data_of_a_suite_does_not_lead_out_of_eval(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    part = {"name": "a", "task": "translation", "data": ["../README.md"]}
    suite = Suite.model_validate({"name": "s", "description": "d", "parts": [part]})
    with pytest.raises(InputError, match="No such file"):
        corpus_of(suite.parts[0])


def test_what_breaks_a_download_is_told(tmp_path, monkeypatch):
    from sacrebleu import utils

    for error in (SystemExit(1), OSError("no network"), Exception("a checksum")):

        def refuse(*arguments, error=error):
            raise error

        monkeypatch.setattr(utils, "get_source_file", refuse)
        with pytest.raises(InputError, match="can't get this test set"):
            read_public("wmt14")


def test_a_file_name_with_an_equals_sign_is_one_file(tmp_path):
    path = tmp_path / "a=b.tsv"
    path.write_text("source\ttarget\nUn chat.\tA cat.\n", "utf-8")
    part = {"name": "a", "task": "translation", "data": [str(path)]}
    suite = Suite.model_validate({"name": "s", "description": "d", "parts": [part]})
    assert len(corpus_of(suite.parts[0]).items) == 1


def test_a_long_line_is_no_error(tmp_path):
    path = tmp_path / "long.tsv"
    path.write_text("source\ttarget\n" + "mot " * 50_000 + "\t" + "word " * 50_000, "utf-8")
    assert len(read_table(path).items) == 1


def test_a_pipe_is_read_once(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    os.mkfifo(tmp_path / "pipe")
    writer = subprocess.Popen(["sh", "-c", f"printf 'A cat.\\n' > '{tmp_path}/pipe'"])
    assert len(read_parallel(tmp_path / "pipe", [tmp_path / "pipe"]).items) == 1
    writer.wait()


SCORED = ["", "binary", "folder", "missing", "shorter", "/dev/null", "nul", "utf16"]


@pytest.mark.parametrize("name", SCORED)
@pytest.mark.parametrize("role", ["outputs", "reference", "source"])
def test_hostile_files_are_not_scored(tmp_path, monkeypatch, capsys, name, role, figures):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good").write_text("A cat sleeps.\nIt rains.\n", "utf-8")
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    (tmp_path / "nul").write_bytes(b"A cat\0sleeps.\nIt rains.\n")
    (tmp_path / "utf16").write_bytes("A cat.\nIt rains.\n".encode("utf-16"))
    (tmp_path / "shorter").write_text("A cat sleeps.\n", "utf-8")
    (tmp_path / "folder").mkdir()
    files = {"outputs": "good", "reference": "good", "source": "good"} | {role: name}
    code, _, err = call(
        capsys, "score", files["outputs"], "-r", files["reference"], "--source", files["source"]
    )
    assert code in (2, 3)
    assert name in err
    figures["inputs"] += 1


@pytest.mark.parametrize("metrics", [["BLEU", "chrF2++", "TER"], ["fact recall", "ROUGE-L"]])
def test_answers_and_items_that_lack_something_have_scores(metrics):
    items = [
        Item(id="1", document="a", source="Un chat.", references=("A cat.",)),
        Item(
            id="2",
            document="a",
            source="Un chien.",
            references=("",),
            facts=(Fact.model_validate(FACT),),
        ),
    ]
    answers = [Answer(item=item, text=text) for item, text in zip(items, ("", "A"), strict=True)]
    found = score(metrics, answers)
    assert [each.metric for each in found] == [each for each in metrics if "fact" not in each]


# Suites

HEAD = 'description = "x"\n'
PART = f'{HEAD}[[parts]]\nname = "a"\ntask = "translation"\n'
DIGITS = ", ".join(map(str, range(10)))
SUITES = {
    "deep": "x = " + "[" * 5000 + "]" * 5000,
    "digits": "x = " + "9" * 5000,
    "binary": "\0\1\2",
    "no parts": f"{HEAD}parts = []",
    "parts are text": f'{HEAD}parts = "a"',
    "description is a number": PART.replace('"x"', "1"),
    "unknown key": f"more = 1\n{PART}",
    "unknown setting": f"{PART}systems = [{{ name = 'a', settings = {{ x = 1 }} }}]",
    "wrong setting": f"{PART}systems = [{{ name = 'a', settings = {{ num_beams = 'x' }} }}]",
    "setting is a date": f"{PART}systems = [{{ name = 'a', settings = {{ model = 2020-01-01 }} }}]",
    "unknown setting in a matrix": f"{PART}matrix = {{ x = [1] }}",
    "matrix of text": f'{PART}matrix = {{ model = "x" }}',
    "matrix of nothing": f"{PART}matrix = {{ model = [] }}",
    "matrix of lists": f'{PART}matrix = {{ model = [["a"]] }}',
    "matrix without end": f"{PART}[parts.matrix]\n"
    + "\n".join(f"k{at} = [{DIGITS}]" for at in range(12)),
    "matrix of one twice": f'{PART}matrix = {{ model = ["a", "a"] }}',
    "metric twice": f'{PART}metrics = ["BLEU", "BLEU"]',
    "no data": f"{PART}data = []",
    "data is a number": f"{PART}data = [1]",
    "data with a NUL": f'{PART}data = ["a\\u0000"]',
    "data elsewhere": f'{PART}data = ["../../nowhere.tsv"]',
    "data that sacrebleu lacks": f'{PART}data = ["sacrebleu:../x"]',
    "pages that are not there": PART.replace("translation", "cleaning") + 'data = ["x"]',
    "system with a slash": f'{PART}systems = [{{ name = "../a" }}]',
    "system without a name": f'{PART}systems = [{{ name = "" }}]',
}
NO_SUITES = ["", "../seeds", "x/../seeds", "nothing", ".toml", "a\0", "a\0.toml", "/dev/null"]
NO_SUITES += ["x" * 300 + ".toml", "\udcff", "folder.toml", "file/x.toml"]


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_that_is_none_is_refused_before_anything_runs(tmp_path, capsys, name, figures):
    (tmp_path / "mine.toml").write_text(SUITES[name], "utf-8")
    arguments = ("run", tmp_path / "mine.toml", "-o", tmp_path / "run")
    assert call(capsys, *arguments)[0] in (2, 3)
    assert not (tmp_path / "run").exists()
    figures["inputs"] += 1


@pytest.mark.parametrize("name", NO_SUITES, ids=lambda name: ascii(name)[:30])
def test_a_suite_that_is_not_there_is_refused(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "file").write_text("", "utf-8")
    assert call(capsys, "run", name, "-o", "run")[0] == 2


def test_a_suite_that_is_changed_is_run_or_refused(tmp_path, rounds, figures):
    """Every byte of a bundled one may be another."""
    source = (asset_folder("eval") / "suites/summaries.toml").read_bytes()
    path = tmp_path / "mine.toml"
    for random in rounds(100):
        path.write_bytes(broken(random, source))
        suite, said = attempt(load_suite, str(path))
        assert suite or str(path) in said
        figures["inputs"] += 1


def test_references_that_are_nested_too_deeply_are_named(tmp_path):
    (tmp_path / "one.toml").write_text(SUITES["deep"], "utf-8")
    with pytest.raises(InputError, match=r"one\.toml: is nested too deeply"):
        load_references(tmp_path)
    (tmp_path / "one.toml").unlink()
    (tmp_path / "two.toml").mkdir()
    with pytest.raises(InputError, match=r"two\.toml: is a folder"):
        load_references(tmp_path)


# Windows


def test_what_only_unix_has_is_not_needed(tmp_path):
    code = (
        "import sys; sys.modules['resource'] = None\n"
        "from toolkit.evaluation.runs import _peak_mb\n"
        "assert _peak_mb() is None\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_table_without_memory_says_so(loaded):
    def timed(peak):
        part = loaded.record.parts["own"]
        systems = {
            name: each.model_copy(update={"from_store": False, "peak_mb": peak})
            for name, each in part.systems.items()
        }
        parts = {"own": part.model_copy(update={"systems": systems})}
        record = loaded.record.model_copy(update={"parts": parts})
        return replace(loaded, record=record, outcomes=tuple(loaded.of("own")))

    assert re.search(r"peak MB +– +–$", run_tables([timed(None)]), re.MULTILINE)
    assert re.search(r"peak MB +9 +9$", run_tables([timed(9)]), re.MULTILINE)


WRITTEN = [
    ("one", "one", ""),
    ("one:default", "one", "default"),
    ("one:", "one", ""),
    ("a:default", "a", "default"),
    ("runs/one:no glossary", "runs/one", "no glossary"),
    (r"C:\runs\one", r"C:\runs\one", ""),
    ("C:/runs/one", "C:/runs/one", ""),
    (r"C:\runs\one:default", r"C:\runs\one", "default"),
    ("there:is", "there:is", ""),
    ("there:is:default", "there:is", "default"),
    ("not:there:default", "not:there", "default"),
    ("x:" + "y" * 5000, "x", "y" * 5000),
    ("a\0:b", "a\0", "b"),
]


@pytest.mark.parametrize(("written", "folder", "system"), WRITTEN)
def test_a_run_and_its_system_are_told_apart(tmp_path, monkeypatch, written, folder, system):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there:is").mkdir()
    assert run_and_system(written) == (Path(folder), system)
