import pytest

from tests.helpers import cut_off, doubted, failed_checks, result_of
from toolkit.cleaning import Cleaning, judge
from toolkit.documents import Document, Doubt
from toolkit.mcp.answers import cleaned_page, summarized_page, translated_page
from toolkit.results import SummarizedResult

PAIRS = (
    ("Il a promis 12 emplois.", "He promised 13 jobs."),
    ("La fonte inquiète.", "The cast iron worries."),
    ("Il pleut.", "It rains."),
)


@pytest.fixture
def result():
    made = result_of(*PAIRS, failed=failed_checks(), statements=[("He promised 13 jobs.", [1])])
    made = doubted(made, 0.9, 0.2, None, title=("Le plan", "The plan.", 0.4), mark=True)
    fields = {name: getattr(made, name) for name in made.__dataclass_fields__}
    return SummarizedResult(**fields)


def test_doubtful_sentences_and_those_that_failed_are_named_with_their_source(result):
    page = translated_page(result)
    assert page.text == "He promised 13 jobs.\n\nThe cast iron worries. [?]\n\nIt rains."
    assert page.title == "The plan [?]"
    found = {each.number: each for each in page.doubtful}
    assert found.keys() == {"title", 1, 2}
    assert [check.detail for check in found[1].failed] == ["lost 12", "added 13"]
    assert (found[2].source, found[2].confidence) == (PAIRS[1][0], 0.2)
    assert (page.source_language, page.target_language) == ("fr", "en")
    assert page.warnings[:2] == (
        "2 of 4 sentences are doubtful: compare them with the source",
        "1 of 4 sentences failed a check",
    )


def test_words_to_compare_are_named():
    made = result_of(*PAIRS[1:])
    doubt = Doubt(3, 8, "not found in the translation")
    (sentence,) = translated_page(doubted(made, 0.3, 0.9, doubts=(doubt,))).doubtful
    assert [(each.words, each.reason) for each in sentence.doubts] == [
        ("fonte", "not found in the translation")
    ]


def test_statements_come_with_their_evidence_and_the_translation_if_asked_for(result):
    page = summarized_page(result, with_translation=False)
    (statement,) = page.summary.statements
    assert [each.source for each in statement.evidence] == [PAIRS[0][0]]
    assert page.text is None
    assert summarized_page(result, with_translation=True).text.startswith("He promised")


def test_a_page_is_told_with_what_was_left_out():
    text = (
        "Accueil\nLe ministre présente jeudi son plan devant les députés réunis à Paris.\n"
        "Il a promis 1 200 emplois avant la fin de l'année, selon son entourage.\nPartager"
    )
    page = cleaned_page(judge(Document(name="a.txt", text=text)))
    assert page.text.startswith("Le ministre")
    assert page.text.endswith("entourage.")
    assert page.warnings == ("left out 2 lines of page furniture",)


def test_a_page_that_cleaning_was_unsure_of_is_told(monkeypatch):
    monkeypatch.setattr(Cleaning, "doubt", "was unsure about 5 of 9 lines")
    page = cleaned_page(judge(Document(name="a.txt", text="Il pleut à Brest depuis lundi.")))
    assert page.warnings[0].startswith("cleaning was unsure about 5 of 9 lines: ")


def test_the_free_part_of_an_article_is_told():
    told = "only the free part of an article for subscribers"
    page = translated_page(cut_off(result_of(*PAIRS)))
    assert told in page.warnings
    assert told not in translated_page(result_of(*PAIRS)).warnings
