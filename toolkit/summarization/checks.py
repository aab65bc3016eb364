"""What can be told wrong with a summary by looking at it beside its article."""

import re
from collections import Counter

from toolkit.cleaning.language import identify_language
from toolkit.documents import Check
from toolkit.summarization.attribution import dropped_subjects, wrong_speakers
from toolkit.summarization.grounds import Grounds
from toolkit.summarization.modality import told_as_done
from toolkit.summarization.speakers import wrong_turns
from toolkit.summarization.support import unsupported

MIN_LANGUAGE_CONFIDENCE = 0.7
LOOP_WORDS, LOOP_TIMES = 4, 3
MIN_CONTENT = 0.24  # of a statement, in the sentence of the article that says most of it


def check_form(summary: str, *, language: str, max_words: int) -> list[Check]:
    """What is wrong with a summary whatever its article says."""
    if not summary:
        return [Check(name="empty", detail="no sentence within the limit came back")]
    found = []
    words = sum(word != "-" for word in summary.split())
    if words > max_words:
        found.append(Check(name="length", detail=f"{words} words instead of {max_words}"))
    identified = identify_language(summary)
    if (
        identified
        and identified.code != language
        and identified.confidence >= MIN_LANGUAGE_CONFIDENCE
    ):
        found.append(Check(name="language", detail=f"is {identified.name}"))
    written = re.findall(r"\w+", summary.lower())
    runs = Counter(
        " ".join(written[at : at + LOOP_WORDS]) for at in range(len(written) - LOOP_WORDS + 1)
    )
    if runs and runs.most_common(1)[0][1] >= LOOP_TIMES:
        found.append(Check(name="repetition", detail=f"'{runs.most_common(1)[0][0]}' again"))
    return found


def check_statement(statement: str, grounds: Grounds, language: str) -> list[Check]:
    """What the article doesn't support of one sentence of a summary."""
    found = unsupported(statement, grounds, language)
    told = grounds.text_in(language)
    if told and grounds.best(statement) < MIN_CONTENT:
        found.append(Check(name="content", detail="no sentence of the article says this"))
    if language == "en" and told:
        if silent := wrong_speakers(statement, told):
            detail = "says nothing in the article: " + ", ".join(silent)
            found.append(Check(name="attribution", detail=detail))
        if dropped := dropped_subjects(statement, told):
            detail = "; ".join(f"{speaker} speaks of {subject}" for speaker, subject in dropped)
            found.append(Check(name="attribution", detail=detail))
        if others := wrong_turns(statement, grounds):
            found.append(Check(name="attribution", detail="; ".join(others)))
        if hoped := told_as_done(statement, grounds):
            detail = "only hoped or planned in the article: " + ", ".join(hoped)
            found.append(Check(name="modality", detail=detail))
    return found
