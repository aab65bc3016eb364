import json
import shutil
import sys

import pytest
import torch

from tests.engines.helpers import CONFIG, ENGINES, sources
from tests.models.helpers import pull
from toolkit.engines import load, references
from toolkit.engines.base import Message, generate
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.engines.tokens import Tokens
from toolkit.errors import ModelDamagedError, ModelError, ModelMissingError, UsageError
from toolkit.models import installed as records
from toolkit.models.folder_digest import digest_of_folder
from toolkit.models.sources import sha256_of_file


@pytest.fixture
def installed(spec, gguf_file, tmp_path, monkeypatch):
    """The tiny model of the catalogue, pulled for an engine and loaded."""
    for module in (load, references):
        monkeypatch.setattr(module, "catalogue", lambda: {spec.id: spec})

    def pulled(form, **options):
        if form == "openvino":
            pytest.importorskip(
                "toolkit.models.openvino_runtime", reason="openvino-genai is not installed"
            )
        if form == "llamacpp":
            pytest.importorskip("xllamacpp", reason="the extra llamacpp is not installed")
        if not (tmp_path / spec.id).exists():
            pull(spec, tmp_path, from_folder=gguf_file.parent, form=form)
        return load_engine(spec.id, models_folder=tmp_path, options=EngineOptions(**options))

    return pulled


NUMBERS = {"openvino": "int8", "ctranslate2": "int8", "llamacpp": "float32"}
REASONS = {
    "openvino": "",
    "ctranslate2": "it was pulled for CTranslate2",
    "llamacpp": "it was pulled for llama.cpp",
}


@pytest.mark.parametrize("form", NUMBERS)
def test_a_pulled_model_is_run_by_the_engine_that_it_was_made_for(installed, form):
    for engine in ("auto", form):
        info = installed(form, engine=engine, device="cpu", threads=1, kv_cache_mb=16).info
        assert (info.engine, info.compute_type, info.device) == (form, NUMBERS[form], "cpu")
        assert info.engine_version
        assert info.reason == REASONS[form]
    other = next(each for each in NUMBERS if each != form)
    said = f"type: toolkit models pull tiny-test --force --engine {other}$"
    with pytest.raises(UsageError, match=said):
        installed(form, engine=other)
    with pytest.raises(UsageError, match="Hugging Face folder or a hub repository"):
        installed(form, engine="transformers")


def test_why_a_model_is_not_run_by_openvino_is_said_of_those_pulled_before(
    installed, tmp_path, monkeypatch
):
    installed("ctranslate2")
    record = tmp_path / "tiny-test" / "installed.json"
    values = json.loads(record.read_text("utf-8"))
    del values["form"], values["reason"]
    record.write_text(json.dumps(values), "utf-8")
    for fault, said in (
        ("the processor lacks AVX2", "the processor lacks AVX2"),
        ("", "pulled before; type: toolkit models pull tiny-test --force"),
    ):
        monkeypatch.setattr(records, "openvino_fault", lambda it=fault: it)
        assert installed("ctranslate2").info.reason == said


def test_what_openvino_can_not_do_is_said_with_what_to_do(installed, monkeypatch):
    assert installed("openvino", compute_type="int8", threads=1, kv_cache_mb=16)
    with pytest.raises(UsageError, match="OpenVINO, which runs on the CPU"):
        installed("openvino", device="cuda")
    with pytest.raises(UsageError, match="installed for OpenVINO as int8"):
        installed("openvino", compute_type="float32")
    monkeypatch.setattr(load, "memory_bytes", lambda: 2_000_000_000)
    with pytest.raises(ModelError, match="kv_cache_mb is 2001, but this machine has 2000 MB"):
        installed("openvino", kv_cache_mb=2001)
    monkeypatch.setattr(records, "openvino_fault", lambda: "the processor lacks AVX2")
    said = "the processor lacks AVX2; type: toolkit models pull tiny-test --force"
    with pytest.raises(ModelError, match=said):
        installed("openvino")


