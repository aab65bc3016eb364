from rich.progress import Progress

from toolkit.cli.progress import StageBars, StageLines, download_progress, stage_progress


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
    progress = StageBars(bar, total_chars=1000)
    stage, whole = bar.tasks
    progress.stage("translating", 1, 2)
    assert (stage.description, stage.completed, whole.completed) == ("translating", 1, 0)
    progress.finished(400)
    progress.stage("summarizing", 4, 4)
    assert (stage.description, whole.completed) == ("summarizing", 400)
    progress.finished(600)
    assert whole.completed == 1000


def test_without_a_terminal_a_line_a_minute_tells_how_far_it_is(capsys):
    seconds = iter((0, 59, 61, 61, 100, 125, 125))
    progress = StageLines(total_chars=1000, clock=lambda: next(seconds))
    progress.stage("translating", 1, 2)
    progress.stage("translating", 1200, 2400)
    progress.finished(400)
    progress.stage("translating", 1300, 2400)
    progress.stage("summarizing", 3, 0)
    assert capsys.readouterr().err.splitlines() == [
        "toolkit: translating: 1,200 of 2,400",
        "toolkit: summarizing: 3; 40% of the corpus is done",
    ]


def test_what_is_quick_or_quiet_tells_nothing(capsys):
    for quiet in (False, True):
        with stage_progress(quiet=quiet, total_chars=10) as progress:
            progress.finished(10)
            progress.stage("translating", 1, 2)
    assert not isinstance(progress, StageLines)
    assert capsys.readouterr().err == ""
