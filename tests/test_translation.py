import json
from dataclasses import replace
from pathlib import Path

import pytest

from toolkit.documents import join_translations
from toolkit.engines.base import GenerationConfig, Output
from toolkit.engines.fake import FakeEngine
from toolkit.errors import UsageError
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.messages import detail
from toolkit.prompts import load_prompt
from toolkit.segmentation import split_sentences
from toolkit.store import Store
from toolkit.translation.checks import Limits, check_translation
from toolkit.translation.comparison import compare
from toolkit.translation.glossary import Glossary, Term, load_glossary
from toolkit.translation.translator import PENALTY, SENTENCES_PER_CALL, SentenceTranslator

CONTEXT_PROMPT = Path(__file__).parent / "cases/context.v1.yaml"
CASES = json.loads((Path(__file__).parent / "cases/translation_checks.json").read_text("utf-8"))
TERMS = (
    Term("Ceinture et la Route", "Belt and Road"),
    Term("la Route", "the Road"),
    Term("OCS", "SCO"),
    Term("Pékin", "Beijing"),
    Term("chef de la diplomatie", "foreign minister"),
)


def output(text, *, finished=True):
    return Output(text=text, source_tokens=1, new_tokens=1, finished=finished)


def translator(answer, **options):
    options = {"family": "seq2seq", "max_source_tokens": 1000, **options}
    return SentenceTranslator(
        engine=FakeEngine(answer, **options),
        source_language="fr",
        target_language="en",
        prompt=load_prompt("translation", "news"),
        second_prompt=load_prompt("translation", "careful"),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_checks_find_what_is_wrong_and_nothing_else(case):
    terms = tuple(Term(*pair) for pair in case.get("terms", []))
    failed = check_translation(
        case["source"],
        output(case["target"], finished=case.get("finished", True)),
        source_language="fr",
        target_language="en",
        terms=terms,
        instructions=case.get("instructions", ""),
    )
    assert [check.name for check in failed] == case["failed"], failed


def test_limits_move_where_checks_draw_their_lines():
    source, target = "Le ministre a signé un accord de coopération lundi.", "On Monday he signed."

    def failed(limits):
        checks = check_translation(
            source, output(target), source_language="fr", target_language="en", limits=limits
        )
        return [check.name for check in checks]

    assert failed(Limits()) == ["length"]
    assert failed(Limits(min_length_ratio=0.3)) == []
    assert failed(Limits(off=("length",))) == []


def test_sentences_before_are_shown_but_only_those_of_the_same_document():
    def answer(prompt):
        return prompt

    model = replace(
        translator(answer, family="causal", max_source_tokens=10_000),
        prompt=load_prompt("translation", str(CONTEXT_PROMPT)),
        context_sentences=1,
        max_tries=1,
    )
    documents = [*split_sentences("Il vient. Elle part."), *split_sentences("Nul ne reste.")]
    assert [each.text for each in model.translate(documents)] == [
        "() Il vient.",
        "(Il vient.) Elle part.",
        "() Nul ne reste.",
    ]


def test_a_sentence_is_tried_as_often_as_asked():
    tries = []

    def answer(prompt):
        tries.append(prompt)
        return "He met him."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    model = replace(model, max_tries=1)
    (result,) = model.translate(split_sentences("Il le rencontre lundi."))
    assert len(tries) == result.tries == 1


def test_sentences_come_back_in_order_with_their_paragraphs():
    text = "Un court. Deux est une phrase bien plus longue.\n\nTrois."
    result = translator(str.upper).translate(split_sentences(text))
    assert join_translations(result) == text.upper()


def test_progress_counts_every_sentence():
    heard = []
    segments = split_sentences("Un. Deux. Trois. " * 50)
    translator(str.upper).translate(segments, heard.append)
    assert sum(heard) == len(segments)


def test_a_sentence_over_the_limit_is_translated_in_pieces_and_whole():
    text = "un deux trois, quatre cinq six, sept huit neuf"
    (result,) = translator(str.upper, max_source_tokens=4).translate(split_sentences(text))
    assert result.text == text.upper()


def test_a_sentence_that_failed_is_tried_again_and_the_better_try_is_kept():
    tries = []

    def answer(prompt):
        tries.append(prompt)
        return "He met him on Monday." if "Keep: Monday" in prompt else "He met him."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("Il le rencontre lundi."))
    assert result.text == "He met him on Monday."
    assert result.failed == ()
    assert len(tries) == 2


def test_what_still_fails_is_flagged():
    model = translator(lambda prompt: "He met him.", family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("Il le rencontre lundi."))
    assert [check.name for check in result.failed] == ["dates"]


