import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, document
from toolkit.cleaning import clean
from toolkit.cleaning.prompts import signals, weigh_prompt
from toolkit.cleaning.words import words_of

PROMPTS = [
    "Cet article a été produit par notre studio pour le compte d’un annonceur.",
    "Le texte intégral de ce reportage est offert à nos lecteurs, grâce à vos dons.",
    "Votre adresse ne servira qu’à l’envoi de cette lettre.",
    "La reproduction de ce contenu est soumise à autorisation de la rédaction.",
]
SENTENCES = [
    "Le journal du bord, retrouvé en mars, raconte la dernière nuit du navire.",
    "La ministre offre six mois de délai aux communes, sans conditions.",
    "Le lecteur de ce roman ne saura jamais qui a écrit la lettre.",
    "Vous verrez, disait-elle, que rien ne changera avant l’été.",
]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_prompts_that_no_phrase_knows_go_from_inside_an_article(prompt):
    block = clean(document("\n".join([ARTICLE, OTHER, prompt, ARTICLE + " Oui."]))).blocks[2]
    assert (block.kept, block.reason) == (False, "reader prompt")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentences_with_words_of_prompts_stay(sentence):
    text = clean(document("\n".join([ARTICLE, OTHER, sentence, ARTICLE + " Oui."]))).document.text
    assert sentence in text


@pytest.mark.parametrize(
    ("text", "priced"),
    [
        ("vous êtes 54 % à soutenir la grève dans votre ville", False),
        ("vos impôts grimpent de 50 - 60 % cette année", False),
        ("vous êtes 50-60 % à soutenir la grève", False),
        ("votre forfait à – 40 % avec le code", True),
        ("-20 % sur votre commande", True),
        ("votre forfait à 20 €", True),
    ],
)
def test_a_discount_is_a_price_and_a_share_of_people_is_none(text, priced):
    assert ("price" in signals(text, words_of(text))) == priced


def test_what_is_said_between_quotation_marks_is_no_prompt():
    said = f"« {PROMPTS[0]} », a lu la présidente devant les membres."
    assert clean(document("\n".join([ARTICLE, OTHER, said, ARTICLE]))).blocks[2].kept


def test_capitals_and_missing_accents_change_nothing():
    bare = "la reproduction de ce contenu est soumise a autorisation de la redaction"
    points = [weigh_prompt(text, words_of(text.lower())) for text in (bare, PROMPTS[3])]
    assert points[0] == points[1] < 0


@pytest.mark.parametrize(
    "sentence",
    [
        "Le gouvernement engage sa responsabilité sur le texte, dans les conditions prévues par "
        "l'article 49.",
        "Le journaliste a été condamné en appel pour la publication de cette vidéo sans "
        "autorisation.",
        "L'article 3 du texte engage la responsabilité des plateformes.",
        "Le magazine a suspendu la publication de sa version gratuite faute de publicité.",
        "Cette tribune a été signée par trois cents journalistes en soutien à leur rédaction.",
    ],
)
def test_news_of_the_press_and_the_law_stays(sentence):
    page = document("\n".join([ARTICLE, OTHER, sentence, ARTICLE + " Oui."]))
    assert clean(page).blocks[2].kept


@pytest.mark.parametrize(
    "line", ["→ Les bénévoles ont installé la scène dès vendredi soir", "Notes"]
)
def test_list_items_and_headings_of_an_article_cut_nothing_off(line):
    end = ARTICLE[:-1] + " lundi."
    page = document("\n".join([ARTICLE, OTHER, ARTICLE + " Oui.", OTHER + " Non.", line, end]))
    kept = [block.text for block in clean(page).blocks if block.kept]
    assert kept[-1] == end
    assert line in kept or line == "Notes"
