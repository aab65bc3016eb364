"""Where cleaning is unsure: lines, and pages as a whole.

The limits were chosen on the tune pages of eval/gold; docs/quality.md says what they find there.
"""

from collections.abc import Sequence

from toolkit.cleaning.blocks import ARTICLE, TITLE
from toolkit.documents import Block

CERTAIN = 0.8  # the least probability of a verdict that is no doubtful one
MIN_LINES = 5  # doubtful ones: a few are on every second page
MIN_SHARE = 0.15  # of as many lines as the article has
PROSE_SCORE = 1.0  # of lines that read like an article's
MIN_PROSE_SHARE = 0.6  # of prose; on no page that is cleaned well it was under .64


def is_doubtful(block: Block) -> bool:
    """Whether the verdict on the line may well be wrong; not where its probability is unknown."""
    if block.probability is None:
        return False
    of_verdict = block.probability if block.reason == ARTICLE else 1 - block.probability
    return of_verdict < CERTAIN


def doubt_of(blocks: Sequence[Block]) -> str:
    """What cleaning was unsure of, where that is much of the page, else an empty text: many
    doubtful lines, or much that reads like an article and was left out.
    """
    article = [block for block in blocks if block.reason == ARTICLE]
    doubtful = sum(map(is_doubtful, blocks))
    if doubtful >= max(MIN_LINES, MIN_SHARE * len(article)):
        filled = sum(bool(block.text.strip()) for block in blocks)
        return f"was unsure about {doubtful} of {filled} lines"
    kept = sum(len(block.text) for block in article)
    left = sum(len(block.text) for block in blocks if _is_prose_left_out(block))
    if kept and kept < MIN_PROSE_SHARE * (kept + left):
        return f"kept {kept / (kept + left):.0%} of what reads like an article"
    return ""


def _is_prose_left_out(block: Block) -> bool:
    left = not block.kept and block.reason != TITLE
    return left and block.probability is not None and block.score >= PROSE_SCORE
