import os
import subprocess
import sys

import pytest

IMPORTING = """
import os, sys
from toolkit.models import machine
machine._is_x86 = lambda: sys.argv[1] == "x86"
machine._has = lambda feature: sys.argv[2] == "vnni"
from toolkit.models.ctranslate2_runtime import ctranslate2
assert ctranslate2.__version__
print(os.environ.get("CT2_USE_MKL"))
"""


@pytest.mark.parametrize(
    ("processor", "set_by_user", "expected"),
    [
        (("x86", "none"), None, "1"),
        (("x86", "none"), "0", "0"),
        (("x86", "vnni"), None, "None"),
        (("arm", "none"), None, "None"),
    ],
)
def test_the_right_library_multiplies(processor, set_by_user, expected):
    """That a model then answers as it was taught is tested with each entry of the catalogue."""
    environment = {name: value for name, value in os.environ.items() if name != "CT2_USE_MKL"}
    if set_by_user:
        environment["CT2_USE_MKL"] = set_by_user
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING, *processor],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert (done.returncode, done.stdout.strip()) == (0, expected), done.stderr
