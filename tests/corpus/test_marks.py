import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from toolkit.corpus import marks
from toolkit.corpus.marks import (
    RUNNING,
    BusyError,
    Failure,
    Lease,
    ShardReport,
    done_numbers,
    failures,
    leased,
    leased_learning,
    leases,
    mark_done,
    mark_failed,
    now,
    report_of,
    reports,
)
from toolkit.corpus.storage import Storage
from toolkit.errors import UsageError


@pytest.fixture
def storage(tmp_path):
    return Storage.of(str(tmp_path))


def leave(storage, name="run", **values):
    """A lease that somebody holds, or left behind."""
    lease = Lease(**({"host": "elsewhere", "process": 1, "since": now(), "beat": now()} | values))
    with storage.write(f"{RUNNING}/{name}.json") as file:
        file.write(lease.model_dump_json().encode())


def test_shards_are_done_by_their_marks(storage):
    assert done_numbers(storage) == set()
    for number in (100_000, 2, 17):
        mark_done(storage, ShardReport(number=number, output="x", rows=number))
    assert done_numbers(storage) == {2, 17, 100_000}
    assert [each.rows for each in reports(storage, (2, 17, 100_000, 5))] == [2, 17, 100_000]
    assert report_of(storage, 17).rows == 17
    assert report_of(storage, 3) is None


def test_a_failed_shard_is_told_until_it_is_done(storage):
    mark_failed(storage, Failure(number=3, reason="cut off"))
    assert [each.reason for each in failures(storage)] == ["cut off"]
    mark_done(storage, ShardReport(number=3, output="x"))
    assert failures(storage) == []


def test_what_is_no_mark_counts_for_nothing(storage):
    mark_done(storage, ShardReport(number=1, output="x"))
    for name in ("00002.json", "notes.txt"):
        with storage.write(f"{marks.DONE}/{name}") as file:
            file.write(b"half")
    assert [each.number for each in reports(storage, (1, 2))] == [1]


def test_one_run_at_a_time_and_the_other_hears_of_whom(storage):
    with leased(storage):
        for number in (None, 4):
            with (
                pytest.raises(UsageError, match=rf"process {os.getpid()} on .* minutes after"),
                leased(storage, number),
            ):
                pass
        assert set(leases(storage)) == {"run"}
    with leased(storage):
        pass
    assert leases(storage) == {}


def test_shards_alone_are_done_beside_each_other(storage):
    with leased(storage, 4), leased(storage, 5):
        for number in (None, 5):
            with pytest.raises(UsageError, match="a run of shard"), leased(storage, number):
                pass


def test_a_lease_is_given_back_whatever_happens(storage):
    with pytest.raises(KeyboardInterrupt), leased(storage):
        raise KeyboardInterrupt
    assert leases(storage) == {}


def test_what_a_killed_process_left_is_taken_over_at_once_on_its_machine(storage):
    import socket

    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    leave(storage, host=socket.gethostname(), process=ended.pid)
    with leased(storage):
        assert leases(storage)["run"].process == os.getpid()


def test_so_is_what_a_process_of_the_same_number_left_before_its_container_was_started_again(
    storage,
):
    import socket

    leave(
        storage, host=socket.gethostname(), process=os.getpid(), since="2000-01-01T00:00:00+00:00"
    )
    with leased(storage), pytest.raises(BusyError), leased(storage):
        pass


def test_of_another_machine_it_is_taken_over_once_it_was_silent_for_long(storage):
    leave(storage)
    with pytest.raises(UsageError, match="on elsewhere"), leased(storage):
        pass
    silent = datetime.now(UTC) - timedelta(seconds=marks.STALE_S + 1)
    leave(storage, beat=silent.isoformat())
    with leased(storage):
        pass


def test_a_lease_is_renewed_while_the_work_goes_on(storage, monkeypatch):
    monkeypatch.setattr(marks, "BEAT_S", 0.01)
    times = iter(f"2026-01-01T00:00:{second:02}+00:00" for second in range(60))
    monkeypatch.setattr(marks, "now", lambda: next(times))
    with leased(storage):
        first = leases(storage)["run"]
        deadline = time.monotonic() + 20
        while leases(storage)["run"].beat == first.beat:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        monkeypatch.undo()


def test_who_works_on_a_shard_may_learn_unless_another_does(storage):
    with leased(storage, 3), leased_learning(storage):
        with leased(storage, 4), pytest.raises(BusyError), leased_learning(storage):
            pass
        with pytest.raises(BusyError), leased(storage):
            pass
    leave(storage, "learning")
    with pytest.raises(BusyError, match="another run is writing"), leased(storage):
        pass
    leave(storage, "learning", beat="2026-01-02T00:00:00+00:00")
    with leased(storage), leased_learning(storage):
        pass
