import json

import pytest

from toolkit.errors import InputError
from toolkit.evaluation.files import parse_json
from toolkit.evaluation.records import AnswerLine, Record


@pytest.fixture
def written(run, tmp_path):
    """run.json of a small run, to be changed."""
    return json.loads((tmp_path / "one/run.json").read_text("utf-8"))


def test_a_record_comes_back_as_it_was_written(written):
    record = parse_json("run.json", json.dumps(written), Record)
    assert parse_json("again", record.model_dump_json(by_alias=True), Record) == record
    assert record.parts["own"].items == written["parts"]["own"]["items"]
    assert record.machine.cores == written["machine"]["cores"]


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
