import os
import subprocess
import sys

import pytest

from toolkit.summarization.faithfulness.evidence import index_text
from toolkit.summarization.quality import quality_of

ARTICLE = (
    "President Macron met Chancellor Scholz in Berlin on Tuesday to talk about energy prices. "
    "Macron said that prices would fall. Scholz praised the plan. It rained in the evening and the "
    "guests left the garden early, as the local newspaper reported on its front page."
)
EVIDENCE = index_text(ARTICLE, language="en")


def quality(text):
    return quality_of(text, EVIDENCE, max_words=14)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Macron met Scholz in Berlin about energy.", "It rained and the guests left early."),
        ("Macron and Scholz met in Berlin.", "The two met in Berlin."),
        ("Macron met Scholz in Berlin about energy prices.", "Macron met Scholz."),
        ("Macron met Scholz in Berlin.", "Macron met Scholz in Paris with bananas."),
        (
            "Macron met Scholz to talk about energy prices, which would fall.",
            "Macron met Scholz, Macron met Scholz, Macron met Scholz about prices.",
        ),
    ],
)
def test_the_better_of_two_summaries_has_the_higher_quality(better, worse):
    assert quality(better) > quality(worse)


def test_long_copied_runs_cost():
    copied = "Macron met Chancellor Scholz in Berlin on Tuesday to talk about energy prices."
    own = "Macron saw Chancellor Scholz in Berlin on Tuesday, to discuss the energy prices."
    assert quality(own) > quality(copied)


def test_no_text_has_no_quality():
    assert quality("") == 0


def test_names_that_are_as_frequent_are_told_from_each_other_alike_in_every_process():
    names = "Alba Bruno Carlos Dora Edgar Fatou Gloria Hector".split()
    program = (
        "from toolkit.summarization.faithfulness.evidence import index_text\n"
        "from toolkit.summarization.quality import quality_of\n"
        f"text = 'They met {', '.join(names)}. They left {', '.join(names)}.'\n"
        "print(quality_of('Alba met Dora.', index_text(text, language='en'), max_words=14))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(3)
    }
    assert len(found) == 1
