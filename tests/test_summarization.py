import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.engines.fake import FakeEngine
from toolkit.errors import ModelError, TooLongError
from toolkit.languages.dates import calendar_dates, clock_times
from toolkit.languages.numbers import quantities
from toolkit.messages import message
from toolkit.prompts import load_prompt
from toolkit.segmentation import split_sentences
from toolkit.store import Store
from toolkit.summarization.abstractive import AbstractiveSummarizer
from toolkit.summarization.checks import check_form
from toolkit.summarization.combined import summarize_together
from toolkit.summarization.date_facts import date_facts
from toolkit.summarization.extractive import ExtractiveSummarizer
from toolkit.summarization.faithfulness.attribution import dropped_subjects, silent_speakers
from toolkit.summarization.faithfulness.checks import check_statement
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence, index_text
from toolkit.summarization.faithfulness.facts import unsupported_facts
from toolkit.summarization.faithfulness.modality import dropped_hedges
from toolkit.summarization.faithfulness.names import unsupported_names
from toolkit.summarization.faithfulness.speakers import other_speakers, speakers
from toolkit.summarization.faithfulness.statements import evidence_of
from toolkit.summarization.forms import Form
from toolkit.summarization.long_documents import PARTS_AT_ONCE
from toolkit.summarization.parts import parts_of, spread
from toolkit.summarization.request import SummaryRequest
from toolkit.summarization.revision import LEANING

ARTICLE = (
    "Russian President Vladimir Putin met Wang Yi in Moscow on May 14.\n\n"
    "They signed 58 agreements worth 1,200 million dollars. The talks went on for a long time and "
    "both men praised the growing trade between their two countries in front of the press."
)
PROMPTS = {
    name: load_prompt("summarization", name)
    for name in ("headline", "brief", "standard", "detailed", "bullets")
}


def grounds(text, language="en"):
    return index_text(text, language=language)


def task(text=ARTICLE, *, max_words=20, length="brief", style="prose", **options):
    return SummaryRequest(
        text=text, evidence=grounds(text), form=Form(length, style, max_words), **options
    )


def summarizer(*answers, store=None, **options):
    """A summarizer whose engine gives `answers` in turn, the last one ever after."""
    remaining = list(answers)
    asked = []

    def answer(prompt):
        asked.append(prompt)
        return remaining.pop(0) if len(remaining) > 1 else remaining[0]

    engine = FakeEngine(answer, **options)
    return AbstractiveSummarizer(engine=engine, prompts=PROMPTS, store=store), asked


def test_a_good_summary_is_taken_from_the_first_drafts():
    model, asked = summarizer("Putin met Wang Yi on May 14.")
    summary = model.summarize(task(max_words=14))
    assert (summary.text, summary.failed, summary.revisions) == (
        "Putin met Wang Yi on May 14.",
        (),
        (),
    )
    assert ARTICLE in asked[0]
    assert summary.attempts == len(asked) == 2


def test_the_draft_without_faults_is_kept():
    model, _ = summarizer("Lavrov met Wang Yi.", "Putin met Wang Yi.")
    summary = model.summarize(task(max_words=8))
    assert (summary.text, summary.attempts) == ("Putin met Wang Yi.", 2)


def test_a_draft_that_tells_more_of_the_article_is_kept():
    model, _ = summarizer("It was long.", "Putin met Wang Yi in Moscow on May 14.")
    assert model.summarize(task()).text == "Putin met Wang Yi in Moscow on May 14."


def test_a_long_summary_ends_at_the_last_sentence_that_fits():
    model, _ = summarizer("Putin met Wang Yi. They signed 58 agreements. They then left together.")
    summary = model.summarize(task(max_words=10))
    assert summary.text == "Putin met Wang Yi. They signed 58 agreements."
    assert summary.failed == ()
    assert summary.revisions == ("shortened to whole sentences",)


def test_a_sentence_that_was_cut_off_is_dropped():
    model, _ = summarizer("Putin met Wang Yi. They signed 58 agreem")
    assert model.summarize(task()).text == "Putin met Wang Yi."


