import pytest

from tests.evaluation.helpers import answers
from toolkit.checks import Check
from toolkit.evaluation.registry import METRICS, RECORDED

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
