import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from toolkit.cli.main import main
from toolkit.settings import resolve_settings
from toolkit.store import Store

ARTICLE = (
    "Le ministre présente jeudi son plan devant les députés réunis à Paris.\n"
    "Il a promis 1 200 emplois avant la fin de l'année, selon son entourage.\n"
)
ENGLISH = "The minister presented his plan to members of parliament in Paris on Thursday.\n" * 3


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments):
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run_one


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text("Accueil > Monde\nUn plan pour Paris\n" + ARTICLE + "Partager\n", "utf-8")
    return path


def process(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", "from toolkit.cli.main import run; run()", *map(str, arguments)],
        capture_output=True,
        timeout=60,
        check=False,
        **options,
    )


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
    assert err.startswith("toolkit: c.jsonl:2: is no JSON")
    assert run("clean", "c.jsonl", "--text-field", "body")[0] == 2
    run("clean", "c.jsonl", "--text-field", "body", "-f", "jsonl", "-o", "out")
    kept = [
        json.loads(line)["text"] for line in (tmp_path / "out/c.jsonl").read_text().splitlines()
    ]
    assert kept == [text, text + " Oui."]
    run("clean", "c.jsonl", "--text-field", "body", "-o", "out")
    assert (tmp_path / "out/c/000003.txt").read_text() == text + " Oui.\n"


def test_html_goes_through_the_chain(run, tmp_path):
    text = "Le maire a déclaré jeudi la fête ouverte à tous les habitants de la ville."
    page = f"<html><head><title>La fête</title></head><body><article><p>{text}</p></article></body>"
    (tmp_path / "p.html").write_text(page)
    assert run("clean", "p.html")[1] == text + "\n"
    assert run("translate", "p.html", "--model", "fake", "-q")[0] == 0


def test_the_encoding_can_be_named(run, tmp_path):
    (tmp_path / "p.txt").write_bytes("Le maire a fêté l'été à Orléans.".encode("mac-roman"))
    assert "fêté l'été à Orléans" in run("clean", "p.txt", "--encoding", "mac-roman")[1]
    code, _, err = run("clean", "p.txt", "--encoding", "klingon")
    assert code == 2
    assert "klingon" in err


def test_clean_as_json_holds_every_line(run, page):
    _, out, _ = run("clean", page, "--format", "json")
    value = json.loads(out)
    assert value["document"]["title"] == "Un plan pour Paris"
    assert [line["kept"] for line in value["lines"]] == [False, False, True, True, False, False]


def test_translate_keeps_paragraphs_and_marks_the_fake_model(run, page):
    code, out, _ = run("translate", page, "--model", "fake", "--glossary", "none")
    assert code == 0
    assert len(out.strip().split("\n\n")) == 2
    assert out.count("[fake]") == 2


def test_json_holds_the_whole_way(run, page):
    code, out, _ = run("summarize", page, "--model", "fake", "--format", "json")
    value = json.loads(out)
    assert code == 0
    assert [segment["source"] for segment in value["segments"]] == ARTICLE.splitlines()
    assert value["source"][value["segments"][1]["start"] :].startswith("Il a promis")
    assert value["provenance"]["translation"]["model"] == "fake"
    assert value["provenance"]["translation"]["prompts"]["news.v3"].startswith("sha256:")
    assert value["provenance"]["summarization"]["max_words"] == 60
    assert {"translation", "summarization"} <= value["seconds"].keys()


def test_verbose_names_the_checks_and_quiet_says_nothing(run, page):
    arguments = ("summarize", page, "--model", "fake", "--glossary", "none")
    assert "coverage: nothing answers emplois: Il a promis" in run(*arguments, "-v")[2]
    assert "--verbose or --format json names them" in run(*arguments)[2]
    assert run(*arguments, "-q")[2] == ""


def test_show_translation_prints_both(run, page):
    _, out, _ = run("summarize", page, "--model", "fake", "--show", "translation")
    assert out.count("[fake]") >= 3


def test_several_inputs_go_to_a_folder_and_keep_their_layout(run, tmp_path, page):
    (tmp_path / "in/deep").mkdir(parents=True)
    (tmp_path / "in/deep/a.txt").write_text(ARTICLE, "utf-8")
    (tmp_path / "in/b.txt").write_text(ARTICLE, "utf-8")
    assert run("translate", "in", "--model", "fake")[0] == 2
    code, out, _ = run("translate", "in", "--model", "fake", "-o", "out", "--format", "markdown")
    assert (code, out) == (0, "")
    assert sorted(p.name for p in (tmp_path / "out").rglob("*.*")) == ["a.md", "b.md"]
    assert (tmp_path / "out/deep/a.md").is_file()
    code, out, _ = run("translate", "in/**/*.txt", page, "--model", "fake", "--format", "jsonl")
    assert [json.loads(line)["document"]["name"] for line in out.splitlines()] == [
        "in/b.txt",
        "in/deep/a.txt",
        str(page),
    ]


