from tests.summarization.helpers import FIRST, PROMPTS, SECOND, report, summarizer
from toolkit.summarization.abstractive import AbstractiveSummarizer
from toolkit.summarization.combined import summarize_together


def test_several_articles_are_told_in_one_summary_with_the_documents_of_each_statement():
    told = "Un autocar est tombé jeudi dans un ravin près de Thiès, tuant 12 personnes."
    model, asked = summarizer(told)
    french = AbstractiveSummarizer(engine=model.engine, language="fr", prompts=PROMPTS)
    agreeing = FIRST.replace("Le préfet", "La route est fermée. Le préfet")
    summary = summarize_together(french, [report("a", FIRST), report("b", agreeing)])
    assert summary.text == f"{told} La route est fermée."
    assert summary.failed == ()
    documents = [{each.document for each in told.evidence} for told in summary.statements]
    assert documents == [{"a", "b"}, {"b"}]
    assert "2 reports" in asked[-1]


def test_an_article_that_tells_it_otherwise_is_named():
    told = "Un autocar est tombé jeudi près de Thiès, tuant 12 personnes."
    model, _ = summarizer(told)
    french = AbstractiveSummarizer(engine=model.engine, language="fr", prompts=PROMPTS)
    summary = summarize_together(french, [report("a", FIRST), report("b", SECOND)])
    assert [str(check) for check in summary.failed] == [
        "contradiction: b has 15 personnes",
        "contradiction: b has Friday",
    ]
    assert summary.statements[0].failed == summary.failed
