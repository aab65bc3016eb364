"""The Python API, with the fake engine and with tiny real models."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import get_type_hints

import pytest

import toolkit
from toolkit import Cleaner, Pipeline, Summarizer, Translator
from toolkit.errors import InputError, LanguageError, ModelError, UsageError
from toolkit.schema import SCHEMA_VERSION, ArticleRecord, CleaningRecord, SummaryRecord, TextRecord
from toolkit.settings import Options, Settings

ROOT = Path(__file__).parent.parent
ARTICLE = (
    "Le président russe est arrivé lundi à Pékin. Il y rencontrera mardi son homologue chinois, "
    "selon le ministère.\n\nLes deux pays doivent signer plusieurs accords sur l'énergie."
)
PAGE = f"<html><body><nav><a>Accueil</a></nav><article><p>{ARTICLE}</p></article></body></html>"
QUICK = {"cache": False, "glossary": "none"}


def test_a_text_is_translated_sentence_by_sentence():
    result = Translator.from_pretrained("fake", **QUICK)("Il pleut. Elle lit un livre.")
    assert [each.segment.text for each in result.sentences] == ["Il pleut.", "Elle lit un livre."]
    assert result.text.count("[fake]") == 2
    assert set(result.flagged) <= set(result.sentences)
    with pytest.raises(FrozenInstanceError):
        result.sentences = ()


def test_a_list_gives_a_list_in_its_order():
    translator = Translator.from_pretrained("fake", **QUICK)
    texts = ["Il pleut.", "", "Elle lit. Il dort."]
    results = translator(texts)
    assert [len(each.sentences) for each in results] == [1, 0, 2]
    assert [each.text for each in results] == [translator(text).text for text in texts]
    assert translator([]) == []


def test_results_become_json_that_the_schema_reads_again():
    pipeline = Pipeline.from_pretrained("fake", length="headline", **QUICK)
    for value, record in (
        (Translator.from_pretrained("fake", **QUICK)("Il pleut."), TextRecord),
        (Summarizer.from_pretrained("fake", language="fr", **QUICK)(ARTICLE), SummaryRecord),
        (Cleaner()(PAGE), CleaningRecord),
        (pipeline(PAGE), ArticleRecord),
    ):
        written = json.loads(json.dumps(value.to_dict()))
        assert written["schema_version"] == SCHEMA_VERSION
        read = record.model_validate(written)
        assert json.loads(json.dumps(read.to_dict())) == written


def test_what_version_1_wrote_is_read():
    old = Summarizer.from_pretrained("lead-3", language="fr", **QUICK)(ARTICLE).to_dict()
    del old["schema_version"]
    old["guards"] = ["left a sentence out"]
    del old["revisions"]
    old["failed"] = [{"name": "names", "detail": "not in the article: Brest"}]
    read = SummaryRecord.model_validate(old)
    assert (read.schema_version, read.revisions) == (1, ("left a sentence out",))
    assert read.failed[0].detail == "not in the article: Brest"


def test_a_page_goes_through_the_whole_chain():
    pipeline = Pipeline.from_pretrained("fake", summarizer="lead-3", **QUICK)
    result = pipeline(PAGE)
    assert "Accueil" not in result.article.document.text
    assert "[fake] Les deux pays" in result.translation_text
    assert result.summary.statements[0].evidence
    names = [each.article.document.name for each in pipeline([PAGE, ARTICLE])]
    assert names == ["page 1", "page 2"]


def test_cleaning_needs_no_model():
    page = f"Accueil | Sport | Météo\n{ARTICLE}\nPartager sur Facebook"
    cleaned = Cleaner()(page)
    assert cleaned.text == ARTICLE
    dropped = [block.text for block in cleaned.blocks if not block.kept and block.text]
    assert dropped == ["Accueil | Sport | Météo", "Partager sur Facebook"]


def test_a_summarizer_works_within_one_language():
    summary = Summarizer.from_pretrained("lead-1", language="fr", **QUICK)(ARTICLE)
    assert summary.text == "Le président russe est arrivé lundi à Pékin."
    with pytest.raises(UsageError, match="one language"):
        Summarizer.from_pretrained("lead-1", target_language="en")


def test_faults_are_errors_of_the_toolkit():
    with pytest.raises(UsageError, match="beem_size"):
        Translator.from_pretrained("fake", beem_size=4)
    with pytest.raises(UsageError, match="num_beams"):
        Translator.from_pretrained("fake", num_beams=0)
    with pytest.raises(InputError, match="is empty"):
        Cleaner()("  ")
    with pytest.raises(LanguageError):
        Cleaner()("The president arrived in the city on Monday morning. " * 5)
    with pytest.raises(ModelError):
        Translator.from_pretrained("nobody/nothing", **QUICK)("Il pleut.")


def test_any_iterable_of_texts_will_do():
    translator = Translator.from_pretrained("fake", **QUICK)
    texts = ["Il pleut.", "Elle lit."]
    assert translator(text for text in texts) == translator(texts)
    pipeline = Pipeline.from_pretrained("fake", **QUICK)
    assert len(pipeline(page for page in [PAGE])) == 1


@pytest.mark.parametrize("wrong", [None, b"Il pleut.", ["Il pleut.", None], 7])
def test_what_is_not_text_is_refused(wrong):
    with pytest.raises(UsageError, match="not text"):
        Translator.from_pretrained("fake", **QUICK)(wrong)


def test_settings_of_the_surroundings_do_not_count(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "toolkit.toml").write_text('model = "fake"\nlength = "detailed"\n')
    monkeypatch.setenv("TOOLKIT_LENGTH", "headline")
    assert Pipeline.from_pretrained("fake").settings.length == "brief"


def test_every_setting_is_an_option_of_its_type():
    expected = {name: field.annotation for name, field in Settings.model_fields.items()}
    del expected["model"]
    assert get_type_hints(Options) == expected


def test_one_translator_serves_several_threads(tmp_path):
    translator = Translator.from_pretrained("fake", cache_file=tmp_path / "store.sqlite")
    expected = translator("Il pleut.").text
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda _: translator("Il pleut.").text, range(8)))
    assert texts == [expected] * 8


def test_a_store_that_can_not_be_used_is_a_warning(tmp_path):
    (tmp_path / "store").write_text("a file, and no folder")
    translator = Translator.from_pretrained("fake", cache_file=tmp_path / "store/store.sqlite")
    with pytest.warns(UserWarning, match="goes on without it"):
        assert translator("Il pleut.").text


def test_a_bad_text_of_a_list_is_named_by_its_place():
    pipeline = Pipeline.from_pretrained("fake", **QUICK)
    with pytest.raises(InputError, match="page 2: is empty"):
        pipeline([PAGE, ""])
    with pytest.raises(InputError, match="text 2: is empty"):
        Cleaner()([PAGE, " "])
    translator = Translator.from_pretrained("fake", **QUICK)
    with pytest.raises(InputError, match="text 2: holds a lone surrogate"):
        translator(["Il pleut.", "Il \ud800 pleut."])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target_language": "fr"}, "nothing to translate from fr to fr"),
        ({"target_language": "German"}, "is not a language code"),
        ({"target_language": "EN"}, "is not a language code"),
    ],
)
def test_languages_that_make_no_sense_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        Translator.from_pretrained("fake", **QUICK, **options)("Il pleut.")


def test_a_model_of_one_direction_is_not_asked_for_another(tmp_path):
    translator = Translator.from_pretrained(
        "opus-mt-fr-en", target_language="de", models_folder=tmp_path, cache=False
    )
    with pytest.raises(UsageError, match="opus-mt-fr-en translates fr to en, not fr to de"):
        translator("Il pleut.")


def test_a_cleaner_refuses_what_it_does_not_know():
    for options in ({"keep": ["nope"]}, {"keep": "title"}, {"skip_steps": ["nope"]}):
        with pytest.raises(UsageError):
            Cleaner(**options)


def test_a_user_script_passes_strict_type_checking(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from toolkit import Cleaner, Pipeline, Summarizer, Translator\n"
        "text: str = Pipeline.from_pretrained('default', length='brief')('page').summary.text\n"
        "texts: list[str] = [each.text for each in Translator.from_pretrained()(('a', 'b'))]\n"
        "words: int = Summarizer.from_pretrained('lead-3', language='fr')('Un. Deux.').words\n"
        "kept: list[bool] = [line.kept for line in Cleaner()('page').lines]\n"
    )
    checked = [sys.executable, "-m", "mypy", "--strict", str(script)]
    done = subprocess.run(checked, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def python(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_toolkit_changes_and_loads_nothing():
    code = (
        "import os, sys, logging; before = dict(os.environ), set(sys.modules);"
        "import toolkit; assert dict(os.environ) == before[0];"
        "heavy = {'transformers', 'ctranslate2', 'openvino', 'torch', 'pydantic', 'numpy'};"
        "heavy |= {'typer', 'babel'};"
        "assert not heavy & (set(sys.modules) - before[1]), heavy & set(sys.modules);"
        "assert set(toolkit.__all__) <= set(dir(toolkit)); print(toolkit.__version__)"
    )
    assert python(code).strip() == toolkit.__version__
    with pytest.raises(AttributeError, match="no attribute 'Summariser'"):
        toolkit.Summariser  # noqa: B018


GENERATING = """
import sys
from pathlib import Path
from tests.engines.test_openvino import opened
from toolkit.engines.base import GenerationConfig, Message, generate
engine = opened(Path(sys.argv[1]))
(output,) = generate(engine, [(Message("user", "Il pleut."),)], GenerationConfig(max_new_tokens=4))
assert output.best.new_tokens
assert engine.score([(Message("user", "Il pleut."),)], ["It rains."])
"""


def test_openvino_connects_to_nothing(openvino_of, tmp_path):
    """Its compiled parts could pass by Python's sockets, so the system calls are looked at."""
    calls = tmp_path / "calls"
    strace = ["strace", "-f", "-qq", "-e", "trace=connect", "-o", str(calls)]
    try:
        subprocess.run([*strace, "true"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("strace doesn't work here")
    connecting = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(ADDRESS)"
    code = connecting.replace("ADDRESS", "('127.0.0.1', 9)")
    subprocess.run([*strace, sys.executable, "-c", code], check=True)
    assert "AF_INET" in calls.read_text("utf-8")
    done = subprocess.run(
        [*strace, sys.executable, "-c", GENERATING, str(openvino_of("qwen2"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "AF_INET" not in calls.read_text("utf-8")


def test_loading_a_model_asks_no_network_and_leaves_the_hub_to_its_user(converted):
    """Whatever is not a local socket raises, and the environment stays as it was."""
    code = (
        "import os, socket, sys; asked = []\n"
        "def refuse(*arguments, **options): asked.append(arguments); raise OSError('no network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "before = dict(os.environ)\n"
        "from toolkit import Translator\n"
        "translator = Translator.from_pretrained(sys.argv[1] if len(sys.argv) > 1 else FOLDER, "
        "cache=False, lexicon=False, glossary='none', max_tries=1)\n"
        "assert translator('Il pleut.').sentences\n"
        "import huggingface_hub.constants\n"
        "assert not huggingface_hub.constants.HF_HUB_OFFLINE and not asked, asked\n"
        "assert not os.environ['HF_HUB_OFFLINE']\n"
        "changed = {k for k in os.environ if os.environ[k] != before.get(k)}\n"
        "assert not {k for k in changed if k.startswith(('HF_', 'TRANSFORMERS'))}, changed\n"
    )
    python(f"FOLDER = {str(converted('marian'))!r}\n{code}", HF_HUB_OFFLINE="")


def test_doubtful_sentences_are_numbered_marked_and_withheld(confidences):
    confidences |= {"livre": 0.1, "pleut": 0.9}
    text = "Il pleut. Elle lit un livre."
    known = Translator.from_pretrained("fake", **QUICK)(text)
    ((number, sentence),) = known.doubtful
    assert (number, sentence.confidence) == (2, 0.1)
    assert "[?]" not in known.text
    marked = Translator.from_pretrained("fake", min_confidence=0.5, **QUICK)(text)
    assert marked.text == known.text + " [?]"
    withheld = Translator.from_pretrained("fake", withhold=True, **QUICK)(text)
    assert withheld.text == "[fake] Il pleut. [French: Elle lit un livre.]"
    written = withheld.to_dict()
    assert (written["text"], written["doubtful"]) == (withheld.text, (2,))