def test_a_lost_quotation_is_begun_for_the_model():
    def answer(last):
        return 'We agree," he said.' if last == '"' else "He said that they agree."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("« Nous sommes d'accord », a-t-il dit."))
    assert result.text == '"We agree," he said.'


@pytest.mark.parametrize(
    ("source", "opening"),
    [
        (
            "La Chine et la Russie sont convenues jeudi de développer leurs relations.",
            "On Thursday,",
        ),
        ("Les deux pays se sont engagés jeudi à coopérer.", "On Thursday,"),
        ("Le président a déclaré jeudi qu'il viendrait.", "On Thursday,"),
        ("Il a dit qu'il était arrivé jeudi.", ""),
        ("L'accord qui a été signé jeudi sera publié.", ""),
        ("Il viendra jeudi.", ""),
        ("L'école ouvre un bureau, a dit jeudi le maire.", ""),
    ],
)
def test_a_lost_day_is_begun_for_the_model_where_it_is_the_day_of_the_sentence(source, opening):
    def answer(last):
        return "they met." if last == "On Thursday," else "They met."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences(source))
    assert result.text == (f"{opening} they met." if opening else "They met.")


def test_glossary_finds_the_longest_terms_in_order():
    found = Glossary(TERMS).occurring("À PÉKIN, l’OCS et la Ceinture et la route ; Pékin encore.")
    assert [term.target for term in found] == ["Beijing", "SCO", "Belt and Road"]


def test_glossary_ignores_parts_of_words_and_acronyms_in_small_letters():
    assert Glossary(TERMS).occurring("les ocs et les OCSE pékinois") == ()


def test_names_left_in_french_are_put_right_but_no_other_words():
    source = "L'OCS s'est réunie à Pékin avec son chef de la diplomatie."
    target = "The OCS met in Pékin with its chef de la diplomatie."
    repaired = Glossary(TERMS).repair(target, source=source)
    assert repaired == "The SCO met in Beijing with its chef de la diplomatie."


def test_numbers_that_were_pulled_apart_are_joined():
    model = translator(lambda text: "It costs 2. 10 euros, 5 in all.")
    (result,) = model.translate(split_sentences("Cela coûte 2,10 euros, 5 en tout."))
    assert result.text == "It costs 2.10 euros, 5 in all."


def test_a_quotation_that_is_only_closed_is_opened():
    model = translator(lambda text: 'Here we are", he says.')
    (result,) = model.translate(split_sentences("« Nous voici », dit-il."))
    assert (result.text, result.failed) == ('"Here we are", he says.', ())


def test_no_translation_at_all_is_worse_than_two_faults():
    def answer(prompt):
        return "He met 12 men." if "Keep" in prompt else "Il le rencontre lundi en ville le soir."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("Il le rencontre lundi en ville le soir."))
    assert result.text == "He met 12 men."
    assert len(result.failed) > 1


def test_words_that_only_look_like_a_french_name_stay():
    glossary = Glossary((Term("CPI", "ICC"),))
    source = "L'indice des prix à la consommation a monté."
    assert glossary.repair("The CPI rose.", source=source) == "The CPI rose."


def test_french_titles_are_put_right():
    glossary = load_glossary("diplomacy", source_language="fr", target_language="en")
    source = "M. Xi a rencontré Mme Royal."
    repaired = glossary.repair("M. Xi met Mme Royal, M.P.", source=source)
    assert repaired == "Mr. Xi met Ms. Royal, M.P."


def test_phrases_are_told_but_not_insisted_on():
    glossary = Glossary((Term("en marge de", "on the sidelines of", "phrase"),))
    assert glossary.occurring("Il parlait en marge de la réunion.")
    failed = check_translation(
        "Il parlait en marge de la réunion.",
        output("He spoke beside the meeting."),
        source_language="fr",
        target_language="en",
        terms=glossary.terms,
    )
    assert failed == ()


def test_bundled_glossary_is_for_one_direction():
    assert load_glossary("diplomacy", source_language="fr", target_language="en").terms
    assert not load_glossary("diplomacy", source_language="en", target_language="fr").terms


def test_inflected_forms_are_found():
    found = Glossary(TERMS).occurring("Les chefs de la diplomatie se sont vus.")
    assert [term.target for term in found] == ["foreign minister"]


def test_a_term_can_ask_for_its_case():
    glossary = Glossary((Term("Orange", "Orange", same_case=True),))
    assert glossary.occurring("Le groupe Orange recrute.")
    assert not glossary.occurring("Une orange par jour.")


