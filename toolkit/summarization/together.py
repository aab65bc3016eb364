"""One summary of several articles on one event, and where they contradict it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from toolkit.documents import Check, Statement, Summary
from toolkit.quantities import Quantity, quantities
from toolkit.summarization.grounds import Grounds, Passage
from toolkit.summarization.summarize import PART, Task
from toolkit.text import DATES, dates, fold

NOTE = "The text joins {count} reports on one event: tell the event once, in one account."
MIN_SAME_MATTER = 0.35  # of a statement, in a passage that speaks of the same matter
STEM_CHARS = 5
NOUN = re.compile(r"[\s\u00a0-]*([^\W\d_]+)")
# Said of the same people: 12 dead, 12 people killed.
CASUALTIES = frozenset(
    "people person dead deaths killed victims lives morts personnes tues victimes".split()
)
WEEKDAYS = frozenset(DATES["en"].title().split()[:7])


class Summarizing(Protocol):
    """What makes a summary, with a model or without."""

    @property
    def language(self) -> str: ...

    def summarize(self, task: Task) -> Summary: ...


def summarize_together(summarizer: Summarizing, tasks: Sequence[Task]) -> Summary:
    """One summary of the articles of `tasks`, which share a form.

    Each article is summarized first in the same number of words, then the summaries are. A
    statement that another article tells otherwise is flagged with what stands there.
    """
    shares = [summarizer.summarize(replace(task, form=PART)) for task in tasks]
    task = Task(
        text="\n\n".join(share.text.replace("\n", " ") for share in shares if share.text),
        grounds=joined([task.grounds for task in tasks]),
        form=tasks[0].form,
        date=tasks[0].date if len({each.date for each in tasks}) == 1 else "",
        note=NOTE.format(count=len(tasks)),
    )
    return flag_contradictions(summarizer.summarize(task), task.grounds, summarizer.language)


def joined(grounds: Sequence[Grounds]) -> Grounds:
    """What stands in any of the articles."""
    return Grounds(
        tuple(passage for each in grounds for passage in each.passages),
        frozenset(name for each in grounds for name in each.names),
    )


def flag_contradictions(summary: Summary, grounds: Grounds, language: str) -> Summary:
    """The summary with a check `contradiction` for each number and day that articles differ in."""
    statements = tuple(
        replace(each, failed=(*each.failed, *_contradictions(each, grounds, language)))
        for each in summary.statements
    )
    failed = [check for each in statements for check in each.failed]
    others = [check for check in summary.failed if check not in failed]
    return replace(summary, statements=statements, failed=(*others, *failed))


def _contradictions(statement: Statement, grounds: Grounds, language: str) -> list[Check]:
    documents = {passage.document: None for passage in grounds.passages if passage.document}
    found = []
    for document in documents:
        own = [each for each in grounds.passages if each.document == document]
        near = [each for each in own if grounds.score(statement.text, each) >= MIN_SAME_MATTER]
        for find in (_other_numbers, _other_days):
            if told := find(statement.text, language, own, near):
                detail = f"{document} has {', '.join(dict.fromkeys(told))}"
                found.append(Check(name="contradiction", detail=detail))
    return found


def _other_numbers(
    statement: str, language: str, own: Sequence[Passage], near: Sequence[Passage]
) -> list[str]:
    """Numbers of the same things in one document, where it lacks those of the statement."""
    found = []
    for wanted in quantities(statement, language):
        thing = _thing(statement, wanted)
        if not thing or any(
            wanted.value == other.value for passage in own for other in passage.quantities
        ):
            continue
        for passage in near:
            text = passage.in_language(language)
            found += [
                f"{text[other.start : other.end]}{_noun(text, other)}"
                for other in quantities(text, language)
                if other.value != wanted.value and _thing(text, other) == thing
            ]
    return found


def _thing(text: str, quantity: Quantity) -> str:
    """What is counted: a unit, or the beginning of the word behind the number."""
    if quantity.unit in ("date", "time"):
        return ""
    if quantity.unit not in ("", "other"):
        return quantity.unit
    noun = fold(_noun(text, quantity).strip())
    return "people" if noun in CASUALTIES else noun[:STEM_CHARS]


def _noun(text: str, quantity: Quantity) -> str:
    match = NOUN.match(text, quantity.end)
    return match.group() if match else ""


def _other_days(
    statement: str, language: str, own: Sequence[Passage], near: Sequence[Passage]
) -> list[str]:
    """The days that one document has for it, where it lacks those of the statement."""
    days = dates(statement, language) & WEEKDAYS
    if not days or any(days & passage.days for passage in own):
        return []
    return sorted({day for passage in near for day in passage.days & WEEKDAYS})
