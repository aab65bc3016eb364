"""What a run is asked to do: written down once beside its outputs, and compared by whoever goes on.

Everything in a job affects what is written; what depends on the machine is a `worker.Machine`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from toolkit import __version__
from toolkit.articles import PAGE_SHARE
from toolkit.cleaning.rules import rules_digest
from toolkit.corpus.plan import SHARD_MB, Planned
from toolkit.corpus.storage import Storage, StoredFile
from toolkit.engines.load import FAKE
from toolkit.engines.references import place_of
from toolkit.errors import InputError, ModelMissingError, UsageError
from toolkit.models.catalogue import AUTO_MODEL, catalogue
from toolkit.models.folder_digest import digest_of_folder
from toolkit.models.installed import load_installed
from toolkit.pipeline.components import Components
from toolkit.pipeline.routes import route_of
from toolkit.reading import Reading
from toolkit.settings import AUTO, NAMING_FILES, Settings, make_settings
from toolkit.summarization.extractive import FALLBACK, METHODS

Stage = Literal["clean", "translate", "summarize"]
Format = Literal["jsonl", "parquet", "csv"]
Learned = Literal["file", "corpus"]
OnDuplicates = Literal["mark", "skip"]
STAGES: tuple[Stage, ...] = get_args(Stage)
FOLDER = "_toolkit"  # below the destination: the job, its marks, its leases and its report
JOB = f"{FOLDER}/job.json"
# Settings of a machine: they change how fast outputs come, not what they are.
OF_A_MACHINE = frozenset(
    (
        "threads",
        "device",
        "max_memory_mb",
        "models_folder",
        "cache",
        "cache_file",
        "cache_max_mb",
        "bertscore_model",
    )
)
MODELS = ("model", "translator", "summarizer")
OF_THE_PLAN = {"inputs", "shard_mb", "shards", "plan"}  # may differ and come to the same
SHOWN_DIGEST = 19  # letters, its tag included


class ModelUsed(BaseModel):
    """A model that the job was made for; by its files too, except on the server of an endpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    revision: str = ""
    sha256: str = ""
    form: str = ""
    compute_type: str = ""

    @classmethod
    def of(cls, name: str, settings: Settings) -> Self:
        """As it is here.

        Raises ModelMissingError for one of the catalogue that isn't, ModelError or UsageError for
        another.
        """
        if settings.endpoint or name in (FAKE, *METHODS):
            return cls(model=name)
        if name not in catalogue():
            return cls(model=name, sha256=digest_of_folder(place_of(name)[0]))
        installed = load_installed(settings.models_folder, name)
        compute_type = settings.compute_type
        return cls(
            model=name,
            revision=installed.revision,
            sha256=installed.source_sha256,
            form=installed.form if settings.engine == "auto" else settings.engine,
            compute_type=installed.compute_type if compute_type == "auto" else compute_type,
        )

    @property
    def shown(self) -> str:
        """For somebody to read."""
        digests = self.revision[:12], self.sha256[:12]
        return " ".join(filter(None, (self.model, self.form, self.compute_type, *digests)))


class Inputs(BaseModel):
    """Tells whether the input files are still the same, by their names and sizes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: int
    bytes: int
    digest: str

    @classmethod
    def of(cls, files: Sequence[StoredFile]) -> Self:
        listed = json.dumps(sorted((each.url, each.bytes) for each in files)).encode()
        size = sum(each.bytes for each in files)
        return cls(files=len(files), bytes=size, digest=hashlib.sha256(listed).hexdigest())


class Job(BaseModel):
    """`form` is the format of the outputs where it isn't that of the inputs. `settings` are those
    that somebody set, with the models by their names; `files` maps those of them that name files to
    the sha256 of these; `rules` is that of the rules of cleaning. `check_language` says that rows
    in another language than the settings' are refused. `learned_from` says where the lines are from
    that repeat on its sites, and `repeats` is their sha256, once they are known; `duplicates` what
    becomes of articles that are nearly the same as an earlier one, and `firsts` is the sha256 of
    which these are; see `learning`. `shard_mb` and `shards` are what `plan` was made by.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    job_schema: Literal[2] = 2
    toolkit: str = __version__
    sources: tuple[str, ...]
    to: str
    form: Format | None = None
    stages: tuple[Stage, ...]
    text_field: str = "text"
    id_field: str | None = None
    prefix: str = ""
    check_language: bool = True
    settings: dict[str, Any]
    models: dict[str, ModelUsed]
    files: dict[str, str] = {}
    rules: str = ""
    learned_from: Learned | None = None
    repeats: str | None = None
    duplicates: OnDuplicates | None = None
    firsts: str | None = None
    inputs: Inputs
    shard_mb: float = SHARD_MB
    shards: int | None = None
    plan: Planned

    @property
    def asks_models(self) -> bool:
        return "translate" in self.stages or "summarize" in self.stages

    @property
    def learns(self) -> bool:
        """Whether it goes by what is known before the first shard."""
        return bool(self.learned_from or self.duplicates)

    @property
    def adds(self) -> tuple[str, ...]:
        """What adds columns to its rows: the stages, and the search for duplicates."""
        return (*self.stages, "duplicates") if self.duplicates else self.stages

    @property
    def reading(self) -> Reading:
        """How its rows become documents."""
        max_chars = PAGE_SHARE * self.settings_with({}).max_document_chars
        return Reading(text_field=self.text_field, id_field=self.id_field, max_chars=max_chars)

    def settings_with(self, of_machine: Mapping[str, Any]) -> Settings:
        """All settings of a process that works for this job."""
        return make_settings(**{**self.settings, **of_machine})


