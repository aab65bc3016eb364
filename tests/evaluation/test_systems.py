import pytest

from toolkit.engines.fake import FakeEngine
from toolkit.errors import InputError
from toolkit.evaluation.suites import Part
from toolkit.evaluation.systems import answers_of, corpus_of
from toolkit.pipeline import Pipeline
from toolkit.settings import Settings

CAT = ("Un chat dort.", "A cat sleeps.")
DOG = ("Un chien court.", "A dog runs.")


@pytest.fixture
def table(tmp_path):
    """Writes sentences with their translations, and gives the path."""

    def write(name, *pairs):
        lines = ["source\ttarget", *("\t".join(pair) for pair in pairs)]
        (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
        return str(tmp_path / name)

    return write


def part(*data, task="translation", language="en"):
    return Part(name="a", task=task, data=data, language=language)


def answers(of, corpus, answer=lambda text: text, **settings):
    settings = Settings(model="own", cache=False, **settings)
    engine = FakeEngine(answer, family="seq2seq")
    pipeline = Pipeline(settings, engines={settings.model: engine})
    return list(answers_of(of, corpus, pipeline, lambda done, total: None))


def test_several_files_are_one_corpus_and_no_item_is_there_twice(table):
    first, second = table("first.tsv", CAT, DOG), table("second.tsv", DOG)
    corpus = corpus_of(part(first, second))
    assert [each.source for each in corpus.items] == [CAT[0], DOG[0], DOG[0]]
    with pytest.raises(InputError, match="two items are called"):
        corpus_of(part(first, first))


def test_labelled_pages_are_chosen_by_their_part():
    corpora = [corpus_of(part(name, task="cleaning")) for name in ("seeds", "tune", "test")]
    assert len(corpora[0].items) == 5
    assert len(corpora[1].items) > len(corpora[2].items) > 5
    with pytest.raises(InputError, match="nowhere: no labelled pages; there are: seeds, tune"):
        corpus_of(part("nowhere", task="cleaning"))


def test_pages_with_facts_are_chosen_by_their_part():
    tune, test = (corpus_of(part(f"facts:{name}", task="summaries")) for name in ("tune", "test"))
    assert len(tune.items) == len(test.items) == 10
    assert not {each.id for each in tune.items} & {each.id for each in test.items}
    assert all(each.facts and not each.references for each in (*tune.items, *test.items))
    with pytest.raises(InputError, match="facts:all: no pages with facts; there are: facts:tune"):
        corpus_of(part("facts:all", task="summaries"))


def test_translations_by_hand_are_articles_of_which_cleaning_takes_nothing():
    translated = part("seeds:translated", task="summaries")
    corpus = corpus_of(translated)
    assert sum(len(each.facts) for each in corpus.items) == 65
    same = {"source_language": "en", "summarizer": "lead-3"}
    for item, answer in zip(corpus.items, answers(translated, corpus, **same), strict=True):
        assert item.source.endswith(answer.copied_from)
        assert len(item.source) - len(answer.copied_from) < 80  # the title
        assert len(item.references) == 3


def test_facts_in_english_are_not_looked_for_in_french_summaries():
    corpus = corpus_of(part("facts:tune", task="summaries", language="fr"))
    assert not any(each.facts for each in corpus.items)


def test_translations_are_answered_item_by_item_with_the_terms_that_they_keep(table):
    of = part(table("a.tsv", CAT, ("L'OCS se réunit à Goa.", "The SCO meets in Goa.")))
    corpus = corpus_of(of)
    kept = answers(of, corpus, {CAT[0]: CAT[1], corpus.items[1].source: "The SCO meets."}.get)
    assert [each.item for each in kept] == list(corpus.items)
    assert [each.text for each in kept] == [CAT[1], "The SCO meets."]
    assert [(each.terms, each.terms_kept) for each in kept] == [(0, 0), (1, 1)]
    # The terms are those of the bundled glossary, for a system without one too.
    lost = answers(of, corpus, lambda _: "They meet in Goa.", glossary="none")
    assert [(each.terms, each.terms_kept) for each in lost] == [(0, 0), (1, 0)]


def test_cleaning_is_scored_by_what_it_keeps_and_loses():
    of = part("seeds", task="cleaning")
    corpus = corpus_of(of).first(1)
    (answer,) = answers(of, corpus)
    assert (answer.precision, answer.recall, answer.failed) == (1, 1, ())
    assert answer.text.split() == corpus.items[0].references[0].split()


def test_a_summary_knows_the_text_that_it_can_copy():
    of = part("seeds", task="summaries")
    corpus = corpus_of(of).first(1)
    (answer,) = answers(of, corpus, summarizer="lead-1", target_language="fr")
    assert (answer.method, answer.max_words) == ("lead-1", 60)
    assert answer.copied_from.startswith(answer.text)
