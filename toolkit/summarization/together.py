"""One summary of several articles on one event, and where they contradict it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from toolkit.documents import Check, Statement, Summary
from toolkit.quantities import Quantity, quantities
from toolkit.summarization.grounds import Grounds, Passage
from toolkit.summarization.summarize import PART, Task
from toolkit.text import DATES, dates, fold

NOTE = "The text joins {count} reports on one event: tell the event once, in one account."
MIN_SAME_MATTER = 0.2  # of a statement, in a passage that speaks of the same matter
STEM_CHARS = 5
NOUN = re.compile(r"[\s\u00a0-]*([^\W\d_]+)")
# What became of the people who are counted, by the nearest such word.
FATES = {
    "dead": r"dead|deaths?|died|kill\w+|lives|morts?|mortes?|tu(?:é|ée)s?|tuant|décès",
    "injured": r"injur\w+|wound\w+|bless\w+",
    "missing": r"missing|disparue?s?",
    "saved": r"rescued?|saved?|secouru\w*|sauvé\w*",
    "arrested": r"arrest\w*|arrêté\w*",
}
FATE = re.compile(
    r"\b(?:" + "|".join(f"(?P<{fate}>{words})" for fate, words in FATES.items()) + r")\b",
    re.IGNORECASE,
)
FATE_REACH = 40  # characters on either side
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


def strangers(grounds: Mapping[str, Grounds]) -> tuple[str, ...]:
    """The documents that share no name with any other: hardly about the same event."""
    names = {document: _names(each) for document, each in grounds.items()}
    return tuple(
        document
        for document, own in names.items()
        if not own
        & frozenset[str]().union(*(each for key, each in names.items() if key != document))
    )


def _names(grounds: Grounds) -> frozenset[str]:
    """Words with a capital inside a sentence, folded."""
    return frozenset(
        fold(word)
        for passage in grounds.passages
        if passage.start >= 0
        for word in re.findall(r"(?<=[\w,] )(?:[ld]['’])?([A-ZÀ-Þ][\w-]+)", passage.text)
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
                if other.value not in (1, wanted.value) and _thing(text, other) == thing
            ]
    return found


def _thing(text: str, quantity: Quantity) -> str:
    """What is counted: people with one fate, a unit, or the beginning of the word behind it."""
    if quantity.unit in ("date", "time"):
        return ""
    if quantity.unit not in ("", "other"):
        return quantity.unit
    fates = [
        (max(match.start() - quantity.end, quantity.start - match.end()), match.lastgroup or "")
        for match in FATE.finditer(text)
    ]
    distance, fate = min(fates, default=(FATE_REACH, ""))
    return fate if distance < FATE_REACH else fold(_noun(text, quantity).strip())[:STEM_CHARS]


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
