import pytest

from tests.evaluation.helpers import OUTPUTS, TARGETS, answers
from tests.tiny_models import build_bert
from toolkit.errors import InputError, ModelError, UsageError
from toolkit.evaluation.bertscore import Encoder
from toolkit.evaluation.registry import METRICS


def test_bertscore_matches_tokens_by_an_encoder_from_a_folder(tmp_path, monkeypatch):
    metric = METRICS["BERTScore"]
    with pytest.raises(UsageError, match="bertscore_model"):
        metric.score(answers())
    monkeypatch.setenv("TOOLKIT_BERTSCORE_MODEL", str(tmp_path))
    with pytest.raises(ModelError, match="no encoder can be loaded"):
        metric.score(answers())
    folder = build_bert(tmp_path / "bert")
    monkeypatch.setenv("TOOLKIT_BERTSCORE_MODEL", str(folder))
    score = metric.score(answers(OUTPUTS, [OUTPUTS[0], *TARGETS[1:]]))
    assert score.values[0] == pytest.approx(100, abs=1e-3)
    assert all(value < 99.9 for value in score.values[1:])
    assert "|bert|layer:last|" in score.signature
    first, second = (Encoder(folder).f1(*pair) for pair in (("a b", "b c"), ("b c", "a b")))
    assert first == pytest.approx(second)
    with pytest.raises(InputError, match="over the encoder's"):
        Encoder(folder).f1("Prices fell. " * 60, "Prices fell.")
