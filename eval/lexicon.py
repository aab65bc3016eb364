"""How well the lexicon finds words that a translation lost or got wrong.

The sentences in gold/lexicon are first answers of the default model, judged by hand against the
French before the check was written. Four of them are no translation at all: all
of their words count as lost.
"""

import json
import re
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.checks import Check
from toolkit.engines.base import Candidate
from toolkit.lexicon.coverage import coverage
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.text import fold
from toolkit.translation.checks import Limits, check_translation
from toolkit.translation.comparison import compare

HERE = Path(__file__).parent
LIMITS = Limits()
_FOUND = load_lexicons("fr", "en")
if _FOUND is None:
    raise SystemExit("the lexicon is missing")
LEXICONS = _FOUND


@dataclass(frozen=True)
class Judged:
    source: str
    target: str
    wrong: tuple[str, ...]
    major: tuple[str, ...]
    meaning_changed: bool


def checks(source: str, target: str, *, lexicon: bool = True) -> tuple[Check, ...]:
    answer = Candidate(text=target, log_prob=0.0, new_tokens=0, finished=True)
    return check_translation(
        source,
        answer,
        source_language="fr",
        target_language="en",
        comparison=compare(source, target, LEXICONS) if lexicon else None,
    )


def unanswered(weight: float) -> Callable[[str, str], list[str]]:
    return lambda source, target: [
        each.word for each in coverage(source, target, LEXICONS).missing(weight)
    ]


def by_rules(source: str, target: str) -> list[str]:
    """What the checks that need no lexicon say is lost."""
    failed = checks(source, target, lexicon=False)
    return [value for check in failed if check.relation == "lost" for value in check.values]


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text)))


def score(judged: Sequence[Judged], named_in: Callable[[str, str], list[str]], label: str) -> None:
    found = major = named = right = 0
    for each in judged:
        names = [words(word) for word in named_in(each.source, each.target)]
        found += sum(any(words(wrong) & name for name in names) for wrong in each.wrong)
        major += sum(any(words(wrong) & name for name in names) for wrong in each.major)
        named += len(names)
        right += sum(any(words(wrong) & name for wrong in each.wrong) for name in names)
    wrong = sum(len(each.wrong) for each in judged)
    grave = sum(len(each.major) for each in judged)
    print(
        f"  {label:34} {found:3} of {wrong} = {found / wrong:.2f}   "
        f"{major:3} of {grave} = {major / grave:.2f}   "
        f"{right:3} of {named} = {right / max(1, named):.2f}"
    )


def references() -> dict[str, list[tuple[str, str]]]:
    own = []
    for name in ("news.fr-en.tsv", "diplomacy.fr-en.tsv"):
        rows = (HERE / "references" / name).read_text("utf-8").splitlines()[1:]
        own += [(row.split("\t")[1], row.split("\t")[2]) for row in rows]
    seeds = [
        (sentence["source"], sentence["target"])
        for path in sorted((HERE / "references/seeds").glob("*.toml"))
        for sentence in tomllib.loads(path.read_text("utf-8"))["sentences"]
    ]
    return {"own pages": own, "seeds": seeds}


def main() -> None:
    lines = (HERE / "gold/lexicon/greedy.jsonl").read_text("utf-8").splitlines()
    judged = []
    for record in map(json.loads, lines):
        wrong = record["wrong"]
        judged.append(
            Judged(
                record["source"],
                record["target"],
                tuple(each["fr"] for each in wrong),
                tuple(each["fr"] for each in wrong if each["severity"] == "major"),
                record["meaning_changed"],
            )
        )
    print(f"{len(judged)} first answers")
    print(f"  {'':34} wrong words named    major ones           named are wrong")
    score(judged, by_rules, "rules (names, numbers, dates)")
    for weight in (LIMITS.unanswered_weight, LIMITS.hint_weight, 0.5):
        score(judged, unanswered(weight), f"coverage, weight {weight} and more")
    score(
        judged,
        lambda source, target: (
            by_rules(source, target) + unanswered(LIMITS.hint_weight)(source, target)
        ),
        f"rules and coverage from {LIMITS.hint_weight}",
    )
    changed = [each for each in judged if each.meaning_changed]
    for label, lexicon in (("rules", False), ("all checks", True)):
        flagged = [each for each in judged if checks(each.source, each.target, lexicon=lexicon)]
        hits = sum(sentence.meaning_changed for sentence in flagged)
        print(
            f"  sentences flagged by {label}: {len(flagged)}, {hits} of them among the "
            f"{len(changed)} whose meaning is changed"
        )
    print("translations by hand that are flagged")
    for name, pairs in references().items():
        for check in ("coverage", "additions"):
            count = sum(check in {each.name for each in checks(*pair)} for pair in pairs)
            print(f"  {name}: {check} {count} of {len(pairs)} = {count / len(pairs):.3f}")
        named = sum(bool(unanswered(LIMITS.hint_weight)(*pair)) for pair in pairs)
        print(
            f"  {name}: with words of weight {LIMITS.hint_weight} and more {named} of {len(pairs)}"
        )
    pairs = [pair for corpus in references().values() for pair in corpus]
    started = time.perf_counter()
    for source, target in pairs:
        coverage(source, target, LEXICONS)
    milliseconds = 1000 * (time.perf_counter() - started) / len(pairs)
    print(f"coverage of a sentence: {milliseconds:.2f} ms")


if __name__ == "__main__":
    main()
