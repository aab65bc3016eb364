from dataclasses import replace

from tests.pipeline.helpers import ENGLISH, FRENCH, article, pipeline
from toolkit.documents import Segment
from toolkit.engines.fake import FakeEngine
from toolkit.pipeline import Pipeline
from toolkit.settings import make_settings


def test_sentences_of_all_articles_share_one_call_and_come_back_to_theirs():
    made = pipeline(lambda text: text.upper(), family="seq2seq")
    other = article(made, "Il pleut à Brest. La mer monte.")
    first, second = made.translate([article(made, FRENCH), other])
    assert second.translation_text == "IL PLEUT À BREST. LA MER MONTE."
    assert len(first.translations) == len(first.article.segments)
    assert first.languages == ("fr", "en")


def test_articles_are_taken_as_there_is_room_and_given_back_as_they_are_done():
    made = pipeline(str.upper, family="seq2seq")
    taken = []

    def articles():
        for number in range(1000):
            taken.append(number)
            yield number, article(made, f"Il pleut à Brest {number} fois. La mer monte.")

    results = made.translate_each(articles())
    key, first = next(results)
    assert (key, first.translation_text) == (0, "IL PLEUT À BREST 0 FOIS. LA MER MONTE.")
    assert len(taken) < 1000
    assert [key for key, _ in results] == list(range(1, 1000))


def test_further_tries_of_one_article_do_not_hold_up_the_next():
    def answer(prompt):
        return "He met him." if "rencontre" in prompt else "It rains in Brest."

    made = pipeline(answer, quality="fast")
    texts = ["Il le rencontre lundi.", "Il pleut à Brest."]
    results = made.translate_each(enumerate([article(made, text) for text in texts]))
    assert {key: len(result.flagged) for key, result in results} == {0: 1, 1: 0}


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


def test_the_stage_is_told_that_an_article_is_at():
    stages = []
    settings = make_settings("own", cache=False, glossary="none", lexicon=False)
    made = Pipeline(
        settings,
        on_progress=lambda stage, done, total: stages.append(stage),
        engines={"own": FakeEngine(lambda prompt: ENGLISH)},
    )
    made.summarize([article(made, FRENCH)])
    assert list(dict.fromkeys(stages)) == ["translating", "summarizing"]
    assert stages == sorted(stages, reverse=True), "one after the other"


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


def test_each_of_several_articles_says_how_long_its_stages_took():
    made = pipeline(lambda prompt: "The two countries signed an agreement on energy.")
    results = made.summarize([article(made, f"{FRENCH} {number}") for number in range(3)])
    for result in results:
        assert min(result.seconds["translation"], result.seconds["summarization"]) > 0


def test_what_a_text_withholds_reaches_the_summary(confidences):
    confidences["Brest"] = 0.1
    made = pipeline(str.upper, family="seq2seq", summarizer="lead-1", withhold=True)
    titled = article(made, "Il pleut à Brest. La mer monte.")
    titled = replace(titled, title=(Segment(0, "Brest", ""),))
    (result,) = made.summarize([titled])
    assert result.translation_text == "[French: Il pleut à Brest.] LA MER MONTE."
    assert result.title_text == "[French: Brest]"
    assert result.summary.text == "IL PLEUT À BREST."
    together = made.summarize_together([titled, titled])
    assert {each.caution.withhold for each in (together, *together.results)} == {True}
