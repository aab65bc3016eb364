import json
from dataclasses import replace

import pytest

from tests.models.helpers import pull
from toolkit.errors import ModelDamagedError
from toolkit.models import installed
from toolkit.models.installed import load_installed, verify_installed, why_not_openvino


@pytest.mark.parametrize(
    ("form", "file"), [("ctranslate2", "model.bin"), ("openvino", "openvino_model.bin")]
)
def test_damage_is_named(spec, gguf_file, tmp_path, form, file):
    if form == "openvino":
        pytest.importorskip(
            "toolkit.models.openvino_runtime", reason="openvino-genai is not installed"
        )
    models = tmp_path / "models"
    model = pull(spec, models, from_folder=gguf_file.parent, form=form)
    weights = model.folder / "model" / file
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    damaged = rf"{file} is damaged; type: toolkit models pull tiny-test --force"
    with pytest.raises(ModelDamagedError, match=damaged):
        verify_installed(load_installed(models, "tiny-test"), lambda done, total: None)
    weights.write_bytes(data[:-10])
    with pytest.raises(ModelDamagedError, match=f"{file} is damaged"):
        load_installed(models, "tiny-test")
    weights.unlink()
    with pytest.raises(ModelDamagedError, match=f"{file} is missing"):
        load_installed(models, "tiny-test")
    (model.folder / "installed.json").write_text("{")
    with pytest.raises(ModelDamagedError, match=r"installed\.json can't be read"):
        load_installed(models, "tiny-test")


def test_a_record_of_before_there_were_forms_is_one_of_ctranslate2(spec, gguf_file, tmp_path):
    model = pull(spec, tmp_path, from_folder=gguf_file.parent, form="ctranslate2")
    record = tmp_path / "tiny-test" / "installed.json"
    values = json.loads(record.read_text("utf-8"))
    assert values.pop("form") == "ctranslate2"
    assert values.pop("reason")
    assert values.pop("chat_template_kwargs") == {}
    record.write_text(json.dumps(values), "utf-8")
    assert load_installed(tmp_path, "tiny-test") == replace(model, reason="")


@pytest.mark.parametrize(
    "changed",
    [
        {"sizes": [1, 2]},
        {"sizes": {"model/model.bin": "many"}},
        {"sizes": {"../../other": 1}, "files": {"../../other": "0"}},
        {"sizes": {"/etc/hostname": 1}, "files": {"/etc/hostname": "0"}},
        {"sizes": {}},
        {"files": "all"},
        {"files": {"model/model.bin": 5}},
        {"language_codes": [1]},
        {"chat_template_kwargs": {"enable_thinking": [False]}},
        {"max_context_tokens": "x"},
        {"max_context_tokens": 0},
        {"family": "other"},
        {"form": "other"},
        {"reason": None},
        {"id": "another"},
        {"schema": 99},
        {"golden": None},
    ],
    ids=str,
)
def test_a_record_that_was_edited_is_damaged(spec, gguf_file, tmp_path, changed):
    models = tmp_path / "models"
    pull(spec, models, from_folder=gguf_file.parent)
    record = models / "tiny-test" / "installed.json"
    record.write_text(json.dumps(json.loads(record.read_text("utf-8")) | changed), "utf-8")
    with pytest.raises(ModelDamagedError, match=r"installed\.json can't be read \(.*--force$"):
        load_installed(models, "tiny-test")


@pytest.mark.parametrize("text", ["", "[]", "5", '"x"', "null", "[" * 100_000, "\0"])
def test_a_record_that_is_none_is_damaged(tmp_path, text):
    (tmp_path / "tiny-test").mkdir()
    (tmp_path / "tiny-test" / "installed.json").write_text(text, "utf-8")
    with pytest.raises(ModelDamagedError, match=r"installed\.json can't be read"):
        load_installed(tmp_path, "tiny-test")


@pytest.mark.parametrize(
    ("reason", "fault", "said"),
    [
        ("", "the processor lacks AVX2", "the processor lacks AVX2"),
        ("", "", "pulled before; type: toolkit models pull tiny-test --force"),
        (
            "the processor lacks AVX2",
            "",
            "pulled before; type: toolkit models pull tiny-test --force",
        ),
        ("it answered «»", "", "it answered «»"),
        (
            "it was pulled for CTranslate2",
            "the processor lacks AVX2",
            "it was pulled for CTranslate2",
        ),
    ],
)
def test_why_a_model_is_not_run_by_openvino_is_what_keeps_it_from_that_now(
    spec, gguf_file, tmp_path, monkeypatch, reason, fault, said
):
    model = pull(spec, tmp_path, from_folder=gguf_file.parent, form="ctranslate2")
    monkeypatch.setattr(installed, "openvino_fault", lambda: fault)
    assert why_not_openvino(replace(model, reason=reason)) == said
    for other in ({"form": "openvino"}, {"family": "seq2seq"}):
        assert why_not_openvino(replace(model, reason=reason, **other)) == ""
