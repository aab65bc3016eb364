"""One bad item never ends a batch, and is never lost without a word."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture import hostile
from toolkit.cli import places
from toolkit.cli.main import main
from toolkit.files import AtomicFile
from toolkit.store import Store

T = ("translate", "--model", "fake", "-q")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path, figures):
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments):
        figures["inputs"] += 1
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert "this is a bug" not in captured.err
        return code, captured.out, captured.err

    return run_one


def failed(folder) -> dict[str, str]:
    lines = (Path(folder) / "_failed.jsonl").read_text("utf-8").splitlines()
    return {entry["input"]: entry["reason"] for entry in map(json.loads, lines)}


@pytest.mark.parametrize("name", hostile.BAD)
def test_what_is_bad_is_set_aside_with_its_reason(run, tmp_path, name):
    data, reason = hostile.BAD[name]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in" / "good.txt").write_text(hostile.ARTICLE, "utf-8")
    assert run(*T, "in", "-o", "out")[0] == 3
    assert reason in failed("out")[f"in/{name}"]
    assert [path.name for path in Path("out").glob("[!_]*")] == ["good.txt"]


@pytest.mark.parametrize("name", hostile.GOOD)
def test_what_is_only_odd_is_read(run, tmp_path, name):
    (tmp_path / name).write_bytes(hostile.GOOD[name])
    code, out, err = run("clean", name)
    assert (code, err) == (0, "")
    assert out.startswith(hostile.ARTICLE.splitlines()[0])
    assert "1 200 emplois" in out


@pytest.mark.parametrize("name", hostile.BAD_RECORDS)
def test_a_bad_record_is_set_aside(run, tmp_path, name):
    line, reason = hostile.BAD_RECORDS[name]
    (tmp_path / "in.jsonl").write_text(hostile.record() + line + hostile.record(), "utf-8")
    code, out, err = run(*T, "in.jsonl", "-f", "jsonl")
    assert code == 3
    assert len(out.splitlines()) == 2
    assert "in.jsonl:2: " in err
    assert reason in err


@pytest.mark.parametrize("name", hostile.GOOD_RECORDS)
def test_a_record_comes_out_with_its_fields(run, tmp_path, name):
    line = hostile.GOOD_RECORDS[name]
    (tmp_path / "in.jsonl").write_text(line, "utf-8")
    code, out, _ = run(*T, "in.jsonl", "-f", "jsonl")
    assert code == 0
    [written] = [json.loads(each) for each in out.split("\n") if each]
    expected = json.loads(line)
    text = expected.pop("text")
    assert written["record"] == expected
    assert written["source"].split() == text.split()


def test_sixty_hostile_items_among_two_hundred(run, tmp_path, figures):
    """140 outputs that are right to the letter, 60 reasons, and exit code 3."""
    rng = random.Random(60)
    folder = tmp_path / "in"
    bad: list[str] = []
    for number in range(60):
        (folder / f"{number:02}").mkdir(parents=True)
    for number, name in enumerate([*hostile.BAD] * 6):
        if len(bad) < 55:
            (folder / f"{number % 60:02}" / f"{number}{name}").write_bytes(hostile.BAD[name][0])
            bad.append(f"in/{number % 60:02}/{number}{name}")
    special = folder / "special"
    special.mkdir()
    kinds = set(hostile.write_bad(special)) - hostile.BAD.keys()
    for name in hostile.BAD:
        (special / name).unlink()
    bad += [f"in/special/{name}" for name in kinds]
    good = []
    for number in range(140):
        name = f"{rng.randrange(60):02}/good{number}.txt"
        (folder / name).write_text(
            f"Le maire de Brive reçoit {number} élèves de la région à la mairie.", "utf-8"
        )
        good.append(name)
    code, _, _ = run("translate", "--model", "fake", "in", "-o", "out", "-q", "-f", "json")
    assert code == 3
    assert len(bad) == 60
    assert failed("out").keys() == set(bad)
    for number, name in enumerate(good):
        written = json.loads((tmp_path / "out" / name).with_suffix(".json").read_text("utf-8"))
        text = f"[fake] Le maire de Brive reçoit {number} élèves de la région à la mairie."
        figures["lost"] += written["translation"] != text
        assert written["translation"] == text
    assert len(list((tmp_path / "out").rglob("*.json"))) == 140


def test_a_fault_in_the_middle_of_a_batch_costs_one_document(run, tmp_path, monkeypatch, figures):
    """Also where a library raises what nobody has thought of, in the work on all together."""
    from toolkit.pipeline import Pipeline

    whole = Pipeline.translate_each

    def poisoned(articles):
        for key, article in articles:
            if "poison" in article.document.text:
                raise ZeroDivisionError("float\ndivision")
            yield key, article

    monkeypatch.setattr(
        Pipeline, "translate_each", lambda self, articles: whole(self, poisoned(articles))
    )
    for number in range(70):
        word = "poison" if number in (0, 33, 34, 69) else "plan"
        text = f"Le maire a présenté jeudi un {word} aux {number} élèves réunis à Brive."
        (tmp_path / f"{number}.txt").write_text(text, "utf-8")
        figures["faults"] += word == "poison"
    code, _, _ = run(*T, *(f"{n}.txt" for n in range(70)), "-o", "out")
    assert code == 3
    assert failed("out") == {
        f"{n}.txt": "ZeroDivisionError: float division" for n in (0, 33, 34, 69)
    }
    assert len(list((tmp_path / "out").glob("*.txt"))) == 66


def test_a_text_too_long_for_a_small_summarizer_is_set_aside(run, tmp_path, monkeypatch):
    from toolkit.engines.fake import FakeEngine

    monkeypatch.setattr(
        "toolkit.pipeline.engine_pool.load_engine",
        lambda *_, **__: FakeEngine(family="seq2seq", max_source_tokens=40),
    )
    long = "Le maire a présenté jeudi un plan aux élèves réunis à Brive. " * 40
    (tmp_path / "long.txt").write_text(long, "utf-8")
    (tmp_path / "short.txt").write_text(hostile.ARTICLE, "utf-8")
    code, _, _ = run("summarize", "--model", "fake", "-q", "long.txt", "short.txt", "-o", "out")
    assert code == 3
    assert failed("out").keys() == {"long.txt"}
    assert Path("out/short.txt").exists()


def test_an_unreadable_folder_is_named(run, tmp_path, monkeypatch):
    """Root may read everything, so the refusal is made here."""
    (tmp_path / "in/closed").mkdir(parents=True)
    (tmp_path / "in/a.txt").write_text(hostile.ARTICLE, "utf-8")
    listed = os.scandir

    def refusing(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert run(*T, "in", "-o", "out")[0] == 3
    assert failed("out") == {"in/closed": "Permission denied"}
    assert Path("out/a.txt").exists()


def test_links_to_folders_are_followed_once(run, tmp_path):
    (tmp_path / "in/a").mkdir(parents=True)
    (tmp_path / "more").mkdir()
    (tmp_path / "in/a/one.txt").write_text(hostile.ARTICLE, "utf-8")
    (tmp_path / "more/two.txt").write_text(hostile.ARTICLE, "utf-8")
    (tmp_path / "in/b").symlink_to(tmp_path / "more")
    (tmp_path / "in/a/up").symlink_to(tmp_path / "in")
    assert run(*T, "in", "-o", "out")[0] == 0
    assert sorted(str(p.relative_to("out")) for p in Path("out").rglob("*.txt")) == [
        "a/one.txt",
        "b/two.txt",
    ]


def test_a_path_over_the_limit_is_set_aside(run, tmp_path):
    (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")
    for name in ("x" * 300 + ".txt", "y/" * 3000 + "z.txt"):
        code, _, err = run(*T, name, "a.txt", "-o", "out", "--overwrite")
        assert code == 3
        assert "File name too long" in err
        assert Path("out/a.txt").exists()


def test_an_empty_name_is_not_the_current_folder(run, tmp_path):
    (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")
    for arguments in (
        (*T, "", "-o", "out"),
        (*T, "a.txt", "-o", ""),
        ("clean", "a.txt", "--learn-from", ""),
        ("eval", "report", ""),
    ):
        code, _, err = run(*arguments)
        assert code == 2
        assert "empty name" in err


def test_an_output_folder_that_is_a_file_is_a_wrong_call(run, tmp_path):
    (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")
    (tmp_path / "out").write_text("mine")
    code, _, err = run(*T, "a.txt", "-o", "out")
    assert code == 2
    assert "out is a file" in err
    assert Path("out").read_text() == "mine"


@pytest.mark.parametrize(("name", "data"), [("a.csv", "id,text\n"), ("a.csv", "id,text")])
def test_a_table_without_rows_is_told(run, tmp_path, name, data):
    (tmp_path / name).write_text(data)
    code, _, err = run(*T, name, "-f", "csv")
    assert code == 3
    assert "holds no records" in err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp037", "mac-roman"])
def test_encodings_of_text_can_be_named(run, tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes(hostile.ARTICLE.encode(encoding))
    code, out, _ = run("clean", "a.txt", "--encoding", encoding)
    assert code == 0
    assert "réunis à Paris" in out


def test_a_file_called_like_standard_input(run, tmp_path):
    (tmp_path / "-").write_text(hostile.ARTICLE, "utf-8")
    assert "réunis à Paris" in run("clean", "*")[1]


class TestNothingIsLostOrOverwritten:
    def test_a_list_of_failures_of_somebody_else_stays(self, run, tmp_path):
        (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")
        (tmp_path / "out").mkdir()
        theirs = tmp_path / "out/_failed.jsonl"
        theirs.write_text('{"mine": 1}\n')
        assert run(*T, "a.txt", "-o", "out")[0] == 0
        assert theirs.read_text() == '{"mine": 1}\n'
        code, _, err = run(*T, "none.txt", "-o", "out")
        assert code == 3
        assert theirs.read_text() == '{"mine": 1}\n'
        assert "none.txt" in Path("out/_failed-2.jsonl").read_text()
        assert "_failed-2.jsonl" in err
        assert run(*T, "a.txt", "-o", "out", "--overwrite")[0] == 0
        assert theirs.read_text() == '{"mine": 1}\n'
        assert not Path("out/_failed-2.jsonl").exists()

    def test_our_own_list_goes_when_nothing_fails_any_more(self, run, tmp_path):
        for cache in ("--cache", "--no-cache"):
            (tmp_path / "a.txt").unlink(missing_ok=True)
            assert run(*T, "a.txt", "-o", "out", cache)[0] == 3
            assert Path("out/_failed.jsonl").exists()
            (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")
            run(*T, "a.txt", "-o", "out", cache, "--overwrite")
            assert not Path("out/_failed.jsonl").exists()

    def test_records_and_a_file_of_their_name_clash(self, run, tmp_path):
        (tmp_path / "in/x").mkdir(parents=True)
        (tmp_path / "in/x.jsonl").write_text(hostile.record(), "utf-8")
        (tmp_path / "in/x/000001.txt").write_text(hostile.ARTICLE, "utf-8")
        code, _, err = run(*T, "in", "-o", "out")
        assert code == 2
        assert "would both be written to" in err
        assert run(*T, "in", "-o", "out", "-f", "jsonl")[0] == 0

    def test_names_that_differ_in_case_alone(self, run, tmp_path, monkeypatch):
        for name in ("A.txt", "a.txt"):
            (tmp_path / name).write_text(hostile.ARTICLE, "utf-8")
        assert run(*T, "A.txt", "a.txt", "-o", "out")[0] == 0
        monkeypatch.setattr(places, "IGNORES_CASE", True)
        assert run(*T, "A.txt", "a.txt", "-o", "out2")[0] == 2

    def test_an_input_called_like_the_list_of_failures(self, run, tmp_path):
        (tmp_path / "_failed.txt").write_text(hostile.ARTICLE, "utf-8")
        (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")
        assert run(*T, "_failed.txt", "a.txt", "-o", "out", "-f", "jsonl")[0] == 3
        assert failed("out").keys() == {"_failed.txt"}
        assert Path("out/a.jsonl").exists()

    def test_a_name_of_dots_stays_in_the_output_folder(self, run, tmp_path):
        (tmp_path / "in").mkdir()
        (tmp_path / "in/..txt").write_text(hostile.ARTICLE, "utf-8")
        before = set(tmp_path.iterdir())
        assert run(*T, "in", "-o", "out")[0] == 0
        assert set(tmp_path.iterdir()) == before | {tmp_path / "out"}
        assert [path.name for path in Path("out").iterdir()] == ["..txt.txt"]

    def test_separators_in_a_cell_do_not_cut_it(self, run, tmp_path):
        text = f"{hostile.TEXT.replace(',', '')}\u2028\x85 Il part demain de Brive."
        (tmp_path / "in.csv").write_text(f"id,text\n1,{text}\n", "utf-8")
        code, out, _ = run(*T, "in.csv", "-f", "csv")
        assert code == 0
        assert "Il part demain" in out

    def test_columns_of_the_input_are_kept(self, run, tmp_path):
        (tmp_path / "in.csv").write_text(
            f'translation,flagged,text\nmine,also mine,"{hostile.TEXT}"\n', "utf-8"
        )
        code, out, err = run(*T, "in.csv", "-f", "csv")
        assert code == 0
        header, row = out.splitlines()
        assert header == (
            "translation,flagged,toolkit_translation,toolkit_flagged,toolkit_doubtful"
        )
        assert row.startswith("mine,also mine,")
        assert "has columns flagged, translation already" in err

    def test_two_tables_with_other_headers_to_stdout(self, run, tmp_path):
        (tmp_path / "a.csv").write_text(f'id,text\n1,"{hostile.TEXT}"\n', "utf-8")
        (tmp_path / "b.csv").write_text(f'text,place\n"{hostile.TEXT}",Brive\n', "utf-8")
        code, out, err = run(*T, "a.csv", "a.csv", "b.csv", "-f", "csv")
        assert code == 3
        assert [line.count(",") for line in out.splitlines() if line.startswith("id")] == [3]
        assert "Brive" not in out
        assert "b.csv:1: has other columns" in err

    def test_a_table_that_fails_does_not_set_the_columns(self, run, tmp_path):
        english = "The minister presented his plan to members of parliament on Thursday. " * 3
        (tmp_path / "a.csv").write_text(f'id,text\n1,"{english}"\n', "utf-8")
        (tmp_path / "b.csv").write_text(f'text,place\n"{hostile.TEXT}",Brive\n', "utf-8")
        code, out, _ = run(*T, "a.csv", "b.csv", "-f", "csv")
        assert code == 3
        assert out.splitlines()[0] == "place,translation,flagged,doubtful"

    def test_columns_without_a_name_are_no_columns(self, run, tmp_path):
        (tmp_path / "in.csv").write_text(f'id,text,,\n1,"{hostile.TEXT}",,\n', "utf-8")
        code, out, _ = run(*T, "in.csv", "-f", "csv")
        assert code == 0
        assert "[fake]" in out

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            ("id,id,text\n1,2,Le maire est parti jeudi.\n", "two columns named 'id'"),
            ("id,text\n1,Le maire est parti jeudi.,lost\n", "more cells than the header"),
        ],
    )
    def test_cells_without_a_column_of_their_own(self, run, tmp_path, data, reason):
        (tmp_path / "in.csv").write_text(data, "utf-8")
        code, _, err = run(*T, "in.csv", "-f", "csv")
        assert code == 3
        assert reason in err

    @pytest.mark.parametrize(
        "arguments",
        [
            ("translate", "--glossary", "nope"),
            ("translate", "--glossary", "./nope.tsv"),
            ("translate", "--glossary", "../nope"),
            ("clean", "--keep", "nope"),
            ("clean", "--learn-from", "/nope"),
            ("clean", "--encoding", "hex"),
            ("clean", "--encoding", "undefined"),
            ("clean", "--encoding", "klingon"),
        ],
    )
    def test_a_name_that_means_nothing_is_not_ignored(self, run, tmp_path, arguments):
        (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")
        command, option, value = arguments
        model = ["--model", "fake"] if command == "translate" else []
        code, out, err = run(command, "a.txt", *model, option, value)
        assert (code, out) == (2, "")
        assert value.strip("./") in err

    def test_a_row_that_is_no_csv_costs_itself_alone(self, run, tmp_path):
        rows = [f'{number},"Le maire de Brive part à {number} h."' for number in range(1, 21)]
        rows[9] = '10,"Le ministre" a dit oui lundi.'
        (tmp_path / "in.csv").write_text("\n".join(["id,text", *rows]) + "\n", "utf-8")
        code, out, err = run(*T, "in.csv", "-f", "jsonl")
        assert code == 3
        ids = [json.loads(line)["record"]["id"] for line in out.splitlines()]
        assert ids == [str(number) for number in range(1, 21) if number != 10]
        assert "in.csv:10: is not valid CSV" in err

    def test_formulas_are_guarded_when_asked(self, run, tmp_path):
        (tmp_path / "in.csv").write_text(f'id,text\n=cmd()|A1,"{hostile.TEXT}"\n', "utf-8")
        assert "\n=cmd()|A1," in run(*T, "in.csv", "-f", "csv")[1]
        assert "\n'=cmd()|A1," in run(*T, "in.csv", "-f", "csv", "--guard-formulas")[1]

    def test_a_memory_with_what_is_no_character_is_xml(self, run, tmp_path):
        from xml.etree import ElementTree

        (tmp_path / "a.txt").write_text(hostile.TEXT + " Il part\uffff\x1b demain.", "utf-8")
        code, out, _ = run(*T, "a.txt", "-f", "tmx", "--no-clean")
        assert code == 0
        assert "Il part\ufffd" in "".join(ElementTree.fromstring(out.encode()).itertext())


class TestSuddenEnds:
    def test_a_crash_between_the_file_and_the_note_that_it_is_ours(self, run, tmp_path):
        (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")
        code = (
            "import os; from toolkit.store import Store; from toolkit.cli.main import main\n"
            "Store.wrote = lambda *_: os._exit(9)\n"
            "main(['translate', '--model', 'fake', '-q', 'a.txt', '-o', 'out'])"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
        first = Path("out/a.txt").read_text("utf-8")
        assert first
        assert run(*T, "a.txt", "-o", "out", "--keep-title")[0] == 0
        Path("out/a.txt").write_text("somebody's")
        assert run(*T, "a.txt", "-o", "out")[0] == 3

    def test_what_a_killed_process_left_is_swept(self, run, tmp_path, figures):
        (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")
        code = (
            "import os, signal; from toolkit.cli.main import main\n"
            "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
            "main(['translate', '--model', 'fake', '-q', 'a.txt', '-o', 'out', '--no-cache'])"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
        assert len(list(Path("out").iterdir())) == 1
        figures["faults"] += 1
        assert run(*T, "a.txt", "-o", "out")[0] == 0
        assert [path.name for path in Path("out").iterdir()] == ["a.txt"]

    def test_files_that_are_being_written_are_not_swept(self, tmp_path):
        from toolkit.files import AtomicFile, sweep

        file = AtomicFile(tmp_path / "a.txt")
        file.write("x")
        assert sweep(tmp_path) == 0
        file.commit()
        assert (tmp_path / "a.txt").read_text() == "x"
        assert sweep(tmp_path) == 0

    def test_kill_and_go_on(self, tmp_path, rounds, figures):
        """Killed at any point, the next run ends with what an undisturbed one writes."""
        folder = tmp_path / "in"
        folder.mkdir()
        for number in range(12):
            text = f"Le maire de Brive reçoit {number} élèves. Il part demain à {number} h."
            (folder / f"{number}.txt").write_text(text, "utf-8")
        command = [sys.executable, "-c", "from toolkit.cli.main import run; run()", *T, str(folder)]
        subprocess.run([*command, "-o", str(tmp_path / "right"), "--no-cache"], check=True)
        right = {path.name: path.read_bytes() for path in (tmp_path / "right").iterdir()}
        for number, rng in enumerate(rounds(2)):
            out = tmp_path / f"out{number}"
            store = {**os.environ, "TOOLKIT_CACHE_FILE": str(tmp_path / f"store{number}")}
            process = subprocess.Popen([*command, "-o", str(out)], env=store)
            try:
                process.wait(timeout=0.6 + rng.random() * 0.8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                figures["faults"] += 1
            subprocess.run([*command, "-o", str(out)], check=True, env=store)
            assert {path.name: path.read_bytes() for path in out.iterdir()} == right


@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EACCES", "EROFS", "ENAMETOOLONG"])
@pytest.mark.parametrize("call", ["fsync", "replace", "mkstemp"])
def test_a_disk_that_refuses(run, tmp_path, monkeypatch, figures, error, call):
    """Either the one file is set aside, or the run ends, as the disk is at fault; in no case is
    anything half-written.
    """
    import errno
    import tempfile

    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(hostile.ARTICLE, "utf-8")
    place = {"fsync": os, "replace": Path, "mkstemp": tempfile}[call]
    real, calls = getattr(place, call), []

    def refusing(*arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            code = getattr(errno, error)
            raise OSError(code, os.strerror(code))
        return real(*arguments, **options)

    monkeypatch.setattr(place, call, refusing)
    code, _, err = run(*T, "0.txt", "1.txt", "2.txt", "-o", "out")
    figures["faults"] += 1
    assert code == 3
    assert "can't be written" in err
    written = {path.name for path in Path("out").iterdir()}
    assert written <= {"0.txt", "2.txt", "_failed.jsonl"}
    assert ("2.txt" in written) == (error in ("EACCES", "ENAMETOOLONG"))


def test_as_many_records_come_out_or_are_told_as_went_in(run, tmp_path, rounds, figures):
    """Random tables and records of hostile pieces."""
    signs = "\" { } , ; \t é \x1b[2J =1+1 \ufeff <p> --- \\ ' 0 \\ud800 \x0b \x85".split(" ")
    pieces = [hostile.TEXT, "\u2028", " ", *signs]
    for number, rng in enumerate(rounds(6)):
        rows = ["".join(rng.choices(pieces, k=rng.randrange(6))) for _ in range(8)]
        lines = [json.dumps({"text": row, "id": at}) for at, row in enumerate(rows)]
        name = f"{number}.jsonl"
        (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
        code, out, err = run("translate", "--model", "fake", "--from", "fr", name, "-f", "jsonl")
        assert code in (0, 3)
        ids = [json.loads(line)["record"]["id"] for line in out.split("\n") if line]
        told = [at for at in range(8) if f"{name}:{at + 1}: " in err]
        figures["lost"] += 8 - len({*ids, *told})
        assert sorted({*ids, *told}) == list(range(8))


def test_two_processes_write_one_folder(tmp_path, figures):
    for number in range(8):
        text = f"Le maire de Brive reçoit {number} élèves. Il part demain à {number} h."
        (tmp_path / f"{number}.txt").write_text(text, "utf-8")
    names = [f"{number}.txt" for number in range(8)]
    command = [sys.executable, "-c", "from toolkit.cli.main import run; run()", *T, *names]
    running = [
        subprocess.Popen([*command, "-o", "out"], cwd=tmp_path, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in running:
        _, err = process.communicate(timeout=60)
        assert process.returncode in (0, 3), err
        assert b"bug" not in err
    written = {p.name: p.read_text("utf-8") for p in (tmp_path / "out").glob("[0-9]*")}
    assert written.keys() == set(names)
    assert all(f"reçoit {name[0]} élèves" in text for name, text in written.items())
    figures["faults"] += 1


def test_the_store_of_a_run_is_not_needed(run, tmp_path):
    Store(tmp_path / "s", max_bytes=10**6).add({"a": "b"})
    (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")
    (tmp_path / "s").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    os.environ["TOOLKIT_CACHE_FILE"] = str(tmp_path / "s")
    try:
        code, out, err = run(*T, "a.txt")
    finally:
        del os.environ["TOOLKIT_CACHE_FILE"]
    assert code == 0
    assert "[fake]" in out
    assert err.count(str(tmp_path / "s")) == 1


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_table_that_cannot_be_written_is_set_aside_alone(run, tmp_path, monkeypatch, figures, at):
    """One file for many records: where a write of it fails, none of them is called done."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(hostile.record() * 3, "utf-8")
    real, calls = AtomicFile.write, []

    def refusing(self, text):
        if self.path.name == "a.jsonl":
            calls.append(1)
            if len(calls) == at:
                with self._refusing():
                    raise PermissionError(13, "Permission denied")
        real(self, text)

    monkeypatch.setattr(AtomicFile, "write", refusing)
    figures["faults"] += 1
    assert run(*T, "a.jsonl", "b.jsonl", "-o", "out", "-f", "jsonl")[0] == 3
    assert len(Path("out/b.jsonl").read_text("utf-8").splitlines()) == 3
    assert not Path("out/a.jsonl").exists()
    assert str(Path("out/a.jsonl")) in failed("out")
