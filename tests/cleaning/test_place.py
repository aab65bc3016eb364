import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, document
from tests.reading.helpers import one
from toolkit.cleaning import clean
from toolkit.cleaning.features import GROUPS, describe
from toolkit.cleaning.marks import weigh_marks
from toolkit.cleaning.place import find_article
from toolkit.cleaning.steps import repair
from toolkit.documents import BELOW_HEADLINE, IN_ELEMENT, IN_MAIN_TEXT

CONSENT = [
    "Notre société et des tiers utilisent des cookies et autres traceurs.",
    "En cliquant sur ce bouton, vous acceptez le dépôt de cookies pour les finalités décrites ici.",
    "Vous pouvez également paramétrer vos choix et retirer votre consentement à tout moment.",
    "Ces cookies permettent de partager du contenu de notre site sur les réseaux sociaux.",
    "Cliquez sur chaque finalité ci-dessous pour activer ou désactiver son dépôt de traceurs.",
]
STUB = (
    "Que deviennent les bulletins nuls du village de Roquevert ? Depuis 1965, un ancien facteur "
    "les avait gardés dans une armoire, et une historienne les a dépouillés cet hiver : elle y a "
    "trouvé des recettes, des poèmes et une demande en mariage."
)

COMMENT = "Je ne suis pas du tout d’accord avec ce plan, qui va coûter très cher à tous."
ANSWER = "« Nous irons au tribunal », a répondu la maire de Roquevert, qui préside le canton."


def test_an_article_of_one_paragraph_wins_over_longer_consent():
    page = ["L’armoire aux bulletins nuls de Roquevert", "Publié le 3 mars 2021", STUB]
    cleaning = clean(document("\n".join([*page, "Contact", "Espace presse", "Boutique", *CONSENT])))
    assert cleaning.document.text == repair(STUB)
    assert cleaning.title == page[0]


def test_no_comment_wins_over_a_short_article():
    comment = "Je ne suis pas du tout d’accord avec ce plan, qui va coûter très cher à tous. " * 5
    page = "\n".join([ARTICLE, OTHER, "Laisser un commentaire", comment, comment + "Voilà."])
    assert clean(document(page)).document.text == f"{ARTICLE}\n\n{OTHER}"


@pytest.mark.parametrize(
    ("heading", "below", "stays"),
    [
        ("Réactions", ANSWER, True),
        ("Répondre", ANSWER, True),
        ("Réactions", COMMENT, False),
        ("Commentaires", ANSWER, False),
        ("Énoncés prospectifs", ANSWER, False),
        ("Bibliographie", ANSWER, False),
    ],
)
def test_readers_of_a_page_say_whether_a_heading_ends_the_article(heading, below, stays):
    lines = (ARTICLE, OTHER, f"<h2>{heading}</h2>", below, "Le préfet a demandé du temps.")
    body = "".join(line if line.startswith("<") else f"<p>{line}</p>" for line in lines)
    page = f"<html><body><article><h1>Le plan</h1>{body}</article></body></html>"
    text = clean(one("page.html", page.encode())).document.text
    assert (repair(below) in text) is (lines[-1] in text) is stays


def test_the_title_shares_words_with_the_article():
    links = ["Vivre à Roquevert au fil des saisons", "Le magazine de nos communes rurales en ligne"]
    title = "Le plan du ministre sera discuté au Sénat dès mars"
    page = [*links, title, "Choisir une autre édition du journal", ARTICLE, OTHER]
    assert clean(document("\n".join(page))).title == title


BOTH = frozenset((IN_ELEMENT, IN_MAIN_TEXT))


def place(*lines):
    """The first and the last line of the article among lines, each with its marks."""
    texts, marks = zip(*lines, strict=True)
    described = [describe(text, language="fr", groups=frozenset(GROUPS)) for text in texts]
    found = find_article(weigh_marks(described, marks), "", frozenset(GROUPS))
    return found.first, found.last


def test_what_both_readers_take_belongs_to_it_and_a_signature_does_not():
    verse = ("Un vers sans point", BOTH)
    assert place(verse, (ARTICLE, BOTH), (OTHER, BOTH), ("Luc Petit", BOTH)) == (0, 2)


def test_what_no_reader_takes_parts_nothing():
    nothing = [(f"Menu {number}", frozenset[str]()) for number in range(40)]
    assert place((ARTICLE, BOTH), *nothing, (OTHER, BOTH)) == (0, 41)


def test_the_article_ends_where_the_page_says_so_whoever_takes_what_follows():
    text = (ARTICLE, BOTH), (OTHER, BOTH)
    assert place(*text, ("Vos réactions", BOTH), (COMMENT, BOTH)) == (0, 1)


def test_a_lead_below_the_headline_belongs_to_it():
    lead = (OTHER, frozenset((BELOW_HEADLINE,)))
    byline = ("Par Luc Petit", frozenset((BELOW_HEADLINE,)))
    links = [("Communes", frozenset[str]())] * 3
    assert place(*links, lead, byline, (ARTICLE, BOTH), (OTHER, BOTH)) == (3, 6)
