from toolkit.checks import Check
from toolkit.documents import Segment, Translation
from toolkit.summarization.faithfulness.evidence import index_text, index_translations


def translation(french, english, *, start=0, failed=()):
    return Translation(segment=Segment(start, french, " "), text=english, failed=failed)


SENTENCES = [
    translation("Il pleut à Brest depuis lundi.", "It has rained in Brest since Monday."),
    translation("La mer monte vite.", "The sea rises quickly.", start=31),
]


def test_facts_beside_an_article_support_but_are_none_of_its_text():
    index = index_translations(SENTENCES, facts=["Thursday, May 16, 2024"])
    assert "2024" not in index.text_in("en")
    assert index.text_in("en").startswith("It has rained in Brest")
    assert any("2024" in sentence.translation for sentence in index.sentences)
    untranslated = [translation("Il pleut.", "")]
    assert index_translations(untranslated, facts=["Thursday, May 16, 2024"]).text_in("en") == ""


def test_the_sentence_that_says_most_of_a_statement_comes_first():
    index = index_translations(SENTENCES)
    (best, source), *_ = index.ranked("The sea rises.")
    assert source.text == "La mer monte vite."
    assert best > index.score("The sea rises.", index.sentences[0])
    assert index.best("Nothing of the kind happened.") < best


def test_a_doubtful_translation_is_quotable_in_the_original_only():
    failed = (Check(name="names", relation="lost", values=("Brest",)),)
    index = index_translations([translation("Il pleut à Brest.", "It rains.", failed=failed)])
    (source,) = index.sentences
    assert source.quotable("en") == ""
    assert source.quotable("fr") == "Il pleut à Brest."


def test_a_text_in_one_language_is_its_own_evidence():
    index = index_text("The sea rises. It rains.", language="en")
    assert [source.in_language("en") for source in index.sentences] == [
        "The sea rises.",
        "It rains.",
    ]
    assert index.text_in("fr") == ""
