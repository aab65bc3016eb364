"""What confidence and doubts cost, beside translating. Part of `make bench`.

The sentences of the seeds are translated by the default model; then what tells how sure each
translation is, and which words are doubtful, is worked out again from what the model finds of them.
"""

import time

from toolkit.articles import prepare
from toolkit.assets import asset_folder
from toolkit.cleaning.steps import STEPS
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.models.catalogue import DEFAULT_MODEL
from toolkit.pipeline import Pipeline
from toolkit.reading import read_document
from toolkit.settings import Settings
from toolkit.translation.confidence.doubts import doubts
from toolkit.translation.confidence.signals import Observation


def main() -> None:
    translator = Pipeline(Settings(cache=False, translator=DEFAULT_MODEL)).translator
    lexicons = load_lexicons("fr", "en")
    assert lexicons
    segments = [
        segment
        for path in sorted(asset_folder("seeds").glob("*.txt"))
        for segment in prepare(
            read_document(path), language="fr", steps=tuple(STEPS), max_chars=10**6
        ).segments
        if segment.text
    ]
    translator.translate(segments[:2])  # warms up
    started = time.perf_counter()
    translations = translator.translate(segments)
    translating_s = time.perf_counter() - started

    sources = [each.segment.text for each in translations]
    attempts = translator.attempts(sources, [each.text for each in translations])
    started = time.perf_counter()
    for source, attempt in zip(sources, attempts, strict=True):
        seen = Observation(source=source, source_language="fr", attempt=attempt)
        translator.confidence.of(seen)
        doubts(source, attempt, lexicons)
    estimating_s = time.perf_counter() - started
    print(f"translating {len(segments)} sentences: {translating_s:.1f} s")
    print(
        f"confidence and doubts: {1000 * estimating_s / len(segments):.2f} ms a sentence, "
        f"{100 * estimating_s / translating_s:.2f} %"
    )


if __name__ == "__main__":
    main()
