"""Sentences that are chosen from several drafts."""

from dataclasses import replace

import pytest

from tests.summarization.helpers import grounds
from toolkit.summarization.drafting import Draft, faults
from toolkit.summarization.faithfulness.checker import Checker, texts_of
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence, stems
from toolkit.summarization.forms import Form
from toolkit.summarization.quality import quality_of
from toolkit.summarization.selection import Content, composed, origin, select

ARTICLE = (
    "A coach fell into a ravine near Thiès on Thursday and twelve passengers died.\n\n"
    "The prefect Issa Kaboré asked for an inquiry into the state of the road. "
    "The road stays closed until Monday. "
    "Rescue workers took forty injured passengers to the hospital of Thiès."
)
COACH = "A coach fell into a ravine near Thiès on Thursday."
DEAD = "A coach fell into a ravine near Thiès on Thursday and twelve passengers died."
INQUIRY = "The prefect asked for an inquiry into the state of the road."
CLOSED = "The road stays closed until Monday."
HOSPITAL = "Rescue workers took forty injured passengers to the hospital."
INVENTED = "President Macron visited the hospital."
LEANING = "They took forty injured passengers to the hospital."


@pytest.fixture
def checker():
    return Checker(grounds(ARTICLE), "en")


def prose(max_words=40, length="brief", style="prose"):
    return Form(length, style, max_words)


def draft(checker, *sentences, form=None):
    form = form or prose()
    paragraphs = checker.paragraphs([sentences] if sentences else [])
    return Draft(
        paragraphs=paragraphs,
        sentences=sentences,
        failed=faults(form, paragraphs, checker.language),
        quality=quality_of(" ".join(sentences), checker.evidence, max_words=form.max_words),
        cut=False,
    )


def joined(checker, *drafts, form=None):
    best = max(drafts, key=lambda each: each.worth)
    return texts_of(composed(drafts, best, form or prose(), checker))


def test_sentences_of_several_drafts_are_joined_where_they_tell_more(checker):
    drafts = draft(checker, COACH, CLOSED), draft(checker, COACH, HOSPITAL)
    assert joined(checker, *drafts) == [[COACH, CLOSED, HOSPITAL]]


def test_the_best_draft_is_kept_as_it_is_where_nothing_tells_more(checker):
    drafts = draft(checker, COACH, HOSPITAL, CLOSED), draft(checker, COACH, CLOSED)
    assert joined(checker, *drafts) == [[COACH, HOSPITAL, CLOSED]]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([COACH, INVENTED, CLOSED], ""),
        ([COACH, CLOSED], "left a sentence out"),
        ([CLOSED, COACH], "took sentences of one draft"),
        ([HOSPITAL, DEAD], "took sentences of one draft"),
        ([COACH, HOSPITAL], "joined sentences of several drafts"),
    ],
)
def test_it_is_told_whether_one_draft_was_taken_or_several(checker, told, said):
    best, other = draft(checker, COACH, INVENTED, CLOSED), draft(checker, DEAD, HOSPITAL)
    assert origin(checker.paragraphs([told]), best, [best, other]) == said


def test_a_draft_that_was_too_long_is_told_to_be_shortened(checker):
    best = replace(draft(checker, COACH, CLOSED), cut=True)
    assert origin(best.paragraphs, best, [best]) == "shortened to whole sentences"


def test_of_two_sentences_that_fit_the_one_that_tells_more_is_taken(checker):
    drafts = draft(checker, COACH, CLOSED), draft(checker, DEAD, CLOSED)
    assert select(drafts, prose(len(DEAD.split())), checker) == [DEAD]


def test_of_two_sentences_that_tell_about_as_much_the_one_on_surer_ground_is_taken(checker):
    drafts = [draft(checker, INQUIRY), draft(checker, HOSPITAL)]
    room = prose(max(len(each.split()) for each in (INQUIRY, HOSPITAL)))

    def chosen(**confidences):
        sentences = (
            replace(each, confidence=next((c for w, c in confidences.items() if w in each.text), 1))
            for each in checker.evidence.sentences
        )
        return select(drafts, room, Checker(EvidenceIndex(tuple(sentences)), "en"))

    assert chosen(inquiry=0.1) == [HOSPITAL]
    assert chosen(injured=0.1) == [INQUIRY]


def test_sentences_stand_in_the_order_of_the_article(checker):
    drafts = draft(checker, COACH, HOSPITAL), draft(checker, COACH, CLOSED, INQUIRY)
    assert select(drafts, prose(), checker) == [COACH, INQUIRY, CLOSED, HOSPITAL]


def test_the_first_one_is_the_beginning_of_a_draft(checker):
    drafts = draft(checker, CLOSED, DEAD, HOSPITAL), draft(checker, CLOSED, INQUIRY)
    chosen = select(drafts, prose(), checker)
    assert chosen[0] == CLOSED
    assert DEAD in chosen


