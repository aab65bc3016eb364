from toolkit.documents import Document
from toolkit.engines.fake import FakeEngine
from toolkit.pipeline import Pipeline
from toolkit.settings import make_settings

FRENCH = (
    "Le président Emmanuel Macron espère rencontrer le chancelier Olaf Scholz à Berlin en juin. "
    "Les deux pays ont signé mardi un accord sur l'énergie, selon le ministère."
)
ENGLISH = (
    "President Emmanuel Macron hopes to meet Chancellor Olaf Scholz in Berlin in June. "
    "The two countries signed an agreement on energy on Tuesday, according to the ministry."
)


def pipeline(answer, *, family="causal", **settings):
    """A pipeline whose one engine gives `answer` of a prompt."""
    made = make_settings("own", cache=False, glossary="none", lexicon=False, **settings)
    return Pipeline(made, engines={"own": FakeEngine(answer, family=family)})


def article(made, text, *, date=""):
    document = Document(name="a.txt", text=text, metadata={"date": date})
    return made.prepare(document, cleaned=True)
