"""A small server that answers as the hub does, and processes that pull from it."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from toolkit.errors import ModelError
from toolkit.models import sources
from toolkit.models.catalogue import ModelSpec

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "someone/tiny-model"
TOKEN = "hf_accepted"  # of somebody who accepted the licences of gated repositories
LARGE = (".bin", ".gguf", ".model", ".safetensors")  # what the hub keeps outside of Git
FILES = {
    "tiny.gguf": b"weights " * 1000,
    "config.json": b'{"model_type": "marian"}',
    "model.safetensors": b"safe " * 500,
    "pytorch_model.bin": b"pickled",
    "onnx/model.onnx": b"other",
}
INSTALL = """
import json, sys
from pathlib import Path
from toolkit.engines.tryout import try_out
from toolkit.models.catalogue import ModelSpec
from toolkit.models.install import install
spec = ModelSpec.model_validate(json.loads(sys.argv[1]))
options = {"on_message": print, "on_bytes": lambda *_: None, "try_out": try_out}
print(install(spec, Path(sys.argv[2]), **options).golden)
"""
TOOLKIT = "import toolkit.cli; toolkit.cli.run()"
# What is no answer of the hub's, by the name of the repository that it is given for.
OUTSIDE = [{"rfilename": name} for name in ("../../out.json", "/tmp/out.json", "a/out.json", "..")]
GARBAGE = {
    "html": b"<html>Please log in</html>",
    "list": b"[]",
    "null": b"null",
    "number": b"5",
    "empty": b"{}",
    "bytes": bytes(range(256)),
    "nothing": b"",
    "no-names": b'{"id": "someone/x", "sha": "1", "siblings": [{"rfilename": null}, 5]}',
    "odd-sha": b'{"id": "someone/x", "sha": ["x"], "siblings": [{"rfilename": "config.json"}]}',
    "odd-size": json.dumps(
        {"id": "someone/x", "sha": COMMIT, "siblings": [{"rfilename": "config.json", "size": "x"}]}
    ).encode(),
    "outside": json.dumps({"id": "someone/x", "sha": COMMIT, "siblings": OUTSIDE}).encode(),
}


@dataclass
class Repository:
    """`downloads` tells of each content that was asked for its name and where it was to begin.

    `faults` are those of the downloads to come, in their order: a status, or the share of what was
    asked for that is sent before the connection is cut. `listing` is the status of the API.
    """

    files: dict[str, bytes]
    gated: bool = False
    listing: int = 200
    told: dict[str, str] = field(default_factory=dict)  # the hash that is told of a file
    sizes: dict[str, int] = field(default_factory=dict)  # the size that is told of a file
    faults: list[int | float] = field(default_factory=list)
    downloads: list[tuple[str, int]] = field(default_factory=list)
    bytes_sent: int = 0  # of contents


class _Server(ThreadingHTTPServer):
    """Runs until the end of a `with`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Hub(_Server):
    """Large files are at another host, as those of the hub are. `files` are those of the repository
    called REPOSITORY; `tokens` has what that host was shown of logins.
    """

    def __init__(self, files=FILES):
        super().__init__()
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        self.repositories = {REPOSITORY: Repository(files)}
        self.tokens = []
        self._storage = _Server()
        self._storage.repositories, self._storage.tokens = self.repositories, self.tokens
        self.storage = f"http://localhost:{self._storage.server_port}"

    def __enter__(self):
        self._storage.__enter__()
        return super().__enter__()

    def __exit__(self, *_):
        super().__exit__()
        self._storage.__exit__()


