import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.corpus.helpers import opened, outputs, rows, write_rows
from toolkit.corpus.marks import failures
from toolkit.corpus.runners import ray as runner
from toolkit.corpus.runners.faults import Fault, Place
from toolkit.corpus.runners.local import Watcher, run_local
from toolkit.corpus.runners.ray import Pool, ShardMaker, run_ray
from toolkit.corpus.storage import Storage
from toolkit.corpus.worker import Machine
from toolkit.errors import OutputError, UsageError

BENCH = Path(__file__).parents[3] / "eval" / "bench_scale.py"
HERE = Place("node3", "a1", 811)
NO_RAY = "the extra ray is not installed"


@pytest.fixture
def job(tmp_path):
    """Eight rows in four shards."""
    return opened(write_rows(tmp_path / "rows.jsonl", rows(8)), tmp_path / "out", shards=4)[0]


@pytest.fixture
def undisturbed(tmp_path):
    """The outputs of the local runner."""
    source = write_rows(tmp_path / "rows.jsonl", rows(8))
    job, _ = opened(source, tmp_path / "alone", shards=4)
    run_local(job, range(4), Machine())
    return outputs(tmp_path / "alone")


@pytest.fixture
def maker(job, monkeypatch):
    """Makes shards without Ray, whatever machine, after so many tries of each before."""
    monkeypatch.setattr(runner, "Metrics", lambda to: None)
    monkeypatch.setattr(runner.Place, "here", lambda: HERE)

    def make(machine, tries=0):
        found = ShardMaker(job, machine, lambda number: tries + 1)
        monkeypatch.setattr(found, "_metrics", type("_", (), {"add": lambda *_: None}))
        return found

    return make


@pytest.fixture(autouse=True)
def _without_token(monkeypatch):
    """Ray would write one into the home folder, and ask the next test for it, which has another."""
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")


@pytest.fixture
def pauses(monkeypatch):
    found = []
    monkeypatch.setattr(runner.time, "sleep", found.append)
    return found


@pytest.mark.parametrize(
    ("machine", "workers", "nodes", "expected"),
    [
        ({}, 0, [{"CPU": 8}, {"CPU": 8}], (2, 8, 0)),
        ({}, 0, [{"CPU": 8}, {"CPU": 4}], (3, 4, 0)),
        ({}, 4, [{"CPU": 8}, {"CPU": 8}], (4, 4, 0)),
        ({}, 40, [{"CPU": 8}, {"CPU": 8}], (40, 1, 0)),
        ({"threads": 3}, 0, [{"CPU": 8}, {"CPU": 8}], (4, 3, 0)),
        ({"threads": 3}, 9, [{"CPU": 8}, {"CPU": 8}], (9, 3, 0)),
        ({}, 0, [{"CPU": 32, "GPU": 4}], (1, 32, 0)),
        ({"device": "auto"}, 0, [{"CPU": 32, "GPU": 4}], (4, 8, 1)),
        ({"device": "auto"}, 0, [{"CPU": 32}], (1, 32, 0)),
        ({"device": "cuda"}, 2, [{"CPU": 32, "GPU": 4}], (2, 16, 1)),
        ({"device": "cuda", "threads": 4}, 0, [{"CPU": 32, "GPU": 2}, {"CPU": 32}], (2, 4, 1)),
        ({}, 0, [], (1, 1, 0)),
    ],
)
def test_a_pool_fills_the_cluster_or_is_as_large_as_asked(machine, workers, nodes, expected):
    pool = Pool.of(Machine(**machine), workers, nodes)
    assert (pool.workers, pool.threads, pool.gpus) == expected


def test_without_ray_the_extra_is_named(job, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"needs the package ray; type: pip install .*\[ray\]"):
        run_ray(job, [0], Machine())


def test_what_is_done_is_not_made_again(job, maker, tmp_path):
    made = maker(Machine()).make(0)
    (tmp_path / "out" / made.output).unlink()
    assert maker(Machine(models_folder=tmp_path), tries=9).make(0) == made
    assert outputs(tmp_path / "out") == {}


