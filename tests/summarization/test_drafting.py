import pytest

from tests.summarization.helpers import ARTICLE, PROMPTS, grounds, summarizer, task
from toolkit.engines.asking import run
from toolkit.engines.base import GenerationConfig
from toolkit.engines.fake import FakeEngine
from toolkit.summarization.abstractive import FURTHER_DRAFTS, AbstractiveSummarizer
from toolkit.summarization.drafting import Drafter
from toolkit.summarization.faithfulness.checker import Checker


def test_the_draft_without_faults_is_kept():
    model, _ = summarizer("Lavrov met Wang Yi.", "Putin met Wang Yi.")
    summary = model.summarize(task(max_words=8))
    assert (summary.text, summary.attempts) == ("Putin met Wang Yi.", 4)


def test_a_draft_that_tells_more_of_the_article_is_kept():
    model, _ = summarizer("It was long.", "Putin met Wang Yi in Moscow on May 14.")
    assert model.summarize(task()).text == "Putin met Wang Yi in Moscow on May 14."


def test_a_long_summary_ends_at_the_last_sentence_that_fits():
    model, _ = summarizer("Putin met Wang Yi. They signed 58 agreements. They then left together.")
    summary = model.summarize(task(max_words=10))
    assert summary.text == "Putin met Wang Yi. They signed 58 agreements."
    assert summary.failed == ()
    assert summary.revisions == ("shortened to whole sentences",)


def test_a_sentence_that_was_cut_off_is_dropped():
    model, _ = summarizer("Putin met Wang Yi. They signed 58 agreem")
    assert model.summarize(task()).text == "Putin met Wang Yi."


def drafts_of(*, further, family):
    """The drafts for two angles, and the settings of what was asked for them."""
    asked = []

    class Engine(FakeEngine):
        def _output(self, source, config):
            asked.append(config)
            return super()._output(source, config)

    engine = Engine(lambda text: "Putin met Wang Yi.", family=family)
    config = GenerationConfig()
    drafter = Drafter(engine=engine, language="en", prompts=PROMPTS, config=config)
    angles = [(task(), angle) for angle in ("", "Stay close.")]
    work = drafter.drafts(angles, Checker(grounds(ARTICLE), "en"), further=further)
    return next(drafts for _, drafts in run(engine, [("", work)])), asked


def shapes(asked):
    return [(each.num_beams, each.num_return_sequences, each.do_sample) for each in asked]


def test_further_drafts_of_a_causal_model_are_samples_beside_the_likeliest():
    drafts, asked = drafts_of(further=2, family="causal")
    assert shapes(asked) == [(1, 1, False), (1, 2, True)] * 2
    assert len(drafts) == 6
    assert len({each.seed for each in asked if each.do_sample}) == 1


def test_further_drafts_of_a_sequence_to_sequence_model_are_beams():
    drafts, asked = drafts_of(further=2, family="seq2seq")
    assert shapes(asked) == [(3, 3, False)] * 2
    assert len(drafts) == 6


@pytest.mark.parametrize("family", ["causal", "seq2seq"])
def test_without_further_ones_there_is_one_draft_of_each_angle(family):
    drafts, asked = drafts_of(further=0, family=family)
    assert shapes(asked) == [(1, 1, False)] * 2
    assert len(drafts) == 2


def test_all_drafts_that_the_model_wrote_are_counted():
    for family, expected in (("causal", 2 * (1 + FURTHER_DRAFTS)), ("seq2seq", 1 + FURTHER_DRAFTS)):
        engine = FakeEngine(lambda text: "Putin met Wang Yi on May 14.", family=family)
        model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS)
        assert model.summarize(task(max_words=14)).attempts == expected
