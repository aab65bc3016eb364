import pytest

from toolkit.summarization.faithfulness.roles import other_offices

ARTICLE = (
    "Russian President Vladimir Putin spoke to Chinese Foreign Minister Wang Yi. "
    "He awaits Xi Jinping, the Chinese president, and Anne Dubois, Mayor of Le Mans."
)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("Vladimir Putin and Wang Yi, Russian and Chinese foreign ministers, met.", ["Putin"]),
        ("Vladimir Putin, Russia's foreign minister, spoke.", ["Putin"]),
        ("Foreign Minister Xi Jinping is awaited.", ["Jinping"]),
        ("Russian President Vladimir Putin and Foreign Minister Wang Yi met.", []),
        ("Vladimir Putin and Wang Yi, the Chinese foreign minister, met.", []),
        ("Vladimir Putin, Chinese Foreign Minister Wang Yi and Xi Jinping met.", []),
        ("Wang Yi, who met President Putin, spoke.", []),
        ("Anne Dubois, the mayor, and Foreign Minister Sergey Lavrov spoke.", []),
        ("Vladimir Putin, a lawyer, spoke.", []),
    ],
)
def test_an_office_that_others_have_in_the_article_is_no_ones_else(statement, found):
    assert other_offices(statement, ARTICLE) == found
