import math
import random
from collections import Counter

import numpy as np
import pytest

from toolkit.corpus.sketch import CountMin, Firsts, keys_of


def counted(pages, width=4, depth=2):
    table = CountMin(width, depth)
    for page in pages:
        table.add(keys_of("site", sorted(page)))
    return table


def test_keys_are_the_same_on_every_machine():
    assert keys_of("site", ["Partager"]).tolist() == [0x8AFFFB298292FBF8]
    assert not set(keys_of("a", ["bc"])) & set(keys_of("ab", ["c"]))
    assert len(keys_of("site", ["\ud800"])) == 1


@pytest.mark.parametrize("seed", range(20))
def test_estimates_are_never_too_low_and_know_no_order(seed):
    rng = random.Random(seed)
    pages = [rng.sample("abcdefghijkl", rng.randrange(1, 9)) for _ in range(rng.randrange(1, 20))]
    truth = Counter(line for page in pages for line in page)
    table = counted(pages)
    lines = sorted(truth)
    assert (table.estimate(keys_of("site", lines)) >= [truth[line] for line in lines]).all()
    cut = rng.randint(0, len(pages))
    shuffled = rng.sample(pages, len(pages))
    merged = counted(shuffled[:cut])
    merged.merge(counted(shuffled[cut:]))
    assert (merged.cells == table.cells).all()
    assert merged.added == table.added


def test_estimates_stay_within_their_bound():
    table = CountMin(width=500, depth=4)
    truth = Counter(f"line {int(number)}" for number in np.random.default_rng(1).zipf(1.5, 5000))
    for line, count in truth.items():
        for _ in range(count):
            table.add(keys_of("", [line]))
    lines = [line for line, count in truth.items() if count < CountMin.CEILING / 2]
    errors = table.estimate(keys_of("", lines)) - np.array([truth[line] for line in lines])
    assert table.epsilon == math.e / 500
    assert errors.max() > 0
    assert np.mean(errors > table.epsilon * table.added) <= table.delta


def test_what_stands_on_very_many_pages_counts_as_the_ceiling():
    keys = keys_of("site", ["Partager"])
    table, other = CountMin(10), CountMin(10)
    for _ in range(300):
        table.add(keys)
    for _ in range(200):
        other.add(keys)
    other.merge(table)
    assert table.estimate(keys) == other.estimate(keys) == [255]


def test_the_chance_of_a_key_that_was_never_added_is_that_which_is_seen():
    table = CountMin(width=1000, depth=2)
    for number in range(400):
        table.add(keys_of("", [f"{number} {other}" for other in range(5)]))
    strange = table.estimate(keys_of("other", map(str, range(20_000))))
    assert table.chance(3) == pytest.approx(float(np.mean(strange >= 3)), abs=0.01)
    assert table.chance(0) == 1


def test_a_table_takes_the_memory_that_it_is_given():
    assert CountMin.of_size(2).cells.nbytes == 2_000_000
    assert Firsts.of_size(2).cells.nbytes == 2_000_000


def test_the_first_page_of_a_line_is_found_in_whatever_order():
    lines = keys_of("site", ["one", "two", "three"])
    for ranks in ((3, 900, 65535), (65535, 3, 900)):
        table, other = Firsts(1000), Firsts(1000)
        table.add(lines, ranks[0])
        other.add(lines[:2], ranks[1])
        other.add(lines[:1], ranks[2])
        table.merge(other)
        assert table.ranks(lines).tolist() == [65535, max(ranks[:2]), ranks[0]]
    assert table.ranks(keys_of("other", map(str, range(1000)))).max() == 0


def test_a_line_may_be_forgotten_but_gets_no_higher_rank():
    table = Firsts(width=100, depth=2)
    ranks = np.random.default_rng(1).integers(1, 65535, 300)
    lines = [keys_of("site", [str(number)]) for number in range(300)]
    for keys, rank in zip(lines, ranks, strict=True):
        table.add(keys, int(rank))
    found = np.array([table.ranks(keys)[0] for keys in lines])
    assert set((ranks - found)[found > 0]) == {0}
    middling = (ranks > 20_000) & (ranks < 45_000)
    assert table.chance_forgotten() == pytest.approx(np.mean(found[middling] == 0), abs=0.1)


@pytest.mark.parametrize("kind", [CountMin, Firsts])
def test_tables_of_other_sizes_are_not_merged(kind):
    with pytest.raises(ValueError, match="can't be merged"):
        kind(10).merge(kind(11))
