"""How long the torture tests go on, and what they counted.

`make test` gives each of them a few rounds. TORTURE_MINUTES, as `make torture` sets it, is shared
among all tests that ask for `rounds`.
"""

import os
import random
import time
from collections import Counter

import pytest

MINUTES = float(os.environ.get("TORTURE_MINUTES", "0"))
FIGURES = Counter()


@pytest.fixture
def figures():
    """Counts `inputs` tried, `faults` survived and texts `lost`, which are printed at the end."""
    return FIGURES


@pytest.fixture
def rounds(request):
    """rounds(3) gives three generators of random numbers, or as many as there is time for."""
    asking = sum("rounds" in item.fixturenames for item in request.session.items)

    def endless(quick):
        deadline = time.monotonic() + MINUTES * 60 / asking
        number = 0
        while number < quick or time.monotonic() < deadline:
            yield random.Random(f"{request.node.name} {number}")
            number += 1

    return endless


def pytest_terminal_summary(terminalreporter):
    if FIGURES:
        told = (
            f"torture: {FIGURES['inputs']:,} inputs tried, {FIGURES['faults']:,} faults survived, "
            f"{FIGURES['lost']:,} texts lost"
        )
        terminalreporter.write_line(told)
