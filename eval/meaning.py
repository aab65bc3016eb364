"""How well confidence and doubts tell which translations mislead. `make meaning`.

On judged translations, in eval/gold/meaning; what the models make of these is recorded,
so that none is needed (`--record` asks them again for what is missing). Nothing is fitted on the
part `test`.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from toolkit.evaluation.calibration import (
    Detection,
    area_under_curve,
    calibration_error,
    doubted_words,
    reliability,
)
from toolkit.evaluation.charts import reliability_diagram
from toolkit.evaluation.judgements import load_judgements
from toolkit.evaluation.markup import Html, fill, join
from toolkit.evaluation.meaning import (
    JUDGED,
    SCORES,
    JudgedTranslation,
    Scores,
    load_judged,
    load_scores,
    model_of,
)
from toolkit.evaluation.page import STYLE
from toolkit.pipeline import Pipeline
from toolkit.settings import Settings
from toolkit.translation.confidence.signals import LIKELY, SIGNALS

MEANING = Path(__file__).parent / "gold/meaning"
MIN_CONFIDENCE = Settings().min_confidence
SHOWN = 10  # sentences at either end of the scale
AT_ONCE = 8
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Confidence and what judges found</title>
<style>{}</style>
<h1>Confidence and what judges found</h1>
<div class="charts">{}</div>
</html>
"""


def record() -> None:
    """Ask each model for the scores of its translations that have none yet."""
    judgements = load_judgements(*(MEANING / name for name in JUDGED))
    path = MEANING / SCORES
    known = load_scores(path) if path.exists() else {}
    missing = [each for each in judgements if (each.id, each.system) not in known]
    for model in dict.fromkeys(map(model_of, missing)):
        settings = Settings(translator=model, quality="best", cache=False)
        translator = Pipeline(settings).translator
        own = [each for each in missing if model_of(each) == model]
        for start in range(0, len(own), AT_ONCE):
            group = own[start : start + AT_ONCE]
            attempts = translator.attempts(
                [each.source for each in group], [each.target for each in group]
            )
            for judgement, attempt in zip(group, attempts, strict=True):
                known[judgement.id, judgement.system] = Scores(
                    id=judgement.id,
                    system=judgement.system,
                    log_prob=round(attempt.log_prob, 2),
                    new_tokens=attempt.new_tokens,
                    tokens=tuple((a, b, round(score, 2)) for a, b, score in attempt.tokens),
                    reverse=round(attempt.reverse, 2),
                )
    kept = [known[each.id, each.system] for each in judgements]
    lines = [json.dumps(each.model_dump(), ensure_ascii=False) + "\n" for each in kept]
    path.write_text("".join(lines), encoding="utf-8")


def show(name: str, judged: Sequence[JudgedTranslation]) -> None:
    wrong = [each.misleads for each in judged]
    print(f"\n{name}: {len(judged)} translations, {sum(wrong)} with a major or critical error")
    print("  area under the curve for such an error")
    doubt = [1 - each.confidence for each in judged]
    areas = {"confidence": area_under_curve(doubt, wrong)}
    for signal_name, signal in SIGNALS.items():
        told = [(signal(each.seen), each.misleads) for each in judged]
        values = [value for value, _ in told if value is not None]
        area = area_under_curve(values, [misleads for value, misleads in told if value is not None])
        areas[signal_name] = 1 - area if signal_name in LIKELY else area
    for signal_name, area in sorted(areas.items(), key=lambda pair: -pair[1]):
        print(f"    {signal_name:<26}{area:.3f}")
    by_confidence = ((each.misleads, each.confidence < MIN_CONFIDENCE) for each in judged)
    by_checks = ((each.misleads, each.flagged) for each in judged)
    print(f"  confidence below {MIN_CONFIDENCE}: {described(by_confidence)}")
    print(f"  failed checks alone:  {described(by_checks)}")
    bins = reliability([each.confidence for each in judged], [not each for each in wrong])
    print(f"  calibration error {calibration_error(bins):.3f}")
    for each in bins:
        print(f"    {each.confidence:.2f} said, {each.right:.2f} right, of {each.count}")
    for side, words in doubted_words(judged).items():
        print(
            f"  doubted words of the {side}: {words.named}, of which {words.precision:.2f} inside "
            f"a marked span; {words.recall:.2f} of the words in spans"
        )


def described(pairs: Iterable[tuple[bool, bool]]) -> str:
    found = Detection.of(pairs)
    return (
        f"{found.named} named, precision {found.precision:.2f}, recall {found.recall:.2f} "
        f"({found.hits} of {found.wrong})"
    )


def show_extremes(judged: Sequence[JudgedTranslation]) -> None:
    ranked = sorted(judged, key=lambda each: each.confidence)
    for heading, shown in (("least sure", ranked[:SHOWN]), ("surest", ranked[: -SHOWN - 1 : -1])):
        print(f"\n{heading}")
        for each in shown:
            verdict = "misleads" if each.misleads else "sound"
            print(f"  {each.confidence:.2f} {verdict:<9}{each.judgement.source}")
            print(f"  {'':<14}{each.judgement.target}")


def page(groups: Iterable[tuple[str, Sequence[JudgedTranslation]]]) -> str:
    figures = []
    for name, judged in groups:
        bins = reliability(
            [each.confidence for each in judged], [not each.misleads for each in judged]
        )
        points = [(each.confidence, each.right, each.count) for each in bins]
        caption = f"{name}, {len(judged)} translations, error {calibration_error(bins):.3f}"
        figures.append(
            fill(
                "<figure><figcaption>{}</figcaption>{}</figure>",
                caption,
                reliability_diagram(points),
            )
        )
    return fill(PAGE, Html(STYLE), join(figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="score what has no scores yet")
    parser.add_argument("--output", type=Path, help="a page with reliability diagrams")
    options = parser.parse_args()
    if options.record:
        record()
    judged = load_judged(MEANING)
    parts = {part: [each for each in judged if each.part == part] for part in ("tune", "test")}
    groups = [
        (f"{part}, {model}", [each for each in of_part if each.model == model])
        for part, of_part in parts.items()
        for model in dict.fromkeys(each.model for each in judged)
    ]
    groups += [(f"{part}, all", of_part) for part, of_part in parts.items()]
    for name, group in groups:
        show(name, group)
    show_extremes(parts["tune"])
    if options.output:
        options.output.write_text(page(groups), encoding="utf-8")


if __name__ == "__main__":
    main()
