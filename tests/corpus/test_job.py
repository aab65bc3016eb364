import pytest

from tests.corpus.helpers import job_of, opened, plan_of, rows, write_rows
from toolkit.cleaning.rules import rules_digest
from toolkit.corpus import job as module
from toolkit.corpus.job import (
    JOB,
    Inputs,
    Job,
    ModelUsed,
    make_job,
    open_job,
    read_job,
    refuse_changed,
)
from toolkit.corpus.marks import ShardReport, mark_done
from toolkit.corpus.plan import Plan, Planned, files_of, plan_shards
from toolkit.corpus.storage import Storage
from toolkit.errors import InputError, ModelMissingError, UsageError
from toolkit.settings import make_settings


@pytest.fixture
def source(tmp_path):
    return write_rows(tmp_path / "rows.jsonl", rows(4))


@pytest.fixture
def to(tmp_path):
    return tmp_path / "out"


def made(source, to, settings, stages=("translate",)):
    files = files_of([source])
    return make_job(
        sources=[source],
        to=str(to),
        stages=stages,
        settings=settings,
        inputs=Inputs.of(files),
        plan=Planned.of(plan_shards(files)),
    )


def test_the_first_writes_the_job_down_and_others_go_on_with_it(source, to):
    job = open_job(job_of(source, to, stages=("translate", "clean"), quality="best"))
    assert job.stages == ("clean", "translate")
    assert (
        read_job(str(to)) == job == open_job(job_of(source, to, stages=job.stages, quality="best"))
    )
    settings = job.settings_with({"threads": 3})
    assert (settings.quality, settings.translator, settings.threads) == ("best", "fake", 3)


def test_a_folder_that_was_moved_is_gone_on_with_where_it_is(source, to, tmp_path):
    open_job(job_of(source, to))
    to.rename(tmp_path / "moved")
    assert open_job(job_of(source, tmp_path / "moved")).to == str(tmp_path / "moved")


def test_what_a_machine_may_choose_makes_no_other_job(source, to, tmp_path):
    open_job(made(source, to, make_settings("fake", threads=1)))
    other = make_settings("fake", threads=4, device="auto", cache=False, models_folder=tmp_path)
    open_job(made(source, to, other))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"quality": "best"}, "quality: not set then, best now"),
        ({"stages": ("clean",)}, "stages: translate then, clean now"),
        ({"prefix": "en_"}, "prefix: not set then, en_ now"),
        (
            {"summarizer": "lead-3", "stages": ("summarize",), "route": "summarize-first"},
            "route: not set then, summarize-first now",
        ),
    ],
)
def test_another_job_in_one_place_is_refused_by_what_differs(source, to, changes, told):
    open_job(job_of(source, to))
    with pytest.raises(UsageError, match="holds the outputs of another job") as caught:
        open_job(job_of(source, to, **({"translator": "fake"} | changes)))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (
            {"stages": ("translate",)},
            {"stages": ("translate", "summarize")},
            "stages: translate then, translate,summarize now",
        ),
        (
            {"stages": ("clean", "translate"), "shards": 1},
            {"stages": ("clean",), "shards": 2},
            "stages: clean,translate then, clean now",
        ),
        (
            {"summarizer": "lead-3", "stages": ("summarize",)},
            {"stages": ("summarize",), "quality": "best"},
            "quality: not set then, best now; summarizer: lead-3 then, fake now",
        ),
        (
            {},
            {"check_language": False, "source_language": "fr"},
            "from: not set then, fr now",
        ),
        (
            {"check_language": False, "source_language": "fr"},
            {"check_language": True, "source_language": "fr"},
            "from: fr then, fr, and rows are checked now",
        ),
        (
            {"glossary": "terms.tsv"},
            {"glossary": "changed.tsv"},
            "glossary: terms.tsv (sha256:99f186e027eb) then, changed.tsv (sha256:04f1ae55d97a) now",
        ),
        (
            {"learned_from": "file", "repeats": "sha256:" + "a" * 64, "stages": ("clean",)},
            {"stages": ("clean",)},
            "learn_from: file (sha256:aaaaaaaaaaaa) then, not set now",
        ),
        ({"quality": "best"}, {}, "quality: best then, not set now"),
    ],
)
def test_each_difference_is_told_once(source, to, tmp_path, monkeypatch, first, second, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "terms.tsv").write_text("source\ttarget\nmaire\tmayor\n")
    (tmp_path / "changed.tsv").write_text("source\ttarget\nmaire\tlord mayor\n")
    open_job(job_of(source, to, **first))
    said = f"{to} holds the outputs of another job: {told}; name another --to, or ask for the same"
    with pytest.raises(UsageError) as caught:
        open_job(job_of(source, to, **second))
    nothing = "; nothing is done there: if nobody is at work, remove it"
    assert str(caught.value) == said + nothing
    mark_done(Storage.of(str(to)), ShardReport(number=0, output="part-00000.jsonl"))
    with pytest.raises(UsageError) as caught:
        open_job(job_of(source, to, **second))
    assert str(caught.value) == said


def test_a_job_goes_by_the_rules_of_cleaning_that_it_was_begun_with(source, to):
    job = open_job(job_of(source, to, stages=("clean",)))
    assert job.rules == rules_digest()
    assert job_of(source, to, stages=("translate",)).rules == ""
    with pytest.raises(UsageError, match="holds the outputs of another job: rules;"):
        open_job(job.model_copy(update={"rules": "sha256:0"}))


def test_another_revision_of_a_model_is_another_job(source, to):
    job = open_job(job_of(source, to))
    for update in ({"revision": "9f3a"}, {"compute_type": "int8"}):
        models = {"translator": job.models["translator"].model_copy(update=update)}
        told = f"translator: fake then, fake {next(iter(update.values()))} now"
        with pytest.raises(UsageError, match=told):
            open_job(job.model_copy(update={"models": models}))


