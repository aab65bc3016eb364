"""Memory of a file that a library reads its weights from."""

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INTERVAL_S = 0.02
MADV_DONTNEED = 4  # Linux: the pages come back from the file when somebody reads them


@contextmanager
def given_back(file: Path) -> Iterator[None]:
    """While the body runs, keep giving back the pages of the mapped `file`: a library that copies
    its weights into another order never looks at them again, and they would count as memory in use.

    Elsewhere than on Linux nothing happens.
    """
    done = threading.Event()

    def work() -> None:
        while not done.wait(INTERVAL_S):
            _give_back(file)

    thread = threading.Thread(target=work, daemon=True)
    if sys.platform == "linux":
        thread.start()
    try:
        yield
    finally:
        done.set()
        if sys.platform == "linux":
            thread.join()
            _give_back(file)


def _give_back(file: Path) -> None:
    advise = ctypes.CDLL(None).madvise
    for start, end in _mappings(os.path.realpath(file)):
        advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_DONTNEED)


def _mappings(path: str) -> Iterator[tuple[int, int]]:
    """Where the file is mapped to be read only: what was written there would be lost."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        place, rights, _, _, _, *name = line.split(maxsplit=5)
        if name == [path] and "w" not in rights:
            start, _, end = place.partition("-")
            yield int(start, 16), int(end, 16)
