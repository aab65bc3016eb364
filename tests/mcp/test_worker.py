import threading
import time

import pytest

from tests.mcp.helpers import ENGLISH, PAGE, worker_of
from toolkit.engines.fake import FakeEngine
from toolkit.errors import InputError, LanguageError, ModelMissingError, UsageError
from toolkit.mcp.folders import Folders
from toolkit.mcp.requests import (
    MAX_FILE_BYTES,
    CleanRequest,
    SummarizeRequest,
    TranslateRequest,
)
from toolkit.mcp.steps import CancelledError, Steps
from toolkit.mcp.worker import Worker
from toolkit.pipeline import engine_pool
from toolkit.settings import make_settings


def clean(worker, **asked):
    return worker.clean(CleanRequest(**asked), Steps())[0]


def translate(worker, **asked):
    return worker.translate(TranslateRequest(**asked), Steps())[0]


def summarize(worker, **asked):
    return worker.summarize(SummarizeRequest(**asked), Steps())[0]


def test_a_page_is_cleaned_translated_and_summarized():
    worker = worker_of()
    assert clean(worker, text=PAGE).text.startswith("Le ministre présente")
    translated = translate(worker, text=PAGE)
    assert translated.text == f"{ENGLISH}\n\n{ENGLISH}"
    assert translated.title
    summarized = summarize(worker, text=PAGE, max_words=20)
    assert summarized.summary.max_words == 20
    assert summarized.summary.statements[0].evidence
    assert summarized.text is None
    assert summarize(worker, text=PAGE, with_translation=True).text == translated.text


def test_html_is_read_as_such():
    html = f"<html><nav>Menu</nav><p>{'</p><p>'.join(PAGE.splitlines()[2:4])}</p></html>"
    assert clean(worker_of(), text=html).text.startswith("Le ministre")


def test_what_is_an_article_already_is_kept():
    worker = worker_of(lambda prompt: "It rains.")
    assert translate(worker, text="Il pleut.", cleaned=True).text == "It rains."


def test_files_in_open_folders_are_read(tmp_path):
    (tmp_path / "page.txt").write_text(PAGE)
    worker = worker_of(folders=[tmp_path])
    assert clean(worker, path="page.txt").name == str(tmp_path / "page.txt")
    with pytest.raises(InputError, match="outside of the folders"):
        clean(worker, path="../page.txt")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("photo.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is an image"),
        ("binary.txt", bytes(range(256)) * 9, "so it is not text"),
        ("empty.txt", b"", "is empty"),
        ("huge.txt", b"a" * (MAX_FILE_BYTES + 1), "is larger than 20 MB"),
        ("many.jsonl", b'{"text": "a"}\n', "holds many pages; give the text of one"),
        ("menu.txt", b"Accueil\nPartager\n", "no article found"),
    ],
)
def test_a_file_that_can_not_be_used_is_refused(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=said):
        clean(worker_of(folders=[tmp_path]), path=name)


def test_another_language_is_refused_unless_it_is_named():
    worker = worker_of(lambda prompt: "Le ministre a présenté son plan jeudi aux députés à Paris.")
    with pytest.raises(LanguageError, match="looks English"):
        translate(worker, text=ENGLISH * 2, cleaned=True)
    for source in ("auto", "en"):
        page = translate(worker, text=ENGLISH, cleaned=True, source=source, target="fr")
        assert (page.source_language, page.target_language) == ("en", "fr")
    with pytest.raises(UsageError, match="is English already, as the translation is to be"):
        translate(worker, text=ENGLISH, cleaned=True, source="auto")
    assert summarize(worker, text=ENGLISH, cleaned=True, source="auto").text is None
    assert clean(worker_of(), text=f"{ENGLISH}\n{ENGLISH}", source="auto").text


def test_a_limit_that_is_given_marks_sentences(confidences):
    confidences["promis"] = 0.6
    assert "[?]" not in translate(worker_of(), text=PAGE).text
    page = translate(worker_of(), text=PAGE, min_confidence=0.7)
    assert page.text.endswith("[?]")
    assert [each.number for each in page.doubtful] == [2]


def test_a_model_that_is_missing_is_told_with_what_to_type(tmp_path):
    settings = make_settings(models_folder=tmp_path, cache=False)
    worker = Worker(settings, Folders(), tell=print)
    with pytest.raises(ModelMissingError, match="type: toolkit models pull"):
        translate(worker, text=PAGE)
    assert clean(worker, text=PAGE).text, "which needs none"


def test_the_model_is_loaded_once_for_calls_at_once_and_in_both_directions(monkeypatch):
    loaded = []

    def load(model, **_):
        loaded.append(model)
        return FakeEngine(lambda prompt: ENGLISH)

    monkeypatch.setattr(engine_pool, "load_engine", load)
    monkeypatch.setattr(engine_pool, "refuse_large", lambda *_, **__: None)
    monkeypatch.setattr(engine_pool, "memory_of", lambda *_: 0)
    settings = make_settings("own", cache=False, glossary="none", lexicon=False, max_tries=1)
    worker = Worker(settings, Folders(), tell=print)
    threads = [
        threading.Thread(
            target=worker.translate,
            args=[TranslateRequest(text=PAGE, source=source, target=target), Steps()],
        )
        for source, target in [("fr", "en"), ("en", "fr")] * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loaded == ["own"]


def test_a_call_that_is_cancelled_asks_for_no_further_draft_and_leaves_the_engine_to_others():
    steps, asked = Steps(), []

    def answer(prompt):
        if steps.latest.message == "summarizing":
            steps.cancel()
            asked.append(prompt)
            time.sleep(0.1)
        return ENGLISH

    worker = worker_of(answer)
    with pytest.raises(CancelledError):
        worker.summarize(SummarizeRequest(text=PAGE), steps)
    drafts = len(asked)
    assert drafts <= 2, "the one that it was at, and what was on its way"
    assert translate(worker, text=PAGE).text


def test_a_call_that_waits_for_the_model_of_another_ends_when_it_is_cancelled():
    steps, go = Steps(), threading.Event()

    def answer(prompt):
        steps.cancel()
        assert go.wait(60)
        return ENGLISH

    worker = worker_of(answer)
    with pytest.raises(CancelledError):
        worker.translate(TranslateRequest(text=PAGE), steps)
    go.set()


def test_an_article_that_is_too_long_is_refused(tmp_path):
    settings = make_settings("own", cache=False, max_document_chars=100)
    worker = Worker(settings, Folders.allowed([tmp_path]), tell=print)
    with pytest.raises(InputError, match="143 characters is over the limit of 100"):
        clean(worker, text=PAGE)
