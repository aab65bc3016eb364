"""How far an engine that shares pages of keys and values has read the prompts it was given."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence

MAX_PAGES = 4096  # that are remembered


class PrefillProgress:
    """A prompt shares the pages of those before it only if they were read when it came, so that it
    pays to wait for a page that is being read.

    Prompts are read in their order, `step_tokens` at each step but for those that are written.
    """

    def __init__(self, *, page_tokens: int, step_tokens: int) -> None:
        self._page_tokens = page_tokens
        self._step_tokens = step_tokens
        self._given = 0  # tokens, since the beginning
        self._read = 0
        self._pages: OrderedDict[int, int] = OrderedDict()  # what is given up to their end

    def add(self, ids: Sequence[int]) -> None:
        """A prompt that is read from now on, but for the pages that it shares."""
        pages = list(self._hashes(ids))
        new = [page for page in pages if page not in self._pages]
        for place, page in enumerate(new, 1):
            self._pages[page] = self._given + self._page_tokens * place
        self._given += len(ids) - self._page_tokens * (len(pages) - len(new))
        while len(self._pages) > MAX_PAGES:
            self._pages.popitem(last=False)

    def step(self, *, written: int) -> None:
        """One step of the engine, in which `written` sequences got a token."""
        self._read = min(self._given, self._read + self._step_tokens - written)

    def awaits(self, ids: Sequence[int]) -> bool:
        """Whether a page that a prompt of `ids` begins with is being read."""
        shared = 0
        for page in self._hashes(ids):
            if page not in self._pages:
                break
            shared = self._pages[page]
        return shared > self._read

    def _hashes(self, ids: Sequence[int]) -> Iterator[int]:
        """One for each whole page, of everything up to its end. The last token never counts, since
        something must be read.
        """
        last = 0
        for start in range(0, len(ids) - self._page_tokens, self._page_tokens):
            last = hash((last, *ids[start : start + self._page_tokens]))
            yield last
