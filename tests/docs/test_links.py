import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
NAMED = re.compile(
    r"`(?:python |make )?((?:docs|eval|examples|prompts|recipes|seeds|tests)/[\w./-]+)`"
)
TARGET = re.compile(r"(?:`|^)make ([a-z-]+)(?:`|\s*(?:#|$))", re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page):
    text = page.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert {each for each in LINK.findall(text) if not (page.parent / each).exists()} == set()
    assert {each for each in NAMED.findall(text) if not (ROOT / each).exists()} == set()
    assert set(TARGET.findall(text)) <= targets
