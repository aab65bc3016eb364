import json
from dataclasses import replace

from toolkit.api import Cleaner, Pipeline
from toolkit.checks import Check
from toolkit.documents import Evidence, Statement, Summary
from toolkit.output import render_cleaning, render_summary, render_together, render_translation
from toolkit.results import Caution, MultiDocumentResult, SummarizedResult

PAGE = "Le maire a présenté jeudi un plan aux élèves réunis à Brive. Il pleut."
EVIDENCE = Evidence(
    document="a.txt", start=0, end=9, source="Il pleut.", translation="It rains.", score=0.5
)
SUMMARY = Summary(
    text="It rains.",
    max_words=60,
    statements=(
        Statement(
            text="It rains.",
            evidence=(EVIDENCE,),
            failed=(Check(name="content", relation="unsupported"),),
        ),
    ),
)


def result() -> SummarizedResult:
    made = Pipeline.from_pretrained("fake", summarizer="lead-1", cache=False, glossary="none")
    return replace(made(PAGE), summary=SUMMARY)


def test_a_summary_stands_alone_unless_more_is_asked_for():
    assert render_summary(result(), "text") == "It rains.\n"
    whole = render_summary(result(), "markdown", with_translation=True, with_evidence=True)
    assert whole.index("It rains.") < whole.index("50% of its words: [0-9] Il pleut.")
    assert whole.index("! content: no sentence") < whole.index("## Translation")


def test_a_doubtful_statement_says_so_above_its_evidence():
    (statement,) = SUMMARY.statements
    unsure = replace(SUMMARY, statements=(replace(statement, confidence=0.38),))
    made = replace(result(), summary=unsure)
    told = "? confidence 38%\n    50% of its words: [0-9]"
    assert told in render_summary(made, "text", with_evidence=True)
    trusting = replace(made, caution=Caution(min_confidence=0.3))
    assert "confidence" not in render_summary(trusting, "text", with_evidence=True)


def test_json_is_indented_and_json_lines_are_not():
    made = result()
    indented, line = (render_translation(made, form) for form in ("json", "jsonl"))
    assert indented.count("\n") > 10
    assert line.count("\n") == 1
    assert json.loads(line) == json.loads(indented)


def test_a_cleaned_page_is_its_article():
    assert render_cleaning(Cleaner()(PAGE), "text") == f"{PAGE}\n"
    assert json.loads(render_cleaning(Cleaner()(PAGE), "json"))["text"] == PAGE


def test_statements_of_several_articles_carry_the_numbers_of_theirs():
    one = result()
    named = replace(
        one, article=replace(one.article, document=replace(one.article.document, name="a.txt"))
    )
    other = replace(
        one, article=replace(one.article, document=replace(one.article.document, name="b.txt"))
    )
    together = MultiDocumentResult(results=(named, other), summary=SUMMARY)
    text = render_together(together, "text")
    assert text == "It rains. [1]\n\n[1] a.txt\n[2] b.txt\n"
    assert together.unused == ("b.txt",)


def test_the_free_part_of_an_article_says_that_it_is():
    wall = f"{PAGE}\nLa suite de cet article est réservée aux abonnés."
    told = "*Only the free part of an article for subscribers.*\n\n"
    assert told in render_cleaning(Cleaner()(wall), "markdown")
    assert told not in render_cleaning(Cleaner()(PAGE), "markdown")
    made = Pipeline.from_pretrained("fake", cache=False, glossary="none")(wall)
    assert render_summary(made, "markdown").startswith(told)
    assert told not in render_summary(made, "text")