def test_a_glossary_of_tsv_with_all_its_columns(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text(
        "source\ttarget\tkind\tnote\tcase\nOrange\tOrange\tterm\ta firm\tsame\n\nbail\tlease\n"
    )
    glossary = load_glossary(str(path), source_language="fr", target_language="en")
    assert glossary.terms == (Term("Orange", "Orange", "term", True), Term("bail", "lease"))


TBX = """<?xml version="1.0"?><tbx xmlns="urn:iso:std:iso:30042:ed-2"><text><body>
<conceptEntry id="1"><langSec xml:lang="fr-FR"><termSec><term>bail</term></termSec></langSec>
<langSec xml:lang="en"><termSec><term>lease</term></termSec></langSec></conceptEntry>
<conceptEntry id="2"><langSec xml:lang="fr"><termSec><term>dol</term></termSec></langSec>
</conceptEntry></body></text></tbx>"""


def test_a_glossary_of_tbx(tmp_path):
    path = tmp_path / "law.tbx"
    path.write_text(TBX)
    glossary = load_glossary(str(path), source_language="fr", target_language="en")
    assert glossary.terms == (Term("bail", "lease"),)
    assert load_glossary(str(path), source_language="en", target_language="fr").terms == (
        Term("lease", "bail"),
    )


def test_the_bundled_glossary_has_no_term_twice():
    terms = load_glossary("diplomacy", source_language="fr", target_language="en").terms
    assert len({term.source for term in terms}) == len(terms)
    assert sum(term.kind == "term" for term in terms) >= 150


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bad.tsv", "one\ttwo\na\tb\n", "columns source and target"),
        ("bad.tsv", "source\ttarget\na\tb\n\nc\n", "line 4 is no term: 'c'"),
        ("bad.tsv", "source\ttarget\na\tb\tc\n", "line 2 is no term"),
        ("bad.tsv", "source\ttarget\tkind\na\tb\tverb\n", "line 2: kind is"),
        ("bad.tsv", "\udcff", "utf-8"),
        ("bad.tbx", "<tbx><unclosed>", "no element found: line 1"),
    ],
)
def test_a_broken_glossary_is_refused_with_the_line(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=message):
        load_glossary(str(path), source_language="fr", target_language="en")


def test_a_glossary_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"absent\.tsv: No such file"):
        load_glossary(str(tmp_path / "absent.tsv"), source_language="fr", target_language="en")


def counted(answer=str.upper, **options):
    asked = []

    def ask(text):
        asked.append(text)
        return answer(text)

    return translator(ask, **options), asked


def test_the_same_sentence_is_translated_once():
    model, asked = counted()
    segments = split_sentences("Il dort. Elle lit. Il dort.")
    assert [each.text for each in model.translate(segments)] == [
        "IL DORT.",
        "ELLE LIT.",
        "IL DORT.",
    ]
    assert sorted(asked) == ["Elle lit.", "Il dort."]


def test_finished_sentences_are_not_done_again(tmp_path):
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)
    model, asked = counted()
    first = replace(model, store=store).translate(split_sentences("Il dort. Elle lit."))
    asked.clear()
    again = replace(model, store=store).translate(split_sentences("Il dort. Elle lit. Il rit."))
    assert again[:2] == (first[0], replace(first[1], segment=again[1].segment))
    assert asked == ["Il rit."]


@pytest.mark.parametrize(
    ("change", "times"),
    [
        ({"target_language": "de"}, 2),  # a multilingual model answers in another language
        ({"config": GenerationConfig(beam_size=2)}, 2),
        ({"prompt": load_prompt("translation", "news.v1")}, 2),
        ({"glossary": Glossary((Term("dort", "sleeps"),), digest="sha256:1")}, 2),
        ({"glossary": Glossary(TERMS, digest="sha256:1")}, 1),  # none of them is in the text
        ({"limits": Limits(loop_times=4)}, 1),
        ({"max_tries": 2}, 1),
    ],
)
def test_the_model_is_asked_again_for_what_affects_its_answer(tmp_path, change, times):
    model, asked = counted(lambda text: "He sleeps.", family="causal")
    first = load_prompt("translation", "news")
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)
    model = replace(model, prompt=first, store=store)
    model.translate(split_sentences("Il dort."))
    replace(model, **change).translate(split_sentences("Il dort."))
    assert len(asked) == times


def test_what_the_store_holds_is_checked_anew(tmp_path):
    model, asked = counted(lambda text: "He sleeps on Monday.")
    model = replace(model, store=Store(tmp_path / "store.sqlite", max_bytes=10**9), max_tries=1)
    lenient = replace(model, limits=Limits(off=("dates",)))
    assert lenient.translate(split_sentences("Il dort mardi."))[0].failed == ()
    (found,) = model.translate(split_sentences("Il dort mardi."))
    assert [check.name for check in found.failed] == ["dates"]
    assert len(asked) == 1


