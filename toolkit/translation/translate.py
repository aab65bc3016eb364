"""Segments to translations, in batches of similar length."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from toolkit.documents import Check, Segment, Translation
from toolkit.engines.base import Engine, GenerationConfig, Message, Output, Source
from toolkit.prompts import Prompt
from toolkit.segmentation import split_long
from toolkit.store import Store, key_of
from toolkit.translation.checks import advice, check_translation
from toolkit.translation.glossary import Glossary
from toolkit.translation.tries import AGAIN, FIRST, Tried, Way

# Sentences handed to the engine at once, and the most that a sudden end loses. Similar lengths keep
# padding small.
GROUP = 32
# Raise when the ways of trying or what checks find change: finished work is then done again.
RECIPE = 1
# An answer longer than this many tokens per source character is a loop, not a translation.
MAX_TOKENS_PER_CHAR = 0.6
MIN_NEW_TOKENS = 48
# Twice the longest sentences of newspapers: beyond it there is no sentence, but missing full stops.
MAX_PIECE_CHARS = 1200
PIECE_SHARE = 0.6  # of a text, when it is tried in pieces
PENALTY = 1.15  # on repeated tokens, when that is tried
OPENING_MARKS = ('"', "«", "“")

Progress = Callable[[int], None]

# Models have seen French typography with plain spaces far more often.
PLAIN_SPACES = str.maketrans("\u00a0\u202f", "  ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """`prompt` is needed for a causal engine and ignored by a sequence-to-sequence one.

    Texts that fail a check are tried again in the ways of AGAIN; the try that fails fewest checks
    is kept. What is in `store` is not done again. `second_prompt` is the careful one.
    """

    engine: Engine
    source_language: str
    target_language: str
    prompt: Prompt | None = None
    second_prompt: Prompt | None = None
    glossary: Glossary = field(default_factory=Glossary)
    config: GenerationConfig = field(default_factory=GenerationConfig)
    store: Store | None = None

    def translate(
        self, segments: Sequence[Segment], on_done: Progress = lambda count: None
    ) -> tuple[Translation, ...]:
        """One translation for each segment, in order. `on_done` hears how many are finished.

        The same text is translated once, and so always the same way.
        """
        counts = Counter(segment.text for segment in segments)
        fingerprint = self._fingerprint
        keys = {text: key_of("translation", {"text": text, **fingerprint}) for text in counts}
        done = {"": Tried(text="")} | self._finished(keys)
        on_done(sum(counts[text] for text in done))
        missing = sorted(counts.keys() - done.keys(), key=lambda text: (len(text), text))
        for start in range(0, len(missing), GROUP):
            group = missing[start : start + GROUP]
            new = dict(zip(group, self._work(group), strict=True))
            if self.store:
                self.store.add({keys[text]: each.as_json() for text, each in new.items()})
            done |= new
            on_done(sum(counts[text] for text in group))
        return tuple(_translation(segment, done[segment.text]) for segment in segments)

    @property
    def _fingerprint(self) -> dict[str, Any]:
        """All that affects a translation but the text."""
        return {
            "recipe": RECIPE,
            "languages": [self.source_language, self.target_language],
            "engine": self.engine.info.as_dict(),
            "prompts": [prompt.digest for prompt in (self.prompt, self.second_prompt) if prompt],
            "glossary": self.glossary.digest,
            "generation": asdict(self.config),
        }

    def _finished(self, keys: Mapping[str, str]) -> dict[str, Tried]:
        """What the store holds of the texts of `keys`."""
        if self.store is None:
            return {}
        found = self.store.find(list(keys.values()))
        return {
            text: Tried.from_json(found[key]) for text, key in keys.items() if text and key in found
        }

    def _work(self, texts: Sequence[str]) -> list[Tried]:
        """Every text, tried until nothing fails or no way is left."""
        best = self._try(texts, FIRST, [()] * len(texts))
        for way in AGAIN:
            again = [
                index
                for index, (text, tried) in enumerate(zip(texts, best, strict=True))
                if tried.failed and way.may_help(text, tried.failed) and self._differs(way)
            ]
            if not again:
                continue
            failed = [best[index].failed for index in again]
            for index, tried in zip(
                again, self._try([texts[index] for index in again], way, failed), strict=True
            ):
                better = tried if len(tried.failed) < len(best[index].failed) else best[index]
                best[index] = replace(better, tries=best[index].tries + 1)
        return best

    def _differs(self, way: Way) -> bool:
        """Whether `way` is another one than the first for this model and these prompts."""
        if way.pieces or way.penalty:
            return True
        first, second = self.prompt, self.second_prompt
        return (
            self.engine.info.family == "causal"
            and second is not None
            and (first is None or first.digest != second.digest)
        )

    def _try(
        self, texts: Sequence[str], way: Way, failed: Sequence[tuple[Check, ...]]
    ) -> list[Tried]:
        """Every text once, pieces sorted by length. `failed` is what earlier tries got wrong."""
        prompt = (way.careful and self.second_prompt) or self.prompt
        faults = [advice(checks) for checks in failed]
        pieces = [
            (piece, index, order)
            for index, text in enumerate(texts)
            for order, piece in enumerate(self._pieces(text, prompt, faults[index], way))
        ]
        pieces.sort(key=lambda each: (len(each[0]), each[1:]))
        # Which piece a fault is about can't be known.
        told = [[] if way.pieces else faults[index] for _, index, _ in pieces]
        answers = self._generate([piece for piece, _, _ in pieces], prompt, told, way)
        by_place: dict[tuple[int, int], Output] = {}
        for (piece, index, order), fault, answer in zip(pieces, told, answers, strict=True):
            opening = '"' if _lost_opening(piece, fault) else ""
            by_place[index, order] = replace(answer, text=opening + answer.text)
        outputs: list[list[Output]] = [[] for _ in texts]
        for place in sorted(by_place):
            outputs[place[0]].append(by_place[place])
        return [self._result(text, each) for text, each in zip(texts, outputs, strict=True)]

    def _source(self, text: str, prompt: Prompt | None, faults: list[str]) -> Source:
        """What the engine is given for `text`."""
        text = text.translate(PLAIN_SPACES)
        if prompt is None or self.engine.info.family == "seq2seq":
            return text
        terms = self.glossary.occurring(text)
        chat = prompt.render(
            source=text,
            terms=[{"source": term.source, "target": term.target} for term in terms],
            faults=faults,
        )
        return (*chat, Message("assistant", '"')) if _lost_opening(text, faults) else chat

    def _pieces(
        self, text: str, prompt: Prompt | None, faults: list[str], way: Way
    ) -> tuple[str, ...]:
        """The text itself, or parts of it: when asked, or too long for the model or for memory."""
        limit = int(len(text) * PIECE_SHARE) if way.pieces else MAX_PIECE_CHARS
        return tuple(
            piece.strip()
            for part in split_long(text, max_tokens=limit, count_tokens=len)
            for piece in split_long(
                part,
                max_tokens=self.engine.max_source_tokens,
                count_tokens=lambda piece: self.engine.count_tokens(
                    self._source(piece, prompt, faults)
                ),
            )
            if piece.strip()
        )

    def _generate(
        self,
        texts: Sequence[str],
        prompt: Prompt | None,
        faults: Sequence[list[str]],
        way: Way,
    ) -> list[Output]:
        longest = max(len(text) for text in texts)
        wanted = max(MIN_NEW_TOKENS, int(longest * MAX_TOKENS_PER_CHAR))
        config = replace(
            self.config,
            max_new_tokens=min(self.config.max_new_tokens, wanted),
            repetition_penalty=PENALTY if way.penalty else self.config.repetition_penalty,
        )
        sources = [
            self._source(text, prompt, told) for text, told in zip(texts, faults, strict=True)
        ]
        return self.engine.generate(sources, config)

    def _result(self, text: str, outputs: Sequence[Output]) -> Tried:
        joined = " ".join(output.text for output in outputs if output.text)
        whole = Output(
            text=self.glossary.repair(joined, source=text),
            source_tokens=sum(output.source_tokens for output in outputs),
            new_tokens=sum(output.new_tokens for output in outputs),
            finished=all(output.finished for output in outputs),
        )
        failed = check_translation(
            text,
            whole,
            source_language=self.source_language,
            target_language=self.target_language,
            terms=self.glossary.occurring(text),
        )
        return Tried(text=whole.text, failed=failed, new_tokens=whole.new_tokens)


def _translation(segment: Segment, tried: Tried) -> Translation:
    return Translation(
        segment=segment,
        text=tried.text,
        failed=tried.failed,
        new_tokens=tried.new_tokens,
        tries=tried.tries,
    )


def _lost_opening(source: str, faults: Sequence[str]) -> bool:
    """Whether `source` begins with a quotation that an earlier try left unmarked.

    The next try's answer is then begun with the mark.
    """
    return source[:1] in OPENING_MARKS and any("quotation" in fault for fault in faults)