def test_when_no_sentence_fits_the_model_is_asked_for_a_shorter_one():
    long = "Putin met Wang Yi in Moscow on May 14 and they talked for long."
    model, asked = summarizer(long, long, "Putin met Wang Yi.")
    summary = model.summarize(task(max_words=10))
    assert (summary.text, summary.attempts) == ("Putin met Wang Yi.", 3)
    assert "at most 6 words" in asked[2]


def test_when_nothing_ever_fits_a_sentence_of_the_article_is_given_and_said_to_be():
    model, _ = summarizer("Putin met Wang Yi in Moscow on May 14 and they talked for very long.")
    summary = model.summarize(task(max_words=12))
    assert summary.method == "lead"
    assert summary.text == "Russian President Vladimir Putin met Wang Yi in Moscow on May 14."
    nothing = model.summarize(task("Word " * 30 + "end. " + "Word " * 30 + "end.", max_words=12))
    assert (nothing.text, nothing.method) == ("", "none")
    assert [check.name for check in nothing.failed] == ["empty"]


def test_an_invented_name_or_year_is_asked_to_be_left_out():
    wrong = "Putin met Wang Yi on May 14, 2023."
    model, asked = summarizer(wrong, wrong, "Putin met Wang Yi on May 14.")
    summary = model.summarize(task())
    assert summary.text == "Putin met Wang Yi on May 14."
    assert summary.revisions == ("asked again: dates",)
    assert "2023" in asked[2]


def test_a_sentence_with_an_invention_that_stays_is_left_out():
    model, _ = summarizer(
        "Putin met Wang Yi. Johnson praised the growing trade of their countries."
    )
    summary = model.summarize(task())
    assert (summary.text, summary.failed) == ("Putin met Wang Yi.", ())
    assert summary.revisions == ("asked again: names", "left a sentence out")


def test_for_an_invention_that_cannot_be_left_out_the_article_speaks():
    model, _ = summarizer("Boris Johnson met Wang Yi. They signed.")
    summary = model.summarize(task())
    assert summary.failed == ()
    assert summary.text == (
        "Russian President Vladimir Putin met Wang Yi in Moscow on May 14. They signed."
    )
    assert summary.revisions[-1] == "took a sentence of the article"


def test_an_invention_that_cannot_be_left_out_is_flagged():
    model, _ = summarizer("Boris Johnson met Wang Yi. They signed.")
    summary = model.summarize(task(max_words=10))
    assert [check.name for check in summary.failed] == ["names"]
    assert summary.failed[0].values == ("Boris", "Johnson")
    assert [bool(each.failed) for each in summary.statements] == [True, False]


def test_every_statement_says_what_it_rests_on():
    model, _ = summarizer("Putin met Wang Yi. They signed 58 agreements.")
    first, second = model.summarize(task()).statements
    assert first.evidence[0].source.startswith("Russian President")
    assert ARTICLE[second.evidence[0].start : second.evidence[0].end] == second.evidence[0].source
    assert 0 < second.evidence[0].score <= 1


def test_a_headline_is_one_line_without_a_full_stop():
    model, _ = summarizer('"Putin Meets Wang Yi in Moscow."\n\nMore text.')
    summary = model.summarize(task(length="headline", max_words=14))
    assert (summary.text, summary.failed) == ("Putin Meets Wang Yi in Moscow", ())


def test_a_headline_that_is_too_long_loses_its_last_part():
    model, _ = summarizer(
        "Putin and Wang Yi Meet in Moscow, Sign 58 Agreements in May for the Press"
    )
    summary = model.summarize(task(length="headline", max_words=11))
    assert summary.text == "Putin and Wang Yi Meet in Moscow, Sign 58 Agreements"


@pytest.mark.parametrize(
    ("statement", "verbs"),
    [
        ("Xi Jinping met Vladimir Putin in June.", ["meet"]),
        ("Xi and Putin meet in June, plan to strengthen relations.", ["meet"]),
        ("Xi hoped to meet Putin in June.", []),
        ("Xi will meet Putin in June.", []),
        ("Xi spoke of meeting Putin in June.", []),
        ("Xi signed a treaty in June.", []),
    ],
)
def test_a_hope_is_not_told_as_done(statement, verbs):
    passages = (
        SourceSentence(
            "", "President Xi Jinping said that he hoped to meet Vladimir Putin in June.", 0
        ),
        SourceSentence("", "He wants to sign a treaty and signed one last year.", 80),
    )
    assert dropped_hedges(statement, EvidenceIndex(passages)) == verbs


