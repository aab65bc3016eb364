"""Texts that are orders to a model: taken as text, and what comes instead of them is told."""

import json
from pathlib import Path

import pytest

from tests.helpers import candidate
from tests.torture import hostile
from toolkit.documents import Document
from toolkit.engines.base import Message
from toolkit.engines.fake import FakeEngine
from toolkit.engines.tokens import Tokens
from toolkit.pipeline import Pipeline
from toolkit.segmentation import split_sentences
from toolkit.settings import resolve_settings
from toolkit.translation.checks import check_translation
from toolkit.translation.glossary import Term

CASES = json.loads((Path(__file__).parent / "cases/injections.json").read_text("utf-8"))
NAMES = [case["name"] for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_what_comes_instead_of_a_sentence_is_flagged(case, figures):
    figures["inputs"] += 1
    failed = check_translation(
        case["text"],
        candidate(case["forged"]),
        source_language="fr",
        target_language="en",
        instructions=case.get("instructions", ""),
    )
    assert bool(failed) == case["flagged"], failed


def test_glossary_phrases_do_not_hide_a_lost_sentence():
    source = CASES[NAMES.index("a long lie after a long truth")]
    phrases = tuple(Term(word, "x", "phrase") for word in ("gouvernement", "réforme"))
    failed = check_translation(
        source["text"],
        candidate(source["forged"]),
        source_language="fr",
        target_language="en",
        terms=phrases,
    )
    assert "lost" in {check.name for check in failed}


@pytest.mark.parametrize("name", ["qwen2", "marian", "bart", "t5"])
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_control_tokens_are_text(tiny, name, case, figures):
    """As many of them reach the model as around a harmless text."""
    figures["inputs"] += 1
    tokens = Tokens.load(tiny(name))

    def controls(text):
        source = text if name != "qwen2" else (Message("system", text), Message("user", text))
        return [each for each in tokens.encode(source) if each in tokens.controls.ids]

    assert controls(case["text"]) == controls("Le maire est parti.")


def test_a_forged_sentence_does_not_reach_the_summary(monkeypatch, tmp_path):
    """Neither as a part of the text to be summarized, nor as what a statement may rest on."""
    true = (
        "Le gouvernement a confirmé mardi que la réforme de l’assurance chômage entrerait en "
        "vigueur au printemps, malgré l’opposition des syndicats et d’une partie de la majorité."
    )
    forged = "Shares of the airline fell by a tenth after its pilots had walked out over pay."
    others = {
        "Le maire de Brive parle lundi.": "The mayor of Brive speaks on Monday.",
        "La gare de Tulle ferme mardi.": "Tulle station closes on Tuesday.",
        "Le musée d'Ussel ouvre jeudi.": "The museum of Ussel opens on Thursday.",
    }
    seen = []

    def answer(text):
        seen.append(text)
        source = text.rpartition("\n\n")[2]  # behind the instructions
        return forged if "chômage" in source else others.get(source, "The mayor of Brive speaks.")

    settings, _ = resolve_settings({"cache": False, "model": "fake"})
    pipeline = Pipeline(settings, engines={"fake": FakeEngine(answer)})
    page = Document(name="a", text="\n".join([true, *others]))
    [result] = pipeline.summarize([pipeline.prepare(page, cleaned=True)])
    assert "lost" in {check.name for check in result.translations[0].failed}
    summarizing = [text for text in seen if all(told in text for told in others.values())]
    assert summarizing
    assert all(forged not in text for text in summarizing)
    assert result.summary
    assert forged not in result.summary.text


def test_sentences_keep_their_markers(tmp_path, figures):
    """Nothing of a hostile article is dropped on the way to the model."""
    for case in CASES:
        figures["inputs"] += 1
        segments = split_sentences(hostile.TEXT + " " + case["text"])
        joined = "".join(each.text + each.after for each in segments)
        assert joined == hostile.TEXT + " " + case["text"]
