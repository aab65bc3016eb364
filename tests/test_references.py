"""The references in eval/ are whole, true to their articles, and as long as they should be."""

import pytest

from toolkit.articles import prepare
from toolkit.assets import asset_folder
from toolkit.cleaning.steps import STEPS
from toolkit.documents import Segment, Translation
from toolkit.engines.base import Output
from toolkit.errors import InputError
from toolkit.evaluation.facts import fact_precision, fact_recall, tells
from toolkit.evaluation.references import load_references
from toolkit.languages.exonyms import places
from toolkit.reading import read_document
from toolkit.summarization.faithfulness.evidence import index_translations
from toolkit.summarization.faithfulness.facts import unsupported_facts
from toolkit.summarization.forms import WORDS
from toolkit.translation.checks import check_translation
from toolkit.translation.glossary import load_glossary

FOLDER = asset_folder("eval") / "references/seeds"
GLOSSARY = load_glossary("diplomacy", source_language="fr", target_language="en")
REFERENCES = load_references(FOLDER)
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
        answer = Output(text=pair.target, source_tokens=1, new_tokens=1, finished=True)
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
        assert tells(told, fact, before=before), fact


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


def test_a_file_that_is_not_what_it_should_be_is_named(tmp_path):
    (tmp_path / "one.toml").write_text('document = "seeds/one.txt"\n', "utf-8")
    with pytest.raises(InputError, match=r"one\.toml: sentences"):
        load_references(tmp_path)
    (tmp_path / "one.toml").write_text("document = \n", "utf-8")
    with pytest.raises(InputError, match=r"one\.toml"):
        load_references(tmp_path)
