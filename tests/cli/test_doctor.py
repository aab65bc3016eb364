from tests.models.helpers import pull
from toolkit.models import install
from toolkit.settings import Settings


def test_doctor_says_what_is_missing(run):
    code, out, err = run("doctor")
    assert code == 4
    assert "prompts/: found" in out
    assert "toolkit models pull" in err


def test_doctor_says_what_a_model_was_made_for_and_why(run, spec, gguf_file, monkeypatch):
    monkeypatch.setenv("TOOLKIT_MODEL", spec.id)
    monkeypatch.setattr(install, "openvino_fault", lambda: "the processor lacks AVX2")
    pull(spec, Settings().models_folder, from_folder=gguf_file.parent)
    code, out, err = run("doctor")
    assert (code, err) == (0, "")
    assert "openvino-genai: " in out
    assert f"{spec.id}: installed for CTranslate2 (the processor lacks AVX2)\n" in out
