from toolkit.lexicon.coverage import coverage
from toolkit.translation.correction import Hint, hints_for


def test_hints_are_the_likely_meanings_of_the_words_most_to_be_doubted(few):
    covered = coverage("Les usines ferment", "Some wineries", few)
    assert hints_for(covered.missing(1.0)) == (
        Hint("usines", ("factories",)),
        Hint("ferment", ("closing", "shut")),
    )
    assert hints_for(covered.missing(3.3)) == (Hint("usines", ("factories",)),)
