import json
import shutil

import pytest
from gguf import GGUFReader, GGUFWriter

from tests.models.helpers import pull
from toolkit.errors import ModelError, UsageError
from toolkit.models.catalogue import find_spec, in_order, own_file
from toolkit.models.own_file import add
from toolkit.models.sources import sha256_of_file
from toolkit.models.user_models import BOTH, entry_of_file, entry_of_folder, tasks_of_folder


@pytest.fixture
def bare_gguf(tmp_path):
    """A GGUF file with these text fields and no tensor."""

    def write(architecture, **fields):
        file = tmp_path / f"{architecture}.gguf"
        writer = GGUFWriter(file, architecture)
        for name, value in fields.items():
            add_field = writer.add_string if isinstance(value, str) else writer.add_uint32
            add_field(name.replace("__", "."), value)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return file

    return write


@pytest.fixture
def checkpoint(tiny, tmp_path):
    """A copy of a tiny checkpoint with other things in its config files."""

    def copy(name, *, tokenizer=(), **config):
        folder = shutil.copytree(tiny(name), tmp_path / f"my-{name}")
        for file, changes in (("config.json", config), ("tokenizer_config.json", dict(tokenizer))):
            values = json.loads((folder / file).read_text("utf-8"))
            (folder / file).write_text(json.dumps(values | changes), "utf-8")
        return folder

    return copy


@pytest.mark.parametrize("form", ["openvino", "ctranslate2", "llamacpp"])
def test_a_gguf_file_becomes_an_entry_that_can_be_pulled(gguf_of, tmp_path, form):
    if form == "openvino":
        pytest.importorskip(
            "toolkit.models.openvino_runtime", reason="openvino-genai is not installed"
        )
    if form == "llamacpp":
        pytest.importorskip("xllamacpp", reason="the extra llamacpp is not installed")
    file = gguf_of("qwen3_thinking")
    path = add(entry_of_file("my-qwen3", file))
    assert path == own_file()
    spec = find_spec("my-qwen3")
    assert (spec.family, spec.format, spec.tasks) == (
        "causal",
        "gguf",
        ("translation", "summarization"),
    )
    assert spec.max_context_tokens == 512
    assert spec.chat_template_kwargs == {"enable_thinking": False}
    assert spec.files[0].sha256 == sha256_of_file(file)
    assert spec.measured
    count = sum(int(tensor.n_elements) for tensor in GGUFReader(file).tensors)
    assert spec.installed_bytes == pytest.approx(1.2 * count, abs=1)
    assert (spec.speed, spec.parameters) == ("quick", f"{count / 1e3:.0f}K")
    assert in_order("translation", "fr", "en")[-1] == spec, "nobody has compared it"
    model = pull(spec, tmp_path / "models", form=form)
    assert (model.source, model.form) == ("folder", form)
    assert model.chat_template_kwargs == {"enable_thinking": False}


