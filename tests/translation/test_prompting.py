from dataclasses import replace

import pytest

from tests.translation.helpers import CONTEXT_PROMPT, translator, with_lexicon
from toolkit.checks import Check
from toolkit.prompts import load_prompt
from toolkit.segmentation import split_sentences
from toolkit.translation.correction import Correction
from toolkit.translation.glossary import load_glossary
from toolkit.translation.prompting import Prompting, without_told


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


def test_a_lost_quotation_is_begun_for_the_model():
    def answer(last):
        return 'We agree," he said.' if last == '"' else "He said that they agree."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("« Nous sommes d'accord », a-t-il dit."))
    assert result.text == '"We agree," he said.'


@pytest.mark.parametrize("told", ["Keep: Monday. ", "keep: Monday\n", "KEEP: Monday — ", ""])
def test_what_a_model_was_told_of_its_fault_is_no_part_of_its_answer(told):
    prompting = Prompting(source_language="fr", target_language="en")
    lost = Correction(failed=(Check(name="dates", relation="lost", values=("Monday",)),))
    assert (
        without_told(f'{told}"He came on Monday."', prompting.told(lost)) == '"He came on Monday."'
    )
    own = "Keep: Mondays are free."
    assert without_told(own, prompting.told(lost)) == own


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


def test_hints_that_come_back_for_an_answer_are_an_echo():
    def answer(prompt):
        if "Vocabulary" in prompt:
            return "Vocabulary: fonte = melting, ice. The melting of the glaciers."
        return "The sources of the glaciers."

    (result,) = with_lexicon(answer).translate(split_sentences("La fonte des glaciers."))
    assert result.text == "The sources of the glaciers."


def test_a_fault_that_is_given_back_before_the_answer_is_left_out():
    def answer(prompt):
        if "Don't write: 14." in prompt:
            return "Don't write: 14. The excavator fell silent on Thursday."
        return "The excavator fell silent on Thursday at 14."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("La pelleteuse s'est tue jeudi."))
    assert result.text == "The excavator fell silent on Thursday."


def test_terms_and_names_that_were_told_are_no_echo():
    told = "La Communauté économique des États de l'Afrique de l'Ouest s'est réunie."
    target = "The Economic Community of West African States met."
    model = replace(
        translator(lambda prompt: target, family="causal", max_source_tokens=10_000),
        glossary=load_glossary("news", source_language="fr", target_language="en"),
    )
    assert model.translate(split_sentences(told))[0].failed == ()

    def answer(prompt):
        return "He saw Kavala, Xanthi, Veria, Edessa, Komotini." if "Keep" in prompt else "He saw."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("Il a vu Kavala, Xanthi, Veria, Edessa, Komotini."))
    assert result.failed == ()


def test_a_model_that_starts_anew_is_given_no_beginning():
    def answer(last):
        return "they met." if last == "On Thursday," else "They met."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    model.engine._info = replace(model.engine.info, lacks=("openings",))
    (result,) = model.translate(split_sentences("Les deux pays se sont engagés jeudi à coopérer."))
    assert result.text == "They met."