def test_bullets_are_whole_lines_within_the_limit():
    model, _ = summarizer("* Putin met Wang Yi.\n* They signed 58 agreements\n* They left at once.")
    summary = model.summarize(task(style="bullets", max_words=9))
    assert summary.text == "- Putin met Wang Yi.\n- They signed 58 agreements."
    assert summary.words == 8


def test_a_detailed_summary_keeps_its_paragraphs():
    model, _ = summarizer("Putin met Wang Yi.\n\nThey signed 58 agreements.")
    assert model.summarize(task(length="detailed", max_words=100)).text == (
        "Putin met Wang Yi.\n\nThey signed 58 agreements."
    )


def test_a_summary_is_shorter_than_its_article():
    _, asked = summarizer("Putin met Wang Yi.")
    model, asked = summarizer("Putin met Wang Yi.")
    model.summarize(task(max_words=500))
    assert f"at most {int(len(ARTICLE.split()) * 0.7)} words" in asked[0]


def test_an_article_of_one_sentence_is_returned():
    model, asked = summarizer("Putin met Wang Yi.")
    summary = model.summarize(task("Wang Yi came to Moscow."))
    assert (summary.text, summary.method) == ("Wang Yi came to Moscow.", "whole article")
    assert not asked


def test_a_finished_summary_is_not_made_again(tmp_path):
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)
    model, asked = summarizer("Putin met Wang Yi. Boris Johnson was there too.", store=store)
    first = model.summarize(task())
    count = len(asked)
    assert model.summarize(task()) == first
    assert len(asked) == count
    assert model.summarize(task(max_words=19)) != first


def test_an_interrupted_summary_of_a_long_article_goes_on_where_it_was(tmp_path):
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)
    text = "\n\n".join(f"Alpha came on day {n} and said so at length. " * 5 for n in range(20))
    asked = []

    def answer(prompt):
        if len(asked) == 5 and not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt
        asked.append(prompt)
        return "Alpha came."

    interrupted = []
    engine = FakeEngine(answer, max_source_tokens=300)
    model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS, store=store)
    with pytest.raises(KeyboardInterrupt):
        model.summarize(task(text, max_words=30))
    kept = asked[:PARTS_AT_ONCE]
    model.summarize(task(text, max_words=30))
    assert not set(kept) & set(asked[5:])


def test_a_long_article_is_summarized_part_by_part_to_its_end():
    seen = []

    def answer(prompt):
        seen.append(prompt)
        return "Alpha came first. " + ("Omega came last." if "Omega" in prompt else "Then more.")

    engine = FakeEngine(answer, max_source_tokens=300)
    model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS)
    text = "\n\n".join(["Alpha came first and said so at length. " * 5] * 8 + ["Omega came last."])
    summary = model.summarize(task(text, max_words=30))
    assert "Omega" in summary.text
    assert len(seen) > 2


def test_the_end_of_a_long_article_is_told_even_by_a_model_that_sticks_to_the_beginning():
    def answer(prompt):
        return "Alpha came first." if "Alpha" in prompt else "Omega closed the long meeting."

    engine = FakeEngine(answer, max_source_tokens=300)
    model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS)
    first, last = (
        "Alpha came first and said so at length. ",
        "Omega closed the long meeting at last. ",
    )
    text = "\n\n".join([first * 5] * 8 + [last * 5] * 8)
    summary = model.summarize(task(text, max_words=30))
    assert summary.text == "Alpha came first. Omega closed the long meeting."
    assert summary.words <= 30


