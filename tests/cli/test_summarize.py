import json
import re

from tests.cli.helpers import ARTICLE, ENGLISH
from tests.engines.served import CANNED, canned


def test_json_holds_the_whole_way(run, page):
    code, out, _ = run("summarize", page, "--model", "fake", "--format", "json")
    value = json.loads(out)
    assert code == 0
    assert [segment["source"] for segment in value["segments"]] == ARTICLE.splitlines()
    assert value["source"][value["segments"][1]["start"] :].startswith("Il a promis")
    assert value["provenance"]["translation"]["model"] == "fake"
    assert value["provenance"]["translation"]["prompts"]["news.v4"].startswith("sha256:")
    assert value["provenance"]["summarization"]["max_words"] == 60
    assert {"translation", "summarization"} <= value["seconds"].keys()


def test_show_translation_prints_both(run, page):
    _, out, _ = run("summarize", page, "--model", "fake", "--show", "translation")
    assert out.count("[fake]") >= 3


def test_a_summary_comes_by_every_route_and_length(run, page):
    for route in ("translate-first", "direct", "summarize-first"):
        for length in ("headline", "brief", "standard", "detailed"):
            arguments = ("--model", "fake", "--route", route, "--length", length, "-f", "json")
            code, out, _ = run("summarize", page, *arguments)
            value = json.loads(out)
            assert code == 0
            assert value["provenance"]["summarization"]["route"] == route
            assert (
                value["summary"]["max_words"]
                == {
                    "headline": 14,
                    "brief": 60,
                    "standard": 120,
                    "detailed": 240,
                }[length]
            )
            assert bool(value["segments"]) == (route == "translate-first")
            assert value["summary"]["words"] <= value["summary"]["max_words"]


def test_within_one_language_nothing_is_translated(run, page, tmp_path):
    code, out, _ = run("summarize", page, "--model", "fake", "--to", "fr", "-f", "json")
    assert code == 0
    assert json.loads(out)["provenance"].keys() == {"toolkit", "cleaning", "summarization"}
    english = tmp_path / "english.txt"
    english.write_text(ENGLISH, "utf-8")
    arguments = ("--model", "fake", "--from", "en", "--to", "en", "-f", "json")
    code, out, _ = run("summarize", english, *arguments)
    assert code == 0
    assert json.loads(out)["segments"] == []


def test_evidence_is_shown_below_the_summary_and_as_a_page(run, page):
    _, out, _ = run("summarize", page, "--model", "fake", "--evidence")
    assert "] Le ministre présente jeudi" in out
    code, out, _ = run("summarize", page, "--model", "fake", "--format", "html")
    assert code == 0
    assert out.startswith("<!doctype html>")
    assert re.findall(r'class="number">(\w+)<', out) == ["title", "1", "2"]
    assert "http" not in out


def test_the_beginning_of_the_article_is_a_summary_to_compare_with(run, page):
    arguments = ("--model", "fake", "--summarizer", "lead-1", "-f", "json")
    code, out, _ = run("summarize", page, *arguments)
    value = json.loads(out)
    assert code == 0
    assert value["summary"]["method"] == value["provenance"]["summarization"]["method"] == "lead-1"
    assert value["summary"]["text"] == value["segments"][0]["target"]


def test_a_limit_that_no_summary_can_keep_is_refused(run, page):
    code, _, err = run("summarize", page, "--model", "fake", "--max-words", "3")
    assert code == 2
    assert "--max-words" in err


def test_without_a_model_for_summaries_the_article_speaks_and_this_is_said(run, page):
    code, out, err = run("summarize", page, "--translator", "fake", "--format", "json")
    assert code == 0
    value = json.loads(out)
    assert value["summary"]["method"] == "lead-3"
    assert value["provenance"]["summarization"]["method"] == "lead-3"
    assert "article's own text (lead-3; no model for summarization is installed" in err
    assert "toolkit models pull" in err


def test_a_model_for_summaries_that_was_asked_for_must_be_there(run, page):
    code, _, err = run("summarize", page, "--translator", "fake", "--summarizer", "bart-large-cnn")
    assert code == 4
    assert "bart-large-cnn" in err


def test_sentences_that_are_copied_cannot_be_in_another_language(run, page):
    arguments = ("--model", "fake", "--route", "direct", "--summarizer", "lead-3")
    code, out, err = run("summarize", page, *arguments)
    assert (code, out) == (2, "")
    assert "can't translate" in err


def test_a_server_of_the_openai_protocol_writes(run, page, served, quick):
    """Each task may have a model of its own there; what nothing comes for, the article tells."""
    summary = "The minister promised 1,200 jobs before the end of the year."
    served.pages["/v1/models"]["data"].append({"id": "writer"})
    served.answer = lambda prompt: summary if "words" in prompt else canned(prompt)
    arguments = ("summarize", page, "--endpoint", served.url, "-f", "json", "--translator", "tiny")
    code, out, err = run(*arguments, "--summarizer", "writer")
    value = json.loads(out)
    assert code == 0
    assert value["summary"]["text"] == summary
    assert [segment["target"] for segment in value["segments"]] == list(CANNED.values())
    provenance = value["provenance"]
    assert provenance["translation"]["model"] == "tiny"
    assert provenance["summarization"]["model"] == "writer"
    assert {payload["model"] for payload in served.asked} == {"tiny", "writer"}
    served.answer = lambda prompt: "" if "words" in prompt else canned(prompt)
    value = json.loads(run(*arguments, "--summarizer", "writer", "--no-cache")[1])
    assert value["summary"]["method"] == "lead"
    code, _, err = run(*arguments)
    assert code == 4
    assert "has several models; give --model one of these: tiny, writer" in err
