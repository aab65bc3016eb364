"""How pages show the confidence of sentences, and the words to compare first."""

import html
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from toolkit.articles import Article
from toolkit.cleaning.paywall import FREE_PART
from toolkit.documents import Side, Statement, Translation
from toolkit.results import Caution
from toolkit.translation.confidence.estimator import ANY_MODEL

# Text on each shade keeps a contrast of 4.5, muted and flagged text included.
STYLE = (
    ".shade1{background:light-dark(#fdf0da,#2d2310)}.shade2{background:light-dark(#fce1b5,#43300f)}"
    ".shade3{background:light-dark(#fad391,#5c400f)}"
    ".sure,.legend,.number{font-size:.85em}.sure{font-weight:600;white-space:nowrap}"
    ".number{color:color-mix(in srgb,currentColor 65%,transparent)}"
    "mark{background:none;color:inherit;text-decoration:underline dotted;cursor:help}"
)
SHADES = 3  # for the lower quarters of the confidence; the highest has none


def classes(sentence: Translation | Statement, *names: str) -> str:
    """The attribute with `names` and a shade, the stronger the less sure the sentence is."""
    sure = 1.0 if sentence.confidence is None else sentence.confidence
    step = SHADES - int(sure * (SHADES + 1))
    found = [*names, f"shade{step}"] if step > 0 else names
    return f' class="{" ".join(found)}"' if found else ""


def percent(confidence: float) -> str:
    """Such as `38%`."""
    return f"{100 * confidence:.0f}%"


def sureness(sentence: Translation | Statement, caution: Caution) -> str:
    """The confidence of a doubtful sentence, as HTML to stand behind it."""
    if sentence.confidence is None or not caution.is_doubtful(sentence):
        return ""
    return f' <span class="sure">{percent(sentence.confidence)}</span>'


def pieces(
    translation: Translation, side: Side = "source"
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The text on that side in pieces, each with the reasons why its words are to be compared."""
    text = translation.segment.text if side == "source" else translation.text
    spans = [
        (each.start, each.end, each.reason) for each in translation.doubts if each.side == side
    ]
    cuts = {0, len(text)}.union(*((start, end) for start, end, _ in spans))
    for start, end in pairwise(sorted(cut for cut in cuts if 0 <= cut <= len(text))):
        reasons = [reason for first, last, reason in spans if first <= start and end <= last]
        yield text[start:end], tuple(dict.fromkeys(reasons))


def marked(translation: Translation, side: Side = "source") -> str:
    """The text on that side as HTML, with the words to compare marked and why on hover."""
    return "".join(
        f'<mark title="{html.escape("; ".join(reasons))}">{html.escape(piece)}</mark>'
        if reasons
        else html.escape(piece)
        for piece, reasons in pieces(translation, side)
    )


def free_part(article: Article) -> str:
    """That the page breaks off for all but subscribers, as a paragraph, where it does."""
    return f'<p class="legend">{FREE_PART.capitalize()}.</p>\n' if article.paywalled else ""


def unjudged(provenance: Mapping[str, Any]) -> str:
    """The model that translated, if none of its translations in this direction were judged."""
    made = provenance.get("translation", {})
    return str(made["model"]) if made.get("confidence_measured_on") == ANY_MODEL else ""


def legend(
    sentences: Iterable[Translation | Statement], caution: Caution, provenance: Mapping[str, Any]
) -> str:
    """What shades, percentages and lines mean, as a paragraph; none where nothing is known."""
    if all(each.confidence is None for each in sentences):
        return ""
    rough = ""
    if model := html.escape(unjudged(provenance)):
        rough = (
            f" For {model} this is a rough guess: none of its translations in this direction were "
            "judged."
        )
    return (
        '<p class="legend">The stronger the shade, the likelier a sentence misleads; a percentage '
        "is the probability that it doesn't, where that is below "
        f"{percent(caution.min_confidence)}. Underlined words are those to compare first; point at "
        f"them for the reason.{rough}</p>\n"
    )
