"""The references in eval/ are whole, true to their articles, and as long as they should be."""

import csv
import json
from itertools import groupby

import pytest

from tests.helpers import candidate
from toolkit.articles import prepare
from toolkit.assets import asset_folder
from toolkit.cleaning.steps import STEPS, repair
from toolkit.documents import Segment, Translation
from toolkit.evaluation.cleaning import load_gold_pages
from toolkit.evaluation.facts import fact_precision, fact_recall, states
from toolkit.evaluation.judgements import load_judgements
from toolkit.evaluation.references import load_facts, load_references
from toolkit.languages.exonyms import places
from toolkit.reading import read_document
from toolkit.segmentation import split_sentences
from toolkit.summarization.faithfulness.evidence import index_translations
from toolkit.summarization.faithfulness.facts import unsupported_facts
from toolkit.summarization.forms import WORDS
from toolkit.translation.checks import check_translation
from toolkit.translation.glossary import load_glossary

EVAL = asset_folder("eval")
PAGES = load_gold_pages(EVAL / "gold/cleaning")
GLOSSARY = load_glossary("news", source_language="fr", target_language="en")
REFERENCES = load_references(EVAL / "references/seeds")
FACTS = load_facts(EVAL / "gold/facts")
each_reference = pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES)


def grounds(reference):
    translations = [
        Translation(segment=Segment(at, pair.source, " "), text=pair.target)
        for at, pair in enumerate(reference.sentences)
    ]
    text = " ".join(pair.source for pair in reference.sentences)
    names = [
        *(term.target for term in GLOSSARY.occurring(text)),
        *places(text, "fr", "en").values(),
    ]
    return index_translations(translations, names=names)


def summaries(reference):
    """Length and text of all that are in English."""
    for length in WORDS:
        for text in getattr(reference.summaries, length):
            yield length, text


def test_every_seed_has_its_references(seeds):
    assert sorted(REFERENCES) == [seed.stem for seed in seeds]


@each_reference
def test_every_sentence_of_the_article_is_there_in_order(reference):
    page = read_document(asset_folder("seeds").parent / reference.document)
    article = prepare(page, language="fr", steps=tuple(STEPS), max_chars=10**6)
    wanted = [(each.text, True) for each in article.title]
    wanted += [(each.text, False) for each in article.segments]
    assert [(pair.source, pair.title) for pair in reference.sentences] == wanted


@each_reference
def test_translations_by_hand_pass_the_checks(reference):
    for pair in reference.sentences:
        answer = candidate(pair.target)
        terms = GLOSSARY.occurring(pair.source)
        failed = check_translation(
            pair.source, answer, source_language="fr", target_language="en", terms=terms
        )
        # The glossary's wording is not the only right one.
        assert not {check.name for check in failed} - {"terms"}, (pair.source, failed)


@each_reference
def test_summaries_by_hand_have_their_length_and_nothing_unsupported(reference):
    counts = dict.fromkeys(WORDS, 0)
    for length, text in summaries(reference):
        counts[length] += 1
        assert len(text.split()) <= WORDS[length]
        assert text.endswith((".", '."')) != (length == "headline")
        assert unsupported_facts(text, grounds(reference), "en") == []
    assert counts == {"headline": 1, "brief": 3, "standard": 1, "detailed": 1}
    (french,) = reference.summaries.brief_fr
    assert len(french.split()) <= WORDS["brief"]
    assert unsupported_facts(french, grounds(reference), "fr") == []


@each_reference
def test_every_fact_is_where_it_is_said_to_be(reference):
    assert 8 <= len(reference.facts) <= 15
    assert 3 <= sum(fact.central for fact in reference.facts) <= 8
    for fact in reference.facts:
        told = " ".join(reference.sentences[number - 1].target for number in fact.sentences)
        before = " ".join(pair.target for pair in reference.sentences[: fact.sentences[0] - 1])
        assert states(told, fact, before=before), fact


@each_reference
def test_facts_tell_summaries_apart(reference):
    """More is told by longer ones, nearly every sentence of them is a fact, and nothing is told by
    those of other articles.
    """
    recall = {length: fact_recall(text, reference.facts) for length, text in summaries(reference)}
    assert recall["detailed"] >= 0.8
    assert recall["headline"] < recall["standard"] <= recall["detailed"]
    assert fact_precision(reference.summaries.detailed[0], reference.facts) >= 0.8
    for name, other in REFERENCES.items():
        if name != reference.name:
            assert fact_recall(other.summaries.detailed[0], reference.facts) <= 0.25
    whole = " ".join(pair.target for pair in reference.sentences)
    assert fact_recall(whole, reference.facts) == 1
    assert fact_recall("", reference.facts) == fact_precision("", reference.facts) == 0


