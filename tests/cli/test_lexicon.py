import json

import pytest

from toolkit.cli.main import main


def test_show_tells_what_words_can_mean(capsys):
    assert main(["lexicon", "show", "ferment", "Éoliennes"]) == 0
    told = capsys.readouterr().out
    assert "closing" in told
    assert "wind" in told


def test_show_names_what_it_lacks(capsys):
    assert main(["lexicon", "show", "fonte", "xyzzy"]) == 3
    out, err = capsys.readouterr()
    assert "melting" in out
    assert "xyzzy" in err


def test_show_as_json(capsys):
    assert main(["lexicon", "show", "--from", "en", "--format", "json", "mayor"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["meanings"][0]["word"] == "maire"


def test_check_of_two_texts(capsys):
    assert main(["lexicon", "check", "Les éoliennes ferment.", "Oil is closing."]) == 0
    assert "éoliennes (wind" in capsys.readouterr().out


def test_check_of_two_files(tmp_path, capsys):
    ours, theirs = tmp_path / "fr.txt", tmp_path / "en.txt"
    ours.write_text("Les éoliennes tournent.\nLe maire dort.\n", "utf-8")
    theirs.write_text("The oil turns.\nThe mayor sleeps.\n", "utf-8")
    assert main(["lexicon", "check", str(ours), str(theirs)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 2 with unanswered words"
    terms = tmp_path / "terms.tsv"
    terms.write_text("source\ttarget\nmaire\tchief magistrate\n", "utf-8")
    assert main(["lexicon", "check", "--glossary", str(terms), str(ours), str(theirs)]) == 0
    assert "2: maire (chief magistrate)" in capsys.readouterr().out
    assert main(["lexicon", "check", "--format", "json", str(ours), str(theirs)]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["line"] for record in records] == [1, 2]
    assert records[0]["unanswered"][0]["word"] == "éoliennes"
    assert records[1]["coverage"] == 1.0


def test_check_refuses_what_does_not_go_together(tmp_path, capsys):
    ours, theirs = tmp_path / "fr.txt", tmp_path / "en.txt"
    ours.write_text("Un.\nDeux.\n", "utf-8")
    theirs.write_text("One.\n", "utf-8")
    assert main(["lexicon", "check", str(ours), str(theirs)]) == 3
    assert "2 lines" in capsys.readouterr().err
    assert main(["lexicon", "check", str(ours), "One."]) == 2
    theirs.write_bytes(b"\xff\xfe\x00")
    assert main(["lexicon", "check", str(ours), str(theirs)]) == 3


@pytest.mark.parametrize("word", ["cœur", "AUJOURD’HUI", "l’eau", "re\u0301fugie\u0301"])
def test_show_finds_words_as_people_write_them(word, capsys):
    assert main(["lexicon", "show", word]) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize("words", [(" ",), ("",)])
def test_show_wants_a_word(words, capsys):
    assert main(["lexicon", "show", *words]) == 2
    assert "no word" in capsys.readouterr().err


def test_check_does_not_take_mistyped_names_for_texts(tmp_path, capsys):
    assert main(["lexicon", "check", "Voir https://a.org/x.html", "See https://a.org/x.html"]) == 0
    assert main(["lexicon", "check", "", ""]) == 0
    for names in (("fr.txt", "en.txt"), (str(tmp_path), str(tmp_path)), ("-", "-")):
        assert main(["lexicon", "check", *names]) == 2
        assert "is not a file" in capsys.readouterr().err


def test_check_pairs_lines_as_files_have_them(tmp_path, capsys):
    ours, theirs = tmp_path / "fr.txt", tmp_path / "en.txt"
    ours.write_bytes("Les éoliennes\x0cdorment.\r\nLe re\u0301fugie\u0301 dort.\r\n".encode())
    theirs.write_bytes(b"Oil sleeps.\nThe refugee sleeps.\n")
    assert main(["lexicon", "check", str(ours), str(theirs)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 2 with unanswered words"
