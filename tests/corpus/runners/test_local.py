import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.corpus.helpers import opened, outputs, rows, write_rows
from toolkit.corpus.job import read_job
from toolkit.corpus.marks import failures, leased
from toolkit.corpus.runners.local import Watcher, run_local
from toolkit.corpus.storage import Storage
from toolkit.corpus.worker import Machine
from toolkit.errors import ToolkitError

# Worker processes import this as their main module. One that comes to WORD is killed, as often as
# TIMES says, or sleeps.
PROGRAM = """
import os, signal, time
from pathlib import Path
from toolkit.engines.fake import FakeEngine

real, marks = FakeEngine.stream, Path(os.environ["MARKS"])

def stream(self, pull):
    for request, output in real(self, pull):
        if os.environ["WORD"] in output.text:
            (marks / str(os.getpid())).touch()
            if len(list(marks.iterdir())) <= int(os.environ["TIMES"]):
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(float(os.environ["SLEEP"]))
        yield request, output

FakeEngine.stream = stream

if __name__ == "__main__":
    from toolkit.cli import run
    run()
"""
SECONDS = 120


@pytest.fixture
def start(tmp_path):
    """Starts `toolkit run` over 12 rows in 2 shards with 2 workers."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    source = write_rows(tmp_path / "rows.jsonl", rows(12))
    (tmp_path / "marks").mkdir()

    def started(to, word, *, times=0, sleep=0):
        command = [sys.executable, program, "run", source, "--to", to, "--shards", "2"]
        command += ["--stages", "translate", "--model", "fake", "--workers", "2"]
        given = {"WORD": word, "TIMES": str(times), "SLEEP": str(sleep), "TOOLKIT_LEXICON": "false"}
        given |= {"MARKS": str(tmp_path / "marks"), "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen(
            command, cwd=tmp_path, env=os.environ | given, stderr=subprocess.PIPE, text=True
        )

    return started


@pytest.fixture
def undisturbed(tmp_path, start):
    job, _ = opened(str(tmp_path / "rows.jsonl"), tmp_path / "alone", shards=2)
    run_local(job, [0, 1], Machine())
    return outputs(tmp_path / "alone")


def test_workers_that_are_killed_are_replaced_and_the_outputs_are_the_same(
    start, tmp_path, undisturbed
):
    with start(tmp_path / "out", "promis 4 emplois", times=2) as killed:
        _, told = killed.communicate(timeout=SECONDS)
    assert killed.returncode == 0, told
    assert told.count("shard 0: its process was ended by SIGKILL") == 2
    assert not list((tmp_path / "out").glob(".toolkit-*"))
    assert outputs(tmp_path / "out") == undisturbed


def test_a_shard_that_kills_its_workers_is_given_up_and_the_others_are_done(
    start, tmp_path, undisturbed
):
    with start(tmp_path / "out", "promis 4 emplois", times=3) as killed:
        _, told = killed.communicate(timeout=SECONDS)
    assert killed.returncode == 3
    storage = Storage.of(str(tmp_path / "out"))
    (failed,) = failures(storage)
    assert (failed.number, failed.tries) == (0, 3)
    assert f"shard 0: {failed.reason}" in told
    assert list(outputs(tmp_path / "out")) == ["part-00001.jsonl"]
    run_local(read_job(str(tmp_path / "out")), [0], Machine())
    assert failures(storage) == []
    assert outputs(tmp_path / "out") == undisturbed


def test_workers_end_with_the_one_who_started_them(start, tmp_path):
    deadline = time.monotonic() + SECONDS
    with start(tmp_path / "out", "emplois", sleep=600) as process:
        while not (begun := list((tmp_path / "marks").iterdir())):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.kill()
    while any(Path(f"/proc/{each.name}").exists() for each in begun):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with leased(Storage.of(str(tmp_path / "out"))):
        pass  # the one that it left behind is nobody's


@pytest.mark.parametrize("workers", [1, 2])
def test_what_meets_every_shard_ends_the_run(tmp_path, workers):
    source = write_rows(tmp_path / "rows.jsonl", rows(9))
    job, _ = opened(source, tmp_path / "out", shards=3)
    gone = {**job.settings, "translator": "hy-mt2-1.8b"}
    model = job.models["translator"].model_copy(update={"model": "hy-mt2-1.8b"})
    broken = job.model_copy(update={"settings": gone, "models": {"translator": model}})
    machine = Machine(models_folder=tmp_path)
    with pytest.raises(ToolkitError, match="is not installed; type: toolkit models pull"):
        run_local(broken, [0, 1, 2], machine, workers=workers)


@pytest.mark.parametrize("workers", [1, 2])
def test_rows_and_shards_are_told_as_they_are_done(tmp_path, workers):
    source = write_rows(tmp_path / "rows.jsonl", rows(9))
    job, _ = opened(source, tmp_path / "out", shards=3)
    counts, ended = [], []
    watcher = Watcher(on_rows=counts.append, on_end=ended.append)
    run_local(job, range(job.plan.shards), Machine(), workers=workers, watcher=watcher)
    assert sum(counts) == 9
    assert sorted(each.number for each in ended) == [*range(job.plan.shards)]
