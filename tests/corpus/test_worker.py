import pytest

from tests.corpus.helpers import job_of, planned, rows, write_rows
from toolkit.corpus.job import open_job
from toolkit.corpus.shard import run_shard
from toolkit.corpus.worker import Machine, ShardPool, Worker
from toolkit.engines.base import GenerationConfig
from toolkit.engines.fake import FakeEngine, fake_answer
from toolkit.engines.stored import StoredOutputs
from toolkit.errors import ModelMissingError
from toolkit.pipeline import engine_pool
from toolkit.settings import make_settings
from toolkit.store import Store


@pytest.fixture
def loaded(monkeypatch):
    """The models that were loaded, one after the other."""
    names = []

    def load(model, **_):
        names.append(model)
        return FakeEngine(family=family[0])

    family = ["causal"]
    monkeypatch.setattr(engine_pool, "load_engine", load)
    return names, family


def job(tmp_path, **options):
    source = write_rows(tmp_path / "rows.jsonl", rows(6))
    return planned(open_job(job_of(source, tmp_path / "out", **options)))


def test_models_are_loaded_when_it_starts(tmp_path, loaded):
    names, _ = loaded
    made = job(tmp_path, stages=("summarize",))
    Worker.start(made, Machine())
    assert names == ["fake"]


def test_a_model_that_keeps_what_it_was_asked_is_loaded_anew_for_each_shard(tmp_path, loaded):
    names, family = loaded
    made = job(tmp_path, shards=3)
    worker = Worker.start(made, Machine())
    for number in range(3):
        run_shard(made, number, worker)
    assert len(names) == 3
    names.clear()
    family[0] = "seq2seq"
    worker = Worker.start(made, Machine())
    for number in range(3):
        run_shard(made, number, worker)
    assert len(names) == 1


def test_two_models_take_turns_wherever_they_run(tmp_path):
    pool = ShardPool(make_settings("fake"))
    assert pool.fit({"fake"})
    assert not pool.fit({"fake", "lead-3"})


def test_a_missing_model_is_told_at_the_start(tmp_path):
    made = job(tmp_path)
    models = {"translator": made.models["translator"].model_copy(update={"model": "hy-mt2-1.8b"})}
    settings = {**made.settings, "translator": "hy-mt2-1.8b"}
    with pytest.raises(ModelMissingError):
        Worker.start(made.model_copy(update={"models": models, "settings": settings}), Machine())


def test_answers_are_kept_in_a_store_of_its_own_and_never_read(tmp_path, monkeypatch):
    """What is read from a store is missing from the batches, and so others' words may change."""
    asked = []
    engine = FakeEngine(lambda text: asked.append(text) or fake_answer(text))
    monkeypatch.setattr(engine_pool, "load_engine", lambda model, **_: engine)
    made = job(tmp_path)
    plain = run_shard(made, 0, Worker.start(made, Machine()))
    alone = asked[:]
    stores = tmp_path / "stores"
    worker = Worker.start(made, Machine(stores=stores))
    first = run_shard(made, 0, worker)
    again = run_shard(made, 0, worker)
    worker.close()
    assert asked == alone * 3
    assert plain.sha256 == first.sha256 == again.sha256
    (path,) = stores.glob("*.sqlite")
    assert Store(path, max_bytes=10**9).info().entries > 6


def test_a_store_that_is_not_read_leaves_the_engine_to_answer(tmp_path):
    asked = []
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9, reads=False)
    engine = FakeEngine(lambda text: asked.append(text) or text)
    stored = StoredOutputs(engine, store, ("fr", "en"))
    for _ in range(2):
        list(stored.stream(iter([_request("a"), None]).__next__))
        stored.score(["a"], ["b"])
    assert asked == ["a"] * 4


def _request(source):
    from toolkit.engines.base import GenerationRequest

    return GenerationRequest(source=source, config=GenerationConfig())
