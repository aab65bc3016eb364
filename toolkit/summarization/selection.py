"""The sentences of several drafts that together tell most of the article."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from toolkit.summarization.drafting import Draft, faults
from toolkit.summarization.faithfulness.checker import Checker, Paragraphs
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, stems
from toolkit.summarization.faithfulness.statements import sureness
from toolkit.summarization.forms import Form
from toolkit.summarization.leaning import stands_alone

MIN_NEW = 0.4  # of a sentence's words; with fewer it repeats what is told already
LEAD_WEIGHT = 0.5  # beside 1: words of the title and of the first sentence
LENGTH_POWER = 0.6  # below 1, a long sentence is not held against what it tells
REPEATED = 8  # words in a row; sentences that share them tell the same thing
PARAGRAPH_SENTENCES = 3  # of a detailed summary, about


@dataclass(frozen=True, slots=True)
class Content:
    """What the words of an article are worth: the more sentences have one, the more it tells.

    A coverage objective as of Lin and Bilmes 2011, A class of submodular functions for document
    summarization, P11-1052, over the beginnings of words.
    """

    weights: dict[str, float]

    @classmethod
    def of(cls, evidence: EvidenceIndex) -> "Content":
        counts = Counter(stem for sentence in evidence.sentences for stem in sentence.stems)
        lead = frozenset[str]()
        for sentence in evidence.sentences:
            if sentence.start <= 0 and sentence.text:  # not what is only known, such as its date
                lead |= sentence.stems
        return cls(
            {
                stem: math.log(1 + count) * (1 + LEAD_WEIGHT * (stem in lead))
                for stem, count in counts.items()
            }
        )

    def told(self, words: frozenset[str]) -> float:
        return math.fsum(self.weights.get(stem, 0.0) for stem in words)


@dataclass(frozen=True)
class _Sentence:
    text: str
    place: int  # of what it rests on, among the sentences of all articles
    sure: float  # from 0 to 1: how likely what it rests on misleads nobody

    @cached_property
    def stems(self) -> frozenset[str]:
        return stems(self.text)

    @cached_property
    def words(self) -> int:
        return len(self.text.split())

    @cached_property
    def runs(self) -> frozenset[tuple[str, ...]]:
        """All words in a row that would be told twice where another sentence has them too."""
        words = re.findall(r"\w+", self.text.lower())
        return frozenset(zip(*(words[start:] for start in range(REPEATED)), strict=False))


def composed(drafts: Sequence[Draft], best: Draft, form: Form, checker: Checker) -> Paragraphs:
    """The best draft, or sentences of all of them where these tell more and are all sound."""
    if form.length == "headline":
        return best.paragraphs
    ranked = sorted(drafts, key=lambda draft: draft.worth, reverse=True)
    texts = select(ranked, form, checker)
    paragraphs = checker.paragraphs(_laid_out(texts, form))
    content = Content.of(checker.evidence)
    more = content.told(stems(" ".join(texts))) > content.told(_stems_of(best.paragraphs))
    sound = not faults(form, paragraphs, checker.language)
    return paragraphs if texts and sound and (more or best.failed) else best.paragraphs


def origin(paragraphs: Paragraphs, best: Draft, drafts: Sequence[Draft]) -> str:
    """What was done to the drafts to make these paragraphs of them, empty for nothing."""
    told = [sentence.text for sentences in paragraphs for sentence in sentences]
    written = [sentence.text for sentences in best.paragraphs for sentence in sentences]
    if told == written:
        return "shortened to whole sentences" if best.cut else ""
    if told == [each for each in written if each in told]:
        return "left a sentence out"
    if any(set(told) <= set(draft.sentences) for draft in drafts):
        return "took sentences of one draft"
    return "joined sentences of several drafts"


def _stems_of(paragraphs: Paragraphs) -> frozenset[str]:
    return stems(" ".join(sentence.text for sentences in paragraphs for sentence in sentences))


def _laid_out(texts: Sequence[str], form: Form) -> list[Sequence[str]]:
    """A bullet for each, paragraphs of even size for a detailed summary, else one paragraph."""
    if form.prompt == "bullets":
        return [[text] for text in texts]
    if form.length != "detailed":
        return [texts]
    count = max(1, round(len(texts) / PARAGRAPH_SENTENCES))
    bounds = [len(texts) * number // count for number in range(count + 1)]
    return [texts[start:end] for start, end in pairwise(bounds)]


def select(drafts: Sequence[Draft], form: Form, checker: Checker) -> list[str]:
    """Sound sentences of the drafts, the best of them first, within the limit of `form`, in the
    order of the article. The first one is the beginning of a draft. What rests on a translation
    that likely misleads counts half.
    """
    content = Content.of(checker.evidence)
    pool = list(dict.fromkeys(_sound(drafts, checker)))
    beginnings = {draft.sentences[0] for draft in drafts if draft.sentences}
    chosen: list[_Sentence] = []
    told = frozenset[str]()
    room = form.max_words
    while True:
        best, most = None, 0.0
        for each in pool:
            new = each.stems - told
            if each.words > room or len(new) < MIN_NEW * len(each.stems):
                continue
            if any(each.runs & other.runs for other in chosen):
                continue
            if not chosen and each.text not in beginnings:
                continue
            gain = (1 + each.sure) * content.told(new) / each.words**LENGTH_POWER
            if gain > most:
                best, most = each, gain
        if best is None:
            break
        chosen.append(best)
        told |= best.stems
        room -= best.words
    rest = sorted(chosen[1:], key=lambda each: each.place)
    return [each.text for each in (*chosen[:1], *rest)]


def _sound(drafts: Sequence[Draft], checker: Checker) -> Iterator[_Sentence]:
    places = {sentence: place for place, sentence in enumerate(checker.evidence.sentences)}
    for draft in drafts:
        for text in draft.sentences:
            if stands_alone(text, checker):
                ranked = checker.evidence.ranked(text)
                place = places[ranked[0][1]] if ranked else 0
                yield _Sentence(text, place, sureness(text, checker.evidence))
