import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_of_the_command_line_is_that_of_the_program():
    generate = runpy.run_path(str(DOCS / "generate_cli.py"))["reference"]
    assert (DOCS / "cli.md").read_text("utf-8") == generate(), "stale: make docs writes it anew"
