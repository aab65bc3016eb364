"""What checking a summary costs: seeds from page to checked summary against one plain generation.

Part of `make bench`. Both sides have the same translation; the ratio is taken side by side.
"""

import time

from toolkit.assets import asset_folder
from toolkit.engines.base import GenerationConfig, generate
from toolkit.pipeline import Pipeline
from toolkit.prompts import load_prompt
from toolkit.reading import read_document
from toolkit.settings import resolve_settings
from toolkit.summarization.abstractive import AbstractiveSummarizer
from toolkit.summarization.drafting import TOKENS_PER_WORD


def main() -> None:
    pipeline = Pipeline(resolve_settings({"cache": False})[0])
    prompt = load_prompt("summarization", "brief")
    summarizer = pipeline.summarizer
    assert isinstance(summarizer, AbstractiveSummarizer), "the model is missing"
    engine = summarizer.engine
    form = pipeline.settings.form
    config = GenerationConfig(max_new_tokens=form.max_words * TOKENS_PER_WORD + 32)
    print(f"{'seed':<24}{'translation':>12}{'plain':>8}{'checked':>9}{'ratio':>7}{'drafts':>8}")
    totals = [0.0, 0.0, 0.0]
    for path in sorted(asset_folder("seeds").glob("*.txt")):
        article = pipeline.prepare(read_document(path))
        [result] = pipeline.summarize([article])
        translation, checked = (result.seconds[s] for s in ("translation", "summarization"))
        source = prompt.render(
            text=result.translation_text,
            title="",  # so that nothing is shared with what the drafts had the engine read
            date=article.date,
            max_words=form.max_words,
            language="English",
            note="",
        )
        started = time.perf_counter()
        generate(engine, [source], config)
        plain = time.perf_counter() - started
        ratio = (translation + checked) / (translation + plain)
        drafts = result.summary.attempts if result.summary else 0
        print(
            f"{path.stem:<24}{translation:>11.1f}s{plain:>7.1f}s{checked:>8.1f}s"
            f"{ratio:>7.2f}{drafts:>8}"
        )
        totals = [t + v for t, v in zip(totals, (translation, plain, checked), strict=True)]
    translation, plain, checked = totals
    print(f"all: {(translation + checked) / (translation + plain):.2f}")


if __name__ == "__main__":
    main()
