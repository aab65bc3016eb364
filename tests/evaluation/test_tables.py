import re
from dataclasses import replace

import pytest

from tests.evaluation.helpers import FAKE, change
from toolkit.assets import asset_folder
from toolkit.errors import ModelError
from toolkit.evaluation.compare import compare
from toolkit.evaluation.folders import load_run
from toolkit.evaluation.page import report_page
from toolkit.evaluation.runs import run_suite
from toolkit.evaluation.suites import load_suite
from toolkit.evaluation.tables import (
    BATCHED,
    SO_FAR,
    comparison_text,
    notes,
    report,
    run_tables,
    table,
)


def test_times_are_measured_apart_and_shown_with_memory(data, tmp_path):
    path = tmp_path / "speed.toml"
    part = f'[[parts]]\nname = "own"\ntask = "translation"\ncache = false\ndata = ["{data}"]\n'
    path.write_text(f'description = "x"\n{part}[parts.matrix]\nglossary = ["none", "news"]\n')
    measured = run_suite(load_suite(str(path)), tmp_path / "timed", flags=FAKE)
    text = run_tables([measured])
    assert "tokens/s" in text
    assert "peak MB" in text
    assert "Quality and time" in report_page([measured])


def test_tables_name_systems_metrics_and_intervals(run):
    text = run_tables([run])
    assert "own: 3 items of own" in text
    assert "no glossary" in text
    assert "chrF2++" in text
    assert "| --- | ---: |" in run_tables([run], markdown=True)


def test_the_leaderboard_is_what_the_kept_runs_give():
    folder = asset_folder("eval") / "results"
    runs = [load_run(path.parent) for path in sorted(folder.glob("*/run.json"))]
    assert (folder / "README.md").read_text("utf-8") == report(runs, markdown=True)
    for run in runs:
        assert run.record.revision.clean
        assert run.record.finished
        assert run.remarks == ()


def test_a_comparison_is_told_with_the_items_that_differ_most(run, tmp_path):
    changed = change(tmp_path / "one", a2="The cat sleeps on the table.", b4="Nothing")
    text = comparison_text(compare((run, "default"), (changed, "no glossary"), part="own"))
    assert "documents by chrF2++: 1 won, 1 lost, 0 tied; lost: b\n" in text
    assert "The 2 items that differ most by chrF2++:" in text
    assert text.index("a#2: ") < text.index("b#4: ")
    assert "  candidate  The cat sleeps on the table.\n" in text


def test_what_numbers_must_be_read_with_is_noted(suite, tmp_path):
    noted = notes(run_suite(suite, tmp_path / "part", flags=FAKE, limit=1))
    assert "only the first 1 items of each part" in noted
    assert "seconds leave out what the store had; see the suite speed for times" in noted


def with_systems(run, **changes):
    """A run of which all systems were made so."""
    parts = {
        name: part.model_copy(
            update={
                "systems": {
                    system: made.model_copy(update=changes) for system, made in part.systems.items()
                }
            }
        )
        for name, part in run.record.parts.items()
    }
    return replace(run, record=run.record.model_copy(update={"parts": parts}))


def test_the_peak_of_a_process_that_ran_other_systems_too_is_told_to_be_so_far(run):
    shared, apart = (with_systems(run, from_store=each, peak_mb=9) for each in (True, False))
    assert re.search(r"peak MB +9 so far +9 so far$", run_tables([shared]), re.MULTILINE)
    assert re.search(r"peak MB +9 +9$", run_tables([apart]), re.MULTILINE)
    assert (SO_FAR in notes(shared), SO_FAR in notes(apart)) == (True, False)


def test_models_are_told_in_rows_with_what_they_come_to(compared):
    pairs = [("Un chat dort.", "A cat sleeps.")]

    def broken(text):
        raise ModelError("its weights are damaged")

    run = compared(pairs, {"broken": broken, "good": dict(pairs).get})
    text = run_tables([run])
    for said in (
        r"^ +p +chrF2\+\+ +BLEU +flagged +confidence +words/s +loading s +peak MB$",
        r"^good +best +100\.0 ",
        r"^broken +failed +–",
        r"^Only good was measured\.$",
        r"^broken failed: its weights are damaged$",
    ):
        assert re.search(said, text, re.MULTILINE), said
    assert "| broken | failed | – |" in run_tables([run], markdown=True)
    page = report_page([run])
    assert page.index("Only good was measured.") < page.index("<svg")


def test_a_comparison_of_models_that_all_fail_says_why(compared):
    def broken(text):
        raise ModelError("its weights are damaged")

    run = compared([("Un chat dort.", "A cat sleeps.")], {"broken": broken})
    for shown in (run_tables([run]), report_page([run])):
        assert "No model could be measured." in shown
        assert "its weights are damaged" in shown


@pytest.mark.parametrize(
    ("engine", "compute_type", "varies"),
    [
        ("openvino", "int8", True),
        ("openvino", "float32", False),
        ("ctranslate2", "float32", True),
        ("transformers", "float32", False),
    ],
)
def test_it_is_noted_where_words_depend_on_what_runs_beside_them(run, engine, compute_type, varies):
    made = {"translation": {"engine": engine, "compute_type": compute_type}}
    assert (BATCHED in notes(with_systems(run, provenance=made))) == varies


def test_columns_of_text_are_aligned_and_those_of_markdown_have_bars():
    rows = [["a", "1"], ["long", "22"]]
    assert table(["", "x"], rows) == "       x\na      1\nlong  22"
    assert table(["", "x"], rows, markdown=True).splitlines()[1] == "| --- | ---: |"
