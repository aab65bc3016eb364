import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, document
from toolkit.cleaning import clean
from toolkit.cleaning.features import GROUPS, describe
from toolkit.cleaning.steps import repair


@pytest.mark.parametrize(
    "line",
    [
        "Un plan contesté",
        "Pourquoi maintenant ?",
        "« C'est une erreur », a-t-il dit / selon l'un des présents",
        "Non.",
        "• suivre l’inflation, soit 1,8 % ;",
        "3. Qui est concerné ?",
        "Partager le pouvoir ne suffit pas, il faut aussi partager les moyens, dit le maire.",
        "Marlène Jacoby, directrice de l’école",
    ],
)
def test_short_lines_and_headings_inside_an_article_stay(line):
    text = clean(document(f"{ARTICLE}\n{OTHER}\n{line}\n{ARTICLE} Oui.")).document.text
    assert repair(line) in text.split("\n\n")


def test_a_line_in_another_language_goes():
    english = "The minister of finance spoke with members of parliament in Paris on Thursday."
    cleaning = clean(document(f"{ARTICLE}\n{english}\n{ARTICLE} Oui."))
    assert cleaning.blocks[1].reason == "another language"


@pytest.mark.parametrize("line", ["You must be logged in to post", "اقرأ أيضا على موقعنا"])
def test_short_lines_in_another_language_go(line):
    cleaning = clean(document(f"{ARTICLE}\n{OTHER}\n{line}\n{ARTICLE} Oui."))
    assert cleaning.blocks[2].reason == "another language"


def test_every_verdict_has_a_score_that_its_evidence_adds_up_to():
    for block in clean(document(f"Accueil\n{ARTICLE}\nPartager")).blocks:
        assert block.score == pytest.approx(sum(points for _, points in block.evidence))


def test_what_the_site_cut_off_is_no_sentence_and_a_line_with_one_inside_is():
    def is_sentence(text):
        return describe(text, language="fr", groups=frozenset(GROUPS)).sentence

    assert not is_sentence("Présentation de l’ouvrage « Un monde en lutte » (...)")
    lead = (
        "La grue était commandée, elle repartira vide. Le conseil municipal a renoncé hier soir à "
    )
    assert is_sentence(lead + "déplacer la vasque")
    assert not is_sentence("Limoges. Un chevreuil dans la mairie")
