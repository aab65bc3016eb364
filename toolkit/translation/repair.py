"""What is put right in an answer without asking again."""

import re

from toolkit.text import rejoin_numbers

OPENING_MARKS = ('"', "«", "“")
MARKS = '"«»“”'
# What small models say before their answer: "Here is the English translation:".
PREAMBLE = re.compile(
    r"(?:[^:\"“«]{0,60}\bhere is )?(?:the |corresponding |possible )*(?:english |french )?"
    r"translation(?: (?:of|in|into|to) [^:]{1,60})?: *"
    r"|the (?:french|english) sentence .*? translates? (?:to|into)\b[^:]{0,40}: *"
    r"|(?:voici la )?traduction(?: en (?:français|anglais))? ?: *",
    re.IGNORECASE,
)
OF_TRANSLATION = re.compile(r"\b(?:tradu|transla)", re.IGNORECASE)


def repair(target: str, source: str) -> str:
    """`target` in one line, without words about the translation, with its numbers in one piece, and
    a quotation at the beginning that is only closed opened.
    """
    target = _without_preamble(rejoin_numbers(" ".join(target.split()), source), source)
    if source[:1] in OPENING_MARKS and target[:1] not in OPENING_MARKS:
        marks = re.findall(f"[{MARKS}]", target)
        if marks in (['"'], ["”"], ["»"]):
            return f'"{target}'
    return target


def _without_preamble(target: str, source: str) -> str:
    """`target` without what a model says of its answer, and without the quotation marks around what
    is left where the source has none. A source that speaks of translations is left alone.
    """
    if OF_TRANSLATION.search(source):
        return target
    answer = target
    while (preamble := PREAMBLE.match(answer)) and preamble.end() < len(answer):
        answer = answer[preamble.end() :]
        if not any(mark in source for mark in MARKS):
            answer = answer.strip(MARKS)
    return answer
