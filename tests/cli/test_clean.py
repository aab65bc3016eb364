import json

from tests.cli.helpers import ARTICLE, CUT, ENGLISH
from toolkit.cleaning import blocks


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


def test_doubtful_lines_are_marked_whichever_way_they_went(run, page, monkeypatch):
    assert "?" not in run("clean", page, "--explain")[1]
    monkeypatch.setattr(blocks, "probabilities", lambda lines: iter((0.1, 0.31, 0.9, 0.72, 0.0)))
    _, out, _ = run("clean", page, "--explain")
    assert out.splitlines()[1].startswith("# ?: doubtful, with the probability")
    told = [line for line in out.splitlines() if not line.startswith("#")]
    assert [(line[0], line[31:36]) for line in told] == [
        ("-", " " * 5),
        ("-", "? 31%"),
        ("+", " " * 5),
        ("+", "? 72%"),
        ("-", " " * 5),
    ]
    value = json.loads(run("clean", page, "--format", "json")[1])
    assert value["doubtful"] == [2, 4]
    assert [line["probability"] for line in value["lines"]] == [0.1, 0.31, 0.9, 0.72, 0.0, None]


def test_a_page_that_cleaning_is_unsure_of_is_told(run, tmp_path):
    (tmp_path / "cut.txt").write_text(CUT)
    told = "toolkit: cut.txt: cleaning kept 47% of what reads like an article"
    assert run("clean", "cut.txt")[2] == f"{told}; see toolkit clean --explain cut.txt\n"
    assert run("clean", "cut.txt", "--explain")[2] == f"{told}\n"
    out, err = run("clean", "cut.txt", "--format", "json")[1:]
    assert told.endswith(json.loads(out)["doubt"])
    assert err
    (tmp_path / "plan.json").write_text(out)
    assert run("clean", "cut.txt", "--replay", "plan.json")[2] == ""


def test_each_page_of_a_folder_is_told(run, tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"in/{name}").mkdir(parents=True)
        (tmp_path / f"in/{name}/cut.txt").write_text(CUT)
    _, _, err = run("clean", "in", "-o", "out")
    assert [line.split()[-1] for line in err.splitlines()] == ["in/one/cut.txt", "in/two/cut.txt"]


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


PAGE = (
    "<html><head><title>Un plan pour Paris</title></head><body><nav><a href=/>Accueil</a></nav>"
    "<h1>Un plan pour Paris</h1><article><p>{}</p><figure><figcaption>Le ministre, jeudi"
    "</figcaption></figure><p>{}</p></article>{}</body></html>"
)
WALL = "<p>Il vous reste 68 % de cet article à lire.</p>"


def write_page(path, after=""):
    path.write_text(PAGE.format(*ARTICLE.splitlines(), after), "utf-8")


def test_an_explanation_names_what_the_markup_says(run, tmp_path):
    write_page(tmp_path / "page.html")
    told = run("clean", "page.html", "--explain")[1]
    assert "in a caption" in told
    lines = json.loads(run("clean", "page.html", "--format", "json")[1])["lines"]
    assert {line["evidence"].get("both readers") for line in lines if line["kept"]} == {3.0}
    assert "Accueil" not in told  # which no reader takes
    kept = run("clean", "page.html", "--keep-captions")[1]
    assert "\n\nLe ministre, jeudi\n\n" in kept


def test_the_free_part_of_an_article_is_told(run, tmp_path):
    write_page(tmp_path / "page.html", WALL)
    out, err = run("clean", "page.html", "--format", "json")[1:]
    assert err == "toolkit: page.html: only the free part of an article for subscribers\n"
    assert json.loads(out)["metadata"]["paywalled"] == "yes"
    (tmp_path / "plan.json").write_text(out)
    assert run("clean", "page.html", "--replay", "plan.json")[2] == err
    write_page(tmp_path / "page.html")
    assert run("clean", "page.html")[2] == ""
