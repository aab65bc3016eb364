import pickle
import random
from collections import Counter, defaultdict

import pytest

from tests.cleaning.test_repeats import BOILERPLATE, pages_of_a_site
from toolkit.cleaning import Repeats
from toolkit.cleaning.repeats import enough, is_prose, lines_of
from toolkit.corpus.repeats import Recount, Survey, learn_repeats, rank_of
from toolkit.corpus.sketch import CountMin
from toolkit.documents import Document

MENU = ("Accueil", "Le Journal de Brive informe la Corrèze depuis mille neuf cent trois.")


def paragraph(rng):
    words = rng.choices("la ville ouvre une école au bord du fleuve dit le maire".split(), k=15)
    return f"{rng.randrange(10**6)} {' '.join(words)}, a-t-il expliqué jeudi soir devant la presse."


def corpus(seed, sites=3, articles=30):
    """Pages of sites with furniture on some or all of them, and articles in up to six versions."""
    rng = random.Random(seed)
    for site in range(sites):
        for article in range(rng.randrange(2, articles)):
            text = [paragraph(rng) for _ in range(rng.randrange(1, 5))]
            for version in range(rng.choice((1, 1, 1, 2, 6))):
                lines = [*text, f"Rubrique {rng.randrange(5)}", *MENU]
                if version:
                    lines.insert(0, paragraph(rng) if len(text) > 2 else "Mis à jour")
                shares = (0.01, 0.02, 0.03, 0.05)
                lines += [f"Annonce {share}" for share in shares if rng.random() < share]
                yield Document(
                    name=f"{site}/{article}-{version}.txt",
                    text="\n".join(lines),
                    metadata={"site": f"site {site}"},
                )


def exact(documents):
    """The same rule with all that it asks for in memory."""
    by_site = defaultdict(list)
    for document in documents:
        lines = lines_of(document)
        by_site[document.metadata["site"]].append((rank_of(document), lines))
    found = {}
    for site, pages in by_site.items():
        first = defaultdict(int)
        for rank, lines in pages:
            for line in lines:
                first[line] = max(first[line], rank)
        everywhere, versions, kept = Counter(), Counter(), 0
        for rank, lines in pages:
            everywhere.update(lines)
            prose = list(filter(is_prose, lines))
            seen = sum(len(line) for line in prose if first[line] > rank)
            if seen <= sum(map(len, prose)) / 2:
                kept += 1
                versions.update(lines)
        found[site] = {
            line: count
            for line, count in versions.items()
            if count >= enough(kept) and everywhere[line] >= enough(len(pages))
        }
    return Repeats.of_sites(found)


@pytest.mark.parametrize(("seed", "sites", "articles"), [(1, 9, 9), (2, 4, 40), (3, 1, 400)])
def test_the_lines_are_those_of_exact_counting(seed, sites, articles):
    documents = list(corpus(seed, sites, articles))
    expected = exact(documents).to_json()
    assert MENU[1] in expected
    assert learn_repeats(lambda: documents, memory_mb=1).to_json() == expected


@pytest.mark.parametrize("memory_mb", [0.0001, 0.001, 0.01])
def test_no_line_is_lost_with_little_memory(memory_mb):
    documents = list(corpus(7))
    expected = exact(documents)
    found = learn_repeats(lambda: documents, memory_mb=memory_mb)
    for document in documents:
        assert expected.of(document).keys() <= found.of(document).keys()


def test_only_lines_on_enough_pages_are_held():
    documents = list(corpus(3, sites=1, articles=100))
    survey = Survey(memory_mb=1)
    for document in documents:
        survey.add(document)
    recount = Recount(survey)
    for document in documents:
        recount.add(document)
    truth = Counter(line for document in documents for line in lines_of(document))
    frequent = {line: count for line, count in truth.items() if count >= enough(len(documents))}
    assert recount._sites["site 0"].on_pages == frequent
    assert len(frequent) < len(truth) / 3


