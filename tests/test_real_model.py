"""The main job with the default model, which must have been pulled: `make slow-test`."""

import json
import re
from itertools import takewhile
from pathlib import Path

import pytest

from toolkit.assets import asset_folder
from toolkit.engines.tokens import Tokens
from toolkit.errors import ModelMissingError
from toolkit.languages.identification import identify_language
from toolkit.models.catalogue import DEFAULT_MODEL
from toolkit.models.installed import TOKENIZER_FOLDER, load_installed
from toolkit.pipeline import Pipeline
from toolkit.prompts import load_prompt
from toolkit.reading import read_document
from toolkit.settings import Settings, resolve_settings

pytestmark = pytest.mark.slow

# Read before any test gets a home of its own.
MODELS = resolve_settings({})[0].models_folder

# Words of what stands around the five articles; none may reach the English.
FURNITURE = (
    r"\b(?:WeChat|Omar|Pelosi|captcha|comments?|share (?:this|on)|Boeing|Fujian|Lego|Dubai|"
    r"Zelensky|Benin|Ivory Coast|AFP|Xinhua|Press TV|last updated?|logo|advertisement)\b"
)
# What each article's English must carry, whatever the wording, as regular expressions.
FACTS = {
    "000": ["Putin", "Wang Yi", "Belt and Road", "May 14 and 15", "Shanghai Cooperation", "G20"],
    "001": ["Xi Jinping", "Lavrov", "June", "Qingdao", "SCO", "Great Hall of the People"],
    "002": ["2013", "58", "50 billion", "12", "fourth", "close allies", "Shanghai Cooperation"],
    "003": ["Wang Yi", "Lavrov", "9 April|April 9", "Western powers", "United Nations"],
    "004": ["Qin Gang", "Goa", "India", "Cold War", "Asia-Pacific", "Ukrain"],
}


@pytest.fixture(scope="module")
def results():
    try:
        load_installed(MODELS, DEFAULT_MODEL)
    except ModelMissingError as error:
        pytest.fail(str(error))
    pipeline = Pipeline(Settings(model=DEFAULT_MODEL, models_folder=MODELS, cache=False))
    seeds = sorted(asset_folder("seeds").glob("*.txt"))
    articles = [pipeline.prepare(read_document(path)) for path in seeds]
    return dict(zip((path.stem for path in seeds), pipeline.summarize(articles), strict=True))


@pytest.fixture(params=[path.stem for path in sorted(asset_folder("seeds").glob("*.txt"))])
def result(request, results):
    return request.param, results[request.param]


@pytest.mark.parametrize("name", ["news", "careful"])
def test_prompts_of_translations_begin_with_a_whole_page_of_tokens(name):
    """Only whole pages are shared, so that a token less would have all of it read again."""
    openvino = pytest.importorskip("toolkit.engines.openvino", reason="no openvino-genai")
    folder = load_installed(MODELS, DEFAULT_MODEL).folder
    tokens = Tokens.load(folder / TOKENIZER_FOLDER)
    term = {"source": "l'aval", "target": "the approval"}
    prompt = load_prompt("translation", name)
    chats = [
        prompt.render(source=source, before="", terms=terms, faults=[], hints=[])
        for source in ("Il pleut.", "Où siège le conseil ?")
        for terms in ([], [term])
    ]
    columns = zip(*map(tokens.encode, chats), strict=False)
    shared = len(list(takewhile(lambda each: len(set(each)) == 1, columns)))
    assert shared >= openvino.BLOCK_TOKENS


def test_every_sentence_is_translated_in_order(result):
    name, made = result
    gold = Path(asset_folder("eval") / f"gold/cleaning/{name}.json")
    assert len(made.translations) == json.loads(gold.read_text("utf-8"))["sentences"]
    assert [t.segment for t in made.translations] == list(made.article.segments)
    for translation in made.translations:
        assert translation.text
        assert not {c.name for c in translation.failed} & {"unfinished", "numbers", "language"}


def test_the_translation_carries_the_facts_and_none_of_the_page(result):
    name, made = result
    for fact in FACTS[name[:3]]:
        assert re.search(fact, made.translation_text), fact
    assert not re.search(FURNITURE, made.translation_text, re.IGNORECASE)


def test_both_texts_are_english(result):
    _, made = result
    for text in (made.translation_text, made.summary.text):
        assert identify_language(text).code == "en"


def test_the_summary_is_short_whole_and_supported(result):
    _, made = result
    assert made.summary.failed == ()
    assert made.summary.words <= 60
    assert made.summary.text[-1] in '.!?"”'
    assert all(statement.evidence for statement in made.summary.statements)
    assert not re.search(FURNITURE, made.summary.text, re.IGNORECASE)
