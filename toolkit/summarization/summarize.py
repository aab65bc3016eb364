"""An article to a short summary that stays within its words and its source."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from toolkit.documents import Check, Summary
from toolkit.engines.base import Engine, GenerationConfig, Output, Source
from toolkit.errors import ModelError
from toolkit.prompts import Prompt
from toolkit.segmentation import split_long, split_sentences
from toolkit.summarization.checks import check_summary

TOKENS_PER_WORD = 2  # room that an answer gets; English news needs about 1.4
MAX_ATTEMPTS = 3
# Beyond it, parts are summarized first: a small model loses the thread, and memory grows.
MAX_ARTICLE_TOKENS = 2500
PART_WORDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarizer:
    """`prompt` is needed for a causal engine and ignored by a sequence-to-sequence one."""

    engine: Engine
    language: str = "en"
    prompt: Prompt | None = None
    config: GenerationConfig = field(default_factory=GenerationConfig)

    def summarize(
        self, text: str, *, max_words: int, title: str = "", evidence: str = ""
    ) -> Summary:
        """A summary of `text` in at most `max_words` words and whole sentences.

        `evidence` is further text that the summary may rest on, such as the article before it was
        translated. What still fails a check is named in the result.
        """
        support = "\n".join((title, text, evidence))

        def check(draft: str) -> list[Check]:
            return check_summary(
                draft, article=support, language=self.language, max_words=max_words
            )

        attempts: list[tuple[str, list[Check]]] = []
        note = ""
        article = self._shorten(text)
        while len(attempts) < MAX_ATTEMPTS:
            draft = self._ask(article, max_words=max_words, title=title, note=note)
            kept = _within(draft.text, max_words) or draft.text
            failed = check(kept)
            attempts.append((kept, failed))
            if not failed:
                break
            note = _note(failed, max_words)
        best, failed = min(attempts, key=lambda attempt: _badness(attempt[1]))
        if failed and (rest := _supported_sentences(best, check)):
            best, failed = rest, []
        return Summary(text=best, max_words=max_words, failed=tuple(failed), attempts=len(attempts))

    def _ask(self, text: str, *, max_words: int, title: str, note: str) -> Output:
        source = self._source(text, max_words=max_words, title=title, note=note)
        wanted = max_words * TOKENS_PER_WORD + 32
        config = replace(self.config, max_new_tokens=min(self.config.max_new_tokens, wanted))
        return self.engine.generate([source], config)[0]

    def _source(self, text: str, **inputs: object) -> Source:
        if self.prompt is None or self.engine.info.family == "seq2seq":
            return text
        return self.prompt.render(text=text, **inputs)

    def _shorten(self, text: str) -> str:
        """`text` itself, or the joined summaries of its parts when it is too long for one."""
        budget = min(self.engine.max_source_tokens, MAX_ARTICLE_TOKENS)

        def count(part: str) -> int:
            return self.engine.count_tokens(
                self._source(part, max_words=PART_WORDS, title="", note="")
            )

        if count(text) <= budget:
            return text
        parts = list(_parts(text, budget=budget, count=count))
        if len(parts) < 2:
            raise ModelError("the summarizer's context is too short for any part of the article")
        summaries = [
            _within(self._ask(part, max_words=PART_WORDS, title="", note="").text, PART_WORDS)
            for part in parts
        ]
        return self._shorten("\n\n".join(summary for summary in summaries if summary))


def _parts(text: str, *, budget: int, count: Callable[[str], int]) -> Iterator[str]:
    """Runs of paragraphs of at most `budget` tokens; longer paragraphs are cut at clauses."""
    part = ""
    for paragraph in text.split("\n\n"):
        for piece in split_long(paragraph, max_tokens=budget, count_tokens=count):
            joined = f"{part}\n\n{piece}" if part else piece
            if part and count(joined) > budget:
                yield part
                part = piece
            else:
                part = joined
    if part:
        yield part


def _within(text: str, max_words: int) -> str:
    """The leading whole sentences of `text` that fit, as one paragraph; empty if none does."""
    kept = ""
    for segment in split_sentences(" ".join(text.split())):
        longer = f"{kept} {segment.text}".strip()
        if len(longer.split()) > max_words or segment.text[-1] not in ".!?…”\"’')]":
            break
        kept = longer
    return kept


def _supported_sentences(text: str, check: Callable[[str], list[Check]]) -> str:
    """The sentences of `text` that pass on their own, if the first does: the rest leans on it."""
    sentences = [segment.text for segment in split_sentences(text)]
    passed = [sentence for sentence in sentences if not check(sentence)]
    kept = " ".join(passed)
    return kept if passed and passed[0] == sentences[0] and not check(kept) else ""


def _note(failed: list[Check], max_words: int) -> str:
    """What to tell the model about its last attempt."""
    faults = {check.name: check.detail for check in failed}
    notes = [f"Don't use these, they are {faults[k]}." for k in ("names", "numbers") if k in faults]
    if "attribution" in faults:
        notes.append(f"In this article: {faults['attribution']}. Keep who said what of whom.")
    if "length" in faults or "unfinished" in faults:
        notes.append(f"Write one short sentence of at most {max_words * 2 // 3} words.")
    return " ".join(notes)


def _badness(failed: list[Check]) -> tuple[bool, int]:
    """Over the limit is worse than anything else."""
    return any(check.name in ("length", "empty") for check in failed), len(failed)
