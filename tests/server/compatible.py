"""A server for clients of other APIs, whose engine knows a few sentences."""

from tests.server.helpers import client_of, service_of
from toolkit.engines.fake import FakeEngine

ENGLISH = {
    "Le président parle.": "The president speaks.",
    "Il dort.": "He sleeps.",
    "Le ministre est arrivé lundi à Paris.": "The minister arrived in Paris on Monday.",
}
FRENCH = {"The minister arrived in Paris on Monday.": "Le ministre est arrivé lundi à Paris."}


def answer(text):
    """What is written beside a sentence here, else the sentence between marks."""
    return {**ENGLISH, **FRENCH}.get(text, f"<{text}>")


def compatible_service(reply=answer, **options):
    return service_of(FakeEngine(reply, family="seq2seq"), **options)


def compatible_client(reply=answer, **options):
    return client_of(compatible_service(reply, **options))