def test_a_template_that_stands_in_is_used_and_its_digest_told(
    installed, spec, gguf_file, tmp_path, monkeypatch
):
    plain = installed("ctranslate2", threads=1)
    template = "{{ messages[0].content }}<|im_end|>"
    other = spec.model_copy(update={"chat_template": template})
    pull(other, tmp_path, from_folder=gguf_file.parent, form="ctranslate2")
    changed = installed("ctranslate2", threads=1)
    chat = (Message("user", "Paris"),)
    assert 0 < changed.count_tokens(chat) < plain.count_tokens(chat)
    assert changed.info.as_dict()["chat_template"].startswith("sha256:")
    assert "chat_template" not in plain.info.as_dict()


def test_what_llamacpp_can_not_do_is_said_with_what_to_do(installed, monkeypatch):
    assert installed("llamacpp", threads=1).info.lacks == ("beams", "scores")
    with pytest.raises(UsageError, match="--device auto has it run on whatever"):
        installed("llamacpp", device="cuda")
    with pytest.raises(UsageError, match=r"installed for llama\.cpp as float32"):
        installed("llamacpp", compute_type="int8")
    monkeypatch.setattr(records, "llamacpp_fault", lambda: "the package is not installed")
    said = r"not installed; type: pip install 'toolkit-fr-en\[llamacpp\]'$"
    with pytest.raises(ModelError, match=said):
        installed("llamacpp")


@pytest.mark.parametrize(
    ("form", "file"),
    [
        ("ctranslate2", "model.bin"),
        ("openvino", "openvino_model.xml"),
        ("llamacpp", "model.gguf"),
    ],
)
def test_a_file_that_was_swapped_is_named_when_its_engine_refuses_it(
    installed, tmp_path, monkeypatch, form, file
):
    installed(form, threads=1)
    path = tmp_path / "tiny-test" / "model" / file
    path.write_bytes(b"x" * path.stat().st_size)
    monkeypatch.setattr(records, "SMALL_BYTES", 0)  # as large files are, it isn't looked at
    with pytest.raises(
        ModelDamagedError, match=rf"{file} is damaged; type: toolkit models pull tiny-test --force$"
    ):
        installed(form)


def test_what_an_engine_refuses_is_to_be_pulled_again(installed, monkeypatch):
    with pytest.raises(ModelError, match=r"CTranslate2 can't load [^;]*float99[^;]*$"):
        installed("ctranslate2", compute_type="float99")

    def refuse(*args, **options):
        raise RuntimeError("unsupported version of the format")

    monkeypatch.setattr("ctranslate2.Generator", refuse)
    said = r"unsupported version of the format; type: toolkit models pull tiny-test --force$"
    with pytest.raises(ModelError, match=said):
        installed("ctranslate2")


def test_an_openvino_that_can_not_be_imported_is_no_bug(installed, monkeypatch):
    installed("openvino", threads=1)
    monkeypatch.setitem(sys.modules, "toolkit.engines.openvino", None)
    said = r"OpenVINO can't be used: .*; type: toolkit models pull tiny-test --force$"
    with pytest.raises(ModelError, match=said):
        installed("openvino")


@pytest.mark.parametrize("form", ["openvino", "ctranslate2"])
def test_the_folder_of_a_pulled_model_is_known_by_its_id(
    installed, spec, tmp_path, monkeypatch, form
):
    installed(form, threads=1)
    monkeypatch.chdir(tmp_path / "tiny-test" / "model")
    for folder in ("tiny-test", "tiny-test/model", "tiny-test/tokenizer"):
        with pytest.raises(UsageError, match=r"was pulled; give --model its id, tiny-test$"):
            load_engine(str(tmp_path / folder), models_folder=tmp_path)
    with pytest.raises(UsageError, match=r"^\. belongs to a model that was pulled"):
        load_engine(".", models_folder=tmp_path)


def test_a_folder_for_openvino_is_run_only_of_the_catalogue(openvino_of, tmp_path):
    for folder in (openvino_of("qwen2"), openvino_of("qwen2") / "model"):
        with pytest.raises(UsageError, match=r"in OpenVINO's form.*these: qwen2\.5"):
            load_engine(str(folder), models_folder=tmp_path)


def test_openvino_is_for_what_was_pulled_for_it(tiny, tmp_path):
    with pytest.raises(UsageError, match="for models of the catalogue"):
        load_engine(
            str(tiny("qwen2")), models_folder=tmp_path, options=EngineOptions(engine="openvino")
        )


