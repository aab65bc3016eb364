"""`toolkit models pull` without a name against the hub of the tests, and what is used then."""

import json

import pytest

from tests.models.layouts import FRENCH_ARTICLE
from tests.tiny_models import SENTENCES
from toolkit.cli.main import main

TRANSLATORS = ["opus-mt-tc-big-fr-en", "quickmt-fr-en"]
SUMMARIZERS = ["qwen3-4b", "qwen3-4b-instruct-2507"]
TOO_MUCH = 1 << 60  # bytes


@pytest.fixture
def offered(published, hub):
    """The best two for each task, as repositories by their ids; the hub knows no others."""
    repositories = {}
    for model in (*TRANSLATORS, *SUMMARIZERS):
        spec = published(model)
        repositories[model] = hub.repositories[spec.sources[0].repository]
    return repositories


def test_the_best_are_pulled_and_used(offered, run, tmp_path):
    _, told = run("models", "pull", "--yes")
    plan = "translator: opus-mt-tc-big-fr-en, 0.0 GB to download, CC-BY-4.0 (no passing on "
    assert plan in told
    assert "summarizer: qwen3-4b, 0.0 GB to download, Apache-2.0; the best of " in told
    assert told.endswith("installed: opus-mt-tc-big-fr-en, qwen3-4b\n")
    page = tmp_path / "page.txt"
    page.write_text(FRENCH_ARTICLE, "utf-8")
    out, told = run("translate", page, "--verbose")
    assert out.split("\n")[0] == f"{SENTENCES[5]} {SENTENCES[6]}"
    assert "opus-mt-tc-big-fr-en" in told
    made = json.loads(run("summarize", page, "--format", "json")[0])["provenance"]
    models = [made[task]["model"] for task in ("translation", "summarization")]
    assert models == ["opus-mt-tc-big-fr-en", "qwen3-4b"]
    _, told = run("models", "pull", "--yes")
    assert "to download" not in told


def cut_off(repository):
    repository.faults += [1.0, 0.5, 503]


def gate(repository):
    repository.gated = True


def change(repository):
    repository.files |= {name: b"GGUF" for name in repository.files if name.endswith(".gguf")}


def tell_another_hash(repository):
    repository.told["model.safetensors"] = "0" * 64


@pytest.mark.parametrize(
    ("failing", "fault", "said"),
    [
        (TRANSLATORS[0], cut_off, "hub: the hub answers 503"),
        (TRANSLATORS[0], tell_another_hash, "is not the file that the hub lists (hash differs)"),
        (TRANSLATORS[0], gate, "hub: the hub asks to accept a licence at http"),
        (SUMMARIZERS[0], change, "is not the file that the catalogue pins (sha256 differs)"),
    ],
)
def test_the_next_takes_the_place_of_what_can_not_be_had(offered, run, failing, fault, said):
    fault(offered[failing])
    _, told = run("models", "pull", "--yes")
    (line,) = (line for line in told.splitlines() if f" {failing} can't be pulled; hub: " in line)
    assert said in line
    installed = [
        next(each for each in order if each != failing) for order in (TRANSLATORS, SUMMARIZERS)
    ]
    assert told.endswith(f"installed: {', '.join(installed)}\n")


def test_the_next_takes_the_place_of_what_says_nonsense(offered, published, run, tiny, gguf_of):
    published(TRANSLATORS[0], tiny("marian"))
    published(SUMMARIZERS[0], gguf_of("qwen3_thinking").parent)
    _, told = run("models", "pull", "--yes")
    for model in (TRANSLATORS[0], SUMMARIZERS[0]):
        assert f"toolkit: {model} doesn't work: it answered «" in told
    assert told.endswith("installed: quickmt-fr-en, qwen3-4b-instruct-2507\n")


@pytest.mark.parametrize("field", ["memory_bytes", "installed_bytes"])
def test_what_does_not_fit_is_not_planned(offered, published, run, field):
    published(TRANSLATORS[0], **{field: TOO_MUCH})
    published(SUMMARIZERS[0], **{field: TOO_MUCH})
    _, told = run("models", "pull", "--yes")
    assert TRANSLATORS[0] not in told
    assert f"{SUMMARIZERS[0]}," not in told
    assert told.endswith("installed: quickmt-fr-en, qwen3-4b-instruct-2507\n")


def test_where_nothing_can_be_had_nothing_is_installed(hub, published, capsys):
    published(SUMMARIZERS[0])
    hub.repositories.clear()
    assert main(["models", "pull", "--yes"]) == 4
    told = capsys.readouterr().err
    assert "the hub has no Qwen/Qwen3-4B-GGUF, or it is private; then type: hf auth login" in told
    assert "no translator for fr to en can be " in told.splitlines()[-1]
    assert main(["models", "list"]) == 0
    assert "  installed  " not in capsys.readouterr().out
