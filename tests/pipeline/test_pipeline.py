from dataclasses import replace

from tests.pipeline.helpers import FRENCH, article, pipeline
from toolkit.documents import Segment


def test_sentences_of_all_articles_share_one_call_and_come_back_to_theirs():
    made = pipeline(lambda text: text.upper(), family="seq2seq")
    other = article(made, "Il pleut à Brest. La mer monte.")
    first, second = made.translate([article(made, FRENCH), other])
    assert second.translation_text == "IL PLEUT À BREST. LA MER MONTE."
    assert len(first.translations) == len(first.article.segments)
    assert first.languages == ("fr", "en")


def test_titles_are_translated_beside_the_text():
    made = pipeline(lambda text: text.upper(), family="seq2seq")
    titled = replace(article(made, FRENCH), title=(Segment(0, "Une visite", ""),))
    (result,) = made.translate([titled])
    assert result.title_text == "UNE VISITE"
    assert "UNE VISITE" not in result.translation_text


def test_progress_ends_where_all_is_done():
    seen = []
    made = pipeline(str.upper, family="seq2seq")
    segments = article(made, FRENCH).segments
    made.translate_segments(segments, lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, len(segments))
    assert seen[-1] == (len(segments), len(segments))
    assert made.seconds["translation"] > 0


def test_a_lost_translation_does_not_reach_the_summary():
    """What came back has nothing to do with the sentence."""
    asked = []

    def answer(prompt):
        asked.append(prompt)
        return "Bananas are yellow fruits that grow in warm places all over the world today."

    made = pipeline(answer, max_tries=1)
    long = (
        "Les habitants du village refusent depuis plusieurs semaines que cette usine voisine "
        "déverse ses produits toxiques dans leur rivière, malgré les promesses du préfet."
    )
    (result,) = made.summarize([article(made, f"{long} {FRENCH}")])
    lost = [each for each in result.translations if "lost" in {c.name for c in each.failed}]
    assert lost
    assert asked[-1].count("Bananas") == len(result.translations) - len(lost)