def test_a_shard_whose_workers_died_is_given_up(maker, pauses, tmp_path):
    given_up = maker(Machine(), tries=3).make(0)
    assert isinstance(given_up, Fault)
    assert given_up.failure.tries == 3
    assert "the process of its worker ended 3 times" in given_up.failure.reason
    assert outputs(tmp_path / "out") == {}


def test_a_machine_that_cannot_do_it_takes_fewer_and_fewer_shards(maker, pauses, job, tmp_path):
    model = job.models["translator"].model_copy(update={"model": "hy-mt2-1.8b"})
    broken = maker(Machine(models_folder=tmp_path))
    broken._job = job.model_copy(update={"models": {"translator": model}})
    found = [broken.make(number) for number in (0, 1, 2)]
    assert all("hy-mt2-1.8b' is not installed" in each.failure.reason for each in found)
    assert [each.number for each in found] == [0, 1, 2]
    assert pauses == [1, 2, 4]
    broken._job = job
    broken.make(3)
    broken._job, broken._worker = job.model_copy(update={"models": {"translator": model}}), None
    broken.make(0)
    assert pauses[3:] == [1]


def test_an_address_where_nothing_answers_is_told_at_once(job, monkeypatch):
    pytest.importorskip("ray.data", reason=NO_RAY)
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:9")
    with pytest.raises(UsageError, match=r"RAY_ADDRESS is 127\.0\.0\.1:9, where nothing answers"):
        run_ray(job, [0], Machine())


@pytest.mark.cluster
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Ray warns of its own settings
def test_a_shard_that_kills_its_workers_is_told_and_the_others_are_as_elsewhere(
    tmp_path, monkeypatch, undisturbed, capfd
):
    pytest.importorskip("ray.data", reason=NO_RAY)

    class Deadly(ShardMaker):
        def _start(self):
            if self._begun == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return super()._start()

        def make(self, number):
            self._begun = number
            if number == 2:
                self._worker = None
            return super().make(number)

    monkeypatch.setattr(runner, "ShardMaker", Deadly)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.chdir(tmp_path)
    job, _ = opened("rows.jsonl", "out", shards=4)
    ended, counts = [], []
    watcher = Watcher(on_rows=counts.append, on_end=ended.append)
    run_ray(job, range(4), Machine(threads=1), workers=2, watcher=watcher)
    told = capfd.readouterr()
    assert (told.out, "core_worker" in told.err) == ("", False)
    (failed,) = failures(Storage.of("out"))
    assert (failed.number, failed.tries) == (2, 3)
    assert failed in ended
    assert sorted(each.number for each in ended) == [0, 1, 2, 3]
    assert sum(counts) == 6
    del undisturbed["part-00002.jsonl"]
    assert outputs(tmp_path / "out") == undisturbed


@pytest.mark.cluster
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_machines_with_a_full_disk_leave_their_shards_to_the_others(
    job, tmp_path, monkeypatch, undisturbed
):
    pytest.importorskip("ray.data", reason=NO_RAY)
    from ray.cluster_utils import Cluster

    class Full(ShardMaker):
        def _start(self):
            if "FULL" in os.environ:
                raise OutputError("/tmp: No space left on device")
            return super()._start()

    head = {"num_cpus": 0, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    for surroundings in ({"FULL": "1"}, {"FULL": "1"}, {}):
        cluster.add_node(num_cpus=1, env_vars=surroundings)
    monkeypatch.setattr(runner, "ShardMaker", Full)
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    troubles, ended = [], []
    watcher = Watcher(on_trouble=troubles.append, on_end=ended.append)
    try:
        run_ray(job, range(4), Machine(threads=1), workers=3, watcher=watcher)
    finally:
        cluster.shutdown()
    assert troubles
    assert all("No space left on device (on " in each for each in troubles)
    assert sorted(each.number for each in ended) == [0, 1, 2, 3]
    assert failures(Storage.of(job.to)) == []
    assert outputs(tmp_path / "out") == undisturbed


@pytest.mark.cluster
def test_a_cluster_that_loses_workers_a_node_and_its_head_loses_no_row(tmp_path):
    pytest.importorskip("ray.data", reason=NO_RAY)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    found = subprocess.run(
        [sys.executable, BENCH, "kills"], env=environment, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.count("kill -9") == 5
    assert "0 lost, 0 twice; bytes as undisturbed: True" in found.stdout
