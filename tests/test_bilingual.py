import json

from toolkit.articles import Article
from toolkit.bilingual import side_by_side
from toolkit.documents import Document, Meaning, Segment, Translation, Unanswered
from toolkit.output import render_translation
from toolkit.results import Result


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
