import json
import sys

import pytest

from tests.models.helpers import pull
from toolkit.models import install, installed
from toolkit.models.catalogue import own_file
from toolkit.settings import Settings


def test_doctor_says_what_is_missing(run):
    code, out, err = run("doctor")
    assert code == 4
    assert "prompts/: found" in out
    assert "toolkit models pull" in err


def test_doctor_says_what_is_wrong_with_models_of_ones_own(run):
    own_file().parent.mkdir(parents=True, exist_ok=True)
    own_file().write_text("[[model]]\n", "utf-8")
    code, _, err = run("doctor")
    assert code == 2
    assert err.endswith("models.toml: model 1: id: Field required\n")


OLD = "the processor lacks AVX2"


def test_doctor_says_what_a_model_was_made_for_and_why(run, spec, gguf_file, monkeypatch):
    monkeypatch.setenv("TOOLKIT_MODEL", spec.id)
    for module in (install, installed):
        monkeypatch.setattr(module, "openvino_fault", lambda: OLD)
    pull(spec, Settings().models_folder, from_folder=gguf_file.parent)
    code, out, err = run("doctor")
    assert (code, err) == (0, "")
    assert "openvino-genai: " in out
    assert f"{spec.id}: installed for CTranslate2 ({OLD})\n" in out
    monkeypatch.setattr(installed, "openvino_fault", lambda: "")
    again = f"pulled before; type: toolkit models pull {spec.id} --force"
    assert f"{spec.id}: installed for CTranslate2 ({again})\n" in run("doctor")[1]


@pytest.fixture
def for_openvino(spec, gguf_file, monkeypatch):
    """The model in use is installed for OpenVINO, which can run here."""
    monkeypatch.setenv("TOOLKIT_MODEL", spec.id)
    model = pull(spec, Settings().models_folder, from_folder=gguf_file.parent, form="ctranslate2")
    record = model.folder / "installed.json"
    values = json.loads(record.read_text("utf-8")) | {"form": "openvino", "reason": ""}
    record.write_text(json.dumps(values), "utf-8")
    monkeypatch.setattr(installed, "openvino_fault", lambda: "")


@pytest.mark.parametrize(
    ("fault", "fix"),
    [
        (OLD, "type: toolkit models pull tiny-test --force"),
        (
            "the package openvino-genai is not installed",
            "type: pip install openvino-genai, or: toolkit models pull tiny-test --force",
        ),
    ],
)
@pytest.mark.usefixtures("for_openvino")
def test_doctor_says_when_the_engine_of_a_model_can_not_run(run, monkeypatch, fault, fix):
    assert run("doctor")[0] == 0
    monkeypatch.setattr(installed, "openvino_fault", lambda: fault)
    code, _, err = run("doctor")
    said = f"'tiny-test' is installed for OpenVINO, but {fault}; {fix}\n"
    assert (code, err) == (4, f"toolkit: {said}")


def test_doctor_asks_the_endpoint(run, served, quick, monkeypatch):
    served.pages["/props"] = {"default_generation_settings": {"n_ctx": 2048}}
    monkeypatch.setenv("TOOLKIT_ENDPOINT", served.url)
    code, out, err = run("doctor")
    assert (code, err) == (0, "")
    assert out.endswith(
        f"endpoint: {served.url} answers; it has: tiny\ntiny: served, context: 2048 tokens\n"
    )
    monkeypatch.setenv("TOOLKIT_MODEL", "other")
    code, out, err = run("doctor")
    assert code == 4
    assert "has no model 'other'; give --model one of these: tiny" in err
    served.stop()
    code, out, err = run("doctor")
    assert code == 4
    assert f"nobody answers at {served.url}" in err


@pytest.mark.usefixtures("for_openvino")
def test_doctor_says_when_the_library_of_an_engine_is_broken(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "toolkit.models.openvino_runtime", None)
    code, _, err = run("doctor")
    assert code == 4
    assert err.startswith("toolkit: 'tiny-test' is installed for OpenVINO, which can't be used: ")
