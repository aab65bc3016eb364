from pathlib import Path

import pytest

from toolkit.errors import UsageError
from toolkit.models.catalogue import HubSource, catalogue, find_spec, in_order, order_of, own_file
from toolkit.models.sources import fetch, sha256_of_file


def test_the_catalogue_is_sound():
    assert len(catalogue()) >= 10
    for spec in catalogue().values():
        assert spec.sources
        assert spec.format != "gguf" or len(spec.files) == 1
        assert spec.installed_bytes < spec.memory_bytes
        assert spec.speed
        # A commercial user must not learn it from the licence's text.
        assert bool(spec.forbids) == spec.licence.startswith(("CC-", "Gemma"))
        assert spec.restricted == ("commercial" in spec.forbids or "prohibits" in spec.forbids)
        for source in spec.sources:
            if spec.files and not spec.measured and isinstance(source, HubSource):
                assert len(source.revision) == 40, "what was not measured is pinned altogether"
    with pytest.raises(UsageError, match="no model 'nonsense'"):
        find_spec("nonsense")


@pytest.mark.parametrize("task", ["translation", "summarization"])
@pytest.mark.parametrize("pair", [("fr", "en"), ("en", "fr")])
def test_every_model_that_can_do_a_task_has_a_place_in_its_order(task, pair):
    source, target = pair if task == "translation" else pair[1:] * 2
    able = [spec.id for spec in in_order(task, source, target)]
    assert list(order_of(task, source, target)) == able
    assert len(able) > 5


def test_only_models_that_know_the_languages_are_ordered():
    assert in_order("translation", "fr", "de") == []
    assert in_order("translation", "fr", "fr") == []
    french = {spec.id for spec in in_order("summarization", "fr", "fr")}
    assert "barthez-orangesum-abstract" in french
    assert "bart-large-cnn" not in french
    across = {spec.id for spec in in_order("summarization", "fr", "en")}
    assert "qwen3-4b" in across
    assert not across & {"barthez-orangesum-abstract", "bart-large-cnn", "smollm2-135m-instruct"}


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("hy-mt2-1.8b", {"repetition_penalty": 1.05, "temperature": 0.7, "top_p": 0.6}),
        ("bart-large-cnn", {"num_beams": 4, "no_repeat_ngram_size": 3}),
        ("qwen3-4b", {}),
    ],
)
def test_an_entry_has_the_settings_of_its_makers(model, settings):
    assert find_spec(model).generation.settings == settings


def test_what_runs_a_model_goes_by_its_format_unless_it_says_so():
    assert find_spec("hy-mt2-1.8b").runs_on == ("llamacpp",)
    assert find_spec("qwen3-4b").runs_on == ("openvino", "ctranslate2", "llamacpp")
    assert find_spec("opus-mt-fr-en").runs_on == ("ctranslate2",)


@pytest.mark.network
def test_the_smallest_catalogue_model_can_be_pulled_for_real(tmp_path):
    spec = find_spec("smollm2-135m-instruct")
    fetch(spec, spec.sources[0], tmp_path, lambda done, total: None)
    assert sha256_of_file(tmp_path / spec.files[0].name) == spec.files[0].sha256


ENTRY = """
[[model]]
id = "mine"
description = "My own."
family = "causal"
tasks = ["translation"]
languages = ["fr", "en"]
licence = "MIT"
publisher = "me"
format = "gguf"
parameters = "1B"
max_context_tokens = 512
installed_bytes = 1000
{more}
[[model.files]]
name = "mine.gguf"
bytes = 10
sha256 = "{digest}"

[[model.sources]]
kind = "folder"
path = "{path}"
"""


@pytest.fixture
def own():
    """Writes the user's file."""

    def write(text=ENTRY, *, more="", path="weights"):
        for name, value in {"{more}": more, "{path}": path, "{digest}": "0" * 64}.items():
            text = text.replace(name, value)
        own_file().parent.mkdir(parents=True, exist_ok=True)
        own_file().write_text(text, "utf-8")

    return write


