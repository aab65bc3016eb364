from xml.etree import ElementTree

from tests.cli.helpers import ENGLISH


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
    assert table.startswith("| French | English |\n|---|---|\n| Un plan pour Paris |")
    shown = run("translate", page, "-f", "html", *flags)[1]
    assert '<td lang="fr">Un plan pour Paris</td><td lang="en">' in shown
    memory = ElementTree.fromstring(run("translate", page, "-f", "tmx", *flags)[1])
    segments = [each.text for each in memory.iter("seg")]
    assert segments[0] == "Un plan pour Paris"
    assert run("translate", page, "-f", "tmx", "--side-by-side", *flags)[0] == 2