def make_job(
    *,
    sources: Sequence[str],
    to: str,
    stages: Sequence[str],
    settings: Settings,
    inputs: Inputs,
    plan: Planned,
    shard_mb: float = SHARD_MB,
    shards: int | None = None,
    form: Format | None = None,
    text_field: str = "text",
    id_field: str | None = None,
    prefix: str = "",
    check_language: bool = True,
    learned_from: Learned | None = None,
    repeats: str | None = None,
    duplicates: OnDuplicates | None = None,
) -> Job:
    """The models are chosen and looked up here, once.

    Raises UsageError for stages that there aren't, for a language that isn't named and where there
    is nothing to translate, to skip, or to clean by what was learned, for languages that a model or
    its prompts aren't for, and for a glossary that can't be read, ModelMissingError where a model
    is needed that isn't installed.
    """
    ordered = refuse_stages(stages)
    if learned_from and "clean" not in ordered:
        raise UsageError(f"--learn-from is for cleaning, and --stages {','.join(ordered)} is not")
    if duplicates == "skip" and ordered == ("clean",):
        raise UsageError(
            "--duplicates skip leaves out translations and summaries, and --stages clean makes "
            "none; type: --duplicates mark"
        )
    if settings.source_language == AUTO:
        raise UsageError("--from auto goes by the first input; name the language of the corpus")
    if settings.same_language and "translate" in ordered:
        raise UsageError(
            f"there is nothing to translate from {settings.source_language} to "
            f"{settings.target_language}; --to-language names another"
        )
    models = _models(ordered, settings)
    kept = settings.model_fields_set - OF_A_MACHINE - set(MODELS)
    values = settings.model_dump(mode="json", include=kept)
    return Job(
        sources=tuple(Storage.of(source).url for source in sources),
        to=Storage.of(to).url,
        form=form,
        stages=ordered,
        text_field=text_field,
        id_field=id_field,
        prefix=prefix,
        check_language=check_language,
        settings=values | {task: each.model for task, each in models.items()},
        models=models,
        files=_digests(values),
        rules=rules_digest() if "clean" in ordered else "",
        learned_from=learned_from,
        repeats=repeats,
        duplicates=duplicates,
        inputs=inputs,
        shard_mb=shard_mb,
        shards=shards,
        plan=plan,
    )


def refuse_stages(stages: Sequence[str]) -> tuple[Stage, ...]:
    """The stages in their order. Raises UsageError for others, and for none."""
    if not stages or set(stages) - set(STAGES):
        raise UsageError(f"--stages {','.join(stages)}: there are {', '.join(STAGES)}")
    return tuple(stage for stage in STAGES if stage in stages)


def open_job(wanted: Job) -> Job:
    """The job of this destination: `wanted`, written down if it is the first, else the one that is
    there if it asks for the same.

    Raises UsageError where another job, or another version of the toolkit, writes there.
    """
    if Storage.of(wanted.to).create(JOB, (wanted.model_dump_json(indent=1) + "\n").encode()):
        return wanted
    there = read_job(wanted.to)
    refuse_other(there, wanted)
    return there


def read_job(to: str) -> Job:
    """The job that writes to this destination. Raises UsageError where there is none."""
    data = Storage.of(to).read(JOB)
    if data is None:
        raise UsageError(f"{to} holds no job ({JOB} is missing)")
    try:
        there = Job.model_validate_json(data)
    except ValidationError as error:
        fault = error.errors()[0]
        what = ": ".join(filter(None, (".".join(map(str, fault["loc"])), fault["msg"])))
        raise UsageError(
            f"{to}/{JOB} can't be read by toolkit {__version__} ({what}); go on with the version "
            "that wrote it, or name another --to"
        ) from error
    return there.model_copy(update={"to": Storage.of(to).url})  # it may have been moved


