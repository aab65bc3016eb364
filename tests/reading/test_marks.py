from toolkit.documents import (
    ABOVE_TEXT,
    AT_PAYWALL,
    BELOW_HEADLINE,
    IN_DATA,
    IN_ELEMENT,
    IN_LEAD,
    IN_MAIN_TEXT,
    MOSTLY_LINKS,
)
from toolkit.reading.marks import marks_of
from toolkit.reading.outline import outline

FIRST = "Le maire a présenté jeudi un plan contre les crues devant le conseil réuni."
SECOND = "Il promet trois digues neuves et un bassin de retenue avant la fin de l’hiver."
PAGE = (
    '<nav><a href="/">Accueil</a></nav><h1>Un plan</h1><p class="chapo">Trois digues.</p>'
    '<p class="signature">Par Luc Petit</p>'
    '<div class="corps"><p>{first}</p><p><a href="/x">Lire aussi notre dossier</a></p>'
    "<h2>Un bassin</h2><p>{second}</p><figure><figcaption>La digue</figcaption></figure></div>"
    "<div>Cet article est réservé aux abonnés.</div>{tail}"
)


def marks(main=f"{FIRST}\n{SECOND}", data="", tail=""):
    page = outline(PAGE.format(first=FIRST, second=SECOND, tail=tail), max_chars=10_000)
    found = marks_of(page, "Un plan", main, data)
    return {line.text: each for line, each in zip(page.lines, found, strict=True)}


def test_each_line_is_marked_with_what_is_known_of_it():
    assert marks() == {
        "Accueil": {"in a menu", MOSTLY_LINKS},
        "Un plan": frozenset(),
        "Trois digues.": {BELOW_HEADLINE, IN_LEAD},
        "Par Luc Petit": {BELOW_HEADLINE, "by the byline"},
        FIRST: {IN_ELEMENT, IN_MAIN_TEXT},
        "Lire aussi notre dossier": {IN_ELEMENT, MOSTLY_LINKS},
        "Un bassin": {IN_ELEMENT, ABOVE_TEXT},
        SECOND: {IN_ELEMENT, IN_MAIN_TEXT},
        "La digue": {IN_ELEMENT, "in a caption"},
        "Cet article est réservé aux abonnés.": {AT_PAYWALL},
    }


def test_a_short_line_between_paragraphs_is_a_heading_whatever_its_tag():
    third = "Les riverains, venus nombreux, ont quitté la salle avant la fin de la réunion."
    text = (
        f"<p>{FIRST}</p><p><b>La fiche</b></p><p>{SECOND}</p><div>{third[:40]}</div><p>{third}</p>"
    )
    page = outline(f"<h1>Un plan</h1><div>{text}</div>", max_chars=10_000)
    found = marks_of(page, "Un plan", f"{FIRST}\n{SECOND}\n{third}", "")
    assert [ABOVE_TEXT in each for each in found] == [False, False, True, False, False, False]


def test_without_trafilatura_the_element_alone_is_marked():
    found = marks(main="")
    assert found[FIRST] == {IN_ELEMENT}
    assert found["Trois digues."] == {BELOW_HEADLINE, IN_LEAD}


def test_the_text_in_the_data_is_a_witness():
    found = marks(main="", data=f"{FIRST} Il promet")
    assert IN_DATA in found[FIRST]
    assert IN_DATA not in found[SECOND]


def test_a_notice_far_from_the_article_is_that_of_another():
    far = "La suite est réservée aux abonnés."
    found = marks(tail=f"{'<p>Pied de page</p>' * 20}<p>{far}</p>")
    assert AT_PAYWALL not in found[far]
