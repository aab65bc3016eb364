"""What it costs to take texts as text and to keep checksums, beside translating. `make bench`.

All of it is measured in one run on the same sentences, with the default model.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from toolkit.articles import prepare
from toolkit.assets import asset_folder
from toolkit.cleaning.steps import STEPS
from toolkit.engines.tokens import Tokens
from toolkit.models.catalogue import DEFAULT_MODEL
from toolkit.models.installed import TOKENIZER_FOLDER, load_installed
from toolkit.pipeline import Pipeline
from toolkit.prompts import load_prompt
from toolkit.reading import read_document
from toolkit.settings import resolve_settings
from toolkit.store import Store, checksum_of

SENTENCES = 32
REPEATS = 20


def main() -> None:
    settings, _ = resolve_settings({"cache": False, "model": DEFAULT_MODEL})
    articles = [
        prepare(read_document(path), language="fr", steps=tuple(STEPS), max_chars=10**6)
        for path in sorted(asset_folder("seeds").glob("*.txt"))
    ]
    segments = [each for article in articles for each in article.segments][:SENTENCES]
    translator = Pipeline(settings).translator
    translator.translate(segments[:2])  # loads the model
    translating_s = _seconds(lambda: translator.translate(segments), times=1)

    installed = load_installed(settings.models_folder, settings.translator_model)
    tokens = Tokens.load(installed.folder / TOKENIZER_FOLDER)
    prompt = load_prompt("translation", settings.translation_prompt, languages=("fr", "en"))
    chats = [prompt.render(source=s.text, before="", terms=[], faults=[]) for s in segments]
    plain_s = _seconds(lambda: [tokens.encode_unguarded(chat) for chat in chats])
    guarded_s = _seconds(lambda: [tokens.encode(chat) for chat in chats])

    rows = {f"translation:{number}": segment.text for number, segment in enumerate(segments)}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.sqlite", max_bytes=10**9)
        storing_s = _seconds(lambda: store.add(rows)) + _seconds(lambda: store.find(list(rows)))
        store.close()
    pairs = [(key.encode(), value.encode()) for key, value in rows.items()]
    checking_s = _seconds(lambda: [checksum_of("work", *pair) for pair in [*pairs, *pairs]])

    print(f"translating {len(segments)} sentences: {translating_s:.1f} s")
    for name, seconds in (
        ("encoding their prompts", guarded_s),
        ("  of which for control tokens", guarded_s - plain_s),
        ("storing and finding them", storing_s),
        ("  of which for checksums", checking_s),
    ):
        print(f"{name:<32} {seconds * 1000:7.2f} ms, {100 * seconds / translating_s:.3f} %")


def _seconds(work: Callable[[], object], *, times: int = REPEATS) -> float:
    """The shortest time of `times`."""
    return min(_time(work) for _ in range(times))


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
