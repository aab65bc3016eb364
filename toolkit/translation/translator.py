"""Sentences to translations, as a stream through the engine."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from toolkit.documents import Segment, Translation
from toolkit.engines.asking import Asking, run
from toolkit.engines.base import Engine, GenerationConfig
from toolkit.engines.stored import StoredOutputs
from toolkit.lexicon.lexicon import Lexicons
from toolkit.prompts import Prompt
from toolkit.store import Store
from toolkit.translation.attempts import FIRST, RETRIES, Attempt, Request
from toolkit.translation.checks import DEFAULT_LIMITS, Limits
from toolkit.translation.confidence.doubts import doubts
from toolkit.translation.confidence.estimator import Confidence, confidence_for
from toolkit.translation.confidence.signals import Observation
from toolkit.translation.correction import NOTHING
from toolkit.translation.glossary import Glossary
from toolkit.translation.judge import Judge
from toolkit.translation.prompting import Prompting
from toolkit.translation.search import (
    EFFORTS,
    TRANSLATION_CONFIG,
    Effort,
    Found,
    Quality,
    Reverse,
    Search,
)

Key = TypeVar("Key", bound=Hashable)
MAX_REMEMBERED = 10_000  # texts whose translation is at hand when they come again


@dataclass(frozen=True, kw_only=True)
class SentenceTranslator:
    """`prompt` is needed for a causal engine and ignored by a sequence-to-sequence one.

    Of what the engine answers the best candidate is kept. Texts that fail a check, or whose answer
    was not sure, are tried again by the strategies of RETRIES, and none is asked about more than
    `max_tries` times. What the engine answers is kept in `store`, and checked anew when it is found
    there. `second_prompt` is the careful one, `reverse_prompt` that of the other direction. A
    causal model is shown `context_sentences` before each. What `lexicons` find unanswered is tried
    again too, with what it can mean. Up to `alternatives` others are told with a translation, for
    which the model searches more widely.
    """

    engine: Engine
    source_language: str
    target_language: str
    prompt: Prompt | None = None
    second_prompt: Prompt | None = None
    reverse_prompt: Prompt | None = None
    glossary: Glossary = field(default_factory=Glossary)
    quality: Quality = "standard"
    config: GenerationConfig = TRANSLATION_CONFIG
    lexicons: Lexicons | None = None
    store: Store | None = None
    limits: Limits = DEFAULT_LIMITS
    max_tries: int = 1 + len(RETRIES)
    context_sentences: int = 0
    alternatives: int = 0

    def translate(
        self, segments: Sequence[Segment], on_done: Callable[[int], None] = lambda count: None
    ) -> tuple[Translation, ...]:
        """One translation for each segment, in order. `on_done` hears how many are finished.

        A segment that starts at 0 begins another document. The same text is translated once, and so
        always the same way, unless the sentences before it are shown as context.
        """
        found: dict[int, Translation] = {}
        for place, translation in self.stream(enumerate(segments)):
            found[place] = translation
            on_done(1)
        return tuple(found[place] for place in range(len(segments)))

    def stream(self, segments: Iterable[tuple[Key, Segment]]) -> Iterator[tuple[Key, Translation]]:
        """Each key with the translation of its segment, as soon as that is finished.

        Segments are taken as the engine has room, so they may come from any number of documents.
        """
        search = self._search()
        known: dict[Request, Translation] = {}
        asked: dict[Request, list[tuple[Key, Segment]]] = {}
        finished: deque[tuple[Key, Translation]] = deque()

        def finish(key: Key, segment: Segment, translation: Translation) -> None:
            finished.append((key, replace(translation, segment=segment)))

        def works() -> Iterator[tuple[Request, Asking[Found]]]:
            for request, key, segment in self._requests(segments):
                if not request.text.strip():
                    finish(key, segment, Translation(segment=segment, text=""))
                elif request in known:
                    finish(key, segment, known[request])
                elif request in asked:
                    asked[request].append((key, segment))
                else:
                    asked[request] = [(key, segment)]
                    yield request, search.work(request)

        for request, found in run(search.engine, works()):
            if len(known) >= MAX_REMEMBERED:
                del known[next(iter(known))]
            waiting = asked.pop(request)
            known[request] = self._translation(waiting[0][1], found)
            for key, segment in waiting:
                finish(key, segment, known[request])
            while finished:
                yield finished.popleft()
        while finished:
            yield finished.popleft()

    def attempts(self, sources: Sequence[str], targets: Sequence[str]) -> list[Attempt]:
        """Each target as if it were the model's first answer to its source, checked, with what the
        model finds of it and, where there is a prompt for that, of the source given the target.

        Not for engines that lack scores. Raises TooLongError for what they can't read.
        """
        search = self._search()
        asked = [search.prompting.source(Request(source), FIRST, NOTHING) for source in sources]
        attempts = [
            search.judge.attempt(search.judge.original(source), scored, instructions="")
            for source, scored in zip(sources, search.engine.score(asked, targets), strict=True)
        ]
        return self._reverse.scored(sources, attempts) if self._reverse else attempts

    @property
    def effort(self) -> Effort:
        """What the quality asks for, with no fewer beams than the settings and the alternatives,
        as far as the engine can do it; nothing is scored backwards without a prompt for it.
        """
        info = self.engine.info
        beams = max(self.config.num_beams, 1 + self.alternatives)
        wanted = EFFORTS[info.family][self.quality].with_beams(beams)
        effort = wanted.without(info.lacks_under(self.config))
        return replace(effort, reverse=effort.reverse and self.reverse_prompt is not None)

    def _search(self) -> Search:
        languages = (self.source_language, self.target_language)
        causal = self.engine.info.family == "causal"
        return Search(
            engine=StoredOutputs(self.engine, self.store, languages),
            prompting=Prompting(
                source_language=self.source_language,
                target_language=self.target_language,
                prompt=self.prompt if causal else None,
                second_prompt=self.second_prompt if causal else None,
                glossary=self.glossary,
                may_begin="openings" not in self.engine.info.lacks,
            ),
            judge=Judge(
                languages=languages,
                glossary=self.glossary,
                limits=self.limits,
                lexicons=self.lexicons,
            ),
            effort=self.effort,
            config=self.config,
            max_tries=self.max_tries,
            reverse=self._reverse,
        )

    @property
    def _reverse(self) -> Reverse | None:
        if not (self.reverse_prompt and self.effort.reverse):
            return None
        languages = (self.target_language, self.source_language)
        engine = StoredOutputs(self.engine, self.store, languages)
        return Reverse(engine=engine, prompt=self.reverse_prompt)

    def _requests(
        self, segments: Iterable[tuple[Key, Segment]]
    ) -> Iterator[tuple[Request, Key, Segment]]:
        """What there is to translate, each with the sentences of its document before it."""
        before: deque[str] = deque(maxlen=self.context_sentences)
        for key, segment in segments:
            if segment.start == 0:
                before.clear()
            yield Request(segment.text, " ".join(before)), key, segment
            before.append(segment.text)

    @cached_property
    def confidence(self) -> Confidence:
        """How likely translations of this engine's model are to mislead nobody."""
        return confidence_for(self.engine.info, (self.source_language, self.target_language))

    def _translation(self, segment: Segment, found: Found) -> Translation:
        source, attempt = segment.text, found.best
        seen = Observation(source=source, source_language=self.source_language, attempt=attempt)
        return Translation(
            segment=segment,
            text=attempt.text,
            failed=attempt.failed,
            unanswered=attempt.unanswered,
            confidence=self.confidence.of(seen),
            doubts=doubts(source, attempt, self.lexicons) if self.lexicons else (),
            terms=self.glossary.uses(source, attempt.text),
            new_tokens=attempt.new_tokens,
            tries=found.tries,
            alternatives=found.others(self.alternatives),
        )
