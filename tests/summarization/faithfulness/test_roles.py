import time

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


@pytest.mark.parametrize(
    ("article", "statement"),
    [
        (
            "However, the president refused. Prime Minister François Bayrou resigned.",
            "However, the prime minister resigned.",
        ),
        (
            "Russian President Vladimir Putin received Chinese Foreign Minister Wang Yi.",
            "After meeting Wang Yi, the Russian president praised the ties.",
        ),
        (
            "Former President Nicolas Sarkozy appealed. Mayor Léa Roux waits.",
            "The court freed Nicolas Sarkozy, his mayor said.",
        ),
        (
            "Antonio Tajani, Italy's foreign minister and deputy prime minister, spoke. "
            "Prime Minister Giorgia Meloni agreed.",
            "Deputy Prime Minister Antonio Tajani spoke.",
        ),
        (
            "Prime Minister François Bayrou resigned. Armed Forces Minister Sébastien Lecornu was "
            "named to succeed him as prime minister.",
            "New Prime Minister Sébastien Lecornu will speak.",
        ),
    ],
)
def test_an_office_that_is_theirs_is_no_fault(article, statement):
    assert other_offices(statement, article) == []


@pytest.mark.parametrize("text", ["Aa " * 8000, "A-" * 8000, "Aa de Aa " * 4000])
def test_no_text_takes_long(text):
    started = time.perf_counter()
    other_offices(text, text)
    assert time.perf_counter() - started < 5
