import io
import json
import sys

import pytest

from tests.cli.helpers import ARTICLE, ENGLISH

FAKE = ("--model", "fake")
AUTO = (*FAKE, "--from", "auto")
GERMAN = "Der Minister stellte am Donnerstag seinen Plan vor dem Parlament in Paris vor.\n" * 3


@pytest.fixture
def pages(tmp_path):
    for name, text in (("fr", ARTICLE), ("en", ENGLISH), ("de", GERMAN)):
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
        (tmp_path / f"{name}2.txt").write_text(text, "utf-8")


@pytest.mark.usefixtures("pages")
def test_the_language_of_the_input_is_found(run):
    for name, target in (("fr", "en"), ("en", "fr")):
        code, out, err = run("translate", f"{name}.txt", *AUTO, "--to", target, "-f", "json")
        assert code == 0
        assert json.loads(out)["provenance"]["translation"]["languages"] == [name, target]
        assert f"--from auto: {name}.txt is {'French' if name == 'fr' else 'English'}" in err


def test_the_article_counts_and_not_what_stands_around_it(run, tmp_path):
    menu = "Home\nAbout us\nSubscribe to our newsletter\nRead more news about this topic here\n"
    (tmp_path / "page.txt").write_text(f"{menu * 3}\n{ARTICLE}", "utf-8")
    assert run("translate", "page.txt", *AUTO)[0] == 0


@pytest.mark.usefixtures("pages")
def test_inputs_in_another_language_than_the_first_are_set_aside(run, tmp_path):
    inputs = ("fr.txt", "en.txt", "fr2.txt", "de.txt")
    code, _, err = run("translate", *inputs, *AUTO, "-q", "-o", "out")
    assert code == 3
    assert sorted(each.name for each in (tmp_path / "out").glob("*.txt")) == ["fr.txt", "fr2.txt"]
    assert "en.txt: looks English" in err
    assert "de.txt: looks German" in err
    code, _, err = run("translate", "de.txt", "en.txt", *AUTO, "--to", "fr", "-q", "-o", "other")
    assert code == 3
    assert "de.txt: looks German" in err
    assert (tmp_path / "other/en.txt").is_file()


@pytest.mark.usefixtures("pages")
def test_what_is_in_no_known_language_is_refused(run, tmp_path):
    code, _, err = run("translate", "de.txt", *AUTO)
    assert code == 3
    assert "de.txt: looks German" in err
    (tmp_path / "empty.txt").touch()
    assert run("clean", "empty.txt", "--from", "auto")[0] == 3


@pytest.mark.usefixtures("pages")
def test_the_language_that_is_wanted_is_summarized_but_not_translated(run):
    code, out, _ = run("summarize", "en.txt", *AUTO, "-f", "json")
    assert code == 0
    assert json.loads(out)["provenance"].keys() == {"toolkit", "cleaning", "summarization"}
    code, _, err = run("translate", "en.txt", *AUTO)
    assert code == 2
    assert "input and output would both be English; for French input add --from fr, for " in err
    code, _, err = run("translate", "en.txt", *FAKE, "--to", "fr")
    assert code == 2
    assert "would both be French; for English input add --from en" in err
    assert run("summarize", "en.txt", "en2.txt", "--together", *AUTO)[0] == 0
    assert run("clean", "en.txt", "--from", "auto")[0] == 0
    assert run("clean", "en.txt")[0] == 3


def test_standard_input_is_read_once_for_both(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ENGLISH.encode()), "utf-8"))
    assert run("translate", "-", *AUTO, "--to", "fr")[0] == 0


def test_the_setting_says_the_same(run, pages, monkeypatch):
    monkeypatch.setenv("TOOLKIT_SOURCE_LANGUAGE", "auto")
    assert run("translate", "en.txt", *FAKE, "--to", "fr")[0] == 0
    code, _, err = run("eval", "run", *FAKE)
    assert code == 2
    assert "source_language is auto" in err