def test_models_that_are_not_there(tmp_path):
    with pytest.raises(ModelMissingError, match="toolkit models pull smollm2-135m-instruct"):
        load_engine("smollm2-135m-instruct", models_folder=tmp_path)
    with pytest.raises(UsageError, match="no model or folder 'nonsense'"):
        load_engine("nonsense", models_folder=tmp_path)
    with pytest.raises(ModelError, match="hf download someone/something"):
        load_engine("someone/something", models_folder=tmp_path)
    with pytest.raises(ModelError, match="no tokenizer can be read"):
        load_engine(str(tmp_path), models_folder=tmp_path)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_device_that_is_not_there_is_said_to_be_missing(tiny, converted, tmp_path, engine):
    if torch.cuda.is_available():
        pytest.skip("there is one")
    folder = tiny("marian") if engine == "transformers" else converted("marian")
    with pytest.raises(UsageError, match=r"no CUDA device.*leave out --device cuda"):
        load_engine(
            str(folder), models_folder=tmp_path, options=EngineOptions(engine=engine, device="cuda")
        )


@pytest.mark.parametrize("compute_type", ["float99", "nn", "int64", ""])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_type_that_is_none_is_refused(tiny, converted, tmp_path, engine, compute_type):
    folder = tiny("marian") if engine == "transformers" else converted("marian")
    with pytest.raises((UsageError, ModelError), match="compute"):
        load_engine(
            str(folder),
            models_folder=tmp_path,
            options=EngineOptions(engine=engine, compute_type=compute_type),
        )


@pytest.mark.parametrize("name", ["marian", "qwen2"])
def test_a_converted_model_needs_its_own_tokenizer(converted, tmp_path, name):
    folder = shutil.copytree(converted(name), tmp_path / name)
    other = converted("qwen2" if name == "marian" else "marian")
    shutil.rmtree(folder / "tokenizer")
    shutil.copytree(other / "tokenizer", folder / "tokenizer")
    with pytest.raises(ModelError, match="belongs to another model"):
        load_engine(str(folder), models_folder=tmp_path)
    shutil.rmtree(folder / "tokenizer")
    with pytest.raises(ModelError, match="no tokenizer can be read"):
        load_engine(str(folder), models_folder=tmp_path)


def test_a_tokenizer_without_vocabulary_is_none(converted, tmp_path):
    folder = shutil.copytree(converted("qwen2"), tmp_path / "qwen2")
    (folder / "tokenizer" / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="makes nothing of a French sentence"):
        load_engine(str(folder), models_folder=tmp_path)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_says_where_it_runs_and_which_files_it_has(
    tiny, converted, tmp_path, monkeypatch, engine
):
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 0)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    folder = tiny("marian") if engine == "transformers" else converted("marian")
    loaded = load_engine(
        str(folder), models_folder=tmp_path, options=EngineOptions(engine=engine, device="auto")
    )
    assert loaded.info.device == "cpu"
    assert loaded.info.sha256 == digest_of_folder(folder)
    assert generate(loaded, ["Il pleut."], CONFIG)


@pytest.mark.parametrize("form", ["openvino", "ctranslate2"])
def test_a_pulled_model_is_told_not_to_think(spec, gguf_of, tmp_path, monkeypatch, form):
    if form == "openvino":
        pytest.importorskip(
            "toolkit.models.openvino_runtime", reason="openvino-genai is not installed"
        )
    file = gguf_of("qwen3_thinking")
    pinned = {"name": file.name, "bytes": file.stat().st_size, "sha256": sha256_of_file(file)}
    told = {"enable_thinking": False}
    entry = {**spec.model_dump(), "files": [pinned], "chat_template_kwargs": told}
    entry = type(spec).model_validate(entry)
    monkeypatch.setattr(load, "catalogue", lambda: {entry.id: entry})
    pull(entry, tmp_path, from_folder=file.parent, form=form)
    prompts = []
    render = Tokens._render
    monkeypatch.setattr(
        Tokens, "_render", lambda *each: prompts.append(render(*each)) or prompts[-1]
    )
    engine = load_engine(
        entry.id, models_folder=tmp_path, options=EngineOptions(threads=1, kv_cache_mb=64)
    )
    generate(engine, sources("qwen2")[:1], CONFIG)
    assert prompts
    assert all(prompt.endswith("assistant\n<think>\n\n</think>\n\n") for prompt in prompts)
    # What is kept is found again only for a model that is told the same.
    assert engine.info.as_dict()["chat_template_kwargs"] == told
