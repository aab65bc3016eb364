from toolkit.assets import asset_folder
from toolkit.evaluation.cleaning import GoldPage
from toolkit.evaluation.support import (
    Detection,
    LabelledSentence,
    detections,
    index_page,
    load_sentences,
    sentences_of,
)
from toolkit.translation.glossary import Glossary

EVAL = asset_folder("eval")


def test_the_sentences_that_measure_the_checks_are_many_and_a_third_is_subtle():
    sentences = load_sentences(EVAL / "gold/support/sentences.tsv")
    assert len(sentences) >= 120
    assert sum(each.subtle for each in sentences) >= len(sentences) / 3


PAGE = GoldPage(
    name="page",
    kind="",
    part="tune",
    lines=(
        ("title", "Un plan pour Paris"),
        ("navigation", "Accueil"),
        ("article", "Le ministre a promis 12 emplois à Londres jeudi. Il est parti."),
    ),
)


def test_title_and_article_are_parted_and_furniture_left_out():
    title, article = sentences_of(PAGE)
    assert [each.text for each in title] == ["Un plan pour Paris"]
    assert [each.text for each in article] == [
        "Le ministre a promis 12 emplois à Londres jeudi.",
        "Il est parti.",
    ]


def test_it_is_counted_by_fault_how_often_the_checks_speak():
    indexes = {"page": index_page(PAGE, Glossary(()))}
    sentences = [
        LabelledSentence("page", text, fault, False)
        for text, fault in (
            ("On Thursday, the minister promised 12 jobs in London.", ""),
            ("He left.", ""),
            ("The minister promised 13 jobs.", "number"),
            ("On Friday, the minister promised 12 jobs.", "date"),
        )
    ]
    found = detections(sentences, indexes)
    assert found == {"": Detection(2, 0), "number": Detection(1, 1), "date": Detection(1, 1)}
    assert (found["number"].share, Detection(0, 0).share) == (1.0, 0.0)


def test_translations_that_were_recorded_are_grounds_too():
    sentence = [LabelledSentence("page", "He offered jobs to Smith.", "", False)]
    french = "Le ministre a promis 12 emplois à Londres jeudi."
    alone = index_page(PAGE, Glossary(()))
    both = index_page(PAGE, Glossary(()), {french: "The minister promised Smith 12 jobs."})
    assert detections(sentence, {"page": alone})[""].flagged == 1
    assert detections(sentence, {"page": both})[""].flagged == 0
