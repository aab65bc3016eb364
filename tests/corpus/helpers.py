"""Small corpora, and jobs over them with the fake model."""

import json

from toolkit.corpus.job import Inputs, make_job, open_job
from toolkit.corpus.plan import Planned, files_of, plan_shards
from toolkit.corpus.planned import keep_plan
from toolkit.corpus.worker import Machine, Worker
from toolkit.settings import make_settings

TEXT = (
    "Le ministre présente jeudi son plan devant les députés réunis à Paris.\n"
    "Il a promis {} emplois avant la fin de l'année, selon son entourage.\n"
)
SITE = "Le Journal de Brive informe la Corrèze depuis mille neuf cent trois."


def rows(count, **columns):
    return [{"id": number, "text": TEXT.format(number), **columns} for number in range(count)]


def pages(count, **columns):
    """Rows that end with a line that belongs to their site."""
    text = "La ville ouvre une école dans la rue {}, a dit jeudi le maire de Brive.\n"
    return [{**row, "text": text.format(row["id"]) + SITE} for row in rows(count, **columns)]


def copies(count, **columns):
    """Rows of one agency's text, each between other lines of its paper."""
    paragraphs = [
        "Le Conseil constitutionnel a censuré mercredi plusieurs articles de la loi sur le "
        "logement, estimant que le texte portait une atteinte disproportionnée à la propriété.",
        "Saisis par soixante députés de l'opposition, les Sages ont jugé que le plafonnement des "
        "loyers dans les communes rurales ne reposait sur aucun critère objectif.",
        "Le gouvernement a pris acte de cette décision, a indiqué la porte-parole à la sortie du "
        "conseil des ministres, en assurant qu'une nouvelle version serait présentée.",
        "Les associations de locataires ont dénoncé une victoire des propriétaires, tandis que la "
        "fédération des agents immobiliers saluait le retour du bon sens.",
    ]
    furniture = ["Accueil > Politique", "Partager sur Facebook", "S'abonner", "Lire aussi", "Menu"]
    return [
        {
            "id": f"paper-{number}",
            "text": "\n".join(
                [furniture[number % 5], *paragraphs, furniture[(number + 1) % 5], ""]
            ),
            **columns,
        }
        for number in range(count)
    ]


def write_rows(path, given):
    """Rows as JSON lines; text is written as it is."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in given]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(path)


def read_rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def job_of(source, to, *, stages=("translate",), shards=1, model="fake", **options):
    """Not written down yet."""
    names = (
        "text_field",
        "id_field",
        "prefix",
        "check_language",
        "learned_from",
        "repeats",
        "duplicates",
    )
    about = {name: options.pop(name) for name in names if name in options}
    files = files_of([source])
    return make_job(
        sources=[source],
        to=str(to),
        stages=stages,
        settings=make_settings(model, **{"lexicon": False, **options}),
        inputs=Inputs.of(files),
        shards=shards,
        plan=Planned.of(plan_shards(files, shards=shards)),
        **about,
    )


def plan_of(job):
    return plan_shards(files_of(job.sources), shards=job.shards)


def planned(job):
    """The job, with its plan written down."""
    keep_plan(job, plan_of(job))
    return job


def opened(*arguments, **options):
    """A job that is written down, and a worker for it."""
    job = planned(open_job(job_of(*arguments, **options)))
    return job, Worker.start(job, Machine())


def outputs(folder):
    """What is written, by name, without the job and its marks."""
    return {each.name: each.read_bytes() for each in folder.glob("part-*")}
