import subprocess
import sys

import pytest

pytest.importorskip("toolkit.models.openvino_runtime", reason="openvino-genai is not installed")

IMPORTING = """
import sys
import toolkit.engines.openvino
from toolkit.models.openvino_runtime import openvino_genai
assert openvino_genai.__version__
assert sys.modules["openvino_telemetry"] is None
print([name for name in sys.modules if name.startswith("openvino_telemetry.")])
"""


def test_telemetry_is_never_loaded():
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