def refuse_other(there: Job, wanted: Job) -> None:
    """Raises UsageError, naming what differs and what to do."""
    if there.toolkit != wanted.toolkit:
        raise UsageError(
            f"{there.to} was begun by toolkit {there.toolkit}, and this is {wanted.toolkit}, which "
            f"may write other rows; go on with {there.toolkit} (pip install "
            f"toolkit-fr-en=={there.toolkit}), or name another --to"
        )
    if there.inputs != wanted.inputs and there.sources == wanted.sources:
        old, new = there.inputs, wanted.inputs
        raise UsageError(
            f"{there.to}: the input files have changed since the job was begun (there were "
            f"{old.files:,} of {old.bytes:,} bytes, now {new.files:,} of {new.bytes:,}); name "
            "another --to, or bring them back"
        )
    if differing := _differing(there, wanted):
        done = Storage.of(there.to).names(f"{FOLDER}/done")
        hint = "" if done else "; nothing is done there: if nobody is at work, remove it"
        raise UsageError(
            f"{there.to} holds the outputs of another job: {'; '.join(differing)}; name another "
            f"--to, or ask for the same{hint}"
        )


def _differing(there: Job, wanted: Job) -> list[str]:
    """Each difference once, in the words of the options. What follows from another isn't told: the
    models of a stage that only one of the jobs has, and other shards for other sources.
    """
    old, new = _told(there), _told(wanted)
    names = [name for name in sorted(old | new) if old.get(name) != new.get(name)]
    if others := [name for name in names if name not in MODELS or (name in old and name in new)]:
        names = others
    told = [
        f"{name}: {old.get(name, 'not set')} then, {new.get(name, 'not set')} now" for name in names
    ]
    compared = Job.model_fields.keys() - OF_THE_PLAN - {"to"}
    told = told or [name for name in compared if getattr(there, name) != getattr(wanted, name)]
    if told or there.plan == wanted.plan:
        return told
    if there.plan.shards == wanted.plan.shards:
        return ["the shards are as many, but begin at other rows; --shard-mb or --shards differ"]
    return [f"shards: {there.plan.shards:,} then, {wanted.plan.shards:,} now"]


def _told(job: Job) -> dict[str, str]:
    """What was asked for, by the names of options and settings."""
    language = job.settings.get("source_language", "")
    checked = ", and rows are checked" if language and job.check_language else ""
    repeats = f" ({job.repeats[:SHOWN_DIGEST]})" if job.repeats else ""
    told = {
        "sources": ", ".join(job.sources),
        "stages": ",".join(job.stages),
        "to_format": job.form or "",
        "text_field": job.text_field,
        "id_field": job.id_field or "",
        "prefix": job.prefix,
        "from": language + checked,
        "learn_from": f"{job.learned_from}{repeats}" if job.learned_from else "",
        "duplicates": job.duplicates or "",
    }
    for name, value in job.settings.items():
        if name not in (*MODELS, "source_language"):
            digest = job.files.get(name, "")[:SHOWN_DIGEST]
            told[name] = f"{value} ({digest})" if digest else str(value) or "empty"
    told |= {task: each.shown for task, each in job.models.items()}
    return {name: value for name, value in told.items() if value}


def _models(stages: Sequence[Stage], settings: Settings) -> dict[str, ModelUsed]:
    """By the name of the setting that has them."""
    if "translate" not in stages and "summarize" not in stages:
        return {}
    components, route = Components(settings), route_of(settings)
    names: dict[str, str] = {}
    if "translate" in stages or route.translates:
        names["translator"] = components.translator_model
        components.refuse_translation()
        _ = components.glossary  # read now, so that a slip in its name isn't written down
    if "summarize" in stages:
        names["summarizer"] = _summarizer(components, route.language(settings))
    return {task: ModelUsed.of(name, settings) for task, name in names.items()}


def _summarizer(components: Components, language: str) -> str:
    """As `Components.summarizer` chooses."""
    settings = components.settings
    try:
        components.refuse_summaries(language)
        if settings.summarizer_model in METHODS:
            return settings.summarizer_model
        return components.summarizer_model(language)
    except ModelMissingError:
        translates = settings.route == "direct" and not settings.same_language
        if settings.summarizer_model != AUTO_MODEL or translates:
            raise
        return FALLBACK


def _digests(settings: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: f"sha256:{hashlib.sha256(Path(value).read_bytes()).hexdigest()}"
        for name in NAMING_FILES
        if isinstance(value := settings.get(name), str) and _is_file(value)
    }


def _is_file(name: str) -> bool:
    try:
        return Path(name).expanduser().is_file()
    except (OSError, RuntimeError, ValueError):
        return False


def refuse_changed(job: Job, settings: Settings) -> None:
    """Raises UsageError where this machine has other models, or other files, than the job was made
    for; ModelMissingError where it lacks a model.
    """
    for each in job.models.values():
        here = ModelUsed.of(each.model, settings)
        if here != each:
            way_out = (
                f"type: toolkit models pull {each.model} --force"
                if each.model in catalogue()
                else "bring that one here, or name another --to"
            )
            raise UsageError(
                f"{job.to} is made with {each.shown}, and this machine has {here.shown}; {way_out}"
            )
    if (digests := _digests(job.settings)) != job.files:
        names = ", ".join(sorted({name for name, _ in job.files.items() ^ digests.items()}))
        raise InputError(f"{job.to}: the file of {names} is not what the job was made with")
