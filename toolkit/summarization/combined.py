"""One summary of several articles on one event, and where they contradict it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from toolkit.checks import Check
from toolkit.documents import Statement, Summary
from toolkit.languages import ENGLISH, LANGUAGES
from toolkit.languages.dates import WEEKDAYS, dates
from toolkit.languages.numbers import Quantity, quantities
from toolkit.prompts import load_feedback
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence
from toolkit.summarization.long_documents import PART
from toolkit.summarization.request import Summarizer, SummaryRequest
from toolkit.text import fold

MIN_SAME_MATTER = 0.2  # of a statement, in a sentence that speaks of the same matter
STEM_CHARS = 5
NOUN = re.compile(r"[\s\u00a0-]*([^\W\d_]+)")
# What became of the people who are counted, by the nearest such word.
FATES = {
    fate: "|".join(each.fates[fate] for each in LANGUAGES.values() if fate in each.fates)
    for fate in ENGLISH.fates
}
FATE = re.compile(
    r"\b(?:" + "|".join(f"(?P<{fate}>{words})" for fate, words in FATES.items()) + r")\b",
    re.IGNORECASE,
)
FATE_REACH = 40  # characters on either side


def summarize_together(summarizer: Summarizer, requests: Sequence[SummaryRequest]) -> Summary:
    """One summary of the articles of `requests`, which share a form.

    Each article is summarized first in the same number of words, then the summaries are. A
    statement that another article contradicts is flagged with what stands there.
    """
    parts = [replace(request, form=PART) for request in requests]
    by_place = dict(summarizer.summarize_each(enumerate(parts)))
    shares = [by_place[place] for place in range(len(parts))]
    dates = {request.date for request in requests}
    request = SummaryRequest(
        text="\n\n".join(share.text.replace("\n", " ") for share in shares if share.text),
        evidence=joined([request.evidence for request in requests]),
        form=requests[0].form,
        date=requests[0].date if len(dates) == 1 else "",
        note=load_feedback("summarization").message("draft.together", len(requests)),
    )
    summary = summarizer.summarize(request)
    return flag_contradictions(summary, request.evidence, summarizer.language)


def joined(indexes: Sequence[EvidenceIndex]) -> EvidenceIndex:
    """What stands in any of the articles."""
    return EvidenceIndex(
        tuple(sentence for index in indexes for sentence in index.sentences),
        frozenset(name for index in indexes for name in index.names),
    )


def unrelated_documents(indexes: Mapping[str, EvidenceIndex]) -> tuple[str, ...]:
    """The documents that share no name with any other: hardly about the same event."""
    names = {document: _names(index) for document, index in indexes.items()}
    return tuple(
        document
        for document, own in names.items()
        if not own
        & frozenset[str]().union(*(each for key, each in names.items() if key != document))
    )


def _names(evidence: EvidenceIndex) -> frozenset[str]:
    """Words with a capital inside a sentence, folded."""
    return frozenset(
        fold(word)
        for sentence in evidence.sentences
        if sentence.start >= 0
        for word in re.findall(r"(?<=[\w,] )(?:[ld]['’])?([A-ZÀ-Þ][\w-]+)", sentence.text)
    )


def flag_contradictions(summary: Summary, evidence: EvidenceIndex, language: str) -> Summary:
    """The summary with a check `contradiction` for each number and day that articles differ in."""
    statements = tuple(
        replace(each, failed=(*each.failed, *_contradictions(each, evidence, language)))
        for each in summary.statements
    )
    failed = [check for statement in statements for check in statement.failed]
    others = [check for check in summary.failed if check not in failed]
    return replace(summary, statements=statements, failed=(*others, *failed))


def _contradictions(statement: Statement, evidence: EvidenceIndex, language: str) -> list[Check]:
    documents = {sentence.document: None for sentence in evidence.sentences if sentence.document}
    found = []
    for document in documents:
        own = [each for each in evidence.sentences if each.document == document]
        near = [each for each in own if evidence.score(statement.text, each) >= MIN_SAME_MATTER]
        for find in (_other_numbers, _other_days):
            if others := find(statement.text, language, own, near):
                values = (document, *dict.fromkeys(others))
                found.append(Check(name="contradiction", relation="document", values=values))
    return found


def _other_numbers(
    statement: str, language: str, own: Sequence[SourceSentence], near: Sequence[SourceSentence]
) -> list[str]:
    """Numbers of the same things in one document, where it lacks those of the statement."""
    found = []
    for wanted in quantities(statement, language):
        thing = _thing(statement, wanted)
        if not thing or any(
            wanted.value == other.value for sentence in own for other in sentence.quantities
        ):
            continue
        for sentence in near:
            text = sentence.in_language(language)
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
    statement: str, language: str, own: Sequence[SourceSentence], near: Sequence[SourceSentence]
) -> list[str]:
    """The days that one document has for it, where it lacks those of the statement."""
    days = dates(statement, language) & set(WEEKDAYS)
    if not days or any(days & sentence.days for sentence in own):
        return []
    return sorted({day for sentence in near for day in sentence.days & set(WEEKDAYS)})
