import pytest

from tests.server.helpers import FRENCH
from toolkit.documents import Document
from toolkit.engines.fake import FakeEngine
from toolkit.pipeline import Pipeline
from toolkit.results import Caution
from toolkit.schema import article_record
from toolkit.server.errors import ApiError
from toolkit.server.records import result_of, segment_of, with_edits
from toolkit.settings import make_settings

PAGE = (
    "Un accord sur l'énergie est signé à Berlin\n\n"
    f"{FRENCH}\n\n"
    "  « C'est un jour important », a dit le 3 mai M. Scholz à Paris.  Il part demain.\n"
)


@pytest.fixture(scope="module")
def results():
    """A translation and a summary, with all that they can have."""
    settings = make_settings(
        "own", cache=False, min_confidence=0.9, glossary="tsv:jour\tday\nmai\tMay"
    )
    pipeline = Pipeline(
        settings, engines={"own": FakeEngine(lambda prompt: "The 4 of May in Rome.")}
    )
    page = Document(name="page", text=PAGE, metadata={"date": "2026-05-03"}, record={"id": 7})
    article = pipeline.prepare(page)
    return [*pipeline.translate([article]), *pipeline.summarize([article])]


def test_a_result_is_read_again_as_it_was(results):
    for result in results:
        record = article_record(result).to_dict()
        read = result_of(record, result.languages, result.caution, {})
        assert article_record(read).to_dict() == record
        assert [each.segment for each in read.translations] == [
            each.segment for each in result.translations
        ]
        assert read.summary == result.summary or read.summary.text == result.summary.text
    assert any(each.failed for each in results[0].translations)
    assert any(each.unanswered or each.doubts for each in results[0].translations)
    assert {term.side for each in results[0].translations for term in each.terms} == {
        "source",
        "target",
    }


def test_a_summary_without_a_translation_is_read_again():
    settings = make_settings("own", cache=False, source_language="fr", target_language="fr")
    pipeline = Pipeline(settings, engines={"own": FakeEngine(lambda prompt: FRENCH)})
    (result,) = pipeline.summarize([pipeline.prepare(Document(name="page", text=PAGE))])
    record = article_record(result).to_dict()
    read = result_of(record, ("fr", "fr"), Caution(), {})
    assert read.article.segments == result.article.segments
    assert article_record(read).to_dict() == record


def test_what_somebody_translated_anew_takes_the_place(results):
    result = results[0]
    record = article_record(result).to_dict()
    edits = {"2": "Both signed.", "title-1": "Energy"}
    read = result_of(record, result.languages, result.caution, edits)
    changed = dict(read.numbered)
    assert changed["title"].text == "Energy"
    assert (changed[2].text, changed[2].failed, changed[2].confidence) == ("Both signed.", (), None)
    day = dict(result_of(record, result.languages, result.caution, {"3": "Today."}).numbered)[3]
    assert {term.side for term in day.terms} == {"source"}
    assert changed[1] == dict(result_of(record, result.languages, result.caution, {}).numbered)[1]
    edited = with_edits(record, edits)
    assert edited["segments"][1]["edited"] == "Both signed."
    assert edited["segments"][1]["target"] != "Both signed."
    assert edited["title_segments"][0]["edited"] == "Energy"
    assert "edited" not in edited["segments"][0]


@pytest.mark.parametrize("number", ["0", "99", "title-9", "title", "-1", "1 ", "one", ""])
def test_a_number_that_there_is_not_is_refused(results, number):
    record = article_record(results[0]).to_dict()
    with pytest.raises(ApiError, match="no sentence of that number"):
        segment_of(record, number)
    assert segment_of(record, "1")["source"].startswith("Le président")
    assert segment_of(record, "title-1")["source"].startswith("Un accord")
