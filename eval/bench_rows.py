"""What rows cost beside the model: CPU time with an engine that answers at once. Part of `make
bench`.

Short rows of one or two sentences and whole pages go through `run_shard` as in `toolkit run`.
Sentences go through the translator: as `fake` answers them, every one of which fails its checks
and is tried again, and as a sequence-to-sequence model answers that translates like a human.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from bench_translation import sentences

from toolkit.corpus.job import STAGES, Inputs, Stage, make_job, open_job
from toolkit.corpus.plan import Planned, files_of, plan_shards
from toolkit.corpus.planned import keep_plan
from toolkit.corpus.shard import run_shard
from toolkit.corpus.worker import Machine, Worker
from toolkit.documents import Segment
from toolkit.engines.fake import FakeEngine
from toolkit.evaluation.cleaning import load_gold_pages
from toolkit.pipeline import Pipeline
from toolkit.settings import make_settings
from toolkit.translation.prompting import PLAIN_SPACES

PAGES = Path(__file__).parent / "gold" / "cleaning"
ROWS = 2000
PAGE_ROWS = 60
WARM = 200  # rows before: word lists, the lexicon and the language model are loaded


def short_rows(count: int) -> list[str]:
    texts = (source for source, _ in sentences(2 * count))
    return [" ".join(next(texts) for _ in range(1 + number % 2)) for number in range(count)]


def pages(count: int) -> list[str]:
    tune = [page.text for page in load_gold_pages(PAGES) if page.part == "tune"]
    return [f"{tune[number % len(tune)]}\nPage {number}" for number in range(count)]


def of_rows(texts: Sequence[str], stages: Sequence[Stage]) -> Iterator[float]:
    """Seconds for a shard of the first WARM rows, then for one of all."""
    for part in (texts[:WARM], texts):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "rows.jsonl")
            lines = (json.dumps({"text": text}) for text in part)
            source.write_text("\n".join(lines), encoding="utf-8")
            files = files_of([str(source)])
            plan = plan_shards(files, shards=1)
            job = make_job(
                sources=[str(source)],
                to=f"{folder}/out",
                stages=stages,
                settings=make_settings("fake"),
                inputs=Inputs.of(files),
                plan=Planned.of(plan),
            )
            open_job(job)
            keep_plan(job, plan)
            worker = Worker.start(job, Machine())
            yield seconds_of(partial(run_shard, job, 0, worker))


def of_sentences(pairs: Sequence[tuple[str, str]], *, human: bool) -> Iterator[float]:
    """Seconds for the first WARM sentences, then for all."""
    if human:
        known = {source.translate(PLAIN_SPACES): target for source, target in pairs}
        engine = FakeEngine(lambda text: known.get(text, text), family="seq2seq")
    else:
        engine = FakeEngine()
    settings = make_settings("fake", cache=False)
    for part in (pairs[:WARM], pairs):
        translator = Pipeline(settings, engines={"fake": engine}).translator
        segments = [Segment(0, source, "\n") for source, _ in part]
        yield seconds_of(partial(translator.translate, segments))


def seconds_of(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    print(f"{'':<44}{'ms each':>10}")
    for stages in (STAGES[:1], STAGES[:2]):
        for kind, texts in (("short row", short_rows(ROWS)), ("page", pages(PAGE_ROWS))):
            *_, seconds = of_rows(texts, stages)
            print(f"{kind + ', ' + ','.join(stages):<44}{1000 * seconds / len(texts):>10.2f}")
    for name, human in (("sentence, every try fails", False), ("sentence, as by a human", True)):
        *_, seconds = of_sentences(sentences(ROWS), human=human)
        print(f"{name:<44}{1000 * seconds / ROWS:>10.2f}")


if __name__ == "__main__":
    main()