def test_what_nobody_has_words_for_is_told_all_the_same(source, to):
    job = open_job(job_of(source, to))
    with pytest.raises(UsageError, match="another job: check_language; name another"):
        open_job(job.model_copy(update={"check_language": False}))
    with pytest.raises(UsageError, match="another job: glossary: not set then, empty now; name"):
        open_job(job.model_copy(update={"settings": job.settings | {"glossary": ""}}))


def test_shards_that_are_cut_elsewhere_are_told(source, to):
    job = job_of(source, to, shards=2)
    open_job(job)
    first, second = plan_of(job).shards
    other = job.model_copy(update={"plan": Planned.of(Plan((second, first)))})
    with pytest.raises(UsageError, match="the shards are as many, but begin at other rows"):
        open_job(other)


def test_input_files_that_changed_are_told_from_another_job(source, to, tmp_path):
    open_job(job_of(source, to))
    write_rows(tmp_path / "rows.jsonl", rows(9))
    with pytest.raises(UsageError, match="the input files have changed since the job was begun"):
        open_job(job_of(source, to))


def test_another_number_of_shards_is_another_job(source, to):
    open_job(job_of(source, to))
    with pytest.raises(UsageError, match="shards: 1 then, 3 now"):
        open_job(job_of(source, to, shards=3))


def test_another_version_is_refused_and_told_how_to_go_on(source, to, monkeypatch):
    wanted = job_of(source, to)
    open_job(wanted.model_copy(update={"toolkit": "0.1.7"}))
    with pytest.raises(
        UsageError, match=r"go on with 0\.1\.7 \(pip install toolkit-fr-en==0\.1\.7"
    ):
        open_job(wanted)


@pytest.mark.parametrize("written", ["{}", "no json", '{"job_schema": 1}'])
def test_a_job_that_cannot_be_read_is_refused_in_one_line(to, written):
    (to / "_toolkit").mkdir(parents=True)
    (to / JOB).write_text(written)
    with pytest.raises(UsageError, match=r"can't be read by toolkit [\w.]+ \(\w") as caught:
        read_job(str(to))
    assert "\n" not in str(caught.value)


def test_where_no_job_is_that_is_told(to):
    with pytest.raises(UsageError, match=r"holds no job \(_toolkit/job.json is missing\)"):
        read_job(str(to))


@pytest.mark.parametrize("stages", [(), ("clean", "print")])
def test_only_stages_that_there_are(source, to, stages):
    with pytest.raises(UsageError, match="there are clean, translate, summarize"):
        job_of(source, to, stages=stages)


def test_there_must_be_something_to_skip(source, to):
    with pytest.raises(UsageError, match="type: --duplicates mark"):
        job_of(source, to, stages=("clean",), duplicates="skip")
    assert job_of(source, to, stages=("clean",), duplicates="mark").learns


def test_skipping_duplicates_is_another_job(source, to):
    opened(source, to, duplicates="mark")
    with pytest.raises(UsageError, match="duplicates: mark then, skip now"):
        opened(source, to, duplicates="skip")


def test_models_are_looked_up_before_anything_is_written(source, to, tmp_path):
    with pytest.raises(ModelMissingError, match="type: toolkit models pull"):
        made(source, to, make_settings(models_folder=tmp_path))
    assert not to.exists()
    cleaning = made(source, to, make_settings(models_folder=tmp_path), ["clean"])
    assert not cleaning.models


def test_without_a_model_summaries_are_made_of_sentences(source, to, tmp_path):
    settings = make_settings(translator="fake", models_folder=tmp_path)
    job = made(source, to, settings, ["summarize"])
    assert job.settings["summarizer"] == "lead-3"


def test_a_machine_with_another_model_is_refused(source, to, monkeypatch):
    job, _ = opened(source, to)
    refuse_changed(job, job.settings_with({}))
    monkeypatch.setattr(ModelUsed, "of", lambda name, settings: ModelUsed(model=name, sha256="ff"))
    with pytest.raises(UsageError, match="is made with fake, and this machine has fake ff"):
        refuse_changed(job, job.settings_with({}))


@pytest.fixture
def model(tmp_path):
    """A folder, which nobody loads here."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model/config.json").write_text("{}")
    return tmp_path / "model"


def test_the_folder_of_a_model_is_known_by_its_files(source, to, model):
    job = open_job(job_of(source, to, model=str(model)))
    assert open_job(job_of(source, to, model=str(model))) == job
    refuse_changed(job, job.settings_with({}))
    (model / "config.json").write_text("[]")
    with pytest.raises(
        UsageError, match=rf"translator: {model} \w{{12}} then, {model} \w{{12}} now"
    ):
        open_job(job_of(source, to, model=str(model)))
    told = rf"is made with {model} \w{{12}}, and this machine has {model} \w{{12}}; bring that one"
    with pytest.raises(UsageError, match=told):
        refuse_changed(job, job.settings_with({}))


def test_a_glossary_that_changed_is_refused(source, to, tmp_path):
    terms = tmp_path / "terms.tsv"
    terms.write_text("source\ttarget\nmaire\tmayor\n")
    job = job_of(source, to, glossary=str(terms))
    refuse_changed(job, job.settings_with({}))
    terms.write_text("source\ttarget\nmaire\tlord mayor\n")
    with pytest.raises(InputError, match="the file of glossary is not what the job was made with"):
        refuse_changed(job, job.settings_with({}))


def test_settings_of_a_machine_are_settings():
    assert make_settings().model_dump().keys() > module.OF_A_MACHINE
    assert Job.model_config["extra"] == "forbid"
