"""What the lexicon and the prompts bring to the default model, and what they cost. `make bench`.

Usage: python eval/bench_lexicon.py [FILE_FOR_THE_TRANSLATIONS]

The sentences of references/ are translated in each way, one way after the other, nothing from the
store. Times are ratios to the first way; p is that of the difference in chrF2++ to it (paired
bootstrap of sacrebleu).
"""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.significance import PairedTest

from toolkit.documents import Segment, Translation
from toolkit.pipeline import Pipeline
from toolkit.settings import resolve_settings

Translated = tuple[Sequence[Translation], float]
HERE = Path(__file__).parent
BEFORE = {"translation_prompt": "news.v2", "second_translation_prompt": "careful.v2"}
NO_LEXICON = {"lexicon": False}
WAYS: dict[str, dict[str, Any]] = {
    "prompts of before": BEFORE | NO_LEXICON,
    "prompts of now and lexicon": {},  # the default
    "prompts of now": NO_LEXICON,
    "of before, one try": BEFORE | NO_LEXICON | {"max_tries": 1},
    "of now, one try": NO_LEXICON | {"max_tries": 1},
}


def pairs() -> tuple[list[str], list[str]]:
    rows = [
        row.split("\t")
        for name in ("news.fr-en.tsv", "diplomacy.fr-en.tsv")
        for row in (HERE / "references" / name).read_text("utf-8").splitlines()[1:]
    ]
    return [row[1] for row in rows], [row[2] for row in rows]


def translate(sources: Sequence[str], flags: dict[str, Any]) -> Translated:
    """The translations, and the seconds that they took with the model loaded."""
    settings, _ = resolve_settings({"cache": False, **flags}, environment={})
    translator = Pipeline(settings).translator
    segments = [Segment(place, source, " ") for place, source in enumerate(sources)]
    started = time.perf_counter()
    return translator.translate(segments), time.perf_counter() - started


def write(path: Path, sources: Sequence[str], ways: Mapping[str, Translated]) -> None:
    """All translations as JSON lines, to be read beside each other."""
    lines = [
        json.dumps(
            {"source": source} | {name: found[place].text for name, (found, _) in ways.items()},
            ensure_ascii=False,
        )
        for place, source in enumerate(sources)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    os.environ.setdefault("SACREBLEU_SEED", "12345")
    sources, references = pairs()
    translated = {name: translate(sources, flags) for name, flags in WAYS.items()}
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]), sources, translated)
    texts = {name: [each.text for each in found] for name, (found, _) in translated.items()}
    metrics = {
        "BLEU": BLEU(references=[references]),
        "chrF2++": CHRF(references=[references], word_order=2),
    }
    _, scores = PairedTest(
        list(texts.items()), metrics, references=None, test_type="bs", n_samples=1000
    )()
    base = next(iter(translated.values()))[1]
    print(f"{len(sources)} sentences; the first way took {base:.0f} s")
    print(f"{'':28}{'time':>6}{'tries':>7}{'flagged':>9}{'BLEU':>7}{'chrF2++':>9}{'p':>8}")
    by_metric: dict[str, Any] = dict(scores)  # beside the results it holds the systems' names
    names = list(scores)
    for place, (name, (found, seconds)) in enumerate(translated.items()):
        bleu, chrf = (by_metric[metric][place] for metric in names[1:])
        p = f"{chrf.p_value:.3f}" if chrf.p_value is not None else ""
        print(
            f"{name:28}{seconds / base:6.2f}{sum(each.tries for each in found):7}"
            f"{sum(bool(each.failed) for each in found):9}{bleu.score:7.1f}{chrf.score:9.1f}{p:>8}"
        )


if __name__ == "__main__":
    main()
