"""Segments to translations, in batches of similar length."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from toolkit.documents import Segment, Translation
from toolkit.engines.base import Engine, GenerationConfig, Message, Output, Source
from toolkit.prompts import Prompt
from toolkit.segmentation import split_long
from toolkit.translation.checks import advice, check_translation
from toolkit.translation.glossary import Glossary

# Sentences handed to the engine at once. Similar lengths keep padding small, and what is done can
# be told after each group.
GROUP = 64
# An answer longer than this many tokens per source character is a loop, not a translation.
MAX_TOKENS_PER_CHAR = 0.6
MIN_NEW_TOKENS = 48
# Twice the longest sentences of newspapers: beyond it there is no sentence, but missing full stops.
MAX_PIECE_CHARS = 1200
OPENING_MARKS = ('"', "«", "“")

Progress = Callable[[int], None]

# Models have seen French typography with plain spaces far more often.
PLAIN_SPACES = str.maketrans("\u00a0\u202f", "  ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """`prompt` is needed for a causal engine and ignored by a sequence-to-sequence one.

    Segments that fail a check are tried once more with `second_prompt`; the try that fails fewer
    checks is kept.
    """

    engine: Engine
    source_language: str
    target_language: str
    prompt: Prompt | None = None
    second_prompt: Prompt | None = None
    glossary: Glossary = field(default_factory=Glossary)
    config: GenerationConfig = field(default_factory=GenerationConfig)

    def translate(
        self, segments: Sequence[Segment], on_done: Progress = lambda count: None
    ) -> tuple[Translation, ...]:
        """One translation for each segment, in order. `on_done` hears how many are finished."""
        first = self._pass(segments, self.prompt, on_done=on_done)
        again = [index for index, translation in enumerate(first) if translation.failed]
        if not again or not self._has_second_way():
            return tuple(first)
        faults = {segments[index].text: advice(first[index].failed) for index in again}
        second = self._pass([segments[index] for index in again], self.second_prompt, faults)
        for index, translation in zip(again, second, strict=True):
            if len(translation.failed) < len(first[index].failed):
                first[index] = translation
        return tuple(first)

    def _has_second_way(self) -> bool:
        first, second = self.prompt, self.second_prompt
        return (
            self.engine.info.family == "causal"
            and second is not None
            and (first is None or first.digest != second.digest)
        )

    def _pass(
        self,
        segments: Sequence[Segment],
        prompt: Prompt | None,
        faults: Mapping[str, list[str]] | None = None,
        on_done: Progress = lambda count: None,
    ) -> list[Translation]:
        """Every segment once, its pieces in batches of similar length.

        `faults` tells, by source text, what an earlier try got wrong.
        """

        def source(text: str) -> Source:
            return self._source(text, prompt, (faults or {}).get(text, []))

        pieces = [
            (index, piece)
            for index, segment in enumerate(segments)
            if segment.text
            for piece in self._pieces(segment.text, source)
        ]
        outputs: dict[int, Output] = {}
        order = sorted(range(len(pieces)), key=lambda position: len(pieces[position][1]))
        for start in range(0, len(order), GROUP):
            group = order[start : start + GROUP]
            texts = [pieces[position][1].strip() for position in group]
            answers = self._generate(texts, source)
            for position, text, answer in zip(group, texts, answers, strict=True):
                opening = '"' if _lost_opening(text, (faults or {}).get(text, [])) else ""
                outputs[position] = replace(answer, text=opening + answer.text)
            on_done(len(group))
        by_segment: dict[int, list[Output]] = {}
        for position, (index, _) in enumerate(pieces):
            by_segment.setdefault(index, []).append(outputs[position])
        return [
            self._result(segment, by_segment.get(index, []))
            for index, segment in enumerate(segments)
        ]

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

    def _pieces(self, text: str, source: Callable[[str], Source]) -> tuple[str, ...]:
        """The text itself, or parts of it when it is too long for the model or for memory."""
        return tuple(
            piece
            for part in split_long(text, max_tokens=MAX_PIECE_CHARS, count_tokens=len)
            for piece in split_long(
                part,
                max_tokens=self.engine.max_source_tokens,
                count_tokens=lambda piece: self.engine.count_tokens(source(piece)),
            )
        )

    def _generate(self, texts: list[str], source: Callable[[str], Source]) -> list[Output]:
        longest = max(len(text) for text in texts)
        wanted = max(MIN_NEW_TOKENS, int(longest * MAX_TOKENS_PER_CHAR))
        config = replace(self.config, max_new_tokens=min(self.config.max_new_tokens, wanted))
        return self.engine.generate([source(text) for text in texts], config)

    def _result(self, segment: Segment, outputs: list[Output]) -> Translation:
        if not outputs:
            return Translation(segment=segment, text="")
        whole = Output(
            text=self.glossary.repair(
                " ".join(output.text for output in outputs if output.text), source=segment.text
            ),
            source_tokens=sum(output.source_tokens for output in outputs),
            new_tokens=sum(output.new_tokens for output in outputs),
            finished=all(output.finished for output in outputs),
        )
        failed = check_translation(
            segment.text,
            whole,
            source_language=self.source_language,
            target_language=self.target_language,
            terms=self.glossary.occurring(segment.text),
        )
        return Translation(
            segment=segment, text=whole.text, failed=failed, new_tokens=whole.new_tokens
        )


def _lost_opening(source: str, faults: Sequence[str]) -> bool:
    """Whether `source` begins with a quotation that an earlier try left unmarked.

    The next try's answer is then begun with the mark.
    """
    return source[:1] in OPENING_MARKS and any("quotation" in fault for fault in faults)
