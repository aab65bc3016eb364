from toolkit.documents import Meaning, Unanswered
from toolkit.engines.base import TokenScore
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.translation.attempts import Attempt
from toolkit.translation.confidence.doubts import UNSURE, doubts

SOURCE = "La fonte des glaciers inquiète."
TARGET = "The source of glaciers worries."


def tokens(**log_probs):
    """Of the words of TARGET, -0.1 for those that aren't named."""
    return tuple(
        TokenScore(TARGET.index(word), TARGET.index(word) + len(word), log_probs.get(word, -0.1))
        for word in TARGET.removesuffix(".").split()
    )


def found(**attempt):
    attempt = Attempt(text=TARGET, **attempt)
    named = doubts(SOURCE, attempt, load_lexicons("fr", "en"))
    texts = {"source": SOURCE, "target": TARGET}
    return [(each.side, texts[each.side][each.start : each.end], each.reason) for each in named]


def test_a_word_that_nothing_answers_is_named_with_what_it_can_mean():
    lost = Unanswered("fonte", 3, 8, 3.0, (Meaning("melting", 0.7), Meaning("thaw", 0.1)))
    ((side, word, reason),) = found(unanswered=(lost,), tokens=tokens())
    assert (side, word) == ("source", "fonte")
    assert "melting" in reason
    assert "thaw" in reason


def test_a_word_that_the_model_found_unlikely_is_named_with_what_it_stands_for():
    first, second = found(tokens=tokens(glaciers=UNSURE - 0.1))
    assert first[:2] == ("source", "glaciers")
    assert "glaciers" in first[2]
    assert second[:2] == ("target", "glaciers")


def test_a_word_of_two_tokens_is_as_unlikely_as_both():
    start = TARGET.index("glaciers")
    half = UNSURE / 2 - 0.1
    parts = (TokenScore(start, start + 4, half), TokenScore(start + 4, start + 8, half))
    assert {word for _, word, _ in found(tokens=parts)} == {"glaciers"}


def test_a_token_of_two_words_makes_both_unlikely():
    token = TokenScore(TARGET.index("glaciers"), len(TARGET), UNSURE - 0.1)
    named = [word for side, word, _ in found(tokens=(token,)) if side == "target"]
    assert named == ["glaciers", "worries"]


def test_what_is_likely_short_or_unknown_is_not_named():
    assert found(tokens=tokens()) == found() == []
    assert found(tokens=tokens(of=UNSURE - 5)) == []