def test_the_last_parts_of_a_long_article_are_told_in_its_order():
    told = {
        "Alpha": "Alpha came first.",
        "Omega": "Boris Johnson was there. Omega closed the meeting.",
        "Beta": "Beta opened a bakery in spring. Beta sold it later.",
    }

    def answer(prompt):
        return next(text for name, text in told.items() if name in prompt)

    engine = FakeEngine(answer, max_source_tokens=300)
    model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS)
    paragraphs = [
        *["Alpha came first and said so at length. " * 5] * 16,
        *["Beta opened a bakery in spring and sold it later. " * 5] * 4,
        *["Omega closed the meeting at last. " * 5] * 4,
    ]
    summary = model.summarize(task("\n\n".join(paragraphs), max_words=15))
    assert summary.text == (
        "Alpha came first. Beta opened a bakery in spring. Omega closed the meeting."
    )


def test_a_part_that_no_sentence_of_its_draft_tells_is_told_in_its_own_words():
    def answer(prompt):
        return "Alpha came first." if "Alpha" in prompt else "The article tells of a bakery."

    engine = FakeEngine(answer, max_source_tokens=300)
    model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS)
    beginning = ["Alpha came first and a bakery tells of an article. " * 5] * 16
    end = ["Omega opened a bakery in spring. " * 5] * 8
    summary = model.summarize(task("\n\n".join([*beginning, *end]), max_words=30))
    assert summary.text.startswith("Alpha came first. Omega opened a bakery in spring.")


def test_parts_hold_the_whole_text_in_whole_paragraphs_and_about_equal_shares():
    paragraphs = [f"Paragraph {n} says a little more." for n in range(30)]
    text = "\n\n".join(paragraphs)
    parts = list(parts_of(text, budget=80, count=lambda piece: len(piece.split())))
    assert "\n\n".join(parts) == text
    sizes = [len(part.split()) for part in parts]
    assert max(sizes) <= 80
    assert max(sizes) - min(sizes) <= 2 * 6


@pytest.mark.parametrize("context", [30, 75])
def test_a_model_with_too_little_context_is_refused(context):
    engine = FakeEngine(max_source_tokens=context)
    text = "\n\n".join(f"Alpha came on day {n} and said so at length." for n in range(20))
    with pytest.raises(TooLongError, match=r"too short|over the model.s limit"):
        AbstractiveSummarizer(engine=engine, prompts=PROMPTS).summarize(task(text, max_words=30))


def test_parts_are_chosen_from_the_end_and_then_from_everywhere():
    assert spread(9) == [8, 4, 6, 2, 7, 5, 3, 1, 0]
    assert (spread(2), spread(1), spread(0)) == ([1, 0], [0], [])


def test_the_prompt_around_a_part_is_counted_once():
    """Counted for each paragraph, it would leave parts of a few sentences."""
    seen = []

    def answer(prompt):
        seen.append(prompt)
        return "Alpha came first."

    engine = FakeEngine(answer, max_source_tokens=1000)
    text = "\n\n".join(f"Alpha came on day {n} and said so at length." for n in range(200))
    AbstractiveSummarizer(engine=engine, prompts=PROMPTS).summarize(task(text, max_words=30))
    assert all(prompt.count("Alpha came") > 40 for prompt in seen[:2])


def test_the_work_grows_with_the_length_of_the_article_alone():
    def calls(paragraphs):
        seen = []

        def answer(prompt):
            seen.append(prompt)
            return "Alpha came first."

        engine = FakeEngine(answer, max_source_tokens=600)
        text = "\n\n".join(["Alpha came first and said so at length. " * 5] * paragraphs)
        AbstractiveSummarizer(engine=engine, prompts=PROMPTS).summarize(task(text, max_words=30))
        return len(seen)

    assert calls(400) <= 2.2 * calls(200)


@pytest.mark.parametrize(
    ("summary", "names"),
    [
        ("President Putin met Mr. Wang in Moscow.", []),
        ("The talks were long. Both sides signed.", []),
        ("Putin met Lavrov.", ["Lavrov"]),
        ("China's Wang Yi spoke.", ["China"]),
        ("Johnson spoke.", ["Johnson"]),
        ("They met in April.", []),
        ("Putin Yi spoke.", ["Putin Yi"]),
        ("The Muscovian guest met a Chilean.", ["Muscovian", "Chilean"]),
    ],
)
def test_names_that_the_article_lacks(summary, names):
    article = grounds("President Putin met Mr. Wang Yi in Moscow.")
    assert unsupported_names(summary, article) == names


