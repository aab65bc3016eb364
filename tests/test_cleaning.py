import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.assets import asset_folder
from toolkit.cleaning import clean
from toolkit.cleaning.steps import STEPS, lost_letters, mojibake, wrapped_lines
from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.reading import read_document
from toolkit.segmentation import split_sentences

GOLD = sorted((asset_folder("eval") / "gold/cleaning").glob("*.json"))
ARTICLE = "Le ministre a présenté jeudi son plan devant les députés réunis à Paris."


def document(text):
    return Document(name="test", text=text)


@pytest.mark.parametrize("path", GOLD, ids=[path.stem for path in GOLD])
def test_every_line_of_the_seeds_is_judged_as_by_hand(path):
    gold = json.loads(path.read_text("utf-8"))
    page = read_document(asset_folder("eval").parent / gold["document"], max_chars=10**6)
    cleaning = clean(page)
    assert [block.line for block in cleaning.blocks if block.kept] == gold["article_lines"]
    assert cleaning.title == gold["title"]
    assert len(split_sentences(cleaning.document.text)) == gold["sentences"]


@pytest.mark.parametrize(
    ("damaged", "repaired"),
    [
        ("avec Sergue? Lavrov, hier", "avec Sergueï Lavrov, hier"),
        ("pour mettre en ?uvre le plan", "pour mettre en œuvre le plan"),
        ("Derni?re mise à jour", "Dernière mise à jour"),
        ("l'?conomie fran?aise", "l'économie française"),
    ],
)
def test_lost_letters_come_back(damaged, repaired):
    assert lost_letters(damaged) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "Combien cela coûtera-t-il ?",
        "Est-ce vrai? Personne ne sait.",
        "quelque 30?000 manifestants",
        "Qui? Quoi? Comment?",
        "https://exemple.fr/page?id=12",
        "Un ?xqzw inconnu",
    ],
)
def test_question_marks_that_may_be_meant_stay(text):
    assert lost_letters(text) == text


def test_mojibake_is_repaired_and_typography_stays():
    assert mojibake("DerniÃ¨re annonce Ã  Paris") == "Dernière annonce à Paris"
    assert mojibake("« Bien », dit-il, c’est “ça”…") == "« Bien », dit-il, c’est “ça”…"


def test_lines_broken_at_a_fixed_width_are_joined():
    text = (
        "Le ministre a présenté jeudi son plan devant les députés\n"
        "réunis à Paris, avant de répondre pendant deux heures aux\n"
        "questions de la presse.\n\nLa séance est levée."
    )
    assert wrapped_lines(text).split("\n\n") == [
        "Le ministre a présenté jeudi son plan devant les députés réunis à Paris, avant de "
        "répondre pendant deux heures aux questions de la presse.",
        "La séance est levée.",
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Dernière mise à jour à 08h41 le 26/05", "update time"),
        ("Publié le 3 mars 2021 à 14:05", "update time"),
        ("Partager cet article", "share prompt"),
        ("Facebook Twitter WhatsApp", "share prompt"),
        ("Abonnez-vous à notre lettre d’information", "subscribe prompt"),
        ("Accueil > Monde > Asie", "navigation"),
        ("- Publicité -", "advertisement"),
        ("Lire aussi : le plan du ministre en cinq points", "related articles"),
        ("Des députés à l'Assemblée, le 3 mars 2021. © AFP", "photo caption"),
        ("(Xinhua/Javed Dar)", "photo caption"),
        ("Avec AFP", "byline"),
        ("Mots-clés : budget, impôts", "tags"),
    ],
)
def test_furniture_inside_an_article_goes_for_its_reason(line, reason):
    cleaning = clean(document(f"{ARTICLE}\n{line}\n{ARTICLE}"))
    assert [block.reason for block in cleaning.blocks] == ["article", reason, "article"]


@pytest.mark.parametrize(
    "line",
    [
        "Un plan contesté",
        "Pourquoi maintenant ?",
        "« C'est une erreur », a-t-il dit / selon l'un des présents",
        "Non.",
    ],
)
def test_short_lines_inside_an_article_stay(line):
    assert line in clean(document(f"{ARTICLE}\n{line}\n{ARTICLE}")).document.text.split("\n\n")


def test_a_line_in_another_language_goes():
    english = "The minister of finance spoke with members of parliament in Paris on Thursday."
    cleaning = clean(document(f"{ARTICLE}\n{english}\n{ARTICLE}"))
    assert cleaning.blocks[1].reason == "another language"


def test_the_title_is_kept_only_when_asked_for():
    page = document(f"Le plan du ministre\n\n{ARTICLE}")
    assert clean(page).title == "Le plan du ministre"
    assert clean(page).document.text == ARTICLE
    assert clean(page, keep_title=True).document.text == f"Le plan du ministre\n\n{ARTICLE}"


def test_a_short_text_without_long_lines_is_an_article():
    assert clean(document("Le chat dort.")).document.text == "Le chat dort."


@pytest.mark.parametrize("page", ["Accueil\nMenu\nPartager\n", "TV\nLive logo\n- Publicité -"])
def test_a_page_of_furniture_is_refused(page):
    with pytest.raises(InputError, match="no article text"):
        clean(document(page))


@pytest.mark.parametrize("name", STEPS)
@given(text=st.text(alphabet="aéÃ©?&amp;'’«» \n\u00ad.œM", max_size=60))
def test_steps_never_raise(name, text):
    assert isinstance(STEPS[name](text), str)


@given(st.lists(st.sampled_from([ARTICLE, "Partager", "Un titre", "", "Non."]), max_size=8))
def test_cleaning_a_cleaned_text_changes_nothing(lines):
    try:
        once = clean(document("\n".join([*lines, ARTICLE]))).document
    except InputError:
        return
    assert clean(once).document.text == once.text
