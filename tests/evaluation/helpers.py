"""Answers to score, and a small suite to run."""

import json

from toolkit.evaluation.answers import Answer
from toolkit.evaluation.data import Item
from toolkit.evaluation.folders import data_file, load_run, outputs_file
from toolkit.files import sha256_of

OUTPUTS = [
    "Russia and China agreed on Thursday to deepen their cooperation.",
    "The minister said that the talks had been useful, and left.",
    "Prices fell by 12 percent in May.",
    "It rained.",
]
TARGETS = [
    "Russia and China agreed on Thursday to deepen their bilateral cooperation.",
    "The talks were useful, the minister said before he left.",
    "In May, prices went down 12 percent.",
    "It was raining.",
]


def answers(outputs=OUTPUTS, targets=TARGETS, **options):
    return [
        Answer(
            item=Item(id=f"d#{at}", document=f"d{at}", source="Une phrase.", references=(target,)),
            text=output,
            **options,
        )
        for at, (output, target) in enumerate(zip(outputs, targets, strict=True))
    ]


ROWS = [
    ("a", "Le chat dort sur la table.", "The cat sleeps on the table."),
    ("a", "Il pleut à Paris depuis lundi.", "It has been raining in Paris since Monday."),
    ("b", "La ministre a promis 1 200 emplois.", "The minister promised 1,200 jobs."),
]
SUITE = """
description = "a test"
[[parts]]
name = "own"
task = "translation"
data = ["{data}"]
metrics = ["chrF2++", "BLEU", "flagged"]
systems = [
    {{ name = "default" }},
    {{ name = "no glossary", settings = {{ glossary = "none" }} }},
]
[[parts]]
name = "brief"
task = "summaries"
systems = [{{ name = "lead-1", settings = {{ summarizer = "lead-1" }} }}]
"""
FAKE = {"model": "fake"}


def write_data(folder):
    """ROWS as a table of sentences with their translations."""
    path = folder / "own.tsv"
    lines = ["page\tsource\ttarget", *("\t".join(row) for row in ROWS)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def pin(folder):
    """Record the digests of the files as they are now."""
    path = folder / "run.json"
    record = json.loads(path.read_text("utf-8"))
    for name, part in record["parts"].items():
        part["data"] = sha256_of(data_file(folder, name).read_bytes())
        for system, made in part["systems"].items():
            made["outputs"] = sha256_of(outputs_file(folder, name, system).read_bytes())
    path.write_text(json.dumps(record), "utf-8")


def change(folder, **texts):
    """Other answers of the system `no glossary`, by item."""
    path = outputs_file(folder, "own", "no glossary")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    changed = [
        line | {"text": texts.get(line["id"].replace("#", ""), line["text"])} for line in lines
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in changed), "utf-8")
    pin(folder)
    return load_run(folder)
