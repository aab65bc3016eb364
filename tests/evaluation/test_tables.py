from tests.evaluation.helpers import FAKE
from toolkit.assets import asset_folder
from toolkit.evaluation.folders import load_run
from toolkit.evaluation.page import report_page
from toolkit.evaluation.runs import run_suite
from toolkit.evaluation.suites import load_suite
from toolkit.evaluation.tables import report, run_tables


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
