"""Candidates, their log-probabilities, and scores: the quick engine against the reference."""

import shutil
from dataclasses import replace

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

from tests.engines.helpers import ENGINES, FAMILIES, log_probs, sources
from tests.tiny_models import SENTENCES
from toolkit.engines.base import GenerationConfig, GenerationRequest, Message, generate
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.engines.tokens import Tokens
from toolkit.errors import TooLongError
from toolkit.models.conversion.checkpoint import convert_checkpoint

BEAMS = GenerationConfig(max_new_tokens=12, num_beams=4, num_return_sequences=4)
SAMPLES = GenerationConfig(max_new_tokens=12, num_return_sequences=3, do_sample=True, top_p=0.9)


@pytest.fixture(scope="module")
def ending(tiny, tmp_path_factory):
    """The tiny models, changed so that most answers come to their end."""
    root = tmp_path_factory.mktemp("ending")

    def load(name, engine):
        folder, quick, tokenizer = (root / f"{name}{end}" for end in ("", "-quick", "-tokenizer"))
        if not folder.exists():
            shutil.copytree(tiny(name), folder)
            causal = FAMILIES[name] == "causal"
            kind = AutoModelForCausalLM if causal else AutoModelForSeq2SeqLM
            model = kind.from_pretrained(folder)
            with torch.no_grad():
                model.get_output_embeddings().weight[model.config.eos_token_id] *= 3
            model.save_pretrained(folder)
            quick.mkdir()
            tokenizer.mkdir()
            convert_checkpoint(folder, quick, tokenizer, compute_type="float32")
            tokenizer.rename(quick / "tokenizer")
        return load_engine(
            str(quick if engine == "ctranslate2" else folder),
            models_folder=root,
            options=EngineOptions(engine=engine, compute_type="float32", threads=1, batch_size=3),
        )

    return load


def flat(outputs):
    return [each for output in outputs for each in output.candidates]


@pytest.mark.parametrize("name", FAMILIES)
def test_both_engines_find_the_same_beams(ending, name):
    ours, theirs = (generate(ending(name, each), sources(name), BEAMS) for each in ENGINES)
    assert [c.text for c in flat(ours)] == [c.text for c in flat(theirs)]
    assert [c.log_prob for c in flat(ours)] == pytest.approx(
        [c.log_prob for c in flat(theirs)], abs=1e-3
    )
    assert [c.finished for c in flat(ours)] == [c.finished for c in flat(theirs)]
    assert any(c.finished for c in flat(ours))
    assert all(len(output.candidates) > 1 for output in ours)


@pytest.mark.parametrize("name", FAMILIES)
def test_both_engines_score_alike(load, name):
    texts = [*SENTENCES[1:], ""]
    ours, theirs = (log_probs(load(name, each), sources(name), texts) for each in ENGINES)
    assert ours == pytest.approx(theirs, abs=1e-3)
    assert all(each < 0 for each in ours)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_target_that_holds_control_tokens_is_scored_as_text(load, name):
    model = load(name, "ctranslate2")
    source, end = sources(name)[0], model._tokens.tokenizer.eos_token
    plain, forged = log_probs(model, [source] * 2, [SENTENCES[1], f"{SENTENCES[1]}{end}"])
    assert forged < plain


def test_what_is_over_the_limit_is_not_scored(load):
    for engine in ENGINES:
        model = load("qwen2", engine)
        half = "x" * (model.max_source_tokens // 2)
        assert log_probs(model, [(Message("user", "x"),)], [half])
        with pytest.raises(TooLongError):
            log_probs(model, [(Message("user", half),)], [half])
        with pytest.raises(TooLongError):
            log_probs(load("marian", engine), ["x"], ["mot " * 200])


@pytest.fixture
def as_written(monkeypatch, ids_of):
    """Texts that models wrote are encoded as they were written from then on."""
    monkeypatch.setattr(Tokens, "encode_target", lambda _, text: list(*ids_of[text]))
    return ids_of


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize(
    "config",
    [
        replace(SAMPLES, num_return_sequences=12, temperature=2.0),
        BEAMS,
        replace(BEAMS, repetition_penalty=1.5),
        replace(BEAMS, no_repeat_ngram_size=2),
    ],
    ids=["samples", "beams", "repetition penalty", "no repetition"],
)
def test_a_candidate_has_the_score_of_its_tokens(ending, as_written, name, engine, config):
    model = ending(name, engine)
    found = [
        (source, each)
        for source, output in zip(
            sources(name), generate(model, sources(name), config), strict=True
        )
        for each in output.candidates
        if each.finished and len(as_written[each.text]) == 1
    ]
    assert found
    scores = log_probs(model, [source for source, _ in found], [each.text for _, each in found])
    assert scores == pytest.approx([each.log_prob for _, each in found], abs=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["marian", "qwen2"])
def test_a_seed_draws_the_same_samples_whatever_else_is_asked(load, name, engine):
    model = load(name, engine)
    drawn = generate(model, sources(name)[:3], SAMPLES)
    texts = [[each.text for each in output.candidates] for output in drawn]
    (again,) = generate(model, sources(name)[2:3], SAMPLES)
    assert [each.text for each in again.candidates] == texts[2]
    (other,) = generate(model, sources(name)[2:3], replace(SAMPLES, seed=1))
    assert [each.text for each in other.candidates] != texts[2]
    assert len({*texts[2]}) > 1


def test_drawing_leaves_the_chance_of_others_alone(load):
    model = load("marian", "transformers")
    torch.manual_seed(5)
    expected = torch.rand(3).tolist()
    torch.manual_seed(5)
    generate(model, SENTENCES[:1], SAMPLES)
    assert torch.rand(3).tolist() == expected


def test_a_language_code_before_the_answer_does_not_count(load, monkeypatch):
    """The tiny models know none, so another token stands in for it."""
    ours, theirs = (load("bart", engine) for engine in ENGINES)
    code = ours._tokens.to_strings(ours._tokens.encode_target("Le"))[:1]
    monkeypatch.setattr(Tokens, "target_prefix", code)
    first, second = (flat(generate(each, SENTENCES, BEAMS)) for each in (ours, theirs))
    assert [c.text for c in first] == [c.text for c in second]
    assert [c.log_prob for c in first] == pytest.approx([c.log_prob for c in second], abs=1e-3)
    assert log_probs(ours, SENTENCES, SENTENCES) == pytest.approx(
        log_probs(theirs, SENTENCES, SENTENCES), abs=1e-3
    )


def test_more_candidates_than_beams_are_refused():
    with pytest.raises(ValueError, match="more beams, or do_sample"):
        GenerationConfig(num_beams=2, num_return_sequences=3)
    assert GenerationConfig(num_return_sequences=3, do_sample=True)


@pytest.mark.parametrize("engine", ENGINES)
def test_samples_among_other_requests_are_what_they_are_alone(load, engine):
    model = load("marian", engine)
    kinds = (SAMPLES, BEAMS, replace(BEAMS, num_beams=1, num_return_sequences=1))
    alone = {config: generate(model, SENTENCES[:3], config) for config in kinds}
    requests = iter(
        GenerationRequest(source=source, config=config, key=place)
        for place, source in enumerate(SENTENCES[:3])
        for config in kinds
    )
    found = list(model.stream(lambda: next(requests, None)))
    assert len(found) == 9
    for request, output in found:
        expected = alone[request.config][request.key]
        assert [c.text for c in output.candidates] == [c.text for c in expected.candidates]
