from dataclasses import replace

import pytest

from tests.pipeline.helpers import ENGLISH, FRENCH, article, pipeline
from toolkit.cleaning.rules import rules_digest
from toolkit.cleaning.steps import STEPS
from toolkit.documents import Document
from toolkit.engines.fake import FakeEngine
from toolkit.pipeline import Pipeline
from toolkit.prompts import load_feedback, load_prompt
from toolkit.settings import make_settings


class Named(FakeEngine):
    def __init__(self, name):
        super().__init__(lambda prompt: ENGLISH)
        self._info = replace(self._info, model=name)


def provenance(text=FRENCH, **settings):
    made = pipeline(lambda prompt: ENGLISH, **settings)
    (result,) = made.summarize([article(made, text)])
    return result.provenance


def test_a_translation_names_its_prompts_and_the_feedback_for_them():
    made = pipeline(lambda prompt: "He came.")
    record = made.translate([article(made, FRENCH)])[0].provenance
    assert "summarization" not in record
    assert record["translation"]["languages"] == ["fr", "en"]
    digests = record["translation"]["prompts"]
    for prompt in (load_prompt("translation", "news"), load_feedback("translation")):
        assert digests[prompt.name] == prompt.digest


def test_answers_that_were_scored_backwards_name_the_prompt_for_it():
    reverse = load_prompt("translation", "news", languages=("en", "fr"))
    for quality, digest in (("standard", None), ("best", reverse.digest)):
        made = pipeline(lambda prompt: "He came.", quality=quality)
        (result,) = made.translate([article(made, FRENCH)])
        assert result.provenance["translation"]["prompts"].get(reverse.name) == digest


def test_the_search_for_translations_is_told_as_it_is():
    def search(family="causal", **settings):
        settings = make_settings("fake", cache=False, **settings)
        engine = FakeEngine(lambda prompt: "He came.", family=family)
        made = Pipeline(settings, engines={"fake": engine})
        (result,) = made.translate([article(made, FRENCH)])
        return result.provenance["translation"]["generation"]

    best, standard, beams = search(quality="best"), search(max_tries=2), search("seq2seq")
    assert (best["first_beams"], best["samples"]) == (4, 8)
    assert (best["temperature"], best["top_p"], best["seed"]) == (0.6, 0.9, 0)
    assert best["weights"] == {
        "log_prob": 1.0,
        "coverage": 24.0,
        "additions": -0.5,
        "reverse": 0.25,
    }
    assert (standard["wider_beams"], standard["samples"], standard["max_tries"]) == (4, 0, 2)
    assert "reverse" not in standard["weights"]
    assert (standard["last_samples"], standard["temperature"]) == (8, 0.6)
    assert not {"temperature", "top_p", "last_samples"} & beams.keys()
    for each in (best, standard, beams):
        assert not {"do_sample", "num_beams", "num_return_sequences"} & each.keys()


@pytest.mark.parametrize(
    ("family", "drafts", "samples", "beams"), [("causal", 8, 6, 1), ("seq2seq", 4, None, 4)]
)
def test_all_drafts_of_a_summary_are_counted(family, drafts, samples, beams):
    made = Pipeline(
        make_settings("fake", route="direct", cache=False),
        engines={"fake": FakeEngine(lambda prompt: ENGLISH, family=family)},
    )
    (result,) = made.summarize([article(made, FRENCH)])
    search = result.provenance["summarization"]["generation"]
    assert search["drafts"] == drafts
    assert search["num_beams"] == beams
    assert search.get("samples") == samples
    assert ("temperature" in search) == ("samples" in search)
    assert "do_sample" not in search


def test_the_summarizer_that_drafted_is_named():
    first = provenance(route="summarize-first")
    assert first["summarization"]["language"] == "fr"
    assert first["translation"]["languages"] == ["fr", "en"]
    assert provenance()["summarization"]["language"] == "en"


def test_the_route_that_was_taken_is_named():
    assert provenance(route="direct")["summarization"]["route"] == "direct"
    within = provenance(ENGLISH, source_language="en", target_language="en")
    assert within["summarization"]["route"] == "direct"


def test_each_stage_names_its_own_model():
    made = Pipeline(
        make_settings("one", summarizer="two", route="summarize-first", cache=False),
        engines={name: Named(name) for name in ("one", "two")},
    )
    (result,) = made.summarize([article(made, FRENCH)])
    assert result.provenance["translation"]["model"] == "one"
    assert result.provenance["summarization"]["model"] == "two"


def test_only_what_had_a_part_is_named():
    assert "translation" not in provenance(route="direct")
    assert provenance(summarizer="lead-3")["summarization"]["method"] == "lead-3"
    assert "prompts" not in provenance(summarizer="lead-3")["summarization"]


def test_it_says_by_which_rules_a_page_was_cleaned():
    made = pipeline(lambda prompt: ENGLISH, skip_steps=("entities",))
    page = Document(name="a", text=FRENCH)
    both = [made.prepare(page), made.prepare(replace(page, name="b"), cleaned=True)]
    steps = tuple(name for name in STEPS if name != "entities")
    expected = {"rules": rules_digest(), "steps": steps}
    for results in (made.translate(both), made.summarize(both)):
        assert results[0].provenance["cleaning"] == expected
        assert "cleaning" not in results[1].provenance
    assert made.summarize_together(both).provenance["cleaning"] == expected