def test_two_inputs_for_one_output_are_refused(run, tmp_path):
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(ARTICLE, "utf-8")
    code, _, err = run("translate", "x/a.txt", "y/a.txt", "--model", "fake", "-o", "out")
    assert code == 2
    assert "would both be written to" in err


def test_bad_inputs_are_named_and_the_rest_is_done(run, tmp_path, page):
    (tmp_path / "empty.txt").write_bytes(b"")
    code, _, err = run("translate", "empty.txt", page, "--model", "fake", "-o", "out", "-q")
    assert code == 3
    assert err == "toolkit: empty.txt: is empty\n"
    assert (tmp_path / "out/page.txt").is_file()


@pytest.mark.parametrize("command", ["clean", "translate", "summarize"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"Accueil\nMenu\nPartager\n", "no article found"),
        (bytes(range(1, 32)) * 40, "binary"),
        (b"Bonjour\x00 tout le monde", "NUL byte at offset 7"),
        ("Étienne est là.".encode() + b"\xed\xa0\x80", "lone surrogate"),
        (b"\x0b\x01" * 2_500_000, "binary"),
        (ENGLISH.encode(), "looks English"),
        (b"<html><body><img src='x'>", "only markup"),
        (b"%PDF-1.4", "PDF"),
    ],
)
def test_bad_input_gives_one_clear_line_and_exit_3(run, tmp_path, command, data, message):
    (tmp_path / "bad.txt").write_bytes(data)
    model = () if command == "clean" else ("--model", "fake")
    code, out, err = run(command, "bad.txt", *model)
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert err.startswith("toolkit: bad.txt: ")
    assert message in err


def test_a_line_of_five_megabytes_is_cleaned_but_not_translated(run, tmp_path):
    sentence = "Le ministre présente jeudi son plan devant les députés réunis à Paris. "
    (tmp_path / "long.txt").write_text(sentence * 70_000)
    code, out, _ = run("clean", "long.txt")
    assert (code, len(out)) == (0, 70_000 * len(sentence))
    code, out, err = run("translate", "long.txt", "--model", "fake")
    assert (code, out) == (3, "")
    assert "over the limit of 1,000,000; split the text" in err


def test_a_language_that_is_given_is_not_doubted(run, tmp_path):
    (tmp_path / "english.txt").write_text(ENGLISH)
    assert run("clean", "english.txt", "--from", "fr")[0] == 0


def test_other_directions_need_their_own_prompt(run, tmp_path):
    (tmp_path / "english.txt").write_text(ENGLISH)
    arguments = ("translate", "english.txt", "--from", "en", "--model", "fake")
    assert run(*arguments, "--to", "fr")[0] == 0
    code, _, err = run(*arguments, "--to", "de")
    assert code == 2
    assert "is for fr to en, not for en to de" in err


def test_missing_things_are_named(run, tmp_path):
    assert run("clean", "absent.txt")[2] == "toolkit: absent.txt: No such file or directory\n"
    (tmp_path / "folder").mkdir()
    code, _, err = run("clean", "folder")
    assert code == 3
    assert "the folder holds none of *.txt" in err


def test_an_unreadable_file_is_named(run, page, monkeypatch):
    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert run("clean", page) == (3, "", f"toolkit: {page}: Permission denied\n")


