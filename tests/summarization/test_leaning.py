import pytest

from toolkit.summarization.leaning import leans


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("They signed 58 agreements.", True),
        ("Both countries signed 58 agreements.", False),
        ("Both have signed 58 agreements.", True),
        ("Trade is growing strongly, he added.", True),
        ("Trade is growing strongly, Lavrov added.", False),
        ("Le commerce progresse fortement, a-t-il ajouté.", True),
        ("Le commerce progresse, a ajouté le ministre.", False),
        ("Il a plu.", True),
        ("Itaipu is a dam.", False),
        ("But trade is growing.", True),
        ("Because of the rain, the road is closed.", True),
        ("Its price has tripled.", True),
        ("Sofia is a capital.", False),
        ("Mais le commerce progresse.", True),
        ("J'irai à Moscou.", True),
        ("Notre pays progresse.", True),
        ("Maintenant, le commerce progresse.", False),
        ("Putin announced that 12 of these agreements are being implemented.", True),
        ("They signed.", True),
        ("Putin signed 58 agreements; 12 of these agreements are in force.", False),
        ("A report on the deal names 12 of those involved.", False),
        ("Recent use of these centers rose.", True),
        ("58 agreements are signed; of these agreements some rest on one of these treaties.", True),
        ("La Chine applique 12 de ces accords.", True),
        ("Les accords sont signés, et 12 de ces accords sont appliqués.", False),
    ],
)
def test_sentences_that_need_the_one_before_them_are_told(sentence, expected):
    assert leans(sentence) is expected
