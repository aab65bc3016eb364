import json
from dataclasses import replace
from pathlib import Path

from tests.helpers import candidate
from toolkit.engines.fake import FakeEngine
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.prompts import load_prompt
from toolkit.translation.checks import check_translation
from toolkit.translation.comparison import compare
from toolkit.translation.glossary import Term
from toolkit.translation.translator import SentenceTranslator

CONTEXT_PROMPT = Path(__file__).parents[1] / "cases/context.v1.yaml"


CASES = json.loads((Path(__file__).parents[1] / "cases/translation_checks.json").read_text("utf-8"))


TERMS = (
    Term("Ceinture et la Route", "Belt and Road"),
    Term("la Route", "the Road"),
    Term("OCS", "SCO"),
    Term("Pékin", "Beijing"),
    Term("chef de la diplomatie", "foreign minister"),
)


def translator(answer, *, quality="fast", **options):
    """One that asks again only for what a check or the lexicon finds, unless it is to search."""
    options = {"family": "seq2seq", "max_source_tokens": 1000, **options}
    return SentenceTranslator(
        engine=FakeEngine(answer, **options),
        source_language="fr",
        target_language="en",
        prompt=load_prompt("translation", "news"),
        second_prompt=load_prompt("translation", "careful"),
        quality=quality,
    )


TBX = """<?xml version="1.0"?><tbx xmlns="urn:iso:std:iso:30042:ed-2"><text><body>
<conceptEntry id="1"><langSec xml:lang="fr-FR"><termSec><term>bail</term></termSec></langSec>
<langSec xml:lang="en"><termSec><term>lease</term></termSec></langSec></conceptEntry>
<conceptEntry id="2"><langSec xml:lang="fr"><termSec><term>dol</term></termSec></langSec>
</conceptEntry></body></text></tbx>"""


def counted(answer=str.upper, **options):
    asked = []

    def ask(text):
        asked.append(text)
        return answer(text)

    return translator(ask, **options), asked


def checks_with_lexicon(source, target):
    """What is wrong with an English translation, by all checks."""
    lexicons = load_lexicons("fr", "en")
    return check_translation(
        source,
        candidate(target),
        source_language="fr",
        target_language="en",
        comparison=compare(source, target, lexicons),
    )


def with_lexicon(answer):
    model = translator(answer, family="causal", max_source_tokens=10_000)
    return replace(model, lexicons=load_lexicons("fr", "en"))
