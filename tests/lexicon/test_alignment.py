from toolkit.lexicon.alignment import align


def test_words_are_aligned(real):
    source = "La fonte des glaciers accélère, selon M. Dupont."
    target = "According to Mr. Dupont, the melting of the glaciers is accelerating."
    found = align(source, target, real)
    links = {link.source.form: link.target.form for link in found}
    assert links["fonte"] == "melting"
    assert links["glaciers"] == "glaciers"
    assert links["accélère"] == "accelerating"
    assert links["dupont"] == "dupont"
    assert len({link.target.start for link in found}) == len(found)
    assert align("", "", real) == ()
