from toolkit.assets import asset_folder
from toolkit.evaluation.support import load_sentences

EVAL = asset_folder("eval")


def test_the_sentences_that_measure_the_checks_are_many_and_a_third_is_subtle():
    sentences = load_sentences(EVAL / "gold/support/sentences.tsv")
    assert len(sentences) >= 120
    assert sum(each.subtle for each in sentences) >= len(sentences) / 3
