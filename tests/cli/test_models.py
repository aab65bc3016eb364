import pytest

from tests.cli.helpers import ARTICLE
from toolkit.cli import models
from toolkit.cli import pull as pulling
from toolkit.engines import tryout
from toolkit.errors import ModelError
from toolkit.models import install, installed, machine, recommend
from toolkit.models.catalogue import own_file
from toolkit.settings import Settings


def test_models_are_listed_and_shown(run):
    _, out, _ = run("models", "list")
    assert "installed" not in out
    assert "quickmt-fr-en " in out
    _, out, _ = run("models", "show", "nllb-200-distilled-600m")
    assert "licence: CC-BY-NC-4.0" in out
    assert "installed: no" in out
    assert "generation" not in out
    _, out, _ = run("models", "show", "bart-large-cnn")
    assert "generation: num beams 4, no repeat ngram size 3\n" in out
    assert "tasks: summarization\n" in out
    assert "source 1: hub: repository facebook/bart-large-cnn" in out


def test_the_list_tells_the_models_in_use_from_others_that_are_installed(run):
    for name in ("quickmt-fr-en", "qwen3-1.7b", "qwen3-4b"):
        record = Settings().models_folder / name / "installed.json"
        record.parent.mkdir(parents=True)
        record.touch()
    rows = [line.split() for line in run("models", "list")[1].splitlines()]
    marks = {row[0]: row[1] for row in rows if row[1] in ("in", "installed")}
    assert marks == {"quickmt-fr-en": "in", "qwen3-1.7b": "installed", "qwen3-4b": "in"}


def test_models_are_recommended_for_a_pair_of_languages(run, monkeypatch):
    monkeypatch.setattr(machine, "memory_bytes", lambda: 4_000_000_000)
    code, out, _ = run("models", "recommend")
    assert code == 0
    translators, summarizers = out.split("\n\n")[1:]
    assert translators.startswith("translators, fr to en, the best first\n")
    rows = [line.split() for line in translators.splitlines()[2:]]
    assert rows[0][:5] == ["opus-mt-tc-big-fr-en", "0.3", "GB", "0.8", "GB"]
    assert "qwen3-4b                     4.4 GB  5.6 GB  needs more memory" in summarizers
    assert "CC-BY-NC-4.0 (no commercial use)" in translators
    assert "hub, package index" in summarizers
    code, out, _ = run("models", "recommend", "--from", "en", "--to", "fr")
    assert code == 0
    assert out.index("opus-mt-en-fr") < out.index("nllb") < out.index("barthez")
    assert "translators, fr to de: none" in run("models", "recommend", "--to", "de")[1]
    assert "translators, de to en: none" in run("models", "recommend", "--from", "de")[1]
    assert run("models", "recommend", "--to", "deutsch")[0] == 2


@pytest.fixture
def known(spec, monkeypatch):
    """The tiny model in the catalogue, under a licence that people should hear of."""
    entry = spec.model_copy(
        update={"licence": "CC-BY-NC-4.0", "forbids": "no commercial use", "memory_bytes": 10**9}
    )
    for module in (models, pulling):
        monkeypatch.setattr(module, "find_spec", {entry.id: entry}.__getitem__)
    monkeypatch.setattr(tryout, "try_out", lambda model, chat: "The president came.")
    return entry


def test_a_model_is_pulled_shown_verified_and_removed(run, known, gguf_file, monkeypatch):
    for module in (install, installed):
        monkeypatch.setattr(module, "openvino_fault", lambda: "the processor lacks AVX2")
    pull = ("models", "pull", known.id, "--from-folder", gguf_file.parent)
    code, out, err = run(*pull)
    assert (code, out) == (0, "")
    assert "licence CC-BY-NC-4.0 (no commercial use)" in err
    assert " MB to copy, memory at work: 1.0 GB" in err
    assert "none of us measured it on a download" in err
    assert f"sha256 of the weights {known.files[0].sha256}" in err
    assert f"{known.id}: it says «The president came.»" in err
    assert f"{known.id}: not with OpenVINO: the processor lacks AVX2" in err
    assert "is installed already; --force pulls it again" in run(*pull)[2]
    code, out, _ = run("models", "show", known.id)
    assert code == 0
    assert "forbids: no commercial use" in out
    assert "memory at work: 1.0 GB" in out
    assert "sha256: pinned from what others publish" in out
    assert "golden sentence: The president came." in out
    assert "engine: ctranslate2 int8" in out
    assert "not with openvino: the processor lacks AVX2" in out
    assert "installed from: folder" in out
    code, _, err = run("models", "verify", known.id)
    assert (code, "files are as they were installed" in err) == (0, True)
    assert "removed" in run("models", "remove", known.id)[2]
    assert "installed: no" in run("models", "show", known.id)[1]
    assert run("models", "verify", known.id)[0] == 4