FRENCH = (
    "Mercredi 9 avril, 58 accords de 1,2 milliard de dollars ont été signés à 14h30. Douze sont en "
    "cours. Le prix a triplé en cinq ans. « Nous irons jusqu'au bout », a dit le maire."
)


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        ("On Wednesday, April 9, 58 deals worth $1.2 billion were signed at 2:30 p.m.", []),
        ("58 deals worth $1.2 million were signed.", ["numbers"]),
        ("9 deals were signed.", ["numbers"]),
        ("Twelve deals worth $1.2 billion were signed.", ["numbers"]),
        ("The price has tripled in five years.", []),
        ("The price has doubled.", ["numbers"]),
        ("They were signed on Thursday.", ["dates"]),
        ("They were signed on April 9, 2023.", ["dates"]),
        ("They were signed on May 9.", ["dates"]),
        ("They were signed at 2:30 a.m.", ["dates"]),
        ("They were signed last week.", ["dates"]),
        ("The two countries signed.", []),
        ("The two firms signed.", ["numbers"]),
    ],
)
def test_numbers_and_dates_that_the_article_lacks(statement, faults):
    found = unsupported_facts(statement, grounds(FRENCH, "fr"), "en")
    assert [check.name for check in found] == faults, found


def test_a_quotation_must_be_in_the_article():
    passages = (SourceSentence("« Nous irons jusqu'au bout »", '"We will go to the end"', 0),)
    assert not unsupported_facts('He said "we will go to the end".', EvidenceIndex(passages), "en")
    found = unsupported_facts(
        'He said "nobody can stop this train".', EvidenceIndex(passages), "en"
    )
    assert [check.name for check in found] == ["quotation"]


def test_a_date_may_rest_on_the_day_of_publication():
    facts = date_facts("2024-04-10", "Ils se sont vus mardi.", "fr")
    passages = (SourceSentence("Ils se sont vus mardi.", "They met on Tuesday.", 0),)
    article = EvidenceIndex((*passages, *(SourceSentence("", fact) for fact in facts)))
    assert not unsupported_facts("They met on Tuesday, April 9, 2024.", article, "en")
    assert unsupported_facts("They met on Tuesday, April 9, 2024.", EvidenceIndex(passages), "en")
    assert date_facts("", "mardi", "fr") == []


def test_a_french_summary_may_begin_with_a_french_word():
    article = grounds("Le ministre a présenté son plan. Il coûtera cher.", "fr")
    assert not unsupported_facts("Selon le ministre, le plan coûtera cher.", article, "fr")
    found = unsupported_facts("Macron a présenté son plan.", article, "fr")
    assert [check.name for check in found] == ["names"]


def test_names_may_rest_on_what_places_are_called():
    passages = (SourceSentence("Il est allé en Allemagne.", "", 0),)
    assert not unsupported_facts(
        "He went to Germany.", EvidenceIndex(passages, frozenset({"Germany"})), "en"
    )


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("58 accords, près de 50 milliards de dollars", "fr", ["58 other", "50000000000 dollar"]),
        ("vingt-deux communes, deux mille pains", "fr", ["22 other", "2000 other"]),
        ("1,2 million de mètres", "fr", ["1200000 meter"]),
        ("$1.72 billion, 80%, two full years", "en", ["1720000000 dollar", "80 percent", "2 year"]),
        ("une trentaine d'habitants", "fr", ["1 other", "30 other"]),
    ],
)
def test_quantities_are_read(text, language, values):
    found = [f"{each.value.normalize():f} {each.unit}" for each in quantities(text, language)]
    assert [each for each in found if not each.startswith("1 ")] == [
        each for each in values if not each.startswith("1 ")
    ]


def test_dates_and_times_are_read():
    days = [
        (date.day, date.month, date.year) for date, _, _ in calendar_dates("les 14 et 15 mai", "fr")
    ]
    assert days == [(14, 5, 0), (15, 5, 0)]
    assert [date.year for date, _, _ in calendar_dates("in December 2029", "en")] == [2029]
    assert calendar_dates("he may 5 come", "en") == []
    assert [time for time, _, _ in clock_times("à 09H41, vers 16 h, 2:30 p.m.")] == [581, 960, 870]


