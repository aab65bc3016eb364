from tests.pipeline.helpers import ENGLISH, FRENCH, article, pipeline
from toolkit.prompts import load_feedback, load_prompt


def provenance(**settings):
    made = pipeline(lambda prompt: ENGLISH, **settings)
    (result,) = made.summarize([article(made, FRENCH)])
    return result.provenance


def test_a_translation_names_its_prompts_and_the_feedback_for_them():
    made = pipeline(lambda prompt: "He came.")
    record = made.translate([article(made, FRENCH)])[0].provenance
    assert "summarization" not in record
    assert record["translation"]["languages"] == ["fr", "en"]
    digests = record["translation"]["prompts"]
    for prompt in (load_prompt("translation", "news"), load_feedback("translation")):
        assert digests[prompt.name] == prompt.digest


def test_the_summarizer_that_drafted_is_named():
    first = provenance(route="summarize-first")
    assert first["summarization"]["language"] == "fr"
    assert first["translation"]["languages"] == ["fr", "en"]
    assert provenance()["summarization"]["language"] == "en"


def test_only_what_had_a_part_is_named():
    assert "translation" not in provenance(route="direct")
    assert provenance(summarizer="lead-3")["summarization"]["method"] == "lead-3"
    assert "prompts" not in provenance(summarizer="lead-3")["summarization"]
