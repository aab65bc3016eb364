"""Pages and lines that several tests clean."""

from hypothesis import strategies as st

from toolkit.assets import asset_folder
from toolkit.documents import Document
from toolkit.evaluation.cleaning import load_gold_pages

ROOT = asset_folder("eval").parent
PAGES = load_gold_pages(asset_folder("eval") / "gold/cleaning")
SEEDS = [page for page in PAGES if page.document]
ARTICLE = "Le ministre a présenté jeudi son plan devant les députés réunis à Paris."
OTHER = "Selon lui, le texte sera discuté en mars, puis soumis au Sénat avant l’été."


def document(text, **metadata):
    return Document(name="test", text=text, metadata=metadata)


TEXT = st.text(alphabet="aéÃ©Â»?&amp;#'’«» \n\t\u00ad\u0301\u200f\ufffd.:œMx0\x07אب", max_size=60)
