import json
import shutil
import sys

import pytest

from tests.engines.helpers import CONFIG, sources
from toolkit.engines import transformers as transformers_module
from toolkit.engines.base import generate
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.errors import ModelError


def test_the_search_settings_of_a_checkpoint_do_not_count(load, tiny, tmp_path):
    folder = shutil.copytree(tiny("marian"), tmp_path / "own")
    path = folder / "generation_config.json"
    own = {"num_beams": 5, "max_length": 3, "no_repeat_ngram_size": 1, "repetition_penalty": 3.0}
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | own), "utf-8")
    changed = load_engine(
        str(folder),
        models_folder=tmp_path,
        options=EngineOptions(engine="transformers", threads=1),
    )
    outputs = generate(changed, sources("marian"), CONFIG)
    plain = generate(load("marian", "transformers"), sources("marian"), CONFIG)
    assert [o.text for o in outputs] == [o.text for o in plain]


def test_without_torch_the_line_to_type_is_given(tiny, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelError, match=r"pip install 'toolkit-fr-en\[torch\]'"):
        load_engine(
            str(tiny("marian")),
            models_folder=tmp_path,
            options=EngineOptions(engine="transformers"),
        )


def test_a_batch_that_is_too_large_for_the_device_is_written_in_parts(tiny, tmp_path, monkeypatch):
    def opened():
        return load_engine(
            str(tiny("marian")),
            models_folder=tmp_path,
            options=EngineOptions(engine="transformers", threads=1, batch_size=8),
        )

    sizes = []

    def short_of_memory(**given):
        sizes.append(len(given["input_ids"]))
        if sizes[-1] > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return able(**given)

    torch = pytest.importorskip("torch")
    texts = [f"{text} {number}" for number in range(2) for text in sources("marian")][:8]
    wanted = [output.text for output in generate(opened(), texts, CONFIG)]
    engine = opened()
    able = engine._model.generate
    monkeypatch.setattr(engine._model, "generate", short_of_memory)
    assert [output.text for output in generate(engine, texts, CONFIG)] == wanted
    assert max(sizes) > 3
    # What didn't fit isn't tried again.
    sizes.clear()
    generate(engine, texts, CONFIG)
    assert max(sizes) <= 3


def test_where_not_even_one_fits_the_library_is_quoted(load, monkeypatch):
    torch = pytest.importorskip("torch")
    engine = load("marian", "transformers")

    def full(**given):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(engine._model, "generate", full)
    with pytest.raises(ModelError, match="out of memory"):
        generate(engine, sources("marian"), CONFIG)


@pytest.mark.parametrize("name", ["marian", "qwen2"])
def test_scores_are_the_same_in_parts(load, monkeypatch, name):
    engine = load(name, "transformers")
    given = sources(name)
    texts = [output.text for output in generate(engine, given, CONFIG)]
    together = [each.log_prob for each in engine.score(given, texts)]
    monkeypatch.setattr(transformers_module, "SCORES_BYTES", 1)
    alone = [each.log_prob for each in engine.score(given, texts)]
    assert together == pytest.approx(alone, abs=1e-3)