@pytest.mark.parametrize(
    ("summary", "silent"),
    [
        ("Wang Yi said that they agree.", []),
        ("Putin has also announced a visit, said Wang.", []),
        ("Wang Yi and Russian Foreign Minister Sergey Lavrov announced a plan.", ["Lavrov"]),
        ("Sergey Lavrov said nothing.", ["Lavrov"]),
        ("Wang Yi met Sergey Lavrov and said that they agree.", []),
        ("China and Russia said so.", []),
    ],
)
def test_people_who_say_nothing_in_the_article(summary, silent):
    article = (
        "Chinese Foreign Minister Wang Yi said during a meeting with his Russian counterpart "
        'Sergey Lavrov that both agree. "We do," added Vladimir Putin in Moscow. China is glad.'
    )
    assert silent_speakers(summary, article) == silent


@pytest.mark.parametrize(
    ("summary", "dropped"),
    [
        ("Lavrov said Putin was eager to visit China and attend the summit.", []),
        ("Lavrov expressed his interest in visiting China for the summit.", [("Lavrov", "Putin")]),
        ("Lavrov met the minister.", []),
    ],
)
def test_what_is_said_of_somebody_else_stays_theirs(summary, dropped):
    article = (
        "Wang Yi met Sergey Lavrov. Mr. Lavrov declared that President Putin was looking forward "
        "to visiting China and to the summit. Wang Yi said that Wang was glad."
    )
    assert dropped_subjects(summary, article) == dropped


@given(st.lists(st.sampled_from(["Wang met Putin.", "They", "signed", "58!", "Mr.", "…"])))
def test_whatever_the_model_says_the_limit_holds_and_sentences_are_whole(words):
    model, _ = summarizer(" ".join(words))
    summary = model.summarize(task(max_words=7))
    assert summary.words <= 7
    if summary.text:
        assert split_sentences(summary.text)[-1].text[-1] in ".!?…"


def test_what_is_wrong_with_the_form_is_named():
    def names(summary):
        return [each.name for each in check_form(summary, language="en", max_words=12)]

    assert names("") == ["empty"]
    assert names("They met. " * 10) == ["length", "repetition"]
    assert names("Les deux pays ont signé un accord de coopération lundi.") == ["language"]
    assert names("- Both countries signed.\n- They met on the same day again.") == []


def test_evidence_is_the_sentence_that_says_it():
    article = grounds("Le prix du riz baisse à Ouagadougou. Issa Kaboré attend de voir.", "fr")
    (best, *_) = evidence_of("Issa Kaboré wants to wait and see.", article)
    assert best.source == "Issa Kaboré attend de voir."


FIRST = (
    "Un autocar est tombé jeudi dans un ravin près de Thiès, tuant 12 personnes. "
    "Le préfet Issa Kaboré a demandé une enquête sur l'état de la route."
)
SECOND = (
    "Un autocar est tombé vendredi dans un ravin près de Thiès, tuant 15 personnes. "
    "Selon la préfecture, le chauffeur avait perdu le contrôle du véhicule."
)


def report(name, text, **options):
    return SummaryRequest(
        text=text,
        evidence=index_text(text, language="fr", document=name),
        form=Form("brief", "prose", 60),
        **options,
    )


def test_several_articles_are_told_in_one_summary_with_the_documents_of_each_statement():
    told = "Un autocar est tombé jeudi dans un ravin près de Thiès, tuant 12 personnes."
    model, asked = summarizer(told)
    french = AbstractiveSummarizer(engine=model.engine, language="fr", prompts=PROMPTS)
    agreeing = FIRST.replace("Le préfet", "La route est fermée. Le préfet")
    summary = summarize_together(french, [report("a", FIRST), report("b", agreeing)])
    assert summary.text == f"{told} La route est fermée."
    assert summary.failed == ()
    documents = [{each.document for each in told.evidence} for told in summary.statements]
    assert documents == [{"a", "b"}, {"b"}]
    assert "2 reports" in asked[-1]


