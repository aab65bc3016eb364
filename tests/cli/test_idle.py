import pytest

from tests.corpus.helpers import rows, write_rows
from toolkit.cli.idle import refuse_idle
from toolkit.cli.run import RUNNERS
from toolkit.errors import UsageError

CORPUS = ("run", "rows.jsonl", "--to", "out", "--stages")
PAGE = "page.txt"
SEQ2SEQ_WRITER = ("-m", "fake", "--summarizer", "bart-large-cnn")
TABLE = "table.csv"
SERVER = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def _inputs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOOLKIT_LEXICON", "false")
    write_rows(tmp_path / "rows.jsonl", rows(1))
    (tmp_path / PAGE).write_text(rows(1)[0]["text"], "utf-8")
    (tmp_path / TABLE).write_text(f'text\n"{rows(1)[0]["text"]}"\n', "utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((*CORPUS, "clean", "--quality", "best"), "--quality does nothing with --stages clean"),
        (
            (*CORPUS, "clean", "--to-language", "en", "-m", "fake", "--stores", "a"),
            "--to-language, --model, --stores do nothing with --stages clean",
        ),
        (
            (*CORPUS, "translate,clean", "-m", "fake", "--max-words", 60),
            "--max-words does nothing with --stages clean,translate",
        ),
        (
            (*CORPUS, "summarize", "-m", "fake", "--route", "direct", "--glossary", "none"),
            "--glossary does nothing with --route direct",
        ),
        (
            ("summarize", PAGE, "-m", "fake", "--to", "fr", "--translator", "fake"),
            "--translator does nothing within one language",
        ),
        (
            ("summarize", PAGE, PAGE, "--together", "--route", "direct", "--quality", "best"),
            "--quality does nothing with --route direct",
        ),
        (
            ("translate", PAGE, "-m", "fake", "--guard-formulas"),
            "--guard-formulas does nothing with --format text",
        ),
        (
            ("summarize", TABLE, "-m", "fake", "--evidence", "--format", "csv"),
            "--evidence does nothing with --format csv",
        ),
        (
            ("summarize", TABLE, "-m", "fake", "--evidence", "-o", "made.csv"),
            "--evidence does nothing with --format csv",
        ),
        (
            ("translate", PAGE, "-m", "quickmt-fr-en", "--prompt", "news"),
            "--prompt does nothing with quickmt-fr-en, which takes no prompt",
        ),
        (
            ("summarize", PAGE, "-m", "fake", "--summarizer", "lead-3", "--prompt", "brief"),
            "--prompt does nothing with lead-3, which takes no prompt",
        ),
        (
            ("summarize", PAGE, PAGE, "--together", *SEQ2SEQ_WRITER, "--prompt", "brief"),
            "--prompt does nothing with bart-large-cnn, which takes no prompt",
        ),
        (
            ("translate", "--text", "Il pleut.", "--encoding", "cp1252"),
            "--encoding does nothing with --text",
        ),
        (
            ("clean", "--text", "Il pleut.", "--keep-captions", "--learn-from", "pages"),
            "--keep-captions, --learn-from do nothing with --text, all of which is kept",
        ),
        (
            ("clean", PAGE, "--replay", "plan.json", "--skip-step", "spaces"),
            "--skip-step does nothing with --replay, which says what to do",
        ),
        (
            ("translate", PAGE, "-m", "fake", "--allow-remote"),
            "--allow-remote does nothing without an endpoint, which --endpoint names",
        ),
        (
            ("summarize", PAGE, PAGE, "--together", "-m", "fake", "--allow-remote"),
            "--allow-remote does nothing without an endpoint, which --endpoint names",
        ),
        (
            ("summarize", PAGE, "--endpoint", SERVER, "--device", "auto"),
            f"--device does nothing with the models of {SERVER}, which run there",
        ),
        (
            (*CORPUS, "translate", "--endpoint", SERVER, "--device", "cuda"),
            f"--device does nothing with the models of {SERVER}, which run there",
        ),
        (
            ("models", "pull", "opus-mt-fr-en", "--from", "fr", "--restricted"),
            "--restricted, --from do nothing where a model is named, as opus-mt-fr-en",
        ),
    ],
)
def test_an_option_that_nothing_comes_of_is_refused(run, tmp_path, arguments, told):
    assert run(*arguments) == (2, "", f"toolkit: {told}\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (*CORPUS, "clean", "--from", "fr", "--threads", 1),
        (*CORPUS, "translate", "-m", "fake", "--quality", "fast", "--glossary", "none"),
        (*CORPUS, "summarize", "-m", "fake", "--quality", "fast", "--length", "headline"),
        ("summarize", PAGE, "-m", "fake", "--route", "summarize-first", "--translator", "fake"),
        ("translate", PAGE, "-m", "fake", "--endpoint", SERVER, "--allow-remote"),
        ("summarize", PAGE, "-m", "fake", "--evidence", "--format", "json"),
        ("summarize", PAGE, "-m", "fake", "--prompt", "brief"),
    ],
)
def test_an_option_of_what_is_done_is_taken(run, arguments):
    assert run(*arguments)[0] == 0


