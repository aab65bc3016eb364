"""Speed of translation beside the libraries it stands on. Part of `make bench`.

Every system translates the same sentences from the same prompts, in a process of its own, one after
the other; what can be compared are the ratios within one run. The default model is the real one,
but transformers, which can't read its file in reasonable time, gets random weights of the same
shape and as many new tokens as the translations by hand have. CTranslate2 needs a conversion of its
own of the default model, in another folder of models (`make bench` pulls it there). The small model
is random, as large as opus-mt, and gives 32 new tokens a sentence.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shapes import NEW_TOKENS, OPUS, QWEN

from toolkit.assets import asset_folder
from toolkit.documents import Segment
from toolkit.engines.base import GenerationConfig, Source
from toolkit.engines.tokens import Tokens
from toolkit.evaluation.data import read_table
from toolkit.models.catalogue import DEFAULT_MODEL
from toolkit.models.installed import MODEL_FOLDER, TOKENIZER_FOLDER
from toolkit.pipeline import Pipeline
from toolkit.prompts import load_prompt
from toolkit.settings import Settings
from toolkit.translation.glossary import load_glossary
from toolkit.translation.search import Quality

ROOT = Path(__file__).parent.parent
PROGRAM = "from toolkit.cli.main import run; run()"
KILOBYTE = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss
# Where the default model is installed for CTranslate2.
OTHER_MODELS = Path(os.environ.get("BENCH_CTRANSLATE2_MODELS", ROOT / ".venv/ctranslate2-models"))
BATCH = 16
SENTENCES_A_DOCUMENT = 20
COUNTS = {"default": (10, 100), "small": (100, 1000, 10_000)}
# The most sentences that a slow system gets; beyond it, it is left out of the table.
MOST = {
    ("default", "transformers one by one"): 10,
    ("small", "transformers in batches"): 1000,
    ("small", "transformers one by one"): 100,
}


@dataclass
class Clock:
    """Seconds from when the model is loaded: to the first sentence and to the last."""

    started: float = 0.0
    first: float = 0.0
    tokens: int = 0
    ended: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.perf_counter()

    def finished(self, tokens: int) -> None:
        self.ended = time.perf_counter()
        self.first = self.first or self.ended
        self.tokens += tokens


@dataclass(frozen=True)
class Task:
    """`model` is `default`, or the folder of the small model with `hf` and `ct2` inside."""

    model: str
    texts: Sequence[str]
    lengths: Sequence[int] = ()  # new tokens of each, for a model that can't end by itself
    models: Path | None = None  # another folder of models than the usual one

    @property
    def settings(self) -> Settings:
        if self.model == "default" and self.models:
            return Settings(cache=False, model=DEFAULT_MODEL, models_folder=self.models)
        if self.model == "default":
            return Settings(cache=False, model=DEFAULT_MODEL)
        return Settings(cache=False, model=f"{self.model}/ct2", compute_type="int8")

    @property
    def sources(self) -> list[Source]:
        """What the toolkit first asks the model."""
        if self.model != "default":
            return list(self.texts)
        settings = self.settings
        prompt = load_prompt("translation", settings.translation_prompt, languages=("fr", "en"))
        glossary = load_glossary(settings.glossary, source_language="fr", target_language="en")
        sources: list[Source] = []
        for text in self.texts:
            terms = [
                {"source": term.source, "target": term.target} for term in glossary.occurring(text)
            ]
            sources.append(prompt.render(source=text, before="", terms=terms, faults=[]))
        return sources

    @property
    def folder(self) -> Path:
        settings = self.settings
        return (
            settings.models_folder / settings.model if self.model == "default" else Path(self.model)
        )


def toolkit(task: Task, clock: Clock, *, tries: int = 1) -> None:
    """Our translator with its checks; with one try a sentence it does what the others do."""
    quality: Quality = "fast" if tries == 1 else "standard"
    settings = task.settings.model_copy(update={"quality": quality, "max_tries": tries})
    translator = Pipeline(settings).translator
    if task.model != "default":
        translator = replace(translator, config=GenerationConfig(max_new_tokens=NEW_TOKENS))
    segments = [Segment(0, text, "\n") for text in task.texts]
    clock.start()
    results = translator.translate(segments, lambda count: clock.finished(0) if count else None)
    clock.finished(sum(result.new_tokens for result in results))


def toolkit_all_tries(task: Task, clock: Clock) -> None:
    toolkit(task, clock, tries=Settings().max_tries)


def toolkit_on_ctranslate2(task: Task, clock: Clock) -> None:
    toolkit(replace(task, models=OTHER_MODELS), clock)


def ctranslate2_at_once(task: Task, clock: Clock) -> None:
    """The library given everything at once, with its own sorting into batches."""
    from toolkit.models.ctranslate2_runtime import ctranslate2

    options: dict[str, Any] = {"beam_size": 1, "asynchronous": True}
    if task.model == "default":
        task = replace(task, models=OTHER_MODELS)
        tokens = Tokens.load(task.folder / TOKENIZER_FOLDER)
        ids = [tokens.encode(source) for source in task.sources]
        same = next(at for at, column in enumerate(zip(*ids, strict=False)) if len(set(column)) > 1)
        model = ctranslate2.Generator(
            str(task.folder / MODEL_FOLDER), compute_type="int8", intra_threads=cores()
        )
        clock.start()
        results = model.generate_batch(
            [tokens.to_strings(each[same:]) for each in ids],
            static_prompt=tokens.to_strings(ids[0][:same]),
            max_batch_size=BATCH,
            max_length=256,
            include_prompt_in_result=False,
            **options,
        )
    else:
        tokens = Tokens.load(task.folder / "ct2" / TOKENIZER_FOLDER)
        translator = ctranslate2.Translator(
            str(task.folder / "ct2"), compute_type="int8", inter_threads=cores(), intra_threads=1
        )
        clock.start()
        results = translator.translate_batch(
            [tokens.to_strings(tokens.encode(text)) for text in task.texts],
            max_batch_size=2 * BATCH,
            max_decoding_length=NEW_TOKENS,
            max_input_length=0,
            **options,
        )
    waiting = list(results)
    while waiting:
        done = [each for each in waiting if each.done()]
        waiting = [each for each in waiting if not each.done()]
        for each in done:
            answer = each.result()
            new = answer.sequences_ids[0] if task.model == "default" else answer.hypotheses[0]
            clock.finished(len(new))
        time.sleep(0.005)


def transformers_in_batches(task: Task, clock: Clock, *, size: int = BATCH) -> None:
    """`generate`, in batches of sentences of similar length."""
    import torch
    import transformers

    torch.set_num_threads(cores())
    if task.model == "default":
        tokens = Tokens.load(task.folder / TOKENIZER_FOLDER)
        config = transformers.Qwen2Config.from_dict(QWEN)
        loader: Any = transformers.AutoModelForCausalLM
        model: Any = loader.from_config(config, dtype=torch.bfloat16)
    else:
        tokens = Tokens.load(task.folder / "hf")
        model = transformers.AutoModelForSeq2SeqLM.from_pretrained(task.folder / "hf")
    model = model.eval()
    causal = task.model == "default"
    encoded = [tokens.encode(source) for source in task.sources]
    order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]))
    clock.start()
    for start in range(0, len(order), size):
        batch = order[start : start + size]
        lengths = [task.lengths[index] if causal else NEW_TOKENS for index in batch]
        longest = max(len(encoded[index]) for index in batch)
        rows = [[0] * (longest - len(encoded[index])) + encoded[index] for index in batch]
        masks = [
            [0] * (longest - len(encoded[index])) + [1] * len(encoded[index]) for index in batch
        ]
        if not causal:
            rows = [encoded[index] + [0] * (longest - len(encoded[index])) for index in batch]
            masks = [mask[::-1] for mask in masks]
        with torch.inference_mode():
            model.generate(
                input_ids=torch.tensor(rows),
                attention_mask=torch.tensor(masks),
                min_new_tokens=max(lengths),
                max_new_tokens=max(lengths),
                do_sample=False,
                pad_token_id=0,
            )
        clock.finished(sum(lengths))


def transformers_one_by_one(task: Task, clock: Clock) -> None:
    transformers_in_batches(task, clock, size=1)


SYSTEMS: dict[str, Callable[[Task, Clock], None]] = {
    "toolkit": toolkit,
    "toolkit with its search": toolkit_all_tries,
    "toolkit on CTranslate2": toolkit_on_ctranslate2,
    "ctranslate2 at once": ctranslate2_at_once,
    "transformers in batches": transformers_in_batches,
    "transformers one by one": transformers_one_by_one,
}


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def sentences(count: int) -> list[tuple[str, str]]:
    """`count` different sentences with their translations, numbered when they run out."""
    references = asset_folder("eval") / "references"
    rows = [
        item
        for name in ("news", "diplomacy")
        for item in read_table(references / f"{name}.fr-en.tsv").items
    ]
    found = []
    for number in range(count):
        row = rows[number % len(rows)]
        start = f"Dossier {number // len(rows)} : " if number >= len(rows) else ""
        found.append((start + row.source, row.references[0]))
    return found


def measure(system: str, model: str, count: int) -> None:
    """What a child process does; prints a line of JSON."""
    pairs = sentences(count)
    task = Task(model, [source for source, _ in pairs])
    if model == "default" and system.startswith("transformers"):
        tokens = Tokens.load(task.folder / TOKENIZER_FOLDER)
        task = replace(task, lengths=[len(tokens.encode(target)) for _, target in pairs])
    clock = Clock()
    SYSTEMS[system](task, clock)
    figures = {
        "seconds": clock.ended - clock.started,
        "first": clock.first - clock.started,
        "tokens": clock.tokens,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE,
    }
    print(json.dumps(figures))


def build_small(folder: Path) -> None:
    """A random model as large as opus-mt, for transformers and for CTranslate2.

    In a process of its own: a child's peak memory begins with its parent's.
    """
    from toolkit.models.ctranslate2_runtime import ctranslate2

    sys.path.insert(0, str(ROOT / "tests"))
    from tiny_models import build_marian

    build_marian(folder / "hf", texts=[source for source, _ in sentences(100)], **OPUS)
    converter = ctranslate2.converters.TransformersConverter(str(folder / "hf"))
    converter.convert(str(folder / "ct2"), quantization="int8")
    Tokens.load(folder / "hf").tokenizer.save_pretrained(folder / "ct2" / TOKENIZER_FOLDER)


def compare(name: str, model: str, count: int, systems: Sequence[str]) -> None:
    print(f"\n{name} model, {count:,} sentences")
    print(
        f"{'':<28}{'sentences/s':>12}{'tokens/s':>10}{'first s':>9}{'peak GB':>9}{'toolkit is':>12}"
    )
    base = 0.0
    for system in systems:
        if count > MOST.get((name, system), count):
            continue
        if name == "default" and "ctranslate2" in system.lower() and not OTHER_MODELS.is_dir():
            print(f"{system:<28}{'left out: no models in ' + str(OTHER_MODELS):>12}")
            continue
        command = [sys.executable, __file__, "--system", system, "--model", model]
        run = subprocess.run([*command, "--count", str(count)], stdout=subprocess.PIPE, check=True)
        figures = json.loads(run.stdout.splitlines()[-1])
        rate = figures["tokens"] / figures["seconds"]
        base = base or rate
        print(
            f"{system:<28}{count / figures['seconds']:>12.2f}{rate:>10.1f}{figures['first']:>9.1f}"
            f"{figures['peak'] / 1e9:>9.2f}{base / rate:>11.2f}x",
            flush=True,
        )


def overhead() -> None:
    """The whole command with an engine that answers at once, on folders of articles."""
    print(f"\nthe command without a model{'':>5}{'sentences':>12}{'ms/sentence':>12}{'peak MB':>9}")
    for count in COUNTS["small"][1:]:
        with tempfile.TemporaryDirectory() as folder:
            texts = [source for source, _ in sentences(count)]
            for start in range(0, count, SENTENCES_A_DOCUMENT):
                article = " ".join(texts[start : start + SENTENCES_A_DOCUMENT])
                Path(folder, f"{start}.txt").write_text(article, encoding="utf-8")
            options = ["translate", folder, "-o", f"{folder}-out", "-q", "--no-clean"]
            environment = {**os.environ, "TOOLKIT_MODEL": "fake", "TOOLKIT_MAX_TRIES": "1"}
            environment["TOOLKIT_CACHE_FILE"] = f"{folder}/store.sqlite"
            started = time.perf_counter()
            child = subprocess.Popen([sys.executable, "-c", PROGRAM, *options], env=environment)
            _, status, usage = os.wait4(child.pid, 0)
            seconds = time.perf_counter() - started
        each = 1000 * seconds / count
        print(f"{'':<32}{count:>12,}{each:>12.2f}{usage.ru_maxrss * KILOBYTE / 1e6:>9.0f}")
        assert os.waitstatus_to_exitcode(status) == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[*COUNTS, "overhead"], help="one part of the whole")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--system", help=argparse.SUPPRESS)
    parser.add_argument("--model", help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help="sentences, instead of all the sizes")
    options = parser.parse_args()
    if options.build:
        build_small(options.build)
        return
    if options.system:
        measure(options.system, options.model, options.count)
        return
    systems = list(SYSTEMS)
    if options.only in (None, "default"):
        for count in [options.count] if options.count else COUNTS["default"]:
            compare("default", "default", count, systems)
    if options.only in (None, "small"):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, __file__, "--build", folder], check=True)
            systems.remove("toolkit with its search")  # of random words, every check fails
            systems.remove("toolkit on CTranslate2")  # as the first
            for count in [options.count] if options.count else COUNTS["small"]:
                compare("small", folder, count, systems)
    if options.only in (None, "overhead"):
        overhead()


if __name__ == "__main__":
    main()
