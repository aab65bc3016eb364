from toolkit.checks import Check
from toolkit.documents import Segment, Translation
from toolkit.pipeline.evidence import index_article, is_lost, untranslated
from toolkit.translation.glossary import Glossary, Term

TEXT = "Les ministres ont quitté l'Allemagne mardi avec l'OTAN."


def index(translations, **options):
    return index_article(translations, title=(), text=TEXT, languages=("fr", "en"), **options)


def test_places_terms_and_the_days_of_publication_count_in_both_languages():
    glossary = Glossary((Term("OTAN", "NATO"), Term("ministres", "Cabinet Members", "phrase")))
    found = index(untranslated([Segment(0, TEXT, "")]), glossary=glossary, date="2024-05-16")
    assert {"NATO", "Germany"} <= found.names
    assert "Cabinet Members" not in found.names, "nothing insists on a phrase"
    facts = [sentence.translation for sentence in found.sentences if not sentence.text]
    assert "Thursday, May 16, 2024" in facts
    assert any(fact.startswith("Tuesday, May 14") for fact in facts)


def test_a_translation_that_was_lost_is_no_evidence():
    lost = Check(name="lost", relation="unrelated")
    translation = Translation(segment=Segment(0, TEXT, ""), text="Bananas.", failed=(lost,))
    assert is_lost(translation)
    (sentence,) = index([translation], glossary=Glossary()).sentences
    assert (sentence.text, sentence.translation) == (TEXT, "")
