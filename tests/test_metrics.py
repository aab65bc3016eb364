import csv
import re
import subprocess
import sys

import pytest

from tests.tiny_models import build_bert
from toolkit.documents import Check
from toolkit.errors import InputError, ModelError, UsageError
from toolkit.evaluation.answers import Answer
from toolkit.evaluation.bertscore import Encoder
from toolkit.evaluation.compare import paired_p_values
from toolkit.evaluation.data import Item, read_parallel, read_table
from toolkit.evaluation.metrics import (
    compression,
    coverage,
    density,
    fragments,
    mean_score,
    novel,
)
from toolkit.evaluation.registry import METRICS, RECORDED

OFFLINE = METRICS.keys() - RECORDED
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


def test_a_difference_of_nothing_is_not_significant_and_a_steady_one_is():
    assert paired_p_values([1, 2, 3], [1, 2, 3]) == (1, 1)
    steady = paired_p_values(range(20), [value + 1 + value % 2 for value in range(20)])
    assert max(steady) < 0.01
    noise = paired_p_values([0, 1] * 10, [1, 0] * 10)
    assert min(noise) > 0.3


BAD = [
    ("a.tsv", "source\ttarget\nUn chat.\t\n", ":2: the target is empty"),
    ("a.tsv", "source\ttarget\nUn chat.\tA cat.\n\nUn chien.\tA dog.\n", ":3: the line is empty"),
    ("a.tsv", "source\ttarget\nUn chat.\tA cat.\nUn \rchien.\tA dog.\n", ":3: holds a stray"),
    ("a.tsv", "source\ttarget\nUn chat.\tA cat.\tmore\n", ":2: 3 columns instead of 2"),
    ("a.tsv", "french\tenglish\nUn chat.\tA cat.\n", ":1: there is no column source and target"),
    ("a.jsonl", '{"source": "Un chat."}\n', ":1: there is no reference"),
    ("a.jsonl", '{"source": "Un chat.", "target": "A cat."}\n{\n', ":2: is not JSON"),
    ("a.jsonl", "[]\n", ":1: is not a JSON object"),
    ("a.tsv", "source\ttarget\n", "holds nothing to score"),
]


@pytest.mark.parametrize(("name", "content", "said"), BAD, ids=[said for *_, said in BAD])
def test_data_that_cannot_be_scored_is_refused_with_its_line(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content.encode())
    with pytest.raises(InputError, match=re.escape(said)):
        read_table(path)


def test_files_that_are_not_aligned_are_refused_with_the_line(tmp_path):
    source, target = tmp_path / "a.fr", tmp_path / "a.en"
    source.write_text("Un chat dort.\nUn chien court.\nIl pleut.\n", "utf-8")
    target.write_text("A cat sleeps.\nA dog runs.\n", "utf-8")
    with pytest.raises(InputError, match=r"a\.en:3: is missing"):
        read_parallel(source, [target])
    target.write_text(f"A cat sleeps.\n{'A dog runs. ' * 20}\nIt rains.\n", "utf-8")
    with pytest.raises(InputError, match=r"a\.en:2: .*aligned"):
        read_parallel(source, [target])
    target.write_text("A cat sleeps.\nA dog runs.\nIt rains.\n", "utf-8")
    assert [item.references for item in read_parallel(source, [target]).items] == [
        ("A cat sleeps.",),
        ("A dog runs.",),
        ("It rains.",),
    ]


def test_sources_and_targets_that_are_swapped_are_refused(tmp_path):
    path = tmp_path / "a.tsv"
    rows = [f"{target}\tLes prix ont baissé de douze pour cent en mai." for target in TARGETS]
    path.write_text("source\ttarget\n" + "\n".join(rows) + "\n", "utf-8")
    with pytest.raises(InputError, match="swapped"):
        read_table(path)


def test_windows_line_ends_are_no_stray_carriage_returns(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(b"source\ttarget\r\nUn chat dort.\tA cat sleeps.\r\n")
    (item,) = read_table(path).items
    assert item.references == ("A cat sleeps.",)
