"""llama.cpp's server inside this process, on a socket that nobody else can open.

The binding has no call that tokenizes, and none that can be given up halfway. Over the socket,
which the binding opens in any case, both can be had.
"""

import json
import secrets
import socket
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from toolkit.errors import ModelError
from toolkit.files import private_folder
from toolkit.models.boundary import model_errors, one_line

TOKENS_AT_ONCE = 256  # of all sequences in a step: the memory for a step's results grows with it
SILENT = -1
SOCKET = "s.sock"  # short: systems take no more than about a hundred bytes of a whole path
LAYERS_ELSEWHERE = {"cpu": 0}  # than on the CPU; otherwise as many as the binding was built for
JSON = {"Content-Type": "application/json"}


class LlamaServer:
    def __init__(
        self,
        file: Path,
        *,
        context_tokens: int,
        sequences: int,
        threads: int,
        device: str = "cpu",
        float32: bool = False,
    ) -> None:
        """Load the GGUF `file`; at most so many `sequences` share the memory for `context_tokens`.

        Raises ModelError when llama.cpp refuses it.
        """
        with model_errors(f"llama.cpp can't load {file}"):
            import xllamacpp

            folder = private_folder(self)
            self._key = secrets.token_hex(16)
            params = xllamacpp.CommonParams()
            params.model.path = str(file)
            params.api_keys = [self._key]
            if hasattr(socket, "AF_UNIX"):
                params.hostnames = [str(folder / SOCKET)]
            params.n_ctx = context_tokens
            params.n_parallel = sequences
            params.kv_unified = True
            params.n_batch = params.n_ubatch = TOKENS_AT_ONCE
            params.n_gpu_layers = LAYERS_ELSEWHERE.get(device, -1)
            for processors in (params.cpuparams, params.cpuparams_batch):
                processors.n_threads = threads
                processors.poll = 0  # waiting threads sleep: they would take time from others
            # Memory beside that for the context.
            params.cache_ram_mib = params.n_ctx_checkpoints = 0
            params.cache_idle_slots = False
            params.fit_params = params.warmup = False
            # The file's template may be one that the library can't run; we render chats ourselves.
            params.use_jinja, params.chat_template = False, "chatml"
            params.offline = True
            params.ui = params.endpoint_slots = params.endpoint_props = False
            params.verbosity = SILENT
            if float32:
                params.flash_attn_type = (
                    xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
                )
                params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
            self._server = xllamacpp.Server(params)
            self._address = str(self._server.listening_address)
        # A server that is closed before its loop runs waits for it for ever; an answer shows that
        # it does.
        self.ask("/completion", {"prompt": [0], "n_predict": 0})

    def begin(self, path: str, body: dict[str, Any]) -> HTTPConnection:
        """Ask, and don't wait for the answer; closing the connection gives it up."""
        connection = _Connection(self._address)
        headers = JSON | {"Authorization": f"Bearer {self._key}"}
        try:
            with model_errors("llama.cpp can't be asked"):
                connection.request("POST", path, json.dumps(body), headers)
        except BaseException:
            connection.close()
            raise
        return connection

    def answer(self, connection: HTTPConnection) -> Any:
        """What was answered. Raises ModelError for a refusal."""
        try:
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, HTTPException, ValueError) as error:
            raise ModelError(f"llama.cpp doesn't answer: {one_line(error)}") from error
        finally:
            connection.close()
        if response.status != 200:
            raise ModelError(f"llama.cpp can't run the model: {answer['error']['message']}")
        return answer

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        return self.answer(self.begin(path, body))


class _Connection(HTTPConnection):
    """To `unix://PATH` or `http://HOST:PORT`."""

    def __init__(self, address: str) -> None:
        self._place = urlsplit(address)
        super().__init__(self._place.hostname or "localhost", self._place.port)

    def connect(self) -> None:
        if self._place.scheme == "unix":
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(self._place.path)
        else:
            super().connect()


def available_version() -> str:
    import xllamacpp

    return str(xllamacpp.__version__)