def test_facts_are_of_the_longest_pages_of_our_own_half_of_them_for_the_end():
    own = [page for page in PAGES if not page.document]
    longest = sorted(own, key=lambda page: (-len(page.article), page.name))[: len(FACTS)]
    assert len(FACTS) == 20
    assert sorted(FACTS) == sorted(page.name for page in longest)
    assert [FACTS[name].part for name in sorted(FACTS)] == ["tune", "test"] * 10


@pytest.mark.parametrize("page", FACTS.values(), ids=FACTS)
def test_facts_of_a_page_are_in_its_order_and_each_states_itself_alone(page):
    (article,) = (gold.article for gold in PAGES if gold.name == page.page)
    sentences = range(1, len(split_sentences(article)) + 1)
    assert len({fact.text for fact in page.facts}) == len(page.facts) >= 12
    assert 3 <= sum(fact.central for fact in page.facts) <= len(page.facts) / 2
    for fact in page.facts:
        assert set(fact.sentences) <= set(sentences), fact
        assert states(fact.text, fact), fact
    firsts = [fact.sentences[0] for fact in page.facts]
    assert firsts == sorted(firsts)
    for name, other in FACTS.items():
        if name != page.page:
            told = " ".join(fact.text for fact in other.facts)
            assert fact_recall(told, page.facts) <= 0.1


def references(*names):
    """Rows of the sentences translated by hand."""
    rows = []
    for name in names or ("news", "diplomacy"):
        path = EVAL / f"references/{name}.fr-en.tsv"
        with path.open(encoding="utf-8", newline="") as stream:
            rows += csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
    return rows


def test_translations_by_hand_are_of_the_pages():
    articles = {page.name: " ".join(repair(page.article).split()) for page in PAGES}
    for row in references("news"):
        assert " ".join(repair(row["source"]).split()) in articles[row["page"]]


def test_translations_by_hand_hold_all_that_can_be_checked():
    rows = references()
    assert len({row["source"] for row in rows}) == len(rows) >= 150
    for row in rows:
        translated = candidate(row["target"])
        failed = check_translation(
            row["source"], translated, source_language="fr", target_language="en"
        )
        # Names that English words stand for may be lost, and are in three of them.
        assert not {check.name for check in failed} - {"names"}, row


def test_the_checks_seldom_find_fault_with_a_good_translation():
    glossary = load_glossary("news", source_language="fr", target_language="en")
    rows = references()
    flagged = [
        row["source"]
        for row in rows
        if check_translation(
            row["source"],
            candidate(row["target"]),
            source_language="fr",
            target_language="en",
            terms=glossary.occurring(row["source"]),
        )
    ]
    assert len(flagged) <= 0.02 * len(rows)


def test_sources_of_meaning_are_cut_as_the_program_cuts_them_and_parted_by_item():
    lines = (EVAL / "gold/meaning/sources.jsonl").read_text("utf-8").splitlines()
    items = [
        list(group) for _, group in groupby(map(json.loads, lines), key=lambda row: row["item"])
    ]
    names = [rows[0]["item"] for rows in items]
    assert names == sorted(set(names))
    for at, rows in enumerate(items, 1):
        texts = [row["text"] for row in rows]
        assert [segment.text for segment in split_sentences("\n".join(texts))] == texts
        assert [row["id"] for row in rows] == [f"{names[at - 1]}-{n + 1}" for n in range(len(rows))]
        assert {row["part"] for row in rows} == {"tune" if at % 3 else "test"}


def test_judged_translations_are_of_the_sources_and_judged_again_as_they_were():
    folder = EVAL / "gold/meaning"
    lines = (folder / "sources.jsonl").read_text("utf-8").splitlines()
    sources = {each["id"]: each["text"] for each in map(json.loads, lines)}
    judged = load_judgements(folder / "judged.jsonl")
    again = load_judgements(folder / "judged_again.jsonl")
    references = load_judgements(folder / "judged_references.jsonl")
    assert (len(judged), len(references), len(again)) == (472 + 229, 2 * 204, 120 + 204)
    assert all(sources[each.id] == each.source for each in judged)
    first = {(each.id, each.system): each for each in (*judged, *references)}
    assert all(
        (each.source, each.target) == (before.source, before.target)
        for each in again
        for before in [first[each.id, each.system]]
    )
    assert not {each.judge for each in judged} & {each.judge for each in again}
