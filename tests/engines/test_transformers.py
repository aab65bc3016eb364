import json
import shutil
import sys

import pytest

from tests.engines.helpers import CONFIG, sources
from toolkit.engines.base import generate
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.errors import ModelError


def test_the_search_settings_of_a_checkpoint_do_not_count(load, tiny, tmp_path):
    folder = shutil.copytree(tiny("marian"), tmp_path / "own")
    path = folder / "generation_config.json"
    own = {"num_beams": 5, "max_length": 3, "no_repeat_ngram_size": 1, "repetition_penalty": 3.0}
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | own), "utf-8")
    changed = load_engine(
        str(folder), models_folder=tmp_path, options=EngineOptions(engine="transformers")
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