@pytest.mark.parametrize("parts", [2, 7])
def test_any_parting_and_any_order_give_the_same(parts):
    documents = list(corpus(11))
    whole = learn_repeats(lambda: documents, memory_mb=0.01).to_json()
    shuffled = random.Random(1).sample(documents, len(documents))
    shards = [shuffled[part::parts] for part in range(parts)]
    survey = Survey(memory_mb=0.01)
    for shard in shards:
        of_shard = Survey(memory_mb=0.01)
        for document in shard:
            of_shard.add(document)
        survey.merge(pickle.loads(pickle.dumps(of_shard)))
    recount = Recount(survey)
    for shard in shards:
        of_shard = Recount(survey)
        for document in shard:
            of_shard.add(document)
        recount.merge(of_shard)
    assert recount.repeats().to_json() == whole


@pytest.mark.parametrize("count", [2, 3, 4])
def test_without_versions_it_is_what_one_pass_finds(count):
    documents = [
        Document(name=f"site/{number}.txt", text=document.text)
        for number, document in enumerate(pages_of_a_site(count))
    ]
    found = learn_repeats(lambda: documents, memory_mb=1).of(documents[0])
    assert found == Repeats(documents).of(documents[0])
    assert found == ({BOILERPLATE: count} if count > 2 else {})


def site(*articles):
    """Articles in some versions each, with a line of their own below."""
    rng = random.Random(1)
    for number, (versions, line) in enumerate(articles):
        text = f"{paragraph(rng)}\n{paragraph(rng)}\n{line}"
        yield from (Document(name=f"{number}-{each}", text=text) for each in range(versions))


@pytest.mark.parametrize(
    ("others", "versions_each", "versions", "found"),
    [
        (140, 1, 1, True),
        (300, 1, 1, False),  # on too few pages
        (300, 1, 3, False),  # on enough of them, but these are versions of too few
        (20, 5, 1, True),
        (20, 10, 1, False),  # of too many pages, though these are versions of few
    ],
)
def test_a_line_stands_on_enough_pages_and_not_of_one_article(
    others, versions_each, versions, found
):
    documents = list(site(*[(versions, "Partager")] * 3, *[(versions_each, "")] * others))
    lines = learn_repeats(lambda: documents, memory_mb=1).of_all()
    assert lines == ({"Partager": 3} if found else {})


def test_versions_of_one_article_teach_nothing():
    text = "\n".join(paragraph(random.Random(seed)) for seed in range(4))
    documents = [Document(name=f"{number}.txt", text=text) for number in range(50)]
    assert not learn_repeats(lambda: documents, memory_mb=1).of_all()


def test_what_is_estimated_too_high_is_not_found():
    documents = list(site(*[(1, "Partager")] * 3, *[(10, "")] * 20))
    survey = Survey(memory_mb=1)
    survey.counts = CountMin(width=10)
    for document in documents:
        survey.add(document)
    recount = Recount(survey)
    for document in documents:
        recount.add(document)
    assert recount.repeats().of_all() == {}


def test_too_little_memory_is_told():
    documents = list(corpus(1))
    told = []
    learn_repeats(lambda: documents, memory_mb=0.001, on_trouble=told.append)
    assert len(told) == 1
    assert f"little for {len(documents)} pages" in told[0]
    told.clear()
    learn_repeats(lambda: documents, memory_mb=1, on_trouble=told.append)
    assert not told


@pytest.mark.parametrize(("share", "crowded"), [(1, False), (0.5, True)])
def test_ample_memory_is_enough_for_pages_of_long_lines(share, crowded):
    documents = [
        Document(name=str(number), text="\n".join(f"{number} {line} {'x' * 60}" for line in "abc"))
        for number in range(1000)
    ]
    survey = Survey()
    survey.counts.added = 3 * len(documents)
    survey = Survey(survey.ample_mb * share)
    for document in documents:
        survey.add(document)
    assert survey.is_crowded == crowded
