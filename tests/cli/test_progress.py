import threading
import time

from rich.progress import Progress

from toolkit.cli import progress
from toolkit.cli.progress import StageBars, StageLine, download_progress, stage_progress


def test_a_download_without_a_terminal_is_told_now_and_then(capsys):
    with download_progress("model") as on_bytes:
        for done in range(0, 250_000_001, 10_000_000):
            on_bytes(done, 250_000_000)
    assert capsys.readouterr().err.splitlines() == [
        "toolkit: model: 100 of 250 MB",
        "toolkit: model: 200 of 250 MB",
        "toolkit: model: 250 of 250 MB",
    ]


def test_the_bar_of_a_corpus_moves_with_each_document():
    bar = Progress(disable=True)
    bars = StageBars(bar, total_chars=1000)
    stage, whole = bar.tasks
    bars.stage("translating", 1, 2)
    assert (stage.description, stage.completed, whole.completed) == ("translating", 1, 0)
    bars.finished(400)
    bars.stage("summarizing", 4, 4)
    assert (stage.description, whole.completed) == ("summarizing", 400)
    bars.finished(600)
    assert whole.completed == 1000


def test_a_line_tells_how_far_it_is():
    line = StageLine()
    assert line.text == "reading"
    line.stage("translating", 1200, 2400)
    assert line.text == "translating: 1,200 of 2,400"
    line.stage("summarizing", 0, 0)
    assert line.text == "summarizing"
    line = StageLine(total_chars=1000)
    line.stage("translating", 1200, 1250)
    line.finished(400)
    assert line.text == "40% of the corpus is done; now translating"


def test_without_a_terminal_a_line_is_told_now_and_then(capsys, monkeypatch):
    monkeypatch.setattr(progress, "MESSAGE_EVERY_SECONDS", 0.01)
    with stage_progress(quiet=False) as shown:
        shown.stage("translating", 1, 2)
        until, err = time.monotonic() + 20, ""
        while "toolkit: translating: 1 of 2\n" not in err:
            assert time.monotonic() < until
            err += capsys.readouterr().err


def test_what_is_quiet_tells_nothing(capsys):
    before = threading.active_count()
    with stage_progress(quiet=True, total_chars=10) as shown:
        shown.finished(10)
        shown.stage("translating", 1, 2)
        assert threading.active_count() == before
    assert capsys.readouterr().err == ""