def test_a_prompt_of_a_folder_is_refused_once_its_kind_is_known(run, converted):
    seq2seq, causal = converted("marian"), converted("qwen2")
    told = f"toolkit: --prompt does nothing with {seq2seq}, which takes no prompt\n"
    writer = ("-m", "fake", "--summarizer", seq2seq, "--prompt", "brief")
    for arguments in (("translate", "-m", seq2seq, "--prompt", "news"), ("summarize", *writer)):
        code, out, err = run(*arguments, PAGE)
        assert (code, out) == (2, "")
        assert err.endswith(told)
    assert run("translate", PAGE, "-m", causal, "--prompt", "news", "--quality", "fast")[0] == 0


def test_a_prompt_in_the_settings_may_be_for_other_models(run, converted, monkeypatch):
    monkeypatch.setenv("TOOLKIT_TRANSLATION_PROMPT", "news")
    assert run("translate", PAGE, "-m", converted("marian"), "--quality", "fast")[0] == 0


def test_settings_of_other_stages_are_no_options(run, monkeypatch):
    monkeypatch.setenv("TOOLKIT_QUALITY", "best")
    assert run(*CORPUS, "clean")[0] == 0


def test_where_texts_may_go_and_where_models_run_can_be_set_for_other_runs(run, monkeypatch):
    monkeypatch.setenv("TOOLKIT_ALLOW_REMOTE", "true")
    assert run("translate", PAGE, "-m", "fake")[0] == 0
    monkeypatch.setenv("TOOLKIT_DEVICE", "auto")
    monkeypatch.setenv("TOOLKIT_ENDPOINT", SERVER)
    assert run("translate", PAGE, "-m", "fake", "--allow-remote")[0] == 0


def test_a_cluster_places_workers_by_the_device_also_beside_an_endpoint(run, monkeypatch):
    placed = []

    def work(job, missing, machine, *, watcher):
        placed.append(machine.device)

    monkeypatch.setitem(RUNNERS, "ray", work)
    options = ("-m", "fake", "--endpoint", SERVER, "--device", "cuda", "--runner", "ray")
    run(*CORPUS, "translate", *options)
    assert placed == ["cuda"]


@pytest.mark.parametrize("command", ["serve", "mcp"])
def test_what_goes_on_running_refuses_them_first(run, monkeypatch, command):
    pytest.importorskip({"serve": "fastapi", "mcp": "mcp"}[command])
    said = "toolkit: --allow-remote does nothing without an endpoint, which --endpoint names\n"
    assert run(command, "--allow-remote") == (2, "", said)
    said = f"toolkit: --device does nothing with the models of {SERVER}, which run there\n"
    assert run(command, "--endpoint", SERVER, "--device", "cpu") == (2, "", said)


def test_a_value_of_zero_is_one_that_was_given():
    with pytest.raises(UsageError, match=r"^--min-confidence does nothing here$"):
        refuse_idle({"--min-confidence": 0.0, "--withhold": None, "--keep": []}, "here")
