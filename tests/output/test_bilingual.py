import json
import re
from xml.etree import ElementTree

import pytest

from tests.helpers import cut_off, doubted, failed_checks, result_of
from toolkit.articles import Article
from toolkit.documents import Document, Doubt, Meaning, Segment, Translation, Unanswered
from toolkit.output import render_translation
from toolkit.output.bilingual import side_by_side, translation_memory
from toolkit.results import Result

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def test_words_to_compare_are_marked_on_both_sides():
    text = "La <fonte> des glaciers"
    lost = Unanswered("fonte", 4, 9, 3.0, (Meaning("melting", 0.7), Meaning('"ice"', 0.1)))
    translation = Translation(
        segment=Segment(0, text, ""),
        text="The sources of the glaciers",
        unanswered=(lost,),
        doubts=(Doubt(4, 9, 'melting, "ice"'), Doubt(4, 11, "uncertain", "target")),
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
    page = side_by_side(result, "html")
    assert marked in page
    assert 'The <mark title="uncertain">sources</mark> of' in page
    (segment,) = json.loads(render_translation(result, "json"))["segments"]
    assert [(each["side"], each["words"]) for each in segment["doubts"]] == [
        ("source", "fonte"),
        ("target", "sources"),
    ]
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
    assert head == "| | French | English |"
    assert rule.count("|") == 4
    assert row.startswith("| 1 | Un \\| deux | One \\| two three<br>(")


def test_a_row_begins_a_paragraph_where_the_source_does():
    page = side_by_side(result_of(("Un.", "One."), ("Deux.", "Two.")), "html")
    assert page.count('class="paragraph"') == 2
    assert "http" not in page


def some_doubtful(**caution):
    pairs = [("Un chat.", "A hat."), ("Un chien.", "A dog."), ("Un rat.", "A rat.")]
    doubts = (Doubt(3, 7, "a <hat> is no cat"),)
    title = ("Trois bêtes", "Three animals", 0.2)
    return doubted(result_of(*pairs), 0.384, 0.9, None, doubts=doubts, title=title, **caution)


def test_doubtful_sentences_are_found_by_their_number_and_say_how_sure_they_are():
    page = side_by_side(some_doubtful(), "html")
    title, first, second, third = re.findall("<tr(?: id| class).*</tr>", page)
    assert title.startswith('<tr class="paragraph shade3"><td class="number">title</td>')
    assert first.startswith('<tr id="s1" class="paragraph shade2"><td class="number">1</td>')
    assert 'Un <mark title="a &lt;hat&gt; is no cat">chat</mark>.' in first
    assert 'A hat. <span class="sure">38%</span>' in first
    assert not {"shade", "sure", "mark"} & set(re.findall(r"\w+", second + third))
    assert page.count('<p class="legend">') == 1
    assert "legend" not in side_by_side(result_of(("Un.", "One.")), "html").split("</style>")[1]


def test_a_markdown_table_names_confidence_and_words():
    rows = side_by_side(some_doubtful(), "markdown").splitlines()[3:]
    assert rows[0].endswith("| A hat.<br>(confidence 38%)<br>(chat: a &lt;hat> is no cat) |")
    assert rows[1:] == ["| 2 | Un chien. | A dog. |", "| 3 | Un rat. | A rat. |"]


def test_a_translation_beside_its_source_is_never_withheld():
    result = some_doubtful(withhold=True, mark=True)
    for text in (
        side_by_side(result, "html"),
        side_by_side(result, "markdown"),
        translation_memory(result),
    ):
        assert "A hat." in text
        assert "[French: Un chat.]" not in text
        assert "A hat. [?]" not in text


def test_a_translation_memory_has_the_confidence_between_notes_and_texts():
    result = result_of(("Un.", "One."), ("Deux.", "Two."), failed=failed_checks())
    memory = ElementTree.fromstring(translation_memory(doubted(result, 0.38444, None)).encode())
    first, second = memory.iter("tu")
    order = [each.tag for each in first]
    assert order == ["note"] * len(failed_checks()) + ["prop", "tuv", "tuv"]
    assert (first.find("prop").get("type"), first.find("prop").text) == ("x-confidence", "0.384")
    assert second.find("prop") is None


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_the_free_part_of_an_article_says_that_it_is(form):
    told = "Only the free part of an article for subscribers."
    result = result_of(("Un chat dort.", "A cat sleeps."))
    assert told not in side_by_side(result, form)
    page = side_by_side(cut_off(result), form)
    assert page.index(told) < page.index("Un chat dort.")
