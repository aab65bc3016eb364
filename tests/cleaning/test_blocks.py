import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cleaning.helpers import ARTICLE, OTHER, ROOT, SEEDS, document
from toolkit.cleaning import clean, judge
from toolkit.cleaning.blocks import judge_lines
from toolkit.cleaning.steps import repair
from toolkit.segmentation import split_sentences


@pytest.mark.parametrize("page", SEEDS, ids=lambda page: page.name)
def test_every_line_of_the_seeds_is_judged_as_by_hand(page):
    text = (ROOT / page.document).read_text("utf-8")
    assert text.rstrip("\n") == page.text.rstrip("\n")
    cleaning = clean(document(page.text))
    kept = [block.kept for block in cleaning.blocks]
    assert kept == [label == "article" for label, _ in page.lines]
    assert cleaning.title == next((line for label, line in page.lines if label == "title"), "")
    assert len(split_sentences(cleaning.document.text)) == page.sentences


def test_readers_comments_go_however_long_they_are():
    comment = "Je ne suis pas du tout d’accord avec ce plan, qui va coûter très cher à tous. " * 5
    page = "\n".join([ARTICLE, OTHER, "Laisser un commentaire", comment, comment + "Voilà."])
    assert clean(document(page)).document.text == f"{ARTICLE}\n\n{OTHER}"


def test_the_title_is_kept_only_when_asked_for_and_once():
    page = document(f"Le plan du ministre\nLe plan du ministre\n{ARTICLE}")
    assert clean(page).title == "Le plan du ministre"
    assert clean(page).document.text == ARTICLE
    kept = clean(page, keep=frozenset({"title"})).document.text
    assert kept == f"Le plan du ministre\n\n{ARTICLE}"


def test_captions_stay_when_asked_for():
    caption = "Des députés à l'Assemblée, le 3 mars 2021. © AFP"
    page = document(f"{caption}\n{ARTICLE}\nPartager")
    assert clean(page).document.text == ARTICLE
    assert clean(page, keep=frozenset({"photo caption"})).document.text == f"{caption}\n\n{ARTICLE}"


def test_a_short_text_without_long_lines_is_an_article():
    assert clean(document("Le chat dort.")).document.text == "Le chat dort."


LINES = st.sampled_from(
    [
        ARTICLE,
        OTHER,
        "Partager",
        "Un titre sans point",
        "Un autre titre sans point",
        "",
        "Non.",
        "Pourquoi ?",
        "Sur le même sujet",
        "3 commentaires",
        "Laisser un commentaire",
        "Par Jean Petit",
        "Publié le 3 mars 2021",
        "Jean Petit",
        "© AFP",
        "The minister of finance spoke with members of parliament in Paris on Thursday.",
        "– un point ;",
        "Il a déclar? que l?homme ?tait là.",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=14), st.sampled_from([frozenset(), frozenset({"title"})]))
def test_cleaning_a_cleaned_text_changes_nothing(lines, keep):
    once = judge(document("\n".join(lines)), keep=keep).document.text
    assert judge(document(once), keep=keep).document.text == once


@pytest.mark.parametrize(
    "unit", ["a?", "(", "| a ", "par A ", "« ", "1 ", "?", "\u00a0", "Ã©", "&amp"]
)
def test_hostile_lines_come_back_judged_and_repaired_for_good(unit):
    """A pattern that backtracks would not come back from these."""
    for length in (399, 20_000):
        line = (unit * length)[:length]
        lines = [line, f"Par {line}", f"© {line}"]
        blocks, _ = judge_lines(lines, language="fr")
        assert [block.text for block in blocks] == lines
        repaired = repair(line)
        assert repair(repaired) == repaired
