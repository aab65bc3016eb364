import json

from tests.cli.helpers import ARTICLE, ENGLISH


def test_clean_prints_the_article_alone(run, page):
    code, out, err = run("clean", page)
    assert (code, out, err) == (0, ARTICLE.replace("\n", "\n\n").rstrip() + "\n", "")


def test_clean_explains_each_line(run, page):
    _, out, _ = run("clean", page, "--explain")
    assert out.startswith("# title: Un plan pour Paris\n")
    told = [line for line in out.splitlines() if not line.startswith("#")]
    assert [(line[0], line[9:30].strip()) for line in told] == [
        ("-", "navigation"),
        ("-", "title"),
        ("+", "article"),
        ("+", "article"),
        ("-", "share prompt"),
    ]
    assert all(float(line[1:8]) for line in told)


def test_an_explanation_is_replayed(run, tmp_path, page):
    plan = run("clean", page, "--format", "json")[1]
    (tmp_path / "plan.json").write_text(plan)
    assert run("clean", page, "--replay", "plan.json") == run("clean", page)
    (tmp_path / "other.txt").write_text("Le ministre présente jeudi son plan à Paris.")
    code, _, err = run("clean", "other.txt", "--replay", "plan.json")
    assert code == 3
    assert "of another text" in err
    assert run("clean", page, "other.txt", "--replay", "plan.json")[0] == 2


def test_a_page_without_an_article_is_explained_all_the_same(run, tmp_path):
    (tmp_path / "menu.txt").write_text("Accueil\nMenu\nPartager\n")
    code, out, err = run("clean", "menu.txt", "--explain")
    assert code == 3
    assert [line[9:30].strip() for line in out.splitlines()] == [
        "navigation",
        "navigation",
        "share prompt",
    ]
    assert "no article found" in err


SITE = "Le Journal de Brive informe la Corrèze depuis mille neuf cent trois."


def test_what_repeats_in_a_folder_goes(run, tmp_path):
    (tmp_path / "site").mkdir()
    for place in ("la gare", "l’église", "la plage"):
        text = f"La ville ouvre une école près de {place}, a dit jeudi le maire de Brive.\n"
        (tmp_path / f"site/{place}.txt").write_text(f"{text}On l’attendait à {place}.\n{SITE}")
    assert run("clean", "site", "-o", "out")[0] == 0
    assert all(SITE not in path.read_text() for path in (tmp_path / "out").iterdir())
    (tmp_path / "new.txt").write_text(f"La ville ferme la piscine, a dit le maire jeudi.\n{SITE}")
    assert SITE in run("clean", "new.txt")[1]
    assert SITE not in run("clean", "new.txt", "--learn-from", "site")[1]


def test_captions_and_steps_are_switched(run, tmp_path):
    caption = "Des députés à Paris. © AFP"
    (tmp_path / "p.txt").write_text(f"{caption}\nLe maire a d?clar? jeudi la f?te ouverte à tous.")
    assert run("clean", "p.txt")[1] == "Le maire a déclaré jeudi la fête ouverte à tous.\n"
    assert run("clean", "p.txt", "--keep-captions")[1].startswith(caption)
    assert "d?clar?" in run("clean", "p.txt", "--skip-step", "lost_letters")[1]
    code, _, err = run("clean", "p.txt", "--skip-step", "typos")
    assert code == 2
    assert "no step typos (there are: entities," in err


def test_records_become_documents(run, tmp_path):
    text = "Le maire a déclaré jeudi la fête ouverte à tous."
    lines = [json.dumps({"body": text}), "{", json.dumps({"body": text + " Oui."})]
    (tmp_path / "c.jsonl").write_text("\n".join(lines))
    code, out, err = run("clean", "c.jsonl", "--text-field", "body", "-f", "jsonl")
    assert code == 3
    assert [json.loads(line)["text"] for line in out.splitlines()] == [text, text + " Oui."]
    assert err.startswith("toolkit: c.jsonl:2: is not valid JSON")
    assert run("clean", "c.jsonl", "--text-field", "body")[0] == 2
    run("clean", "c.jsonl", "--text-field", "body", "-f", "jsonl", "-o", "out")
    kept = [
        json.loads(line)["text"] for line in (tmp_path / "out/c.jsonl").read_text().splitlines()
    ]
    assert kept == [text, text + " Oui."]
    run("clean", "c.jsonl", "--text-field", "body", "-o", "out")
    assert (tmp_path / "out/c/000003.txt").read_text() == text + " Oui.\n"


def test_clean_as_json_holds_every_line(run, page):
    _, out, _ = run("clean", page, "--format", "json")
    value = json.loads(out)
    assert value["document"]["title"] == "Un plan pour Paris"
    assert [line["kept"] for line in value["lines"]] == [False, False, True, True, False, False]


def test_a_language_that_is_given_is_not_doubted(run, tmp_path):
    (tmp_path / "english.txt").write_text(ENGLISH)
    assert run("clean", "english.txt", "--from", "fr")[0] == 0
