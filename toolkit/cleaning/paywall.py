"""Whether an article breaks off where a page says that it goes on for subscribers."""

from collections.abc import Sequence
from itertools import islice

from toolkit.documents import Block
from toolkit.languages.paywalls import is_paywall

FREE_PART = "only the free part of an article for subscribers"
REACH = 6  # lines with text below the last that stays


def ends_at_paywall(blocks: Sequence[Block]) -> bool:
    """Whether a line says so that went, and that stands right below the last that stays."""
    last = max((index for index, block in enumerate(blocks) if block.kept), default=-1)
    below = (block for block in blocks[last + 1 :] if block.text.strip())
    return last >= 0 and any(is_paywall(block.text) for block in islice(below, REACH))
