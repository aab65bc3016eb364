from dataclasses import replace

from tests.summarization.helpers import grounds
from toolkit.engines.fake import FakeEngine
from toolkit.prompts import load_prompt
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence
from toolkit.summarization.faithfulness.likelihood import (
    MOST_SENTENCES,
    NEAREST,
    likelihood_by,
)

PROMPT = load_prompt("summarization", "statement")


class Unable(FakeEngine):
    @property
    def info(self):
        return replace(super().info, lacks=("scores",))


def test_a_statement_is_scored_as_an_answer_about_the_article():
    read = []

    def answer(text):
        read.append(text)
        return "Putin met Wang."

    likelihood = likelihood_by(FakeEngine(answer), PROMPT, "en")
    scores = likelihood(grounds("Putin met Wang in May."), ["Putin met Wang.", "Putin met Xi."])
    assert scores == [-1.0, -2.0]
    assert "Putin met Wang in May." in read[0]
    assert "in English" in read[0]


def test_of_a_long_article_the_nearest_sentences_are_read():
    sentences = [SourceSentence(f"Il pleut {day} jours.", "", day) for day in range(MOST_SENTENCES)]
    article = EvidenceIndex(
        (*sentences, SourceSentence("Il neige à Goa.", "It snows in Goa.", 9000))
    )
    read = []
    likelihood = likelihood_by(FakeEngine(lambda text: read.append(text) or text), PROMPT, "en")
    likelihood(article, ["It snows in Goa."])
    assert "It snows in Goa." in read[0]
    assert read[0].count("jours") == NEAREST - 1


def test_an_engine_that_cannot_score_or_read_it_says_nothing():
    assert likelihood_by(Unable(), PROMPT, "en") is None
    assert likelihood_by(FakeEngine(family="seq2seq"), PROMPT, "en") is None
    short = likelihood_by(FakeEngine(max_source_tokens=5), PROMPT, "en")
    assert short(grounds("Putin met Wang in May."), ["Putin met Wang."]) == []
