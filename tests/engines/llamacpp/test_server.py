import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines.helpers import CONFIG
from tests.engines.llamacpp.helpers import CHATS, opened
from toolkit.engines.base import generate
from toolkit.errors import ModelError

pytest.importorskip("xllamacpp", reason="the extra llamacpp is not installed")


def test_nothing_is_printed_and_nobody_else_can_ask(placed, capfd):
    folder = placed("gemma3")
    capfd.readouterr()
    model = opened(folder)
    generate(model, CHATS[:1], CONFIG)
    address = model._server._address
    if os.name == "posix":
        assert address.startswith("unix://")
        folder = Path(address.removeprefix("unix://")).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    model._server._key = "another"
    with pytest.raises(ModelError, match="Invalid API Key"):
        model._server.ask("/tokenize", {"content": "x"})
    del model
    assert capfd.readouterr() == ("", "")


def test_a_file_that_is_none_is_named(placed, tmp_path, capfd):
    folder = shutil.copytree(placed("gemma3"), tmp_path / "model")
    capfd.readouterr()
    weights = folder / "model/model.gguf"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(ModelError, match=r"llama\.cpp can't load .*model\.gguf"):
        opened(folder)
    (folder / "model/shape.json").write_text("{}")
    with pytest.raises(ModelError, match=r"llama\.cpp can't load"):
        opened(folder)
    assert capfd.readouterr() == ("", "")


ENDLESS = """
import sys
from pathlib import Path
from tests.engines.helpers import CONFIG
from tests.engines.llamacpp.helpers import CHATS, opened
from toolkit.engines.base import generate

model = opened(Path(sys.argv[1]))
print("begun", flush=True)
while True:
    generate(model, CHATS, CONFIG)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_ctrl_c_ends_it(placed):
    command = [sys.executable, "-c", ENDLESS, str(placed("gemma3"))]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Whatever runs the tests in the background may have had them ignore interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode in (1, 130, -signal.SIGINT)
    assert said.strip().endswith(b"KeyboardInterrupt")


def test_a_server_that_is_closed_at_once_ends(gguf_file):
    again = (
        "import sys\n"
        "from pathlib import Path\n"
        "from toolkit.engines.llamacpp.server import LlamaServer\n"
        "for _ in range(60):\n"
        "    LlamaServer(Path(sys.argv[1]), context_tokens=512, sequences=4, threads=1)\n"
    )
    subprocess.run([sys.executable, "-c", again, gguf_file], check=True, timeout=120)
