"""Documents that are too long to be read at once: their parts are summarized first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest

from toolkit.engines.asking import Asking
from toolkit.errors import TooLongError
from toolkit.summarization.drafting import TOKENS_PER_WORD, Draft, Drafter
from toolkit.summarization.faithfulness.checker import Checker
from toolkit.summarization.forms import Form
from toolkit.summarization.parts import parts_of, spread
from toolkit.summarization.request import SummaryRequest

# Beyond it, parts are summarized first: a small model loses the thread, and memory grows.
MAX_ARTICLE_TOKENS = 2500
PARTS_AT_ONCE = 16  # whose drafts are asked for at once, and lost when a run is cut off
PART = Form("standard", "prose", 120)
MIN_PART_WORDS = 40  # fewer tell nothing


@dataclass(frozen=True, slots=True)
class Shortened:
    """The text to be summarized, and the sentences that tell each part of a document that was too
    long, in its order; no parts where the text is the document's own.
    """

    text: str
    parts: tuple[tuple[str, ...], ...] = ()

    @property
    def in_order(self) -> list[str]:
        return list(chain.from_iterable(self.parts))

    def in_turn(self) -> Iterator[str]:
        """One sentence of each part before the second of any, the last part's first of all."""
        rows = zip_longest(*(self.parts[number] for number in spread(len(self.parts))))
        return (sentence for row in rows for sentence in row if sentence)


def shorten(request: SummaryRequest, drafter: Drafter, checker: Checker) -> Asking[Shortened]:
    """The text itself, or the joined summaries of its parts when it is too long for one.

    Each part has the same room, but what a small model makes of their summaries is mostly the first
    of them: so the sentences of the others are kept, to have a share of the final summary.
    """
    budget = min(drafter.engine.max_source_tokens, MAX_ARTICLE_TOKENS)

    def part_of(text: str, form: Form = PART) -> SummaryRequest:
        return replace(request, text=text, form=form, title="", date="", note="")

    def count(text: str) -> int:
        return drafter.engine.count_tokens(drafter.source(part_of(text)))

    if count(request.text) <= budget:
        return Shortened(request.text)
    frame = count("")  # the prompt around the text
    room = max(1, budget - frame)
    texts = list(parts_of(request.text, budget=room, count=lambda text: count(text) - frame))
    # Together they are to be read at once, if that leaves enough to tell each part.
    words = max(MIN_PART_WORDS, min(PART.max_words, room // (TOKENS_PER_WORD * len(texts))))
    parts = [(part_of(text, replace(PART, max_words=words)), "") for text in texts]
    drafts = []
    for start in range(0, len(parts), PARTS_AT_ONCE):
        drafts += yield from drafter.drafts(parts[start : start + PARTS_AT_ONCE], checker)
    joined = "\n\n".join(_text(draft) for draft in drafts if draft.paragraphs)
    if len(joined) >= len(request.text):
        raise TooLongError("the model's context is too short for any part of the article")
    sentences = tuple(
        (*draft.sentences, *_source_sentence(text, draft, checker))
        for text, draft in zip(texts, drafts, strict=True)
    )
    shorter = yield from shorten(replace(request, text=joined), drafter, checker)
    return Shortened(shorter.text, sentences)


def _text(draft: Draft) -> str:
    return PART.join([[sentence.text for sentence in sentences] for sentences in draft.paragraphs])


def _source_sentence(part: str, draft: Draft, checker: Checker) -> Sequence[str]:
    """The sentence of a part of the article on which the first one of its draft rests."""
    ranked = checker.evidence.ranked(draft.sentences[0]) if draft.sentences else []
    quotable = (source.quotable(checker.language) for _, source in ranked)
    return list(islice((each for each in quotable if each and each in part), 1))
