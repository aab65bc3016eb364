"""A small server that answers as the hub does, and a process that fetches from it."""

import hashlib
import json
import os
import random
import subprocess
import sys
from http.server import BaseHTTPRequestHandler

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "someone/tiny-model"
FILES = {
    "tiny.gguf": b"weights " * 1000,
    "config.json": b'{"model_type": "marian"}',
    "model.safetensors": b"safe " * 500,
    "pytorch_model.bin": b"pickled",
    "onnx/model.onnx": b"other",
}
FETCH = """
import json, sys
from pathlib import Path
from toolkit.errors import ModelError
from toolkit.models.catalogue import ModelSpec
from toolkit.models.sources import fetch
spec = ModelSpec.model_validate(json.loads(sys.argv[1]))
failed = False
for source in spec.sources:
    try:
        print(fetch(spec, source, Path(sys.argv[2]), lambda done, total: None))
    except ModelError as error:
        print(f"refused: {error}", file=sys.stderr)
        failed = True
sys.exit(failed)
"""
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
    "outside": json.dumps({"id": "someone/x", "sha": COMMIT, "siblings": OUTSIDE}).encode(),
}
CUT = "someone/cut-model"  # where the connection breaks off the first time


class Hub(BaseHTTPRequestHandler):
    cuts_left = 1

    def do_HEAD(self):
        self.answer(with_body=False)

    def do_GET(self):
        self.answer(with_body=True)

    def answer(self, *, with_body):
        path = self.path.split("?")[0].replace(CUT, REPOSITORY)
        garbage = path.removeprefix("/api/models/someone/").split("/")[0]
        if garbage in GARBAGE:
            self.reply(200, GARBAGE[garbage], {"Content-Type": "application/json"}, with_body)
            return
        if path.startswith(f"/api/models/{REPOSITORY}"):
            siblings = [{"rfilename": name, "size": len(data)} for name, data in FILES.items()]
            body = json.dumps({"id": REPOSITORY, "sha": COMMIT, "siblings": siblings}).encode()
            self.reply(200, body, {"Content-Type": "application/json"}, with_body)
            return
        name = path.removeprefix(f"/{REPOSITORY}/resolve/{COMMIT}/")
        if name not in FILES:
            self.reply(404, b"", {}, with_body)
            return
        data = FILES[name]
        etag = hashlib.sha256(data).hexdigest()
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}
        start = int(self.headers.get("Range", "bytes=0-")[6:].split("-")[0])
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        left = data[start:]
        sent = len(left)
        if CUT in self.path and with_body and Hub.cuts_left:
            Hub.cuts_left -= 1
            sent = random.randrange(len(left))
        self.reply(206 if start else 200, left, headers, with_body, sent=sent)

    def reply(self, status, body, headers, with_body, sent=None):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body[:sent])
        self.close_connection = True

    def log_message(self, *_):
        pass


def fetch(endpoint, folder, *, files=(), sha256=None, repositories=(REPOSITORY,)):
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
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0"}
    return subprocess.run(
        [sys.executable, "-c", FETCH, json.dumps(entry), str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def files_in(folder):
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and ".cache" not in p.parts)