def test_a_checkpoint_becomes_an_entry_that_can_be_pulled(checkpoint, tmp_path):
    folder = checkpoint("marian")
    (folder / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n# My model\n", "utf-8")
    add(entry_of_folder("my-marian", folder))
    spec = find_spec("my-marian")
    assert (spec.family, spec.tasks, spec.direction) == ("seq2seq", ("translation",), ("fr", "en"))
    assert (spec.licence, spec.forbids) == ("cc-by-nc-4.0", "no commercial use")
    assert [file.name for file in spec.files] == ["model.safetensors"]
    assert spec.max_context_tokens == 128
    assert pull(spec, tmp_path / "models").family == "seq2seq"


@pytest.mark.parametrize(
    ("name", "config", "generation", "taken"),
    [
        (
            "qwen2",
            {},
            {"repetition_penalty": 1.1, "temperature": 0.7, "top_p": 0.8, "top_k": 20},
            {"repetition_penalty": 1.1, "temperature": 0.7, "top_p": 0.8},
        ),
        ("qwen2", {"top_p": 0.5}, {"top_p": 0.8, "temperature": None}, {"top_p": 0.8}),
        ("qwen2", {}, {"temperature": 0, "top_p": "much", "no_repeat_ngram_size": 3}, None),
        ("qwen2", {"temperature": 1.0, "repetition_penalty": 1.0}, {"top_p": 10**400}, None),
        (
            "bart",
            {"no_repeat_ngram_size": 3, "num_beams": 4, "length_penalty": 2.0},
            {"temperature": 0.7},
            {"no_repeat_ngram_size": 3},
        ),
    ],
)
def test_what_a_checkpoint_says_of_its_generation_is_taken_over(
    checkpoint, name, config, generation, taken
):
    folder = checkpoint(name, **config)
    (folder / "generation_config.json").write_text(json.dumps(generation))
    entry = entry_of_folder("mine", folder)
    assert entry.get("generation") == taken
    add(entry)
    assert find_spec("mine").generation.settings == (taken or {})


def test_what_a_gguf_file_says_of_its_samples_is_taken_over(gguf_file, monkeypatch):
    from toolkit.models.conversion.gguf import GgufFile

    real = GgufFile.field
    said = {"temp": 0.699999988079071, "top_p": 0.800000011920929, "penalty_repeat": 1.0}

    def field(self, name, default=None):
        place, _, last = name.rpartition(".")
        return said[last] if place == "general.sampling" else real(self, name, default)

    assert "generation" not in entry_of_file("mine", gguf_file)
    monkeypatch.setattr(GgufFile, "field", field)
    assert entry_of_file("mine", gguf_file)["generation"] == {"temperature": 0.7, "top_p": 0.8}


def test_what_a_checkpoint_is_for_is_asked_where_it_does_not_say(checkpoint):
    folder = checkpoint("t5")
    with pytest.raises(UsageError, match="may translate or summarize; say which with --task"):
        entry_of_folder("my-t5", folder)
    entry = entry_of_folder("my-t5", folder, tasks=["summarization"], licence="MIT")
    assert (entry["tasks"], entry["licence"]) == (["summarization"], "MIT")
    assert entry["max_context_tokens"] == 512, "T5 doesn't limit positions"
    assert "forbids" not in entry


@pytest.mark.parametrize(
    ("name", "tasks"),
    [("marian", ("translation",)), ("bart", ("summarization",)), ("qwen2", BOTH), ("t5", BOTH)],
)
def test_a_folder_is_for_what_its_architecture_does(tiny, name, tasks):
    assert tasks_of_folder(tiny(name)) == tasks


@pytest.mark.parametrize(("name", "tasks"), [("marian", ("translation",)), ("qwen2", BOTH)])
def test_a_converted_folder_that_takes_no_prompts_is_a_translator(converted, name, tasks):
    assert tasks_of_folder(converted(name)) == tasks


def test_the_language_tokens_of_a_multilingual_model_are_known(checkpoint):
    nllb = {"model_type": "m2m_100"}
    folder = checkpoint("bart", tokenizer={"tokenizer_class": "NllbTokenizerFast"}, **nllb)
    entry = entry_of_folder("my-nllb", folder)
    assert entry["language_codes"] == {"fr": "fra_Latn", "en": "eng_Latn"}


def test_what_no_engine_can_run_is_told_with_what_can(bare_gguf, checkpoint):
    with pytest.raises(ModelError, match=r"no engine of the toolkit runs the architecture 'new'$"):
        entry_of_file("mine", bare_gguf("new"))
    with pytest.raises(ModelError, match="only a part of a model"):
        entry_of_file("mine", bare_gguf("qwen2", split__count=3))
    gemma = {"model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"]}
    folder = checkpoint("bart", **gemma)
    with pytest.raises(
        ModelError, match=r"'gemma3' can't be pulled .* the transformers engine may"
    ):
        entry_of_folder("mine", folder)
    for kind, made in (
        ("whisper", "WhisperForConditionalGeneration"),
        ("bert", "BertForMaskedLM"),
        ("vit", "ViTForImageClassification"),
        ("new", "NewForCausalLM"),
    ):
        config = {"model_type": kind, "architectures": [made]}
        (folder / "config.json").write_text(json.dumps(config))
        with pytest.raises(ModelError, match=rf"'{kind}' can't be pulled \(known: [\w, ]+\)$"):
            entry_of_folder("mine", folder)
    (folder / "config.json").write_text('{"model_type": "m2m_100"}')  # no codes are known for it
    with pytest.raises(ModelError, match="'m2m_100' can't be pulled"):
        entry_of_folder("mine", folder)


