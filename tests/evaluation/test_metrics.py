import csv
import subprocess
import sys

import pytest

from tests.evaluation.helpers import OUTPUTS, TARGETS, answers
from toolkit.evaluation.answers import Answer
from toolkit.evaluation.data import Item
from toolkit.evaluation.metrics import compression, coverage, density, fragments, mean_score, novel
from toolkit.evaluation.registry import METRICS


@pytest.fixture
def files(tmp_path):
    for name, lines in (("outputs", OUTPUTS), ("targets", TARGETS)):
        (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("metric", "options"),
    [
        ("BLEU", ["-m", "bleu"]),
        ("chrF2++", ["-m", "chrf", "--chrf-word-order", "2"]),
        ("TER", ["-m", "ter"]),
    ],
)
def test_scores_equal_those_of_the_sacrebleu_command(files, metric, options):
    command = [sys.executable, "-m", "sacrebleu", "targets", "-i", "outputs", "-b", "-w", "4"]
    done = subprocess.run(
        [*command, *options], cwd=files, capture_output=True, text=True, check=True
    )
    score = METRICS[metric].score(answers())
    assert f"{score.value:.4f}" == done.stdout.strip()
    assert "version:" in score.signature
    assert score.low <= score.value <= score.high or metric == "BLEU"


def test_scores_equal_those_of_the_rouge_score_command(files):
    command = [
        sys.executable, "-W", "ignore", "-m", "rouge_score.rouge", "--target_filepattern=targets",
        "--prediction_filepattern=outputs", "--output_filename=scores.csv",
        "--rouge_types=rouge1,rouge2,rougeL", "--noaggregate",
    ]  # fmt: skip
    subprocess.run(command, cwd=files, capture_output=True, check=True)
    with (files / "scores.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for name, column in (("ROUGE-1", "rouge1-F"), ("ROUGE-2", "rouge2-F"), ("ROUGE-L", "rougeL-F")):
        score = METRICS[name].score(answers())
        printed = [float(row[column]) for row in rows]
        assert [f"{value:.6f}" for value in printed] == [f"{v / 100:.6f}" for v in score.values]
        assert score.value == pytest.approx(100 * sum(printed) / len(printed), abs=1e-4)


def test_the_best_of_several_references_counts_and_words_may_have_accents():
    item = Item(id="a", document="a", source="x", references=("Rien du tout", "L'été est là"))
    answer = Answer(item=item, text="L'été est là")
    assert METRICS["ROUGE-Lsum"].score([answer]).value == 100


def test_fragments_are_the_longest_runs_from_the_left():
    article = "the cat sat on the mat and the dog ran"
    summary = "the dog sat on the mat today"
    assert fragments(summary, article) == [2, 4]
    assert coverage(summary, article) == pytest.approx(6 / 7)
    assert density(summary, article) == pytest.approx((4 + 16) / 7)
    assert compression(summary, article) == pytest.approx(10 / 7)
    assert novel(summary, article, 3) == pytest.approx(3 / 5)
    assert coverage("", article) == density("", article) == novel("", article, 3) == 0


def test_intervals_are_the_same_each_time_and_hold_the_mean():
    first = mean_score("x", [1, 2, 3, 4], signature="x")
    assert first == mean_score("x", [1, 2, 3, 4], signature="x")
    assert first.low < first.value == 2.5 < first.high
    with pytest.raises(ValueError, match="nothing to score"):
        mean_score("x", [], signature="x")
