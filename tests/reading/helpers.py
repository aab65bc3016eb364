"""A page, and the one document that is read from it."""

from toolkit.documents import Document
from toolkit.reading import Reading, read_bytes

PARAGRAPHS = [
    "Le ministre a présenté jeudi son plan devant les députés réunis à Paris.",
    "Selon lui, le texte sera discuté en mars, puis soumis au Sénat avant l’été.",
    "L’opposition a quitté la salle avant le vote, comme elle l’avait annoncé la veille.",
]
PAGE = (
    '<!DOCTYPE html><html lang="fr-FR"><head><meta charset="{charset}">'
    "<title>Le plan du ministre | Le Matin</title>"
    '<meta name="author" content="Jeanne Oriol"><meta property="og:site_name" content="Le Matin">'
    '<meta property="article:published_time" content="2024-03-01T10:00:00Z"></head><body>'
    '<nav><a href="/">Accueil</a> <a href="/monde">Monde</a></nav>'
    "<article><h1>Le plan du ministre</h1>"
    + "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    + "</article>"
    "<footer><p>Tous droits réservés</p></footer></body></html>"
)


def one(name, data, **options):
    (document,) = read_bytes(name, data, Reading(**options))
    assert isinstance(document, Document)
    return document
