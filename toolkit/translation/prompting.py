"""What a model is given for a text: the text itself, or a chat around it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from toolkit.checks import Check
from toolkit.engines.base import Message, Source
from toolkit.languages import FRENCH
from toolkit.languages.dates import dates
from toolkit.prompts import Feedback, Prompt, load_feedback
from toolkit.translation.attempts import Request, Strategy
from toolkit.translation.correction import Correction, Hint
from toolkit.translation.glossary import Glossary
from toolkit.translation.repair import OPENING_MARKS

# Models have seen French typography with plain spaces far more often.
PLAIN_SPACES = str.maketrans("\u00a0\u202f", "  ")

# The day of what the sentence is about: an auxiliary, its participle, the day; nothing relative,
# and not the day of the speaker who is named behind a comma.
DAY_OF_ACTION = re.compile(
    r"(?:(?!\b(?:qui|que|dont|où)\b|\bqu['’]|[«“\"]).)*?"
    rf"(?<!, )\b(?:{'|'.join(FRENCH.auxiliaries)})\b"
    r"(?: \w+){0,2}? \w+(?:é|i|u|s|t|e|es)s? "
    rf"(?P<day>{'|'.join(FRENCH.weekdays)})\b(?! (?:prochain|dernier|soir|matin))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompting:
    """Without `prompt` the model gets the text alone, as sequence-to-sequence models want it.

    `second_prompt` is the careful one. `may_begin` says whether the model goes on with the
    beginning of an answer that it is given.
    """

    source_language: str
    target_language: str
    prompt: Prompt | None = None
    second_prompt: Prompt | None = None
    glossary: Glossary = field(default_factory=Glossary)
    feedback: Feedback = field(default_factory=lambda: load_feedback("translation"))
    may_begin: bool = True

    def differs(self, strategy: Strategy) -> bool:
        """Whether `strategy` asks for something else than the first try did."""
        if strategy.pieces or strategy.penalty:
            return True
        first, second = self.prompt, self.second_prompt
        return first is not None and second is not None and first.digest != second.digest

    def source(self, request: Request, strategy: Strategy, correction: Correction) -> Source:
        """What the engine is given."""
        text = request.text.translate(PLAIN_SPACES)
        prompt = self._prompt(strategy)
        if prompt is None:
            return text
        chat = prompt.render(
            source=text,
            before=request.before.translate(PLAIN_SPACES),
            terms=[
                {"source": term.source, "target": term.target}
                for term in self.glossary.occurring(request.text)
            ],
            faults=self.feedback.messages(correction.failed),
            hints=_inputs(correction.hints),
        )
        opening = self.opening(text, correction.failed)
        return (*chat, Message("assistant", opening)) if opening else chat

    def instructions(self, strategy: Strategy, correction: Correction) -> str:
        """What a model reads and must not give back; terms and faults may well come back."""
        prompt = self._prompt(strategy)
        if prompt is None:
            return ""
        return _instructions(prompt, correction.hints)

    def told(self, correction: Correction) -> list[str]:
        """What a model reads about an earlier answer."""
        return self.feedback.messages(correction.failed)

    def opening(self, source: str, failed: Sequence[Check]) -> str:
        """How an answer has to begin, given to the model for what an earlier try lost: the mark of
        a quotation, or the day on which somebody said or did something.
        """
        if not self.may_begin:
            return ""
        if source[:1] in OPENING_MARKS and any(check.name == "quotation" for check in failed):
            return '"'
        if (self.source_language, self.target_language) != ("fr", "en"):
            return ""
        lost = {check.values for check in failed if check.relation == "lost"}
        action = DAY_OF_ACTION.match(source) if lost else None
        days = dates(action["day"], "fr") if action else set()
        return next((f"On {day}," for day in days if (day,) in lost), "")

    def _prompt(self, strategy: Strategy) -> Prompt | None:
        return (strategy.careful and self.second_prompt) or self.prompt


def without_told(answer: str, told: Sequence[str]) -> str:
    """`answer` without what the model was `told` of an earlier one, if it begins with that."""
    for message in told:
        found = re.match(rf"{re.escape(message)}\W*\s", answer, re.IGNORECASE)
        answer = answer[found.end() :] if found else answer
    return answer


@lru_cache(maxsize=64)  # most texts are asked about without hints
def _instructions(prompt: Prompt, hints: tuple[Hint, ...]) -> str:
    # A mark in the place of the context, so that the words about it are there.
    chat = prompt.render(source="", before="…", terms=[], faults=[], hints=_inputs(hints))
    return "\n".join(message.content for message in chat)


def _inputs(hints: Sequence[Hint]) -> list[dict[str, Any]]:
    return [{"word": hint.word, "meanings": list(hint.meanings)} for hint in hints]
