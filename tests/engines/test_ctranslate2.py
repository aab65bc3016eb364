import pytest

from tests.engines.helpers import CONFIG, ENGINES, FAMILIES, sources
from toolkit.engines.ctranslate2 import MAX_BATCH_TOKENS, _batches


@pytest.mark.parametrize("name", FAMILIES)
def test_both_engines_give_the_same_tokens(load, name):
    ours, theirs = (load(name, engine) for engine in ENGINES)
    assert ours.info.family == theirs.info.family == FAMILIES[name]
    first = ours.generate(sources(name), CONFIG)
    second = theirs.generate(sources(name), CONFIG)
    assert [o.text for o in first] == [o.text for o in second]
    assert [o.finished for o in first] == [o.finished for o in second]
    assert [o.new_tokens for o in first] == [o.new_tokens for o in second]
    assert len({o.text for o in first}) > 1, "the model must not answer everything alike"


def test_batches_stay_within_their_size_and_tokens():
    lengths = [300, 10, 900, 10, 2000, 10, 500, 9000]
    batches = _batches(lengths, 3, max_gap=9000)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[index] for index in batch)
        assert len(batch) == 1 or len(batch) * longest <= MAX_BATCH_TOKENS
        assert len(batch) <= 3


def test_prompts_of_very_different_lengths_are_not_read_together():
    assert _batches([970, 140, 150, 960], 16, max_gap=48) == [[3, 0], [1, 2]]
