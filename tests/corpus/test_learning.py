import json
import threading

import pytest

from tests.corpus.helpers import SITE, job_of, outputs, pages, planned, read_rows, write_rows
from toolkit.cleaning import Repeats
from toolkit.corpus import learning
from toolkit.corpus.job import JOB, open_job
from toolkit.corpus.learning import (
    REPEATS,
    digest_of,
    keep_repeats,
    learn_corpus,
    open_learned,
    repeats_of,
)
from toolkit.corpus.marks import BusyError, leased_learning
from toolkit.corpus.plan import files_of
from toolkit.corpus.runners.local import run_local
from toolkit.corpus.storage import Storage
from toolkit.corpus.worker import Machine
from toolkit.errors import InputError, UsageError

KNOWN = Repeats.of_sites({"brive.fr": {SITE: 9}})


@pytest.fixture
def source(tmp_path):
    return write_rows(tmp_path / "rows.jsonl", pages(6, site="brive.fr"))


@pytest.fixture
def to(tmp_path):
    return tmp_path / "out"


def wanted(source, to, known=None, **options):
    learned = {"learned_from": "file" if known else "corpus"}
    if known:
        learned["repeats"] = digest_of(known)
    return job_of(source, to, **{"stages": ("clean",), **learned, **options})


def opened(job, repeats):
    return open_learned(job, lambda: keep_repeats(job, repeats))


def never():
    raise AssertionError("these lines were learned before")


def learned(source):
    return learn_corpus(files_of([source]), job_of(source, "unused").reading)


def test_lines_are_learned_once_and_kept_beside_the_outputs(source, to):
    job = opened(wanted(source, to), KNOWN)
    assert job.repeats == digest_of(KNOWN)
    assert open_learned(wanted(source, to), never) == job
    assert (to / REPEATS).read_text("utf-8") == KNOWN.to_json()
    assert repeats_of(job).to_json() == KNOWN.to_json()


def test_a_job_without_them_is_opened_as_ever(source, to):
    job = open_learned(job_of(source, to), never)
    assert not (to / REPEATS).exists()
    assert repeats_of(job).to_json() == Repeats().to_json()


def test_other_lines_are_another_job(source, to):
    opened(wanted(source, to, KNOWN), KNOWN)
    other = Repeats.of_sites({"brive.fr": {"Partager": 3}})
    told = r"another job: learn_from: file \(sha256:\w+\) then, file \(sha256:\w+\) now; name"
    with pytest.raises(UsageError, match=told):
        opened(wanted(source, to, other), other)
    with pytest.raises(UsageError, match=r"learn_from: file \(sha256:\w+\) then, corpus \(sh"):
        open_learned(wanted(source, to), never)
    with pytest.raises(UsageError, match=r"learn_from: file \(sha256:\w+\) then, not set now"):
        open_job(job_of(source, to, stages=("clean",)))


@pytest.mark.parametrize("change", [lambda path: path.unlink(), lambda path: path.write_text("{}")])
def test_lines_that_are_gone_or_changed_are_told(source, to, change):
    job = opened(wanted(source, to), KNOWN)
    change(to / REPEATS)
    with pytest.raises(InputError, match=r"repeats.json is not what the job was made with"):
        repeats_of(job)


def test_what_somebody_left_who_was_ended_before_the_job_is_learned_anew(source, to):
    storage = Storage.of(str(to))
    storage.create(REPEATS, b"of other sources")
    assert repeats_of(opened(wanted(source, to), KNOWN)).to_json() == KNOWN.to_json()


def test_of_several_at_once_one_learns_and_the_others_wait(source, to, monkeypatch):
    monkeypatch.setattr(learning, "LOOK_S", 0.01)
    waiting, found = threading.Event(), []
    one = wanted(source, to)

    def learn():
        other = threading.Thread(
            target=lambda: found.append(open_learned(one, never, on_wait=waiting.set))
        )
        other.start()
        others.append(other)
        assert waiting.wait(10)
        return keep_repeats(one, KNOWN)

    others = []
    job = open_learned(one, learn)
    others[0].join(10)
    assert found == [job]


def test_who_learns_is_not_overtaken_by_a_job_that_does_not(source, to):
    storage, other = Storage.of(str(to)), job_of(source, to, stages=("clean",))
    with leased_learning(storage), pytest.raises(BusyError, match="is writing to the same place"):
        open_learned(other, never)
    assert not storage.exists(JOB)
    assert open_learned(other, never) == other


def test_who_fails_leaves_it_to_the_next(source, to):
    with pytest.raises(InputError):
        open_learned(wanted(source, to), lambda: (_ for _ in ()).throw(InputError("gone")))
    assert not (to / JOB).exists()
    with leased_learning(Storage.of(str(to))):
        pass


def test_what_is_learned_depends_on_no_shards_and_rows_that_cannot_be_read(tmp_path):
    source = write_rows(
        tmp_path / "rows.jsonl",
        ["no json", *pages(4, url="https://brive.fr/a"), {"text": None}, {"text": 7}],
    )
    (tmp_path / "broken.csv").write_text("text,text\na,b\n")
    files = files_of([source, str(tmp_path / "broken.csv")])
    found = learn_corpus(files, job_of(source, tmp_path).reading)
    assert found.to_json() == Repeats.of_sites({"brive.fr": {SITE: 4}}).to_json()


def test_half_a_character_in_a_line_is_no_obstacle(tmp_path, to):
    text = json.dumps({"text": f"Le maire parle \ud800 ici.\n{SITE}", "site": "a\ud800"})
    source = write_rows(tmp_path / "rows.jsonl", [text] * 4)
    job = opened(wanted(source, to), learned(source))
    assert repeats_of(job).to_json() == learned(source).to_json()


@pytest.mark.parametrize("workers", [1, 2])
def test_articles_lose_what_repeats_in_every_process(source, tmp_path, workers):
    plain, clean = tmp_path / "plain", tmp_path / "clean"
    run_local(planned(open_job(job_of(source, plain, stages=("clean",)))), [0], Machine())
    job = planned(opened(wanted(source, clean, shards=3), learned(source)))
    run_local(job, range(job.plan.shards), Machine(), workers=workers)
    assert len(outputs(clean)) == 3
    assert all(SITE in article for article in articles(plain))
    assert len(articles(clean)) == 6
    assert not any(SITE in article for article in articles(clean))


def articles(folder):
    return [row["article"] for name in outputs(folder) for row in read_rows(folder / name)]


def test_a_bucket_holds_them_too(source, s3):
    job = opened(wanted(source, "s3://news/en"), learned(source))
    assert open_learned(wanted(source, "s3://news/en"), never) == job
    assert repeats_of(job).to_json() == learned(source).to_json() != Repeats().to_json()
