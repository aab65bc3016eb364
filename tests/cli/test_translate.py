import json
import threading
from xml.etree import ElementTree

import pytest

from tests.cli.helpers import ARTICLE, ENGLISH
from tests.engines.served import CANNED, OTHER
from toolkit.settings import Settings


def test_translate_keeps_paragraphs_and_marks_the_fake_model(run, page):
    code, out, _ = run("translate", page, "--model", "fake", "--glossary", "none")
    assert code == 0
    assert len(out.strip().split("\n\n")) == 2
    assert out.count("[fake]") == 2


def test_other_directions_need_their_own_prompt(run, tmp_path):
    (tmp_path / "english.txt").write_text(ENGLISH)
    arguments = ("translate", "english.txt", "--from", "en", "--model", "fake")
    assert run(*arguments, "--to", "fr")[0] == 0
    code, _, err = run(*arguments, "--to", "de")
    assert code == 2
    assert "is for fr to en, not for en to de" in err


def test_the_translation_is_shown_beside_its_source(run, page):
    flags = ("--model", "fake", "-q")
    table = run("translate", page, "--side-by-side", *flags)[1]
    assert table.startswith("| | French | English |\n|---|---|---|\n| title | Un plan pour Paris |")
    shown = run("translate", page, "-f", "html", *flags)[1]
    assert '<td lang="fr">Un plan pour Paris</td><td lang="en">' in shown
    memory = ElementTree.fromstring(run("translate", page, "-f", "tmx", *flags)[1])
    segments = [each.text for each in memory.iter("seg")]
    assert segments[0] == "Un plan pour Paris"
    assert run("translate", page, "-f", "tmx", "--side-by-side", *flags)[0] == 2


@pytest.fixture
def plain(tmp_path):
    """An article whose sentences the server knows."""
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, "utf-8")
    return path


@pytest.fixture
def translate(run, served, plain, quick):
    def one(*flags):
        code, out, err = run(
            "translate", plain, "--no-clean", "--endpoint", served.url, "-f", "json", *flags
        )
        return code, json.loads(out) if out else None, err

    return one


def texts(record):
    return [each["target"] for each in record["segments"]]


def test_a_server_of_the_openai_protocol_translates(translate, served):
    code, record, err = translate("--quality", "best", "--model", "tiny")
    assert (code, err) == (0, "")
    assert texts(record) == list(CANNED.values())
    made = record["provenance"]["translation"]
    assert (made["engine"], made["model"], made["device"]) == ("endpoint", "tiny", served.url)
    assert made["lacks"] == ["beams", "openings", "scores"]
    searched = made["generation"]
    assert (searched["reverse"], searched["first_beams"], searched["samples"]) == (False, 1, 8)


def test_what_a_server_answered_is_not_asked_for_again(translate, served):
    assert translate()[0] == 0
    asked = len(served.asked)
    assert translate()[0] == 0
    assert len(served.asked) == asked


def test_an_answer_to_another_question_is_flagged(translate, served):
    served.always = "other"
    code, record, err = translate("--strict")
    assert code == 3
    assert texts(record) == [OTHER, OTHER]
    assert "2 of 2 sentences are doubtful: 1, 2; 2 failed a check" in err
    assert all(each["failed"][0]["name"] == "lost" for each in record["segments"])


def test_a_sentence_that_nothing_comes_for_is_flagged_and_asked_for_by_the_next_run(
    translate, served
):
    known = served.answer
    served.answer = lambda prompt: "" if "1 200" in prompt else known(prompt)
    code, record, err = translate()
    assert code == 0
    assert texts(record) == [next(iter(CANNED.values())), ""]
    assert record["segments"][1]["failed"][0]["name"] == "empty"
    assert "1 of 2 sentences is doubtful: 2; 1 failed a check" in err
    served.answer = known
    assert texts(translate()[1]) == list(CANNED.values())


@pytest.mark.parametrize("end", ["reset", 500, 401, "html", "stall"])
def test_a_server_that_dies_loses_nothing_and_the_run_resumes(translate, served, monkeypatch, end):
    monkeypatch.setenv("TOOLKIT_BATCH_SIZE", "1")
    monkeypatch.setenv("TOOLKIT_ENDPOINT_TIMEOUT_S", "1")
    served.faults, served.always = [None], end
    code, record, err = translate("--quality", "fast")
    assert (code, record) == (4, None)
    assert "is kept, and the same call goes on from there" in err
    served.asked.clear()
    served.always = None
    assert texts(translate("--quality", "fast")[1]) == list(CANNED.values())
    assert len(served.asked) == 1


def test_ctrl_c_leaves_no_request_behind(translate, served, monkeypatch):
    served.always = "stall"

    def interrupt(*_, **__):
        assert served.stalling.wait(10)
        raise KeyboardInterrupt

    monkeypatch.setattr("toolkit.engines.endpoint.engine.wait", interrupt)
    assert translate()[0] == 130
    assert served.hung_up.wait(5)
    assert not [each for each in threading.enumerate() if "ThreadPool" in each.name]


def test_a_key_is_written_nowhere(translate, served, monkeypatch, tmp_path):
    monkeypatch.setenv("TOOLKIT_API_KEY", "sk-hunter2")
    served.faults = [500]
    code, _, err = translate("--verbose", "-o", "out.json")
    assert code == 0
    assert served.heads[-1]["Authorization"] == "Bearer sk-hunter2"
    served.always = 401
    refused = translate("--no-cache")
    assert refused[0] == 4
    store = Settings().cache_file
    written = [path.read_bytes() for path in (*tmp_path.rglob("*.json"), *store.parent.iterdir())]
    assert len(written) >= 2
    assert not any(b"hunter2" in each for each in (*written, err.encode(), refused[2].encode()))


def test_text_leaves_the_machine_only_when_that_is_asked_for(run, plain, quick, monkeypatch):
    monkeypatch.setattr("toolkit.engines.endpoint.http.CONNECT_S", 0.05)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    flags = ("translate", plain, "--no-clean", "--endpoint", "http://192.0.2.1/v1")
    code, out, err = run(*flags)
    assert (code, out) == (2, "")
    assert "192.0.2.1 is not this machine" in err
    code, out, err = run(*flags, "--allow-remote", "--quiet")
    assert (code, out) == (4, "")
    warning, error = err.splitlines()
    assert warning.endswith("texts leave this machine: they are sent to 192.0.2.1, unencrypted")
    assert "nobody answers at http://192.0.2.1/v1" in error


@pytest.mark.parametrize("trouble", ["long", "refused"])
def test_a_sentence_that_the_server_will_not_take_is_flagged_alone(translate, served, trouble):
    setattr(served, trouble, "1 200" if trouble == "long" else ("1 200", 400))
    code, record, err = translate()
    assert code == 0
    assert texts(record) == [next(iter(CANNED.values())), ""]
    assert record["segments"][1]["failed"][0]["name"] == "empty"
    assert "1 of 2 sentences is doubtful: 2; 1 failed a check" in err
    setattr(served, trouble, None)
    assert texts(translate()[1]) == list(CANNED.values())