def test_an_article_that_tells_it_otherwise_is_named():
    told = "Un autocar est tombé jeudi près de Thiès, tuant 12 personnes."
    model, _ = summarizer(told)
    french = AbstractiveSummarizer(engine=model.engine, language="fr", prompts=PROMPTS)
    summary = summarize_together(french, [report("a", FIRST), report("b", SECOND)])
    assert [message(check) for check in summary.failed] == [
        "contradiction: b has 15 personnes",
        "contradiction: b has Friday",
    ]
    assert summary.statements[0].failed == summary.failed


LONG = " ".join(
    (
        "La ministre a présenté lundi un plan pour les écoles de la région.",
        "Le plan prévoit des travaux dans les écoles de la région.",
        "Les travaux des écoles de la région commenceront en mai.",
        "Il a plu.",
    )
)


@pytest.mark.parametrize(
    ("method", "sentences"),
    [("lead-1", [0]), ("lead-3", [0, 1]), ("lexrank", None), ("lsa", None), ("luhn", None)],
)
def test_baselines_take_whole_sentences_in_the_order_of_the_article(method, sentences):
    one = SummaryRequest(
        text=LONG, evidence=index_text(LONG, language="fr"), form=Form("brief", "prose", 25)
    )
    summary = ExtractiveSummarizer(method, "fr").summarize(one)
    places = [LONG.index(each.text) for each in summary.statements]
    assert places == sorted(places)
    assert places
    assert summary.words <= 25
    assert (summary.method, summary.failed, summary.attempts) == (method, (), 0)
    if sentences is not None:
        assert summary.text == " ".join(split_sentences(LONG)[each].text for each in sentences)


def test_the_most_central_sentences_are_taken_and_each_is_a_bullet():
    one = SummaryRequest(
        text="Il a plu. " + LONG,
        evidence=index_text(LONG, language="fr"),
        form=Form("brief", "bullets", 24),
    )
    summary = ExtractiveSummarizer("textrank", "fr").summarize(one)
    assert summary.text.count("- ") == 2
    assert "plu" not in summary.text


def test_a_baseline_without_sumy_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sumy.models.dom", None)
    with pytest.raises(ModelError, match=r"toolkit-fr-en\[extractive\]"):
        ExtractiveSummarizer("lexrank", "fr").summarize(report("a", LONG))


def translated(*pairs):
    """EvidenceIndex of French sentences with their translations."""
    return EvidenceIndex(
        tuple(
            SourceSentence(french, english, at, "a") for at, (french, english) in enumerate(pairs)
        )
    )


XI_AND_LAVROV = translated(
    (
        "M. Xi a qualifié les relations de trésor précieux et appelé à discuter de l'OCS.",
        "Mr. Xi called the relations a precious treasure and urged talks on the SCO.",
    ),
    (
        "Il a exprimé son espoir de promouvoir l'amitié avec le président Poutine.",
        "He expressed his hope of promoting friendship with President Putin.",
    ),
    (
        "Le commerce progresse fortement, a souligné le ministre russe Sergueï Lavrov.",
        "Trade is growing strongly, stressed Russian Minister Sergei Lavrov.",
    ),
    (
        "La Russie est prête à coopérer davantage, a-t-il ajouté.",
        "Russia is ready for more, he added.",
    ),
    ("Selon Anna Petrova, les prix baissent depuis lundi.", "Prices have fallen since Monday."),
    ("« Nous attendons », dit Karl Brenner, directeur du site.", '"We wait," says Karl Brenner.'),
    ("Les deux pays sont voisins.", "The two countries are neighbours."),
    (
        "Le chef de la diplomatie, Wang Yi, a quant à lui promis de l'aide.",
        "The foreign minister, Wang Yi, for his part promised help.",
    ),
)


def test_who_speaks_in_each_sentence_is_read_from_the_french():
    assert [sorted(each) for each in speakers(XI_AND_LAVROV.sentences)] == [
        ["Xi"],
        ["Xi"],
        ["Sergueï Lavrov"],
        ["Sergueï Lavrov"],
        ["Anna Petrova"],
        ["Karl Brenner"],
        [],
        ["Wang Yi"],
    ]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("Lavrov expressed his hope of promoting friendship with Putin.", ["Xi"]),
        ("Lavrov called the relations a precious treasure.", ["Xi"]),
        ("Xi called the relations a precious treasure.", []),
        ("Lavrov stressed that trade is growing strongly.", []),
        ("Xi stressed that trade is growing strongly.", ["Sergueï Lavrov"]),
        ("Wang promised help, while Xi said that trade is growing.", ["Sergueï Lavrov"]),
        ("The two countries are neighbours.", []),
    ],
)
def test_words_that_are_given_to_another_speaker_are_found(statement, found):
    assert other_speakers(statement, XI_AND_LAVROV) == found