def test_a_missing_model_ends_with_4_and_the_command_to_type(run, page):
    code, out, err = run("summarize", page)
    assert (code, out) == (4, "")
    assert "type: toolkit models pull qwen2.5-coder-1.5b-instruct" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["summarize"],
        ["summarize", "page.txt", "--bogus"],
        ["summarize", "page.txt", "--max-words", "many"],
        ["summarize", "page.txt", "--max-words", "0"],
        ["summarize", "page.txt", "--model", "nonsense"],
        ["summarize", "page.txt", "--model", "fake", "--prompt", "nonsense"],
        ["translate", "page.txt", "--model", "fake", "--glossary", "absent.tsv"],
        ["models", "pull", "nonsense"],
        ["prompts", "show", "nonsense"],
        ["nonsense"],
    ],
)
def test_wrong_calls_end_with_2_and_say_why(run, page, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err


def test_own_prompts_are_checked_and_used(run, page, tmp_path):
    _, shown, _ = run("prompts", "show", "translation/news")
    own = tmp_path / "own.yaml"
    own.write_text(shown.replace("{{ source }}", "OWN {{ source }}"), "utf-8")
    _, out, _ = run("translate", page, "--model", "fake", "--prompt", own, "--glossary", "none")
    assert out.count("[fake] OWN") == 2
    own.write_text(shown + "surprise: 1\n", "utf-8")
    code, _, err = run("translate", page, "--model", "fake", "--prompt", own)
    assert code == 2
    assert "surprise" in err
    own.write_text(shown.replace("{{ source }}", "{{ sourse }}"), "utf-8")
    code, _, err = run("translate", page, "--model", "fake", "--prompt", own)
    assert code == 2
    assert "'sourse' is undefined" in err


def test_prompts_are_listed(run):
    _, out, _ = run("prompts", "list")
    assert {line.split()[0] for line in out.splitlines()} == {
        "translation/news.v1",
        "translation/news.v2",
        "translation/news.v3",
        "translation/careful.v1",
        "translation/careful.v2",
        "translation/careful.v3",
        "translation/news-en-fr.v1",
        "translation/careful-en-fr.v1",
        "translation/careful-en-fr.v2",
        *(
            f"summarization/{n}.v1"
            for n in ("headline", "brief", "standard", "detailed", "bullets")
        ),
    }


def test_settings_come_from_file_environment_and_flags(run, page, tmp_path, monkeypatch):
    (tmp_path / "toolkit.toml").write_text('model = "fake"\nmax_words = 9\n')
    monkeypatch.setenv("TOOLKIT_MAX_WORDS", "8")
    _, out, _ = run("config")
    assert "model = fake  (toolkit.toml)" in out
    assert "max_words = 8  (TOOLKIT_MAX_WORDS)" in out
    _, out, _ = run("summarize", page, "-n", "7", "--format", "json")
    assert json.loads(out)["summary"]["max_words"] == 7
    (tmp_path / "toolkit.toml").write_text("bogus = 1\n")
    code, _, err = run("config")
    assert code == 2
    assert "toolkit.toml: bogus" in err


def test_doctor_says_what_is_missing(run):
    code, out, err = run("doctor")
    assert code == 4
    assert "prompts/: found" in out
    assert "toolkit models pull" in err


def test_models_are_listed_and_shown(run):
    _, out, _ = run("models", "list")
    assert "(default)" in out
    _, out, _ = run("models", "show", "nllb-200-distilled-600m")
    assert "licence: CC-BY-NC-4.0" in out
    assert "installed: no" in out


def test_standard_input_and_a_closed_reader():
    assert process("clean", "-", input=ARTICLE.encode()).stdout.decode().startswith("Le ministre")
    command = f"{sys.executable} -c 'from toolkit.cli.main import run; run()' clean - | true"
    broken = subprocess.run(
        ["bash", "-c", command], input=ARTICLE.encode() * 2000, capture_output=True, check=False
    )
    assert b"Traceback" not in broken.stderr


def test_help_loads_no_model_library():
    code = (
        "import sys; from toolkit.cli.main import main; main(['--help']);"
        "heavy = {'torch', 'transformers', 'ctranslate2', 'huggingface_hub'} & sys.modules.keys();"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_interrupt_ends_with_130_and_leaves_no_half_file(tmp_path):
    (tmp_path / "page.txt").write_text(ARTICLE * 20, "utf-8")
    code = (
        "import toolkit.engines.fake as fake\n"
        "def answer(text):\n"
        "    import time\n"
        "    print('asked', flush=True)\n"
        "    time.sleep(60)\n"
        "fake.fake_answer.__code__ = answer.__code__\n"
        "from toolkit.cli import run; run()"
    )
    arguments = ["translate", "page.txt", "--model", "fake", "-o", "out"]
    running = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whatever runs the tests in the background may have had them ignore interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "asked\n"
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert running.returncode == 130, errors
    assert errors == "toolkit: interrupted\n"
    assert not list(tmp_path.glob("out/*"))


def test_a_full_disk_leaves_no_half_file(run, page, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    code, _, err = run("translate", page, "--model", "fake", "-o", "out", "-q")
    assert code == 3
    assert "No space left on device" in err
    assert list((tmp_path / "out").iterdir()) == []


def corpus(folder, count):
    for number in range(count):
        (folder / f"in/{number % 3}").mkdir(parents=True, exist_ok=True)
        text = f"La ville de Brive ouvre {number} écoles, a dit le maire.\nIl en a promis {number}."
        (folder / f"in/{number % 3}/{number}.txt").write_text(text)


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


KILLED = (
    "import os, signal, toolkit.engines.fake as fake\n"
    "real, left = fake.FakeEngine.generate, [int(os.environ['CALLS'])]\n"
    "def generate(self, sources, config):\n"
    "    left[0] -= 1\n"
    "    if left[0] < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
    "    return real(self, sources, config)\n"
    "fake.FakeEngine.generate = generate\n"
    "from toolkit.cli import run; run()"
)


def test_a_killed_run_goes_on_where_it_was_and_ends_like_an_undisturbed_one(tmp_path):
    corpus(tmp_path, 70)
    arguments = ["translate", "in", "--model", "fake", "--quiet", "-o"]

    def start(out, calls):
        environment = {**os.environ, "CALLS": str(calls)}
        command = [sys.executable, "-c", KILLED, *arguments, out]
        return subprocess.run(command, cwd=tmp_path, env=environment, check=False).returncode

    assert start("whole", 999) == 0
    Store(user_store(), max_bytes=1).clear()
    codes = [start("out", 2) for _ in range(4)]
    assert codes[:3] == [-9, -9, -9]
    assert start("out", 999) == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert start("out", 0) == 0  # nothing is left for the model


def user_store():
    return resolve_settings({})[0].cache_file


def test_a_run_ends_with_its_count(run, tmp_path):
    corpus(tmp_path, 2)
    (tmp_path / "in/1/1.txt").write_text("L’ONU ouvre un bureau à Brive, a dit jeudi le maire.")
    _, _, err = run("translate", "in", "--model", "fake", "-o", "out")
    assert "documents: 2; sentences: 3, " in err
    assert "glossary terms kept: 1 of 1" in err  # the fake one leaves it, and it is put right


def test_bad_documents_are_set_aside_with_their_reasons(run, tmp_path):
    corpus(tmp_path, 3)
    (tmp_path / "in/empty.txt").write_text("")
    code, _, _ = run("translate", "in", "--model", "fake", "-q", "-o", "out")
    assert code == 3
    (failed,) = (tmp_path / "out/_failed.jsonl").read_text().splitlines()
    assert json.loads(failed) == {
        "input": "in/empty.txt",
        "reason": "is empty",
        "type": "InputError",
    }
    assert len(list((tmp_path / "out").rglob("*.txt"))) == 3
    (tmp_path / "in/empty.txt").unlink()
    assert run("translate", "in", "--model", "fake", "-q", "-o", "out")[0] == 0
    assert not (tmp_path / "out/_failed.jsonl").exists()


def test_an_output_that_is_not_ours_is_kept(run, tmp_path, page):
    target = tmp_path / "out/page.txt"
    translate = ("translate", page, "--model", "fake", "-q", "-o", "out")
    assert run(*translate)[0] == 0
    written = target.read_text()
    assert run(*translate)[0] == 0  # ours: done again, or rather not
    target.write_text("corrected by hand")
    code, _, err = run(*translate)
    assert code == 3
    assert "page.txt exists and is kept; --overwrite replaces it" in err
    assert target.read_text() == "corrected by hand"
    assert run(*translate, "--overwrite")[0] == 0
    assert target.read_text() == written


def test_outputs_do_not_lie_among_the_inputs(run, tmp_path):
    corpus(tmp_path, 1)
    code, _, err = run("translate", "in", "--model", "fake", "-o", "in")
    assert code == 2
    assert "lies in the output folder" in err


def test_outputs_inside_the_input_folder_are_no_inputs_of_the_next_run(run, tmp_path):
    corpus(tmp_path, 3)
    for _ in range(2):
        assert run("translate", "in", "--model", "fake", "-q", "-o", "in/out")[0] == 0
    assert len(list((tmp_path / "in/out").rglob("*.txt"))) == 3


def test_records_come_back_with_their_other_fields(run, tmp_path):
    text = "Le maire a déclaré jeudi la fête ouverte à tous."
    lines = [json.dumps({"id": number, "body": f"{text} Oui.", "x": [1]}) for number in (1, 2)]
    (tmp_path / "c.jsonl").write_text("\n".join(lines))
    flags = ("--text-field", "body", "--model", "fake", "-q")
    run("translate", "c.jsonl", *flags, "-f", "jsonl", "-o", "out")
    records = [json.loads(line) for line in (tmp_path / "out/c.jsonl").read_text().splitlines()]
    assert [each["record"] for each in records] == [{"id": 1, "x": [1]}, {"id": 2, "x": [1]}]
    assert all(each["translation"] for each in records)
    (tmp_path / "c.csv").write_text(f"id;body\n7;{text}\n8;{text}\n")
    run("translate", "c.csv", *flags, "-f", "csv", "-o", "out")
    rows = list(csv.DictReader((tmp_path / "out/c.csv").read_text().splitlines()))
    assert [row["id"] for row in rows] == ["7", "8"]
    assert rows[0].keys() == {"id", "translation", "flagged"}
    assert run("translate", "c.jsonl", *flags, "-f", "csv")[0] == 2


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


def test_strict_ends_with_3_when_a_sentence_is_flagged(run, page):
    code, out, _ = run("translate", page, "--model", "fake", "--strict")
    assert code == 3
    assert out


def test_the_store_is_shown_and_cleared_and_can_be_left_out(run, page):
    run("translate", page, "--model", "fake", "-q", "--no-cache")
    assert "drafts: 0" in run("cache", "info")[1]
    run("translate", page, "--model", "fake", "-q")
    assert "drafts: 0" not in run("cache", "info")[1]
    assert run("cache", "clear")[1].startswith("forgot ")
    assert "drafts: 0" in run("cache", "info")[1]


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
    assert json.loads(out)["provenance"].keys() == {"toolkit", "summarization"}
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
    assert out.count('class="sentence') == 2
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
    assert "max_words" in err


OTHER = (
    "Le ministre présente vendredi son plan devant les députés réunis à Paris, dit son cabinet. "
    "Les syndicats, qui ont été reçus à Matignon, demandent davantage de moyens.\n"
)


def test_several_articles_get_one_summary_with_the_documents_it_rests_on(run, page, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(OTHER, "utf-8")
    arguments = ("summarize", page, other, "--together", "--to", "fr", "--summarizer", "lead-3")
    code, out, err = run(*arguments)
    assert code == 0
    assert f"[1] {page}\n[2] {other}\n" in out
    assert "présente jeudi" in out
    assert "[1, 2]" in out
    assert f"contradiction: {other} has" in err
    assert "Friday" in err
    code, out, _ = run(*arguments, "--format", "json")
    value = json.loads(out)
    assert [each["document"]["name"] for each in value["documents"]] == [str(page), str(other)]
    assert {each["document"] for each in value["summary"]["statements"][0]["evidence"]} == {
        str(page),
        str(other),
    }
    _, out, _ = run(*arguments, "--format", "html")
    assert out.count("<h3>") == 2
    code, out, _ = run(*arguments, "--output-dir", tmp_path / "out", "--format", "markdown")
    assert (code, out) == (0, "")
    assert "présente jeudi" in (tmp_path / "out" / "together.md").read_text("utf-8")


def test_one_article_alone_is_not_several(run, page, tmp_path):
    empty = tmp_path / "empty.txt"
    empty.touch()
    code, out, err = run("summarize", page, empty, "--together", "--model", "fake")
    assert (code, out) == (3, "")
    assert "at least two articles" in err
    code, _, err = run("summarize", page, page, "--together", "--format", "csv")
    assert code == 2


def test_an_article_about_something_else_is_named(run, page, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(
        "La récolte de cacao a été bonne cette année en Côte d'Ivoire, selon les producteurs, qui "
        "attendent encore leur argent.\n",
        "utf-8",
    )
    arguments = ("--together", "--to", "fr", "--summarizer", "lead-1", "--max-words", "30")
    _, _, err = run("summarize", page, other, *arguments)
    assert f"{other}: no statement of the summary rests on it" in err
    assert f"{other}: has no name in common with the others" in err


def test_without_a_model_for_summaries_the_article_speaks_and_this_is_said(run, page):
    code, out, err = run("summarize", page, "--translator", "fake", "--format", "json")
    assert code == 0
    value = json.loads(out)
    assert value["summary"]["method"] == "lead-3"
    assert value["provenance"]["summarization"]["method"] == "lead-3"
    assert "article's own text (lead-3; model 'qwen" in err
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