def test_each_group_is_kept_as_soon_as_it_is_finished(tmp_path, monkeypatch):
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)

    def answer(text):
        if len(text) > 300:
            raise KeyboardInterrupt
        return text.upper()

    model, _ = counted(answer)
    texts = [f"{'mot ' * (number + 1)}fin." for number in range(100)]
    monkeypatch.setitem(SENTENCES_PER_CALL, "seq2seq", 32)
    with pytest.raises(KeyboardInterrupt):
        replace(model, store=store).translate(split_sentences("\n".join(texts)))
    again, asked = counted()
    replace(again, store=store).translate(split_sentences("\n".join(texts)))
    assert not set(texts[:64]) & set(asked)


def test_a_long_sentence_that_lost_something_is_tried_in_pieces():
    words = "the man signed many papers near one small river beside old friends".split()

    def answer(prompt):
        source = prompt.rpartition("\n")[2]
        if len(source) > 100:
            return "He signed them."
        kept = [each for each in source.split() if each.isdigit()]
        return " ".join([*words[: len(source) // 8], *kept])

    text = (
        "Il a signé 58 accords avec le président de la région, puis il est parti pour la ville "
        "voisine, où il a parlé devant 300 élus."
    )
    model, _ = counted(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences(text))
    assert "58" in result.text
    assert "300" in result.text
    assert result.tries >= 3


def test_pieces_come_back_in_their_order_though_they_are_alike():
    text = "oui, non non non, oui, non non non non, oui"
    model, _ = counted(max_source_tokens=3)
    (result,) = model.translate(split_sentences(text))
    assert result.text == text.upper()


def test_a_loop_is_tried_with_a_penalty():
    seen = []

    class Engine(FakeEngine):
        def generate(self, sources, config):
            seen.append(config.repetition_penalty)
            return super().generate(sources, config)

    model = replace(
        translator(str.upper), engine=Engine(lambda text: "again and then " * 9, family="seq2seq")
    )
    model.translate(split_sentences("Il est revenu encore et encore dans la ville de ses parents."))
    assert seen == [1.0, PENALTY]


def checks_with_lexicon(source, target):
    """What is wrong with an English translation, by all checks."""
    lexicons = load_lexicons("fr", "en")
    return check_translation(
        source,
        output(target),
        source_language="fr",
        target_language="en",
        comparison=compare(source, target, lexicons),
    )


def with_lexicon(answer):
    model = translator(answer, family="causal", max_source_tokens=10_000)
    return replace(model, lexicons=load_lexicons("fr", "en"))


def test_a_word_that_nothing_answers_is_asked_about_with_what_it_can_mean():
    asked = []

    def answer(prompt):
        asked.append(prompt)
        return "The glaciers are melting." if "melting" in prompt else "The glaciers have sources."

    (result,) = with_lexicon(answer).translate(split_sentences("La fonte des glaciers."))
    assert result.text == "The glaciers are melting."
    assert result.unanswered == result.failed == ()
    assert "fonte = melting" in asked[1]
    assert len(asked) == 2


def test_words_that_stay_unanswered_are_named_with_their_places():
    (result,) = with_lexicon(lambda prompt: "The glaciers have oil.").translate(
        split_sentences("La fonte des glaciers.")
    )
    (lost,) = result.unanswered
    assert (lost.word, lost.start, lost.end) == ("fonte", 3, 8)
    assert "melting" in [meaning.word for meaning in lost.meanings]


def test_the_answer_that_covers_more_wins_unless_it_breaks_something_else():
    def answer(prompt):
        return (
            "The melting went on." if "Vocabulary" in prompt else "On Monday the sources went on."
        )

    (result,) = with_lexicon(answer).translate(split_sentences("La fonte a continué lundi."))
    assert result.text == "On Monday the sources went on."


def test_a_glossary_outranks_the_lexicon():
    model = with_lexicon(lambda prompt: "The thaw of the icefields.")
    own = replace(model, glossary=Glossary((Term("fonte", "thaw"), Term("glacier", "icefield"))))
    segments = split_sentences("La fonte des glaciers.")
    assert model.translate(segments)[0].unanswered
    assert own.translate(segments)[0].unanswered == ()


def test_hints_that_come_back_for_an_answer_are_an_echo():
    def answer(prompt):
        if "Vocabulary" in prompt:
            return "Vocabulary: fonte = melting, ice. The melting of the glaciers."
        return "The sources of the glaciers."

    (result,) = with_lexicon(answer).translate(split_sentences("La fonte des glaciers."))
    assert result.text == "The sources of the glaciers."


def test_without_a_lexicon_nothing_is_looked_up():
    asked = []
    model = replace(with_lexicon(lambda prompt: asked.append(prompt) or "Oil."), lexicons=None)
    (result,) = model.translate(split_sentences("La fonte."))
    assert result.unanswered == ()
    assert len(asked) == 1


def test_a_name_that_became_an_ordinary_word_is_lost():
    def names(source, target):
        checks = checks_with_lexicon(source, target)
        return [detail(check) for check in checks if check.name == "names"]

    assert names("Brest redevient un port.", "Breast is a port again.") == ["lost Brest"]
    assert names("Brest redevient un port.", "Brest is a port again.") == []
    assert names("Il quitte Nevers ce soir.", "He never leaves this evening.") == ["lost Nevers"]
    assert names("Il quitte Nevers ce soir.", "He leaves Nevers this evening.") == []


def test_of_thousands_of_terms_those_that_occur_are_found():
    terms = (*(Term(f"terme{number} premier", "x") for number in range(5000)), Term("gare", "y"))
    found = Glossary(terms).occurring("Le terme42 premier, les gares et le terme4999 premier.")
    assert [term.source for term in found] == ["terme42 premier", "gare", "terme4999 premier"]


@pytest.mark.parametrize(
    ("source", "answer", "expected"),
    [
        ("Il dort.", 'Here is the English translation: "He sleeps."', "He sleeps."),
        (
            "Il dort.",
            'The French sentence "Il dort." translates to English as:\n\n"He sleeps."',
            "He sleeps.",
        ),
        ("Il dort.", 'English translation: "English translation: He sleeps."', "He sleeps."),
        ("« Il dort », dit-elle.", 'Translation: "He sleeps," she says.', '"He sleeps," she says.'),
        (
            "Il a publié une version anglaise : « Le Loup ».",
            'He published an English translation: "The Wolf."',
            None,
        ),
        (
            "Il dort.",
            "Based on the given French sentence, here is the English translation: He sleeps.",
            "He sleeps.",
        ),
        (
            "La traduction est parue : elle se vend bien.",
            'The translation of the French sentence is: "The book is out: it sells well."',
            "The book is out: it sells well.",
        ),
        ("Il dort.", "Sure! Here's the translation: He sleeps.", "He sleeps."),
        ("Version anglaise : le film sort.", "English translation: the film is out.", None),
        ("Il dort.", "Translation: no", None),
        ("Sa traduction est belle : la voici.", "His translation is fine: here it is.", None),
        ("Une chose est sûre : il dort.", "One thing is sure: he sleeps.", None),
        ("Il dort.", "Translation:", None),
    ],
)
def test_what_a_model_says_of_its_answer_is_left_out(source, answer, expected):
    (result,) = translator(lambda text: answer).translate(split_sentences(source))
    assert result.text == (expected or answer)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Économistes et politiques se réunissent.", "Economists and politicians meet."),
        ("Les Sénateurs et les Électeurs attendent.", "The Senators and the Electors wait."),
    ],
)
def test_ordinary_words_with_capitals_are_no_lost_names(source, target):
    assert "names" not in [check.name for check in checks_with_lexicon(source, target)]


def test_terms_and_names_that_were_told_are_no_echo():
    told = "La Communauté économique des États de l'Afrique de l'Ouest s'est réunie."
    target = "The Economic Community of West African States met."
    model = replace(
        translator(lambda prompt: target, family="causal", max_source_tokens=10_000),
        glossary=load_glossary("diplomacy", source_language="fr", target_language="en"),
    )
    assert model.translate(split_sentences(told))[0].failed == ()

    def answer(prompt):
        return "He saw Kavala, Xanthi, Veria, Edessa, Komotini." if "Keep" in prompt else "He saw."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("Il a vu Kavala, Xanthi, Veria, Edessa, Komotini."))
    assert result.failed == ()


def test_of_answers_as_good_the_one_without_additions_is_kept():
    def answer(prompt):
        return "The cat sleeps here." if "close to" in prompt else "The cat sleeps with fisheries."

    (result,) = with_lexicon(answer).translate(split_sentences("Le chat dort ici."))
    assert result.text == "The cat sleeps here."


def test_a_short_answer_that_has_nothing_of_the_source_is_lost():
    def names(target):
        checks = checks_with_lexicon("Le cœur de l’œuvre a été présenté jeudi.", target)
        return [check.name for check in checks]

    assert "lost" in names("On Thursday, that was that.")
    assert "lost" not in names("The heart of the work was presented on Thursday.")
