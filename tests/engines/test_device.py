import pytest

from toolkit.engines.base import GenerationConfig, device_for
from toolkit.engines.load import load_engine
from toolkit.errors import UsageError
from toolkit.settings import resolve_settings


def test_auto_takes_the_better_device():
    assert device_for("auto", has_cuda=True) == "cuda"
    assert device_for("auto", has_cuda=False) == "cpu"
    assert device_for("cpu", has_cuda=True) == "cpu"
    with pytest.raises(UsageError, match="no CUDA device"):
        device_for("cuda", has_cuda=False)


@pytest.mark.parametrize("engine", ["ctranslate2", "transformers"])
def test_an_engine_says_where_it_runs(tiny, converted, tmp_path, monkeypatch, engine):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 0)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    folder = tiny("marian") if engine == "transformers" else converted("marian")
    loaded = load_engine(str(folder), models_folder=tmp_path, engine=engine, device="auto")
    assert loaded.info.device == "cpu"
    assert loaded.generate(["Il pleut."], GenerationConfig(max_new_tokens=3))


def test_the_device_is_a_setting():
    assert resolve_settings({"device": "auto"})[0].device == "auto"
    with pytest.raises(UsageError, match="device"):
        resolve_settings({"device": "tpu"})
