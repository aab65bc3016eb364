import json

import pytest

from toolkit.cli.main import main
from toolkit.errors import UsageError
from toolkit.evaluation.registry import metrics_named


def test_metrics_are_named_in_any_case_and_several_at_once():
    assert metrics_named(["bleu,chrf2++", "TER"]) == ["BLEU", "chrF2++", "TER"]
    assert metrics_named(["rouge-l, Kept F1", "ROUGE-L"]) == ["ROUGE-L", "kept F1"]
    for wrong in ("meteor", "bleu,", ""):
        with pytest.raises(UsageError, match="toolkit eval list names them"):
            metrics_named([wrong])


@pytest.fixture
def score(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.txt").write_text("The bridge is closed.\nIt rains in Lyon.\n", "utf-8")
    (tmp_path / "ref.txt").write_text("The bridge is closed.\nIt is raining in Lyon.\n", "utf-8")

    def run(*arguments):
        code = main(["eval", "score", "out.txt", "-r", "ref.txt", *arguments])
        return code, *capsys.readouterr()

    return run


def test_scores_are_given_as_json_with_their_signatures(score):
    code, out, _ = score("-m", "bleu,chrf2++", "-m", "ter", "-f", "json")
    found = json.loads(out)
    assert code == 0
    assert [each["metric"] for each in found] == ["BLEU", "chrF2++", "TER"]
    assert all(each["signature"] and each["low"] <= each["high"] for each in found)
    assert [len(each["values"]) for each in found] == [2, 2, 2]
    assert score("-m", "BLEU,chrF2++", "-m", "TER", "--format", "json")[1] == out


def test_the_table_holds_the_same(score):
    code, out, _ = score("-m", "bleu")
    assert code == 0
    assert "BLEU" in out
    assert "TER" not in out
    code, _, err = score("-m", "meteor,bleu")
    assert code == 2
    assert "no metric meteor" in err
