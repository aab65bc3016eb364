from tests.cleaning.helpers import ARTICLE, OTHER, document
from toolkit.cleaning import clean
from toolkit.cleaning.steps import repair

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


def test_an_article_of_one_paragraph_wins_over_longer_consent():
    page = ["L’armoire aux bulletins nuls de Roquevert", "Publié le 3 mars 2021", STUB]
    cleaning = clean(document("\n".join([*page, "Contact", "Espace presse", "Boutique", *CONSENT])))
    assert cleaning.document.text == repair(STUB)
    assert cleaning.title == page[0]


def test_no_comment_wins_over_a_short_article():
    comment = "Je ne suis pas du tout d’accord avec ce plan, qui va coûter très cher à tous. " * 5
    page = "\n".join([ARTICLE, OTHER, "Laisser un commentaire", comment, comment + "Voilà."])
    assert clean(document(page)).document.text == f"{ARTICLE}\n\n{OTHER}"


def test_the_title_shares_words_with_the_article():
    links = ["Vivre à Roquevert au fil des saisons", "Le magazine de nos communes rurales en ligne"]
    title = "Le plan du ministre sera discuté au Sénat dès mars"
    page = [*links, title, "Choisir une autre édition du journal", ARTICLE, OTHER]
    assert clean(document("\n".join(page))).title == title
