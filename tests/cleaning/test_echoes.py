import time

from tests.cleaning.helpers import ARTICLE, OTHER, document
from toolkit.cleaning import clean


def test_pull_quotes_go_and_the_quotation_in_the_text_stays():
    said = "« Rien ne sera décidé avant la fin de l’hiver. »"
    text = f"{OTHER} {said[:-3]} », a-t-il dit."
    page = document("\n".join([ARTICLE, said, "— Jeanne Oriol", text, ARTICLE + " Oui."]))
    kept = [block.kept for block in clean(page).blocks]
    assert kept == [True, False, False, True, True]


def test_a_pull_quote_without_quotation_marks_goes_and_a_paragraph_that_differs_stays():
    said = "Rien ne sera décidé avant la fin de l’hiver"
    text = f"{OTHER} «\u00a0{said}\u00a0», a-t-il dit."
    page = [ARTICLE, said + ".", text, ARTICLE[:-1] + " le 1.", ARTICLE[:-1] + " le 2."]
    kept = [block.text for block in clean(document("\n".join(page))).blocks if block.kept]
    assert kept == [page[0], *page[2:]]


def test_a_paragraph_that_stands_twice_stays_once():
    page = [ARTICLE, OTHER, ARTICLE + " Oui.", OTHER]
    cleaning = clean(document("\n".join(page)))
    assert cleaning.document.text.split("\n\n") == page[:3]


def test_lines_that_begin_as_long_paragraphs_do_take_time_by_their_length():
    long = [f"{ARTICLE} {f'Encore {n} phrases. ' * 500}" for n in range(50)]
    started = time.perf_counter()
    clean(document("\n".join([*long, *(f"{ARTICLE[:-1]} {n}." for n in range(1000))])))
    assert time.perf_counter() - started < 10  # seconds; it takes one
