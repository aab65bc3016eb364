import pytest

from tests.evaluation.helpers import answers
from toolkit.checks import Check
from toolkit.errors import UsageError
from toolkit.evaluation.registry import METRICS, RECORDED, metrics_named

OFFLINE = METRICS.keys() - RECORDED


def test_what_failed_and_what_was_kept_are_counted():
    invented = (Check(name="names", relation="unsupported", values=("X",)),)
    lost = (Check(name="dates", relation="lost", values=("Monday",)),)
    found = [
        *answers(["Short one."], ["x"], max_words=2, terms=3, terms_kept=1, failed=lost),
        *answers(["It is far too long."], ["x"], max_words=2, failed=invented),
    ]
    values = {name: METRICS[name].score(found).value for name in OFFLINE if "fact" not in name}
    assert (values["limit kept"], values["unsupported"], values["flagged"]) == (50, 50, 100)
    assert values["terms kept"] == pytest.approx(100 / 3)
    assert values["words"] == 3.5


def test_metrics_are_named_in_any_case_and_several_at_once():
    assert metrics_named(["bleu,chrf2++", "TER"]) == ["BLEU", "chrF2++", "TER"]
    assert metrics_named(["rouge-l, Kept F1", "ROUGE-L"]) == ["ROUGE-L", "kept F1"]
    for wrong in ("meteor", "bleu,", ""):
        with pytest.raises(UsageError, match="toolkit eval list names them"):
            metrics_named([wrong])
