import re
from dataclasses import replace

from tests.helpers import cut_off, doubted, evidence_of, failed_checks, result_of, summary_of
from toolkit.documents import Doubt
from toolkit.output.evidence_page import evidence_page, multi_document_page
from toolkit.results import MultiDocumentResult

PAIRS = [("Un chat dort.", "A cat sleeps."), ("Un <chien> court.", "A <dog> runs.")]


def links_of(page):
    """What each statement and sentence leads to, by its identifier."""
    return dict(re.findall(r'id="([ts][\d.]+)" data-links="([^"]*)"', page))


def test_statements_lead_to_their_sentences_and_back():
    page = evidence_page(
        result_of(*PAIRS, statements=[("A dog runs.", [2]), ("Both are there.", [1, 2])])
    )
    assert links_of(page) == {"t1": "s2", "t2": "s1 s2", "s1": "t2", "s2": "t1 t2"}
    assert '<a href="#s2">2</a>' in page


def test_nothing_of_a_page_is_markup():
    page = evidence_page(
        result_of(*PAIRS, name="<script>.txt", statements=[("A <dog> & a cat.", [2])])
    )
    assert "A &lt;dog&gt; &amp; a cat." in page
    assert "Un &lt;chien&gt; court." in page
    assert "&lt;script&gt;.txt" in page
    assert page.count("<script>") == 1
    assert not {"<dog>", "<chien>"} & set(re.findall(r"<\w+>", page))


def test_what_failed_a_check_is_flagged_where_it_stands():
    result = result_of(*PAIRS, failed=failed_checks(), statements=[("A dog runs.", [2])])
    page = evidence_page(result)
    assert page.count('<span class="flag">') == len(failed_checks()) > 0
    (sentence,) = re.findall(r'<div class="sentence[^>]*id="s1".*', page)
    assert "13" in sentence


def test_an_article_that_was_not_translated_stands_alone():
    page = evidence_page(result_of(("Un chat dort.", "")))
    assert '<span class="number">1</span> Un chat dort.</div>' in page
    assert '<span class="source">' not in page


def test_statements_about_several_articles_lead_into_the_right_one():
    results = tuple(result_of(*PAIRS, name=name) for name in ("a.txt", "b.txt"))
    evidence = [evidence_of("b.txt", results[1].translations[0])]
    summary = summary_of(("A cat sleeps.", evidence))
    page = multi_document_page(MultiDocumentResult(results=results, summary=summary))
    assert links_of(page) == {"t1": "s2.1", "s1.1": "", "s1.2": "", "s2.1": "t1", "s2.2": ""}
    assert '<a href="#s2.1">2.1</a>' in page
    assert re.findall(r"<h3>(.*)</h3>", page) == ["a.txt", "b.txt"]


def test_doubtful_sentences_and_statements_say_so():
    result = doubted(
        result_of(*PAIRS, statements=[("A cat sleeps.", [1]), ("A dog runs.", [2])]),
        0.38,
        None,
        doubts=(Doubt(3, 7, "why"),),
        title=("Deux <bêtes>", "Two <animals>", 0.1),
    )
    summary = result.summary
    one, two = summary.statements
    sure = (replace(one, confidence=0.2), replace(two, confidence=0.8))
    page = evidence_page(replace(result, summary=replace(summary, statements=sure)))
    first, second = re.findall('<p class="statement.*</p>', page)
    assert first.startswith('<p class="statement shade3" id="t1" data-links="s1" title="confidence')
    assert "20%</span>" in first
    assert 'class="statement" id="t2"' in second
    assert 'title="confidence 80%">A dog runs. <a' in second
    title, third, fourth = re.findall('<div class="sentence.*</div>', page)
    assert "title</span> Two &lt;animals&gt; <span" in title
    assert third.startswith('<div class="sentence end shade2" id="s1" data-links="t1">')
    assert 'Un <mark title="why">chat</mark> dort.' in third
    assert fourth.startswith('<div class="sentence end" id="s2" data-links="t2">')
    assert page.count('<p class="legend">') == 1
    assert "[?]" not in page


def test_a_title_that_stands_above_a_page_is_shown_as_texts_are():
    result = doubted(result_of(*PAIRS), 0.9, 0.9, title=("Deux", "Two", 0.1), withhold=True)
    page = evidence_page(result)
    assert "<h1>[French: Deux]</h1>" in page
    assert "Two <span" in page


def test_the_free_part_of_an_article_says_that_it_is():
    told = "Only the free part of an article for subscribers."
    one, other = (result_of(*PAIRS, name=name) for name in ("a.txt", "b.txt"))
    assert told not in evidence_page(one)
    assert evidence_page(cut_off(one)).count(told) == 1
    both = MultiDocumentResult(results=(one, cut_off(other)), summary=summary_of())
    page = multi_document_page(both)
    assert page.index("<h3>b.txt</h3>") < page.index(told)
    assert page.count(told) == 1
