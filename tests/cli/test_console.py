import subprocess
import sys

from tests.cli.helpers import ARTICLE


def process(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", "from toolkit.cli.main import run; run()", *map(str, arguments)],
        capture_output=True,
        timeout=60,
        check=False,
        **options,
    )


def test_standard_input_and_a_closed_reader():
    assert process("clean", "-", input=ARTICLE.encode()).stdout.decode().startswith("Le ministre")
    command = f"{sys.executable} -c 'from toolkit.cli.main import run; run()' clean - | true"
    broken = subprocess.run(
        ["bash", "-c", command], input=ARTICLE.encode() * 2000, capture_output=True, check=False
    )
    assert b"Traceback" not in broken.stderr
