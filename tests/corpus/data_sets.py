"""A server that answers as the hub does for a data set, and a process that reads from it."""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"
READ = """
import json, sys
from toolkit.corpus.storage import Storage
from toolkit.errors import ToolkitError
found = []
for url in sys.argv[1:]:
    try:
        files = [file for file in Storage.of(url).expand() if file.name != "README.md"]
        read = [[each.url, each.name, Storage.of(each.url).read().decode()] for each in files]
        found.append(read)
    except ToolkitError as error:
        found.append(str(error))
print(json.dumps(found))
"""


class DataSets:
    """`a/b` with `files`, and no other."""

    def __init__(self, files: dict[str, bytes]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path.startswith("/datasets/a/b/resolve/"):
                    self._send(206, files[path.split("/resolve/main/")[1]])
                elif "/tree/" in path:
                    below = path.partition("/tree/main")[2].strip("/")
                    self._send(200, json.dumps(_tree(files, below)).encode())
                elif path.startswith("/api/datasets/a/b"):
                    self._send(200, json.dumps({"id": "a/b", "sha": COMMIT}).encode())
                else:
                    self._send(404, b"{}")

            def _send(self, status: int, data: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> "DataSets":
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def run(self, *urls: str) -> list:
        """For each URL the files with what is in them, or what is said instead."""
        environment = os.environ | {
            "HF_ENDPOINT": f"http://127.0.0.1:{self._server.server_port}",
            "HF_HUB_OFFLINE": "0",
        }
        command = [sys.executable, "-c", READ, *urls]
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=True)
        return json.loads(done.stdout)


def _tree(files: dict[str, bytes], below: str) -> list[dict]:
    entries = [
        {"type": "file", "oid": COMMIT, "size": len(data), "path": name}
        for name, data in files.items()
        if name.startswith(below)
    ]
    folders = {name.rpartition("/")[0] for name in files} - {"", below}
    return [*entries, *({"type": "directory", "oid": COMMIT, "path": each} for each in folders)]
