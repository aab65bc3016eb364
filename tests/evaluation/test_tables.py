from tests.evaluation.helpers import FAKE, change
from toolkit.assets import asset_folder
from toolkit.evaluation.compare import compare
from toolkit.evaluation.folders import load_run
from toolkit.evaluation.page import report_page
from toolkit.evaluation.runs import run_suite
from toolkit.evaluation.suites import load_suite
from toolkit.evaluation.tables import comparison_text, notes, report, run_tables, table


def test_times_are_measured_apart_and_shown_with_memory(data, tmp_path):
    path = tmp_path / "speed.toml"
    part = f'[[parts]]\nname = "own"\ntask = "translation"\ncache = false\ndata = ["{data}"]\n'
    path.write_text(f'description = "x"\n{part}[parts.matrix]\nglossary = ["none", "diplomacy"]\n')
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


def test_what_numbers_must_be_read_with_is_noted(suite, run, tmp_path):
    part = run_suite(suite, tmp_path / "part", flags=FAKE, limit=1)
    assert "only the first 1 items of each part" in notes(part)
    assert "seconds leave out what the store had; see the suite speed for times" in notes(run)


def test_columns_of_text_are_aligned_and_those_of_markdown_have_bars():
    rows = [["a", "1"], ["long", "22"]]
    assert table(["", "x"], rows) == "       x\na      1\nlong  22"
    assert table(["", "x"], rows, markdown=True).splitlines()[1] == "| --- | ---: |"