@pytest.mark.parametrize("wrong", [INVENTED, LEANING])
def test_what_is_not_supported_or_leans_on_another_sentence_is_not_taken(checker, wrong):
    drafts = draft(checker, COACH, wrong), draft(checker, wrong, CLOSED)
    assert select(drafts, prose(), checker) == [COACH, CLOSED]


def test_what_a_fault_of_the_best_draft_spoils_is_told_without_it(checker):
    assert joined(checker, draft(checker, COACH, INVENTED, CLOSED)) == [[COACH, CLOSED]]


@pytest.mark.parametrize("most", [4, 9, 15, 24])
def test_the_limit_is_kept(checker, most):
    drafts = draft(checker, COACH, HOSPITAL), draft(checker, COACH, CLOSED, INQUIRY)
    words = sum(len(each.split()) for each in select(drafts, prose(most), checker))
    assert words <= most
    assert (words > 0) == (most >= len(COACH.split()))


def test_nothing_is_told_twice(checker):
    again = "A coach fell into a ravine on Thursday near Thiès."
    drafts = draft(checker, COACH, CLOSED), draft(checker, again, COACH, HOSPITAL)
    chosen = select(drafts, prose(), checker)
    assert len({COACH, again} & set(chosen)) == 1
    assert {CLOSED, HOSPITAL} < set(chosen)


def test_a_sentence_that_mostly_repeats_what_is_told_is_not_taken(checker):
    again = "The coach that fell into a ravine near Thiès on Thursday had passengers."
    drafts = draft(checker, COACH, again), draft(checker, COACH, CLOSED)
    assert not checker.sentence(again).failed
    assert select(drafts, prose(), checker) == [COACH, CLOSED]


def test_a_headline_is_left_alone(checker):
    form = prose(14, "headline")
    best = draft(checker, "Coach falls into ravine", form=form)
    assert composed([draft(checker, COACH, form=form)], best, form, checker) == best.paragraphs


def test_each_sentence_is_a_bullet(checker):
    form = prose(style="bullets")
    drafts = draft(checker, COACH, CLOSED, form=form), draft(checker, COACH, HOSPITAL, form=form)
    assert joined(checker, *drafts, form=form) == [[COACH], [CLOSED], [HOSPITAL]]


def test_a_detailed_summary_has_paragraphs_of_even_size(checker):
    form = prose(60, "detailed")
    sentences = [COACH, "Twelve passengers died.", INQUIRY, CLOSED, HOSPITAL]
    drafts = [draft(checker, COACH, each, form=form) for each in sentences[1:]]
    paragraphs = joined(checker, *drafts, form=form)
    assert [each for paragraph in paragraphs for each in paragraph] == sentences
    assert sorted(map(len, paragraphs)) == [2, 3]


@pytest.mark.parametrize("length", ["brief", "detailed"])
@pytest.mark.parametrize("sentences", [(), (INVENTED,)])
def test_where_no_sentence_will_do_the_best_draft_stays(checker, sentences, length):
    form = prose(length=length)
    only = draft(checker, *sentences, form=form)
    assert select([only], form, checker) == []
    assert composed([only], only, form, checker) == only.paragraphs


def test_words_of_the_lead_and_of_many_sentences_are_worth_more():
    content = Content.of(grounds("The coach fell. The road is closed. A road crew came."))
    told = {word: content.told(stems(word)) for word in ("coach", "road", "crew", "bus")}
    assert told["coach"] > told["crew"] > told["bus"] == 0
    assert told["road"] > told["crew"]


def test_words_of_the_title_are_worth_more():
    evidence = grounds("The coach fell. The road is shut. The prefect spoke. The prefect left.")
    title = SourceSentence("A shut road", language="en")
    content = Content.of(EvidenceIndex((title, *evidence.sentences)))
    assert content.told(stems("road")) > content.told(stems("prefect")) > 0


def test_what_words_are_worth_does_not_depend_on_their_order():
    content = Content({"a": 0.1, "b": 0.2, "c": 0.3})
    assert content.told(["a", "b", "c"]) == content.told(["c", "b", "a"])


def test_a_sentence_that_repeats_many_words_in_a_row_of_another_is_not_taken(checker):
    more = (
        "A coach fell into a ravine near Thiès on Thursday while the prefect asked for an inquiry "
        "into the state of the road, and rescue workers took forty injured to the hospital."
    )
    drafts = draft(checker, DEAD, CLOSED), draft(checker, DEAD, more)
    chosen = select(drafts, prose(max_words=80), checker)
    assert chosen
    assert sum("fell into a ravine" in each for each in chosen) == 1