@pytest.mark.parametrize("name", ["hunyuan", "gemma3", "smollm3"])
def test_an_architecture_that_the_conversions_do_not_know_is_for_llamacpp(gguf_of, name):
    add(entry_of_file("mine", gguf_of(name)))
    spec = find_spec("mine")
    assert spec.runs_on == ("llamacpp",)
    assert spec.max_context_tokens == 512
    assert bool(spec.chat_template_kwargs) == (name == "smollm3")


def test_a_tokenizer_that_the_conversions_do_not_know_is_for_llamacpp(gguf_file, monkeypatch):
    from toolkit.models.conversion.gguf import GgufFile

    real = GgufFile.field

    def field(self, name, default=None):
        return "llama-bpe" if name == "tokenizer.ggml.pre" else real(self, name, default)

    monkeypatch.setattr(GgufFile, "field", field)
    assert entry_of_file("mine", gguf_file)["engines"] == ["llamacpp"]
    monkeypatch.setattr(GgufFile, "field", real)
    assert "engines" not in entry_of_file("mine", gguf_file)


def test_what_is_no_model_is_told(tmp_path, checkpoint):
    (tmp_path / "a.gguf").write_bytes(b"not GGUF at all")
    with pytest.raises(ModelError, match=r"^a\.gguf is no GGUF file"):
        entry_of_file("mine", tmp_path / "a.gguf")
    with pytest.raises(UsageError, match="is no file"):
        entry_of_file("mine", tmp_path / "absent.gguf")
    with pytest.raises(UsageError, match="is no folder"):
        entry_of_folder("mine", tmp_path / "absent")
    with pytest.raises(ModelError, match=r"holds no checkpoint: it lacks config\.json"):
        entry_of_folder("mine", tmp_path)
    (tmp_path / "model.bin").touch()
    with pytest.raises(UsageError, match="which needs no entry; give --model the folder"):
        entry_of_folder("mine", tmp_path)
    folder = checkpoint("qwen2")
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(ModelError, match="no chat template"):
        entry_of_folder("mine", folder)
    (folder / "model.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match="holds no weights"):
        entry_of_folder("mine", folder)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("{", r"config\.json can't be read: Expecting"),
        ("[" * 100_000, r"config\.json can't be read: "),
        ("[1, 2]", r"config\.json can't be used: it should hold one object"),
        ('[["model_type", "bart"]]', r"config\.json can't be used: it should hold one object"),
        ('{"model_type": "bart", "max_position_embeddings": "many"}', "can't be used: invalid"),
        ('{"model_type": "bart", "max_position_embeddings": -1}', "can't be used: .* is -1"),
        ('{"model_type": "bart", "max_position_embeddings": 1e999}', "can't be used: cannot"),
        (
            '{"model_type": "bart", "_name_or_path": "\\ud800"}',
            r"it holds '\\ud800', which is half",
        ),
    ],
)
def test_an_odd_config_is_told_in_one_line(checkpoint, config, said):
    folder = checkpoint("bart")
    (folder / "config.json").write_text(config)
    with pytest.raises((ModelError, UsageError), match=said):
        add(entry_of_folder("mine", folder))
    assert not own_file().exists()


def test_a_gguf_file_that_was_cut_short_is_called_damaged(gguf_file, tmp_path):
    data, short = gguf_file.read_bytes(), tmp_path / "short.gguf"
    for size in (4, 16, 100, len(data) // 2, len(data) - 1000):
        short.write_bytes(data[:size])
        with pytest.raises(ModelError, match=r"^short\.gguf is .* of another version$"):
            entry_of_file("mine", short)


def test_a_file_with_blanks_in_its_name_is_to_be_renamed(gguf_file, tmp_path):
    file = shutil.copy(gguf_file, tmp_path / "my model.gguf")
    with pytest.raises(UsageError, match="rename it"):
        entry_of_file("mine", tmp_path / file.name)
