"""A server without a model, for clients of other APIs."""

from toolkit.engines.fake import FakeEngine
from toolkit.server.app import create_app
from toolkit.server.options import ServerOptions
from toolkit.server.service import Service
from toolkit.settings import make_settings

ENGLISH = {
    "Le président parle.": "The president speaks.",
    "Il dort.": "He sleeps.",
    "Le ministre est arrivé lundi à Paris.": "The minister arrived in Paris on Monday.",
    "Une image du ministre": "An image of the minister",
}
FRENCH = {"The minister arrived in Paris on Monday.": "Le ministre est arrivé lundi à Paris."}


def answer(text):
    """What is written beside a sentence here, else the sentence between marks."""
    return {**ENGLISH, **FRENCH}.get(text, f"<{text}>")


def compatible_app(reply=answer, **options):
    settings = make_settings("fake", cache=False, lexicon=False, glossary="none", quality="fast")
    engine = FakeEngine(reply, family="seq2seq")
    return create_app(Service(settings, ServerOptions(**options), engines={"fake": engine}))
