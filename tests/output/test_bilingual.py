import json
from xml.etree import ElementTree

from tests.helpers import failed_checks, result_of
from toolkit.articles import Article
from toolkit.documents import Document, Meaning, Segment, Translation, Unanswered
from toolkit.output import render_translation
from toolkit.output.bilingual import side_by_side, translation_memory
from toolkit.results import Result

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def test_words_that_nothing_answers_are_marked_beside_the_source():
    text = "La <fonte> des glaciers"
    lost = Unanswered("fonte", 4, 9, 3.0, (Meaning("melting", 0.7), Meaning('"ice"', 0.1)))
    translation = Translation(
        segment=Segment(0, text, ""), text="The sources of the glaciers", unanswered=(lost,)
    )
    article = Article(
        document=Document(name="a.txt", text=text),
        blocks=(),
        steps=(),
        segments=(translation.segment,),
    )
    result = Result(
        article=article,
        translations=(translation,),
        provenance={"translation": {"languages": ["fr", "en"]}},
    )
    marked = '&lt;<mark title="melting, &quot;ice&quot;">fonte</mark>&gt; des glaciers'
    assert marked in side_by_side(result, "html")
    (segment,) = json.loads(render_translation(result, "json"))["segments"]
    assert segment["unanswered"][0]["word"] == "fonte"
    assert segment["unanswered"][0]["meanings"][0] == {"word": "melting", "probability": 0.7}


def test_a_translation_memory_holds_each_sentence_with_its_faults():
    pairs = [("Le prix < 5 €.\x0c\ud800", 'The "price" is < 5 & more.'), ("Oui.", "Yes.")]
    text = translation_memory(result_of(*pairs, failed=failed_checks()))
    memory = ElementTree.fromstring(text.encode())
    units = [[seg.text for seg in unit.iter("seg")] for unit in memory.iter("tu")]
    assert units == [["Le prix < 5 €.\ufffd\ufffd", pairs[0][1]], ["Oui.", "Yes."]]
    notes = [each.text for each in memory.find(".//tu").iter("note")]
    assert len(notes) == len(failed_checks()) > 0
    assert "13" in " ".join(notes)
    assert [each.get(LANGUAGE) for each in memory.iter("tuv")] == ["fr", "en"] * 2


def test_nothing_in_a_sentence_ends_its_cell():
    result = result_of(("Un | deux", "One | two\nthree"), failed=failed_checks())
    head, rule, row = side_by_side(result, "markdown").splitlines()
    assert head == "| French | English |"
    assert rule.count("|") == 3
    assert row.startswith("| Un \\| deux | One \\| two three<br>(")


def test_a_row_begins_a_paragraph_where_the_source_does():
    page = side_by_side(result_of(("Un.", "One."), ("Deux.", "Two.")), "html")
    assert page.count("<tr class=paragraph>") == 2
    assert "http" not in page