class _Answers(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        _, *parts = self.path.split("?")[0].split("/")
        if parts[:2] == ["api", "models"]:
            if parts[4:] == ["revision", "absent"]:
                self.refuse(404, "RevisionNotFound", "Invalid rev id")
                return
            self.listing("/".join(parts[2:4]))
        elif parts[0] == "stored":
            if "Authorization" in self.headers:
                self.server.tokens.append(self.headers["Authorization"])
            self.content("/".join(parts[1:3]), "/".join(parts[3:]))
        elif parts[0] == "cache":
            self.content("/".join(parts[1:3]), "/".join(parts[3:]))
        elif parts[2:3] == ["resolve"]:
            self.resolve("/".join(parts[:2]), parts[3], "/".join(parts[4:]))
        else:
            self.reply(404)

    def listing(self, name):
        if name.startswith("someone/") and name[8:] in GARBAGE:
            self.reply(200, GARBAGE[name[8:]], {"Content-Type": "application/json"})
            return
        repository = self.server.repositories.get(name)
        if repository is None:
            # To those who aren't logged in the hub doesn't tell what is private from what isn't.
            self.refuse(401, "RepoNotFound", "Invalid username or password.")
        elif repository.listing != 200:
            self.reply(repository.listing, b"", {"Retry-After": "17"})
        else:
            siblings = [_sibling(repository, *file) for file in repository.files.items()]
            said = {"id": name, "sha": COMMIT, "gated": repository.gated, "siblings": siblings}
            self.reply(200, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def resolve(self, name, revision, file):
        repository = self.server.repositories[name]
        if repository.gated and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.refuse(401, "GatedRepo", f"Access to model {name} is restricted.")
        elif revision != COMMIT:
            self.refuse(404, "RevisionNotFound", "Invalid rev id")
        elif file not in repository.files:
            self.refuse(404, "EntryNotFound", "Entry not found")
        else:
            data = repository.files[file]
            headers = {"X-Repo-Commit": COMMIT}
            if file.endswith(LARGE):
                headers["Location"] = f"{self.server.storage}/stored/{name}/{file}"
                headers["X-Linked-Size"] = str(repository.sizes.get(file, len(data)))
                headers["X-Linked-ETag"] = f'"{_sha256(repository, file)}"'
                self.reply(302, b"", headers)
            else:
                headers["ETag"] = f'"{_blob_id(data)}"'
                self.reply(307, b"", headers | {"Location": f"/cache/{name}/{file}"})

    def content(self, name, file):
        repository = self.server.repositories[name]
        data = repository.files[file]
        etag = hashlib.sha256(data).hexdigest() if file.endswith(LARGE) else _blob_id(data)
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}
        start, end = self.headers.get("Range", "bytes=0-")[6:].split("-")
        whole = len(data)
        start, data = int(start), data[: int(end) + 1 if end else None]
        sent = 1.0
        if self.command == "GET":
            repository.downloads.append((file, start))
            fault = repository.faults.pop(0) if repository.faults else sent
            if isinstance(fault, int):
                self.reply(fault, b"", {"Retry-After": "0"})
                return
            sent = fault
            repository.bytes_sent += int(sent * len(data[start:]))
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{whole}"
        self.reply(206 if start else 200, data[start:], headers, sent=sent)

    def refuse(self, status, code, said):
        self.reply(status, b"", {"X-Error-Code": code, "X-Error-Message": said})

    def reply(self, status, body=b"", headers=None, sent=1.0):
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[: int(sent * len(body))])
        self.close_connection = True

    def log_message(self, *_):
        pass


def _sibling(repository, file, data):
    said = {"rfilename": file, "size": len(data), "blobId": _blob_id(data)}
    if file in repository.told:
        said["blobId"] = repository.told[file]
    if file.endswith(LARGE):
        sha256 = _sha256(repository, file)
        said["lfs"] = {"sha256": sha256, "size": len(data), "pointerSize": 134}
    return said


def _sha256(repository, file):
    told = repository.told.get(file)
    return told or hashlib.sha256(repository.files[file]).hexdigest()


def _blob_id(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def run_toolkit(hub, *arguments):
    """A command that reaches the hub only there, in a process: clients read where it is once."""
    return _run(hub.endpoint, ["-c", TOOLKIT, *map(str, arguments)])


def run_install(hub, spec, models, *, before=""):
    """An installation that prints what it tells and the golden sentence. `before` is code that
    runs first.
    """
    return _run(hub.endpoint, ["-c", before + INSTALL, spec.model_dump_json(), str(models)])


def _run(endpoint, arguments):
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0"}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def reached(endpoint) -> Iterator[None]:
    """Clients in this process have the hub there."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "ENDPOINT": endpoint,
            "HUGGINGFACE_CO_URL_TEMPLATE": endpoint + "/{repo_id}/resolve/{revision}/{filename}",
            "HF_HUB_OFFLINE": False,
        }.items():
            patch.setattr(f"huggingface_hub.constants.{name}", value)
        yield


@dataclass(frozen=True, slots=True)
class Fetched:
    """The revisions that came, and why others were refused."""

    revisions: list[str]
    refused: list[str]


def fetch(endpoint, folder, *, files=(), sha256=None, repositories=(REPOSITORY,)):
    """Fetch an entry from each of these repositories into one folder."""
    entry = {
        "id": "tiny-hub",
        "description": "for tests",
        "family": "seq2seq",
        "tasks": ["translation"],
        "languages": ["fr", "en"],
        "licence": "CC0-1.0",
        "publisher": "nobody",
        "format": "gguf" if files else "huggingface",
        "parameters": "1K",
        "max_context_tokens": 512,
        "installed_bytes": 1000,
        "files": [
            {
                "name": name,
                "bytes": len(FILES[name]),
                "sha256": sha256 or hashlib.sha256(FILES[name]).hexdigest(),
            }
            for name in files
        ],
        "sources": [{"kind": "hub", "repository": name} for name in repositories],
    }
    spec, done = ModelSpec.model_validate(entry), Fetched([], [])
    with reached(endpoint):
        for source in spec.sources:
            try:
                done.revisions.append(sources.fetch(spec, source, folder, lambda *_: None))
            except ModelError as error:
                done.refused.append(str(error))
    return done


def files_in(folder):
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and ".partial" not in p.parts)