def test_entries_of_the_user_are_entries(own):
    own(more='forbids = "no use at night"\nspeed = "slow"\nmemory_bytes = 5')
    spec = find_spec("mine")
    assert (spec.terms, spec.speed, spec.memory_bytes) == ("MIT (no use at night)", "slow", 5)
    assert spec.sources[0].path == own_file().parent / "weights", "relative to the file"
    assert list(catalogue())[-1] == "mine"
    own(path="~/weights")
    assert find_spec("mine").sources[0].path == Path.home() / "weights"
    own_file().unlink()
    with pytest.raises(UsageError, match="no model 'mine'"):
        find_spec("mine")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY.replace('licence = "MIT"', ""), "model mine: licence: Field required"),
        (ENTRY.replace("licence", "license"), "mine: license: .* field; did you mean licence"),
        (ENTRY.replace("sha256", "sha"), r"files\.0\.sha: there is no such field"),
        (ENTRY.replace("path =", "paths ="), r"sources\.0\.folder\.paths: .*did you mean path"),
        (ENTRY.replace("{more}", "colour = 1"), "model mine: colour: there is no such field$"),
        (ENTRY.replace("{more}", "speed = 'fast'"), "model mine: speed: Input should be 'quick'"),
        (ENTRY.replace("{more}", "engines = ['vllm']"), r"model mine: engines\.0: Input should"),
        (ENTRY.replace("{more}", "prompts = { essay = 'x' }"), r"model mine: prompts\.essay"),
        (ENTRY.replace("{more}", "chat_template_kwargs = { a = [1] }"), r"kwargs\.a"),
        (
            ENTRY.replace("{more}", "generation = { repetition_penality = 2 }"),
            r"mine: generation\.repetition_penality: .*did you mean repetition_penalty\?$",
        ),
        (
            ENTRY.replace("{more}", "generation = { length_penalty = 2.0 }"),
            r"model mine: generation\.length_penalty: there is no such field",
        ),
        *(
            (ENTRY.replace("{more}", f"generation = {{ {name} = {value} }}"), said)
            for name, value, said in (
                ("num_beams", 0, r"mine: generation\.num_beams: Input should be greater than"),
                ("num_beams", 10**9, r"mine: generation\.num_beams: Input should be less than"),
                ("top_p", 1.5, r"mine: generation\.top_p: Input should be less than"),
                ("temperature", 0, r"generation\.temperature: Input should be greater than 0"),
                ("repetition_penalty", "nan", r"generation\.repetition_penalty: "),
                (
                    "no_repeat_ngram_size",
                    3,
                    r"mine: generation\.no_repeat_ngram_size: a causal model could not repeat",
                ),
            )
        ),
        (
            ENTRY.replace('"causal"', '"seq2seq"').replace("{more}", "generation.top_p = 0.9"),
            r"model mine: generation\.top_p: of a sequence-to-sequence model no samples are drawn",
        ),
        (ENTRY.replace("= 10\n", "= 'many'\n"), r"model mine: files\.0\.bytes: "),
        (ENTRY.replace("{digest}", "abc"), r"model mine: files\.0\.sha256: "),
        (ENTRY.replace("= 10\n", "= 0\n"), r"files\.0\.bytes: Input should be greater than 0"),
        (ENTRY.replace("= 1000", "= -1"), "installed_bytes: Input should be greater than 0"),
        (ENTRY.replace("= 1000", f"= 0x{'F' * 5000}"), "installed_bytes: Input should be less"),
        (ENTRY.replace("= 512", "= 0"), "max_context_tokens: Input should be greater than 0"),
        (ENTRY.replace("{more}", "memory_bytes = -1"), "memory_bytes: Input should be greater"),
        (ENTRY.replace("{more}", 'adapter = "mine"'), "model mine: adapter: "),
        (
            ENTRY.replace("{more}", 'adapter = "news.v4"'),
            "an adapter is added to a GGUF model whose",
        ),
        (ENTRY.replace("{more}", "chat_template_kwargs = { a = nan }"), r"kwargs\.a"),
        *(
            (ENTRY.replace('"mine.gguf"', f'"{name}"'), r"files\.0\.name: ")
            for name in (".", "..", "", "/tmp/x", "../x", r"a\\b", "a b")
        ),
        (ENTRY.replace('"folder"', '"ftp"'), r"model mine: sources\.0: "),
        (
            ENTRY.replace('"folder"', '"wheels"').replace("path =", 'requirement = "a{foo}" #'),
            r"sources\.0: kind should be one of 'hub', 'folder'$",
        ),
        (ENTRY.replace('"mine"', '"qwen3-4b"'), "model qwen3-4b: id: it is taken"),
        (ENTRY.replace('"mine"', '"fake"'), "model fake: id: it is taken"),
        (ENTRY.replace('"mine"', '"../x"'), r"model \.\./x: id: "),
        (ENTRY + ENTRY, "model mine: id: it is taken"),
        (
            ENTRY.split("[[model.files]]")[0]
            + "[[model.sources]]\nkind = 'hub'\nrepository = 'a/b'",
            "model mine: a GGUF model has one of",
        ),
        (ENTRY.split("[[model.sources]]")[0], "model mine: sources: "),
        ("[[model]]\n", "model 1: id: Field required"),
        (f"[[model]]\nid = 0x{'F' * 5000}\n", "model 1: id: "),
        ("model = 5\n", r"begin with \[\[model\]\]"),
        ("model = [5]\n", "model 1: "),
        ("[[order]]\n", r"begin with \[\[model\]\]"),
        ("[[model]\n", "can't be read"),
    ],
)
def test_a_bad_entry_of_the_user_is_named(own, text, said):
    own(text)
    with pytest.raises(UsageError, match=rf"models\.toml.*{said}"):
        catalogue()