def test_what_another_version_installed_with_another_adapter_is_renewed(
    run, known, gguf_file, monkeypatch, tmp_path
):
    pull = ("models", "pull", known.id, "--engine", "ctranslate2")
    pull += ("--from-folder", gguf_file.parent)
    run(*pull)
    record = Settings().models_folder / known.id / "installed.json"
    record.write_text(record.read_text("utf-8").replace('"adapter": ""', '"adapter": "news"'))
    renewal = "installed with the adapter news; this version of the toolkit has none; to renew it, "
    renewal += f"type: toolkit models pull {known.id} --engine ctranslate2\n"
    assert renewal in run("models", "show", known.id)[1]
    monkeypatch.setenv("TOOLKIT_MODEL", known.id)
    for module in ("models.catalogue", "engines.load", "pipeline.engine_pool"):
        monkeypatch.setattr(f"toolkit.{module}.catalogue", lambda: {known.id: known})
    assert f"{known.id}: {renewal}" in run("doctor")[1]
    (tmp_path / "page.txt").write_text(ARTICLE, "utf-8")
    assert f"{known.id}: {renewal}" in run("translate", "page.txt")[2]
    assert run(*pull)[0] == 0
    assert "outdated" not in run("models", "show", known.id)[1]


@pytest.mark.parametrize(
    ("options", "told"),
    [((), "1,117 MB to download"), (("--from-folder", "."), "1,117 MB to copy")],
)
def test_a_pull_tells_how_much_is_to_be_downloaded(run, known, monkeypatch, options, told):
    (file,) = known.files
    large = known.model_copy(update={"files": (file.model_copy(update={"bytes": 1_117_000_000}),)})
    monkeypatch.setattr(pulling, "find_spec", lambda _: large)

    def stop(*_, **__):
        raise ModelError("stopped")

    monkeypatch.setattr("toolkit.pipeline.pulling.pull_model", stop)
    code, _, err = run("models", "pull", large.id, *options)
    assert (code, f"{large.id}: {told}, memory at work: 1.0 GB\n" in err) == (4, True), err


def test_a_damaged_model_is_pulled_again(run, known, gguf_file):
    pull = ("models", "pull", known.id, "--engine", "ctranslate2")
    pull += ("--from-folder", gguf_file.parent)
    run(*pull)
    weights = Settings().models_folder / known.id / "model/model.bin"
    weights.write_bytes(weights.read_bytes()[:-1])
    code, _, err = run("models", "verify", known.id)
    assert code == 4
    assert "model.bin is damaged" in err
    assert run(*pull)[0] == 0
    assert run("models", "verify", known.id)[0] == 0


def test_a_model_is_pulled_for_the_engine_that_is_asked_for(run, known, gguf_file, monkeypatch):
    pytest.importorskip("toolkit.models.openvino_runtime", reason="openvino-genai is not installed")
    pull = ("models", "pull", known.id, "--from-folder", gguf_file.parent, "--force", "--engine")
    for engine, name in (("openvino", "OpenVINO"), ("ctranslate2", "CTranslate2")):
        code, _, err = run(*pull, engine)
        assert code == 0
        assert f"converting to {name} int8" in err
        _, out, _ = run("models", "show", known.id)
        assert f"engine: {engine} int8" in out
        assert ("not with openvino: it was pulled for CTranslate2" in out) == (name[0] == "C")
        with monkeypatch.context() as patch:
            patch.setattr(installed, "openvino_fault", lambda: "the processor lacks AVX2")
            code, out, _ = run("models", "show", known.id)
        assert code == 0
        said = "can't be used: 'tiny-test' is installed for OpenVINO, but the processor lacks AVX2"
        assert (said in out) == (name[0] == "O")
    code, _, err = run(*pull, "transformers")
    assert code == 2
    assert "--engine" in err


