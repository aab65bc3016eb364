"""Every entry of the catalogue, from a repository of its layout to its answers."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.models.helpers import write_adapter
from tests.models.hub import COMMIT, TOOLKIT
from tests.models.layouts import ENGLISH_ARTICLE, FRENCH_ARTICLE, LAYOUTS
from tests.tiny_models import SENTENCES
from toolkit.engines.tryout import FRENCH
from toolkit.models import install as installing
from toolkit.models.catalogue import CATALOGUE_FILE
from toolkit.models.installed import FORM_NAMES
from toolkit.models.sources import sha256_of_file

IDS = [entry["id"] for entry in tomllib.loads(CATALOGUE_FILE.read_text("utf-8"))["model"]]
ARTICLES = {"fr": FRENCH_ARTICLE, "en": ENGLISH_ARTICLE}
WEIGHTS = ("model.bin", "model.gguf", "model.safetensors", "pytorch_model.bin")


# That not every machine has.
LIBRARIES = {"openvino": "toolkit.models.openvino_runtime", "llamacpp": "xllamacpp"}
DOCS = Path(__file__).parents[2] / "docs" / "models.md"


def test_every_entry_has_a_layout():
    assert list(LAYOUTS) == IDS


@pytest.mark.parametrize(
    ("model", "engine"), [(model, each) for model in LAYOUTS for each in LAYOUTS[model].engines]
)
def test_an_entry_goes_from_its_repository_to_its_answers(
    published, repository_of, run, tmp_path, monkeypatch, model, engine
):
    """That the engines agree token for token, and with the checkpoint, is tested beside each."""
    if engine in LIBRARIES:
        pytest.importorskip(LIBRARIES[engine], reason=f"{engine} is not installed")
    spec = published(model)
    if spec.adapter:  # that of the entry is for a model with more layers
        (file,) = repository_of(model).iterdir()
        write_adapter(tmp_path / "adapters" / spec.adapter, file, alpha=0.001)
        monkeypatch.setattr(installing, "ADAPTERS", tmp_path / "adapters")
    told = run("models", "pull", model, "--engine", engine)[1]
    golden = FRENCH if spec.languages == ("fr",) else SENTENCES[5]
    assert f"{model}: it says «{golden}»" in told
    as_it_came = engine == "llamacpp" or spec.format == "ctranslate2"
    assert ("converting to" in told) != as_it_came
    run("models", "verify", model)

    (weights,) = (path for path in repository_of(model).iterdir() if path.name in WEIGHTS)
    known = {
        "engine": engine,
        "model": model,
        "revision": COMMIT if spec.sources[0].kind == "hub" else spec.sources[0].requirement,
        "sha256": sha256_of_file(weights),
    }
    if spec.adapter:
        del known["sha256"]  # it is of weights and adapter, as tests of pulling have it

    def result(command, source, target):
        article = tmp_path / f"{source}.txt"
        article.write_text(ARTICLES[source], "utf-8")
        flags = ("--from", source, "--to", target, "--model", model, "--format", "json")
        return json.loads(run(command, article, *flags)[0])

    if "translation" in spec.tasks:
        made = result("translate", *(spec.direction or ("fr", "en")))
        assert known.items() <= made["provenance"]["translation"].items()
        targets = [segment["target"] for segment in made["segments"]]
        assert len(targets) == 2
        if spec.direction == ("fr", "en") and spec.format == "huggingface":
            assert targets == [SENTENCES[5], SENTENCES[6]]
    if "summarization" in spec.tasks:
        made = result("summarize", *(spec.languages[-1:] * 2))
        told = made["provenance"]["summarization"]
        assert known.items() <= told.items()
        assert spec.generation.settings.items() <= told["generation"].items()
        if spec.family == "seq2seq":
            assert made["summary"]["text"] == golden


def test_the_documentation_says_what_was_tested():
    rows = [
        f"| `{model}` | {each.told} | {' and '.join(FORM_NAMES[name] for name in each.engines)} "
        f"| {each.by_us} |"
        for model, each in LAYOUTS.items()
    ]
    table = "\n".join(rows)
    assert f"\n{table}\n\n" in DOCS.read_text("utf-8"), f"it should have\n{table}"


@pytest.mark.network
@pytest.mark.parametrize("model", ["quickmt-fr-en", "opus-mt-fr-en", "qwen3-1.7b"])
def test_a_model_of_the_real_hub_translates(tmp_path, model, capsys):
    """`make network-test`, before a release."""
    page = tmp_path / "page.txt"
    page.write_text(FRENCH_ARTICLE, "utf-8")
    environment = {**os.environ, "HF_HUB_OFFLINE": "0"}

    def toolkit(*arguments):
        command = [sys.executable, "-c", TOOLKIT, *map(str, arguments)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stderr
        return done

    told = toolkit("models", "pull", model).stderr
    with capsys.disabled():
        sys.stdout.write(f"\n{told}")  # has the hashes of what came
    toolkit("models", "verify", model)
    made = json.loads(toolkit("translate", page, "--model", model, "--format", "json").stdout)
    first, second = (segment["target"] for segment in made["segments"])
    assert "Paris" in first
    assert "agreement" in second
    record = made["provenance"]["translation"]
    assert record["model"] == model
    assert record["sha256"]
    assert len(record["revision"]) == 40