def test_a_statement_that_no_sentence_says_is_found():
    invented = "They work on a better world and a harmonious society."
    checks = check_statement(invented, XI_AND_LAVROV, "en")
    assert [check.name for check in checks] == ["content"]
    assert check_statement("Trade is growing.", XI_AND_LAVROV, "en") == []


def test_a_french_word_with_an_accent_is_no_name():
    article = grounds("La Chine veut commercer davantage.", "fr")
    assert unsupported_facts("La Chine veut plus d'échanges, à égalité.", article, "fr") == []


def test_room_that_is_left_is_filled_with_what_other_drafts_tell():
    model, _ = summarizer(
        "Putin met Wang Yi in Moscow on May 14.",
        "Putin met Wang Yi. They signed 58 agreements. The talks went on for a long time.",
    )
    summary = model.summarize(task(max_words=18))
    assert summary.text == (
        "Putin met Wang Yi in Moscow on May 14. The talks went on for a long time."
    )
    assert summary.revisions == ("filled up from the drafts",)


def test_it_is_not_filled_with_what_is_told_or_wrong():
    model, _ = summarizer(
        "Putin met Wang Yi in Moscow on May 14.",
        "Wang Yi met Putin on May 14. Boris Johnson praised the growing trade.",
    )
    summary = model.summarize(task(max_words=40))
    assert summary.text == "Putin met Wang Yi in Moscow on May 14."


REPORT = (
    ("Un car est tombé dans un ravin.", "A coach fell into a ravine."),
    ("Douze passagers sont morts jeudi.", "Twelve passengers died on Thursday."),
    ("Jeudi, 38.", "Thursday, 38."),
    ("La route reste fermée à Thiès.", "The road is still closed in Thiès."),
)


def test_a_short_summary_is_filled_up_with_sentences_of_the_article_that_it_does_not_tell():
    model, _ = summarizer("A coach fell into a ravine.")
    asked = SummaryRequest(
        text="\n".join(told for _, told in REPORT), evidence=translated(*REPORT), form=Form()
    )
    summary = model.summarize(asked)
    assert summary.text == "A coach fell into a ravine. Twelve passengers died on Thursday."
    assert summary.revisions[-1] == "filled up from the article"


@pytest.mark.parametrize(
    ("sentence", "leans"),
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
    ],
)
def test_sentences_that_need_the_one_before_them_are_told(sentence, leans):
    assert bool(LEANING.search(sentence)) is leans


def test_a_doubtful_translation_is_not_quoted():
    model, _ = summarizer("A coach fell into a ravine.")
    passages = translated(*REPORT).sentences
    doubtful = [replace(each, sound="Twelve" not in each.translation) for each in passages]
    asked = SummaryRequest(
        text="\n".join(told for _, told in REPORT),
        evidence=EvidenceIndex(tuple(doubtful)),
        form=Form(),
    )
    assert model.summarize(asked).text == (
        "A coach fell into a ravine. The road is still closed in Thiès."
    )


def test_a_country_that_wants_something_is_no_speaker():
    statement = "Wang Yi promised help and said that Beijing wants stronger trade."
    assert "Sergueï Lavrov" not in other_speakers("Beijing wants trade.", XI_AND_LAVROV)
    assert other_speakers(statement.split(" and ")[0], XI_AND_LAVROV) == []


def test_a_summary_that_tells_much_less_than_it_may_is_asked_for_more():
    short, longer = "Putin met Wang Yi.", "Putin met Wang Yi in Moscow. They signed 58 agreements."
    model, asked = summarizer(short, short, longer)
    summary = model.summarize(task(max_words=12))
    assert summary.text == longer
    assert summary.revisions == ("asked again: too little",)
    assert "about 9 words" in asked[2]
