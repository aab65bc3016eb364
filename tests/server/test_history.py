import os
import sqlite3
import stat
import subprocess
import sys

import pytest

from toolkit.errors import StoreError
from toolkit.server.errors import ApiError, DiskFullError
from toolkit.server.history import History, Job


def job_of(**values):
    return Job(**({"task": "translate", "name": "page.txt", "source": "text"} | values))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "jobs.sqlite"


@pytest.mark.parametrize("kept", [True, False])
def test_a_job_is_kept_from_its_input_to_its_result(path, kept):
    history = History(path if kept else None)
    job = job_of(options={"length": "brief"}, owner="ada", client="ada")
    history.add(job, "Bonjour \ud83d\ude00".encode("utf-8", "surrogatepass"))
    assert history.find(job.id) == job
    assert history.input(job.id).startswith(b"Bonjour")
    begun = history.begin(job.id)
    assert (begun.state, begun.tries) == ("running", 1)
    assert history.begin(job.id) is None
    history.finish(job.id, "done", result='{"a": 1}')
    done = history.find(job.id)
    assert done.is_finished
    assert done.finished >= done.started >= done.created
    assert history.result(job.id) == '{"a": 1}'
    assert history.input(job.id) == b"", "what was asked is not kept for longer than it is needed"
    history.close()


def test_a_job_that_is_finished_stays_as_it_is(path):
    history = History(path)
    job = job_of()
    history.add(job, b"")
    history.finish(job.id, "cancelled", error={"code": "cancelled", "message": "it was"})
    history.finish(job.id, "done", result="{}")
    history.requeue(job, tries=0)
    found = history.find(job.id)
    assert (found.state, found.error) == ("cancelled", {"code": "cancelled", "message": "it was"})
    assert history.result(job.id) is None


def test_jobs_are_listed_by_page_and_only_to_their_owner():
    history = History(None)
    jobs = [job_of(name=f"{number}", owner="ada") for number in range(5)]
    for job in jobs:
        history.add(job, b"")
    history.add(job_of(owner="grace"), b"")
    first = history.page("ada", limit=2)
    assert [job.name for job in first] == ["4", "3"]
    rest = history.page("ada", limit=10, before=first[-1].id)
    assert [job.name for job in rest] == ["2", "1", "0"]
    for owner in ("grace", ""):
        with pytest.raises(ApiError, match="no such job"):
            history.find(jobs[0].id, owner)
    with pytest.raises(ApiError, match="no such job"):
        history.page("grace", limit=1, before=jobs[0].id)


def test_it_is_cleared_of_what_is_finished(path):
    history = History(path)
    jobs = [job_of(), job_of(), job_of(owner="grace")]
    for job in jobs:
        history.add(job, b"secret words")
    for job in jobs[1:]:
        history.finish(job.id, "done", result='"secret words"')
    assert history.clear("") == 1
    assert history.page("", limit=10) == [jobs[0]]
    assert history.page("grace", limit=10)
    history.remove(jobs[0].id)
    history.clear("grace")
    history.close()
    assert b"secret words" not in path.read_bytes(), "nor is anything left of it in the file"


def test_the_oldest_go_where_there_are_too_many():
    history = History(None, most=3)
    jobs = [job_of(name=f"{number}") for number in range(6)]
    for job in jobs:
        history.add(job, b"")
    for job in jobs[1:]:
        history.finish(job.id, "done")
    names = [job.name for job in history.page("", limit=10)]
    assert names == ["5", "4", "3", "0"], "what isn't finished stays"


def test_nobody_pushes_out_the_jobs_of_others():
    history = History(None, most=2)
    for owner, count in (("ada", 2), ("grace", 5)):
        for number in range(count):
            job = job_of(name=f"{number}", owner=owner)
            history.add(job, b"")
            history.finish(job.id, "done")
    assert [job.name for job in history.page("ada", limit=10)] == ["1", "0"]
    assert [job.name for job in history.page("grace", limit=10)] == ["4", "3"]


def test_nothing_is_had_of_a_job_that_was_removed():
    history = History(None)
    job = job_of()
    history.add(job, b"")
    history.remove(job.id)
    for gone in (
        lambda: history.find(job.id),
        lambda: history.input(job.id),
        lambda: history.result(job.id),
        lambda: history.edits(job.id),
        lambda: history.edit(job.id, "1", "one"),
    ):
        with pytest.raises(ApiError, match="no such job"):
            gone()


def test_a_full_disk_is_told_as_such(path):
    history = History(path)
    job = job_of()
    history.add(job, b"x" * 10_000)
    pages = history._connection.execute("PRAGMA page_count").fetchone()[0]
    history._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFullError, match=r"jobs.sqlite is full; make room there"):
        history.add(job_of(), b"x" * 100_000)
    assert history.page("", limit=10) == [job]


def test_edits_are_kept_beside_the_result():
    history = History(None)
    job = job_of()
    history.add(job, b"")
    history.edit(job.id, "1", "one")
    history.edit(job.id, "title-1", "heading")
    history.edit(job.id, "1", "uno")
    assert history.edits(job.id) == {"1": "uno", "title-1": "heading"}
    history.edit(job.id, "1", None)
    assert history.edits(job.id) == {"title-1": "heading"}


@pytest.mark.skipif(os.name == "nt", reason="permissions are otherwise there")
def test_nobody_else_can_read_it(path):
    path.parent.mkdir()
    path.touch(0o644)
    history = History(path)
    history.add(job_of(), b"secret")
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_two_servers_do_not_share_one(path):
    first = History(path)
    with pytest.raises(StoreError, match=r"jobs.sqlite.* another server uses it; name another"):
        History(path)
    first.add(job_of(), b"")
    first.close()
    second = History(path)
    assert len(second.unfinished()) == 1


def test_what_was_kept_outlives_a_process_that_is_killed(path):
    killed = (
        "import os, sys, pathlib, signal\n"
        "from toolkit.server.history import History, Job\n"
        "history = History(pathlib.Path(sys.argv[1]))\n"
        "for number in range(3):\n"
        "    job = Job(task='translate', name=str(number), source='text')\n"
        "    history.add(job, b'input')\n"
        "history.begin(job.id)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    made = subprocess.run([sys.executable, "-c", killed, str(path)], check=False, timeout=60)
    assert made.returncode == -9
    history = History(path)
    found = history.unfinished()
    assert [(job.name, job.state) for job in found] == [
        ("0", "queued"),
        ("1", "queued"),
        ("2", "running"),
    ]
    assert history.input(found[2].id) == b"input"


def test_files_of_others_are_left_alone(tmp_path):
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    text = tmp_path / "text.sqlite"
    text.write_text("no database, but some text that is long enough" * 100)
    folder = tmp_path / "folder"
    folder.mkdir()
    for path, said in ((other, "another program"), (text, "not a database"), (folder, "directory")):
        with pytest.raises(StoreError, match=said):
            History(path)
    assert text.read_text().startswith("no database")
    assert other.stat().st_mode == text.stat().st_mode


def test_a_newer_file_is_refused(path):
    History(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="another version"):
        History(path)
