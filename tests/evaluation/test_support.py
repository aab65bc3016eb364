import json

from toolkit.assets import asset_folder
from toolkit.evaluation.cleaning import GoldPage, load_gold_pages
from toolkit.evaluation.support import (
    Detection,
    LabelledSentence,
    detections,
    index_page,
    load_likelihoods,
    load_sentences,
    load_translations,
    precision_of,
    recall_of,
    sentences_of,
    weighed_texts,
)
from toolkit.translation.glossary import Glossary

EVAL = asset_folder("eval")


def test_statements_of_the_test_part_are_a_third_and_on_pages_of_their_own():
    sentences = load_sentences(EVAL / "gold/support/sentences.tsv")
    test = [each for each in sentences if each.part == "test"]
    assert len(sentences) >= 320
    assert len(test) >= len(sentences) / 3
    assert {each.part for each in sentences} == {"tune", "test"}
    pages = {page.name: page for page in load_gold_pages(EVAL / "gold/cleaning")}
    assert {each.page for each in sentences} <= pages.keys()
    assert not {each.page for each in test} & {
        each.page for each in sentences if each.part == "tune"
    }


def test_a_label_and_its_fault_agree():
    lines = (EVAL / "gold/support/sentences.tsv").read_text("utf-8").splitlines()
    header, *rows = (line.split("\t") for line in lines)
    assert header == ["page", "sentence", "supported", "fault", "subtle", "part"]
    readme = (EVAL / "gold/support/README.md").read_text("utf-8")
    for _, text, supported, fault, subtle, _ in rows:
        assert supported == ("no" if fault else "yes"), text
        assert subtle in ("yes", "no"), text
        assert not fault or f"\n| `{fault}` | " in readme, text
    assert len({row[1] for row in rows}) == len(rows)


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
        LabelledSentence("page", text, fault, False, "tune")
        for text, fault in (
            ("On Thursday, the minister promised 12 jobs in London.", ""),
            ("He left.", ""),
            ("The minister promised 13 jobs.", "number"),
            ("On Friday, the minister promised 12 jobs.", "date"),
        )
    ]
    found = detections(sentences, indexes)
    assert found == {"": Detection(2, 0), "number": Detection(1, 1), "date": Detection(1, 1)}
    assert (precision_of(found), recall_of(found, ("number", "date"))) == (1.0, 1.0)
    unsure = {"": Detection(9, 1), "place": Detection(2, 1), "actor": Detection(2, 0)}
    assert precision_of(unsure) == 0.5
    assert recall_of(unsure, ("actor", "place")) == 0.25
    assert (precision_of({"": Detection(9, 0)}), recall_of(unsure, ("date",))) == (0.0, 0.0)


def test_translations_that_were_recorded_are_grounds_too():
    sentence = [LabelledSentence("page", "He offered jobs to Smith.", "", False, "tune")]
    french = "Le ministre a promis 12 emplois à Londres jeudi."
    alone = index_page(PAGE, Glossary(()))
    both = index_page(PAGE, Glossary(()), {french: "The minister promised Smith 12 jobs."})
    assert detections(sentence, {"page": alone})[""].flagged == 1
    assert detections(sentence, {"page": both})[""].flagged == 0


def test_recordings_are_read_together(tmp_path):
    recordings = [{"pages": {"a": {"Oui.": "Yes."}}}, {"pages": {"b": {"Non.": "No."}}}]
    (tmp_path / "translations.json").write_text(json.dumps({"recordings": recordings}), "utf-8")
    known = load_translations(tmp_path / "translations.json")
    assert known == {"a": {"Oui.": "Yes."}, "b": {"Non.": "No."}}


TAXIS = GoldPage(
    name="page",
    kind="",
    part="tune",
    lines=(
        ("article", "Les syndicats de taxis demandent une aide."),
        ("article", "Le maire de Metz salue la nouvelle ligne."),
    ),
)
TAXIS_IN_ENGLISH = {
    "Les syndicats de taxis demandent une aide.": "The taxi unions ask for help.",
    "Le maire de Metz salue la nouvelle ligne.": "The mayor of Metz praises the new line.",
}


def test_what_a_model_scored_counts_where_it_was_recorded(tmp_path):
    index = index_page(TAXIS, Glossary(()), TAXIS_IN_ENGLISH)
    text = "The mayor of Metz hopes for unions' help."
    own, *others = weighed_texts(text, index)
    assert own == text
    assert others
    assert weighed_texts("The taxi unions ask for help.", index) == []
    assert weighed_texts("The mayor asked for 12 francs.", index) == []
    statement = [LabelledSentence("page", text, "actor", True, "tune")]
    recorded = {"page": {own: -9.0} | dict.fromkeys(others, -1.0)}
    (tmp_path / "likelihoods.json").write_text(json.dumps({"pages": recorded}), "utf-8")
    known = load_likelihoods(tmp_path / "likelihoods.json")
    assert detections(statement, {"page": index}, known)["actor"].flagged == 1
    assert detections(statement, {"page": index}, {"page": {own: -9.0}})["actor"].flagged == 0
    assert detections(statement, {"page": index})["actor"].flagged == 0
