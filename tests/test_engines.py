import shutil

import pytest
import torch

from tests.tiny_models import SENTENCES
from toolkit.engines.base import GenerationConfig, Message
from toolkit.engines.ctranslate2 import MAX_BATCH_TOKENS, _batches
from toolkit.engines.fake import FakeEngine
from toolkit.engines.load import load_engine
from toolkit.errors import ModelError, ModelMissingError, TooLongError, UsageError

FAMILIES = {"marian": "seq2seq", "bart": "seq2seq", "t5": "seq2seq", "qwen2": "causal"}
ENGINES = ["transformers", "ctranslate2"]
CONFIG = GenerationConfig(max_new_tokens=24)


@pytest.fixture
def load(tiny, converted, tmp_path):
    def load_one(name, engine):
        folder = tiny(name) if engine == "transformers" else converted(name)
        return load_engine(
            str(folder),
            models_folder=tmp_path,
            engine=engine,
            compute_type="float32",
            threads=1,
            batch_size=3,
        )

    return load_one


def sources(name):
    if FAMILIES[name] == "seq2seq":
        return SENTENCES
    system = Message("system", "Translate into English.")
    return [(system, Message("user", sentence)) for sentence in SENTENCES]


@pytest.mark.parametrize("name", FAMILIES)
def test_both_engines_give_the_same_tokens(load, name):
    ours, theirs = (load(name, engine) for engine in ENGINES)
    assert ours.info.family == theirs.info.family == FAMILIES[name]
    first = ours.generate(sources(name), CONFIG)
    second = theirs.generate(sources(name), CONFIG)
    assert [o.text for o in first] == [o.text for o in second]
    assert [o.finished for o in first] == [o.finished for o in second]
    assert [o.new_tokens for o in first] == [o.new_tokens for o in second]
    assert len({o.text for o in first}) > 1, "the model must not answer everything alike"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FAMILIES)
def test_order_of_a_batch_does_not_matter(load, name, engine):
    model = load(name, engine)
    forwards = model.generate(sources(name), CONFIG)
    backwards = model.generate(sources(name)[::-1], CONFIG)
    assert [o.text for o in backwards[::-1]] == [o.text for o in forwards]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FAMILIES)
def test_what_does_not_reach_its_end_is_marked(load, name, engine):
    (output,) = load(name, engine).generate(sources(name)[:1], GenerationConfig(max_new_tokens=1))
    assert output.new_tokens == 1
    assert not output.finished


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", [name for name in FAMILIES if FAMILIES[name] == "seq2seq"])
def test_an_output_ends_with_the_models_positions(load, name, engine):
    model = load(name, engine)
    config = GenerationConfig(max_new_tokens=100_000, repetition_penalty=1.2)
    for output in model.generate(sources(name), config):
        assert output.new_tokens <= model.max_source_tokens


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FAMILIES)
def test_a_source_over_the_limit_is_refused_and_never_cut(load, name, engine):
    model = load(name, engine)
    long = " ".join(SENTENCES * 300)
    source = long if FAMILIES[name] == "seq2seq" else (Message("user", long),)
    assert model.count_tokens(source) > model.max_source_tokens
    with pytest.raises(TooLongError, match="over the model's limit"):
        model.generate([source], CONFIG)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chat_that_ends_with_the_assistant_is_continued(load, engine):
    model = load("qwen2", engine)
    plain = (Message("user", SENTENCES[0]),)
    begun = (*plain, Message("assistant", "The president"))
    assert model.count_tokens(begun) > model.count_tokens(plain)
    texts = [o.text for o in model.generate([plain, begun], CONFIG)]
    assert texts[0] != texts[1]


@pytest.mark.parametrize("engine", ENGINES)
def test_no_sources_give_no_outputs(load, engine):
    assert load("marian", engine).generate([], CONFIG) == []


def test_models_that_are_not_there(tmp_path):
    with pytest.raises(ModelMissingError, match="toolkit models pull smollm2-135m-instruct"):
        load_engine("smollm2-135m-instruct", models_folder=tmp_path)
    with pytest.raises(UsageError, match="no model or folder 'nonsense'"):
        load_engine("nonsense", models_folder=tmp_path)
    with pytest.raises(ModelError, match="hf download someone/something"):
        load_engine("someone/something", models_folder=tmp_path)
    with pytest.raises(ModelError, match="no tokenizer can be read"):
        load_engine(str(tmp_path), models_folder=tmp_path)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_device_that_is_not_there_is_said_to_be_missing(tiny, converted, tmp_path, engine):
    if torch.cuda.is_available():
        pytest.skip("there is one")
    folder = tiny("marian") if engine == "transformers" else converted("marian")
    with pytest.raises(UsageError, match=r"no CUDA device.*leave out --device cuda"):
        load_engine(str(folder), models_folder=tmp_path, engine=engine, device="cuda")


@pytest.mark.parametrize("compute_type", ["float99", "nn", "int64", ""])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_type_that_is_none_is_refused(tiny, converted, tmp_path, engine, compute_type):
    folder = tiny("marian") if engine == "transformers" else converted("marian")
    with pytest.raises((UsageError, ModelError), match="compute"):
        load_engine(str(folder), models_folder=tmp_path, engine=engine, compute_type=compute_type)


@pytest.mark.parametrize("name", ["marian", "qwen2"])
def test_a_converted_model_needs_its_own_tokenizer(converted, tmp_path, name):
    folder = shutil.copytree(converted(name), tmp_path / name)
    other = converted("qwen2" if name == "marian" else "marian")
    shutil.rmtree(folder / "tokenizer")
    shutil.copytree(other / "tokenizer", folder / "tokenizer")
    with pytest.raises(ModelError, match="belongs to another model"):
        load_engine(str(folder), models_folder=tmp_path)
    shutil.rmtree(folder / "tokenizer")
    with pytest.raises(ModelError, match="no tokenizer can be read"):
        load_engine(str(folder), models_folder=tmp_path)


def test_a_tokenizer_without_vocabulary_is_none(converted, tmp_path):
    folder = shutil.copytree(converted("qwen2"), tmp_path / "qwen2")
    (folder / "tokenizer" / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="makes nothing of a French sentence"):
        load_engine(str(folder), models_folder=tmp_path)


def test_the_fake_engine_says_that_it_is_fake():
    (output,) = FakeEngine().generate(["Bonjour"], CONFIG)
    assert output.text == "[fake] Bonjour"


def test_batches_stay_within_their_size_and_tokens():
    lengths = [300, 10, 900, 10, 2000, 10, 500, 9000]
    batches = _batches(lengths, 3, max_gap=9000)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[index] for index in batch)
        assert len(batch) == 1 or len(batch) * longest <= MAX_BATCH_TOKENS
        assert len(batch) <= 3


def test_prompts_of_very_different_lengths_are_not_read_together():
    assert _batches([970, 140, 150, 960], 16, max_gap=48) == [[3, 0], [1, 2]]