def test_a_model_of_ones_own_is_added_shown_recommended_and_pulled(run, gguf_file, monkeypatch):
    monkeypatch.setattr(tryout, "try_out", lambda model, chat: "The president came.")
    code, out, err = run("models", "add", "mine", "--file", gguf_file, "--licence", "CC-BY-NC-4.0")
    assert code == 0
    assert out.startswith('[[model]]\nid = "mine"\n')
    assert "mine: written to " in err
    assert "models.toml; to install it, type: toolkit models pull mine" in err
    _, out, _ = run("models", "show", "mine")
    assert "sha256: pinned, as it was measured on the file" in out
    recommended = run("models", "recommend")[1].split("\n\n")[1].splitlines()
    row = " ".join(recommended[-1].split())
    assert row == ("mine 0.0 GB 1.2 GB fits quick CC-BY-NC-4.0 (no commercial use) no this machine")
    code, _, err = run("models", "pull", "mine", "--engine", "ctranslate2")
    assert code == 0, err
    assert "installed from: folder, folder" in run("models", "show", "mine")[1]
    code, _, err = run("models", "add", "mine", "--file", gguf_file)
    assert (code, "there is a model 'mine' already" in err) == (2, True)


def test_a_model_that_only_llamacpp_runs_is_added_pulled_and_used(
    run, gguf_of, tmp_path, monkeypatch
):
    monkeypatch.setattr(tryout, "try_out", lambda model, chat: "The president came.")
    code, out, err = run("models", "add", "mine", "--file", gguf_of("hunyuan"))
    assert code == 0
    assert 'engines = ["llamacpp"]' in out
    assert "mine: llama.cpp runs it; that needs the extra llamacpp (type: pip install" in err
    with monkeypatch.context() as patch:
        for module in (install, recommend):
            patch.setattr(module, "llamacpp_fault", lambda: "the package is not installed")
        code, _, err = run("models", "pull", "mine")
        assert (code, "type: pip install 'toolkit-fr-en[llamacpp]'" in err) == (4, True)
        rows = [" ".join(row.split()) for row in run("models", "recommend")[1].splitlines()]
        assert any(row.startswith("mine 0.0 GB 1.2 GB needs the extra llamacpp") for row in rows)
    pytest.importorskip("xllamacpp", reason="the extra llamacpp is not installed")
    assert run("models", "pull", "mine")[0] == 0
    shown = run("models", "show", "mine")[1]
    assert "runs with: llama.cpp\n" in shown
    assert "engine: llamacpp float32\nnot with openvino: only llama.cpp runs it\n" in shown
    page = tmp_path / "page.txt"
    page.write_text("Le président est arrivé lundi à Paris.\n", "utf-8")
    code, out, err = run("translate", page, "--model", "mine", "--format", "json")
    assert (code, '"engine": "llamacpp"' in out) == (0, True), err


def test_a_model_is_tried_out_with_the_prompt_of_its_makers(run, known, gguf_file, monkeypatch):
    asked = []
    monkeypatch.setattr(tryout, "try_out", lambda model, chat: asked.append(chat) or "Paris.")
    prescribed = known.model_copy(update={"prompts": {"translation": "translategemma"}})
    for entry in (known, prescribed):
        monkeypatch.setattr(pulling, "find_spec", {entry.id: entry}.__getitem__)
        pull = ("models", "pull", known.id, "--force", "--engine", "ctranslate2")
        assert run(*pull, "--from-folder", gguf_file.parent)[0] == 0
    plain, own = asked
    assert plain[0].content.startswith("Translate into English: ")
    assert own[0].content.startswith("You are a professional French (fr) to English (en)")


def test_what_can_not_be_added_is_told(run, tmp_path, gguf_file, monkeypatch):
    assert run("models", "add", "mine")[0] == 2
    assert run("models", "add", "mine", "--file", gguf_file, "--folder", tmp_path)[0] == 2
    assert run("models", "add", "mine", "--folder", tmp_path, "--hub", "someone/x")[0] == 2
    code, _, err = run("models", "add", "mine", "--file", gguf_file, "--revision", "v1")
    assert (code, "--revision is for a model of the hub" in err) == (2, True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    code, _, err = run("models", "add", "mine", "--hub", "someone/x", "--file", "a.gguf")
    assert (code, "the hub is out of reach" in err) == (4, True)
    code, _, err = run("models", "add", "qwen3-4b", "--file", gguf_file)
    assert (code, "there is a model 'qwen3-4b' already" in err) == (2, True)
    code, _, err = run("models", "add", "mine", "--folder", tmp_path)
    assert (code, "holds no checkpoint: it lacks config.json" in err) == (4, True)


def test_a_bad_entry_of_ones_own_ends_a_command(run):
    own_file().parent.mkdir(parents=True, exist_ok=True)
    own_file().write_text("[[model]]\nid = 5\n", "utf-8")
    code, _, err = run("models", "list")
    assert (code, "models.toml: model 1: id: " in err) == (2, True)
