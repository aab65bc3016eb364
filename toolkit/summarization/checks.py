"""What is wrong with a summary whatever its article says."""

import re
from collections import Counter

from toolkit.checks import Check
from toolkit.languages.identification import identify_language

MIN_LANGUAGE_CONFIDENCE = 0.7
LOOP_WORDS, LOOP_TIMES = 4, 3


def check_form(summary: str, *, language: str, max_words: int) -> list[Check]:
    """The faults of its length, language and wording."""
    if not summary:
        return [Check(name="empty", relation="summary")]
    found = []
    words = sum(word != "-" for word in summary.split())
    if words > max_words:
        found.append(Check(name="length", relation="over", values=(str(words), str(max_words))))
    identified = identify_language(summary)
    if (
        identified
        and identified.code != language
        and identified.confidence >= MIN_LANGUAGE_CONFIDENCE
    ):
        found.append(Check(name="language", relation="other", values=(identified.name,)))
    written = re.findall(r"\w+", summary.lower())
    runs = Counter(
        " ".join(written[at : at + LOOP_WORDS]) for at in range(len(written) - LOOP_WORDS + 1)
    )
    if runs and runs.most_common(1)[0][1] >= LOOP_TIMES:
        run = runs.most_common(1)[0][0]
        found.append(Check(name="repetition", relation="again", values=(run,)))
    return found
