import random
import sqlite3
import tracemalloc

import pytest

from toolkit.corpus import near_duplicates as module
from toolkit.corpus.near_duplicates import (
    NearDuplicates,
    figures_of,
    signature_of,
    similarity,
)
from toolkit.errors import InputError, StoreError

WORDS = "la ville ouvre une école au bord du fleuve dit le maire devant des élus réunis".split()


def article(seed, words=300):
    """Of many different words, as no two articles have most runs of words in common."""
    rng = random.Random(seed)
    return " ".join(f"{rng.choice(WORDS)}{chr(rng.randrange(97, 123))}" for _ in range(words))


def altered(text, words, seed=0):
    rng = random.Random(seed)
    found = text.split()
    for place in rng.sample(range(len(found)), words):
        found[place] = "autrement"
    return " ".join(found)


def shingles(text):
    words = text.split()
    return {tuple(words[start : start + 5]) for start in range(len(words) - 4)}


def found(rows, **options):
    with NearDuplicates() as duplicates:
        duplicates.add(rows)
        return dict(duplicates.find(**options))


def test_a_long_article_takes_little_memory_and_has_the_same_signature(monkeypatch):
    long = article(0, 40_000)
    tracemalloc.start()
    signature = signature_of(long)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 25_000_000
    monkeypatch.setattr(module, "BLOCK", 50_000)
    assert signature_of(long) == signature


@pytest.mark.parametrize("words", [0, 3, 8, 20, 60])
def test_similarity_is_that_of_the_shingles(words):
    errors = []
    for seed in range(20):
        one, other = article(seed), altered(article(seed), words, seed)
        both, either = shingles(one) & shingles(other), shingles(one) | shingles(other)
        estimate = similarity(signature_of(one), signature_of(other))
        errors.append(estimate - len(both) / len(either))
    assert max(map(abs, errors)) < 0.16  # four standard errors at 0.5
    assert abs(sum(errors) / len(errors)) < 0.04
    assert words or not any(errors)


def test_a_copy_names_the_first_of_its_group():
    text = article(1)
    rows = [
        ("c", altered(text, 2, 1)),
        ("a", text),
        ("b", f"{text.upper()}\n"),
        ("d", article(2)),
        ("e", altered(text, 100)),
    ]
    assert found(rows) == {"b": "a", "c": "a"}


def test_other_figures_make_another_article():
    text = article(1)
    rows = [("a", f"{text} 12 500"), ("b", f"{text} 12 600"), ("c", f"500 {text} 12")]
    assert found(rows) == {"c": "a"}
    assert figures_of("12, puis 7 et 12") == figures_of("7 puis 12")


def test_who_is_not_near_the_first_itself_is_no_copy_of_it():
    chain = [article(1)]
    for seed in range(12):
        chain.append(altered(chain[-1], 4, seed))
    firsts = found([(f"{number:02}", text) for number, text in enumerate(chain)])
    assert firsts["01"] == "00"
    assert len(set(firsts.values())) > 1
    assert not set(firsts) & set(firsts.values())
    for id_, first in firsts.items():
        assert similarity(*(signature_of(chain[int(each)]) for each in (id_, first))) >= 0.8


def test_the_threshold_moves_the_limit():
    text = article(1)
    rows = [("a", text), ("b", altered(text, 8))]
    assert shingles(rows[0][1]) & shingles(rows[1][1])
    assert found(rows, threshold=0.6) == {"b": "a"}
    assert found(rows, threshold=0.99) == {}


@pytest.mark.parametrize("parts", [1, 3, 8])
def test_any_parting_and_any_order_give_the_same(parts, tmp_path):
    rng = random.Random(3)
    rows = [
        (f"{seed}-{copy}", altered(article(seed, 120), rng.randrange(3), copy))
        for seed in range(30)
        for copy in range(rng.randrange(1, 5))
    ]
    whole = found(rows)
    assert len(whole) >= 20
    rng.shuffle(rows)
    with NearDuplicates(tmp_path / "whole") as duplicates:
        for part in range(parts):
            path = tmp_path / f"part {part}"
            with NearDuplicates(path) as of_part:
                of_part.add(rows[part::parts])
            duplicates.merge(path)
        assert dict(duplicates.find()) == whole
        assert [id_ for id_, _ in duplicates.find()] == sorted(whole)


def test_a_part_may_be_added_again_but_no_other_article_under_an_id():
    text = article(1)
    rows = [("a", text), ("b", text)]
    assert found(rows * 2) == {"b": "a"}
    with pytest.raises(InputError, match="different articles have the id 'b'"):
        found([*rows, ("b", article(2))])


def test_short_and_empty_articles_are_no_copies_of_each_other():
    rows = [("a", ""), ("b", " \n"), ("c", "Oui."), ("d", "Non."), ("e", "oui"), ("f", "…")]
    assert found(rows) == {"e": "c"}


def test_rows_stay_in_their_file(tmp_path):
    path = tmp_path / "rows"
    text = article(1)
    for id_ in ("a", "b"):
        with NearDuplicates(path) as duplicates:
            duplicates.add([(id_, text)])
    with NearDuplicates(path) as duplicates:
        assert dict(duplicates.find()) == {"b": "a"}


def test_a_batch_that_breaks_off_leaves_nothing(tmp_path):
    def rows():
        yield "b", article(1)
        raise InputError("gone")

    with NearDuplicates() as duplicates:
        with pytest.raises(InputError, match="gone"):
            duplicates.add(rows())
        duplicates.add([("a", article(1))])
        assert dict(duplicates.find()) == {}


def test_a_full_disk_is_told_and_leaves_the_rows_there_were(tmp_path):
    with NearDuplicates(tmp_path / "rows") as duplicates:
        duplicates.add([("a", article(1))])
        duplicates._file.execute("PRAGMA max_page_count = 3")
        with pytest.raises(StoreError, match=r"rows: database or disk is full"):
            duplicates.add((str(number), article(1)) for number in range(200))
        duplicates._file.execute("PRAGMA max_page_count = 1000")
        duplicates.add([("b", article(1))])
        assert dict(duplicates.find()) == {"b": "a"}


def test_another_file_is_refused(tmp_path):
    (tmp_path / "text").write_text("no database " * 200)
    with pytest.raises(StoreError, match=r"text: file is not a database"):
        NearDuplicates(tmp_path / "text")
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE rows (id)")
    other.close()
    with pytest.raises(StoreError, match="no file of signatures"):
        NearDuplicates(tmp_path / "other")
    with NearDuplicates() as duplicates:
        for name in ("text", "other"):
            with pytest.raises(StoreError):
                duplicates.merge(tmp_path / name)
        duplicates.add([("a", "Oui.")])
