import pytest

from toolkit.engines.controls import Controls
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.engines.tokens import SourceFormat, Tokens
from toolkit.models.conversion.llamacpp import place_gguf


@pytest.fixture
def load(tiny, converted, tmp_path):
    def load_one(name, engine):
        folder = tiny(name) if engine == "transformers" else converted(name)
        return load_engine(
            str(folder),
            models_folder=tmp_path,
            options=EngineOptions(engine=engine, compute_type="float32", threads=1, batch_size=3),
        )

    return load_one


CODES = {"nllb": "fra_Latn", "mbart50": "fr_XX"}


@pytest.fixture
def tokens(tiny):
    def load(name, *, template="", **source_format):
        wanted = SourceFormat(source_code=CODES.get(name), **source_format)
        if name.startswith("quickmt"):
            return Tokens.load_pieces(tiny(name), tiny(name), wanted)
        loaded = Tokens.load(tiny(name), wanted)
        if template:
            loaded.tokenizer.chat_template = template
        return Tokens(loaded.tokenizer, Controls.of(loaded.tokenizer), loaded.format)

    return load


@pytest.fixture
def ids_of(monkeypatch):
    """The ids of texts that models wrote."""
    ids = {}
    decode = Tokens.decode

    def noted(self, written):
        text = decode(self, written)
        ids.setdefault(text, set()).add(tuple(written))
        return text

    monkeypatch.setattr(Tokens, "decode", noted)
    return ids


@pytest.fixture(scope="session")
def placed(gguf_of, tmp_path_factory):
    """A tiny model for llama.cpp, in the folders `model` and `tokenizer`."""
    root = tmp_path_factory.mktemp("llamacpp")

    def place(name):
        parts = [root / name / part for part in ("model", "tokenizer")]
        if not parts[0].exists():
            for part in parts:
                part.mkdir(parents=True)
            assert place_gguf(gguf_of(name), *parts) == "float32"
        return root / name

    return place
