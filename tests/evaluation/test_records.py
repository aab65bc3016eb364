import json

import pytest

from toolkit.errors import InputError
from toolkit.evaluation.files import parse_json
from toolkit.evaluation.records import AnswerLine, Record

RECORD = """
{
  "suite": {"name": "mine", "description": "a test", "parts": [
    {"name": "own", "task": "translation", "data": ["own.tsv"], "metrics": ["BLEU"],
     "systems": [{"name": "default", "settings": {}}]}
  ]},
  "limit": null,
  "started": "2026-01-01T00:00:00+00:00",
  "finished": "2026-01-01T00:01:00+00:00",
  "toolkit": "0.1.0",
  "revision": {"commit": "installed", "clean": true},
  "libraries": {"python": "3.11.7"},
  "machine": {"processor": "x", "cores": 2, "memory_gb": 25, "system": "Linux"},
  "parts": {"own": {
    "task": "translation", "corpus": "own", "items": 3, "metrics": ["BLEU"],
    "digest": "sha256:DIGEST", "data": "sha256:DIGEST",
    "systems": {"default": {"settings": {}, "with": {}, "seconds": 1.5, "from_store": false}}
  }}
}
""".replace("DIGEST", "0" * 64)


@pytest.fixture
def written():
    """run.json, to be changed."""
    return json.loads(RECORD)


def test_a_record_is_written_as_it_was_read(written):
    record = parse_json("run.json", json.dumps(written), Record)
    assert parse_json("again", record.model_dump_json(by_alias=True), Record) == record
    assert record.parts["own"].systems["default"].seconds == 1.5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r.update(more=1), "more: Extra inputs"),
        (lambda r: r["parts"].update(other=r["parts"]["own"]), "the suite has no part other"),
        (lambda r: r["parts"]["own"].update(task="summaries"), "has no part own for summaries"),
        (lambda r: r["parts"]["own"].update(metrics=["bleu"]), "no metric bleu"),
        (lambda r: r["parts"]["own"].update(metrics=["BLEU"] * 2), "a metric is named twice"),
        (
            lambda r: r["parts"]["own"]["systems"].update(
                other=r["parts"]["own"]["systems"]["default"]
            ),
            "part own has no system other",
        ),
        (lambda r: r["parts"]["own"].update(digest="sha256:1"), "digest: "),
        (lambda r: r["machine"].update(memory_gb=-1), "memory_gb: "),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(written, change, said):
    change(written)
    with pytest.raises(InputError, match=said):
        parse_json("run.json", json.dumps(written), Record)


def test_no_more_terms_are_kept_than_there_are():
    line = {"id": "a", "scores": {}, "terms": 1, "terms_kept": 2}
    with pytest.raises(InputError, match="more terms are kept than there are"):
        parse_json("a.jsonl:1", json.dumps(line), AnswerLine)
