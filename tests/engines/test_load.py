import shutil

import pytest
import torch

from tests.engines.helpers import CONFIG, ENGINES
from toolkit.engines.base import generate
from toolkit.engines.load import load_engine
from toolkit.errors import ModelError, ModelMissingError, UsageError


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
        load_engine(str(folder), models_folder=tmp_path, engine=engine, device="cuda")


@pytest.mark.parametrize("compute_type", ["float99", "nn", "int64", ""])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_type_that_is_none_is_refused(tiny, converted, tmp_path, engine, compute_type):
    folder = tiny("marian") if engine == "transformers" else converted("marian")
    with pytest.raises((UsageError, ModelError), match="compute"):
        load_engine(str(folder), models_folder=tmp_path, engine=engine, compute_type=compute_type)


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
def test_an_engine_says_where_it_runs(tiny, converted, tmp_path, monkeypatch, engine):
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 0)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    folder = tiny("marian") if engine == "transformers" else converted("marian")
    loaded = load_engine(str(folder), models_folder=tmp_path, engine=engine, device="auto")
    assert loaded.info.device == "cpu"
    assert generate(loaded, ["Il pleut."], CONFIG)
