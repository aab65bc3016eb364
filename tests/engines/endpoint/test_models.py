import pytest

from tests.engines.served import Served
from toolkit.engines.endpoint.address import Address
from toolkit.engines.endpoint.http import Server
from toolkit.engines.endpoint.models import in_words, names_of, served_model
from toolkit.errors import ModelError


@pytest.fixture
def ask():
    def one(name="tiny", *, models=("tiny",), **pages):
        with Served(models=models) as served:
            served.pages |= {path.replace("_", "/"): page for path, page in pages.items()}
            return served_model(Server(Address.parse(served.url), timeout_s=5), name)

    return one


def test_the_only_model_is_taken(ask):
    assert ask("").name == "tiny"


@pytest.mark.parametrize(
    ("name", "models", "said"),
    [
        ("", ("a", "b"), "has several models; give --model one of these: a, b"),
        ("c", ("a", "b"), "has no model 'c'; give --model one of these: a, b"),
        ("c", (), "has no models; load one there"),
        ("", (), "has no models; load one there"),
    ],
)
def test_what_there_is_is_listed(ask, name, models, said):
    with pytest.raises(ModelError, match=said):
        ask(name, models=models)


def test_of_very_many_the_first_are_listed():
    assert in_words([str(number) for number in range(23)]).endswith("18, 19 and 3 more")


def test_a_name_without_tag_is_the_latest(ask):
    assert ask("qwen3", models=("qwen3:latest", "qwen3:4b")).name == "qwen3:latest"


def test_vllm_tells_the_context_in_its_list(ask):
    listed = {"data": [{"id": "tiny", "max_model_len": 8192}]}
    assert ask(_v1_models=listed).context_tokens == 8192


def test_llama_cpp_tells_the_context_of_a_slot(ask):
    props = {"default_generation_settings": {"n_ctx": 2048}, "build_info": "b7000-abc"}
    model = ask(_props=props)
    assert (model.context_tokens, model.version) == (2048, "b7000-abc")


@pytest.mark.parametrize(
    ("shown", "running", "context"),
    [
        ({"parameters": "stop x\nnum_ctx    16384"}, None, 16384),
        ({}, {"models": [{"name": "tiny", "context_length": 8192}]}, 8192),
        ({}, {"models": [{"name": "other", "context_length": 8192}]}, 4096),
        ({}, None, 4096),
        ({"model_info": {"llama.context_length": 2048}}, None, 2048),
    ],
)
def test_ollama_cuts_at_the_context_that_it_loads_with(ask, shown, running, context):
    model = ask(
        _api_show={"model_info": {"llama.context_length": 131072}, **shown},
        _api_ps=running,
        _api_tags={"models": [{"name": "other", "digest": "1"}, {"name": "tiny", "digest": "2"}]},
    )
    assert (model.context_tokens, model.digest) == (context, "2")


def test_lm_studio_tells_what_is_loaded(ask):
    page = {"id": "tiny", "max_context_length": 32768, "loaded_context_length": 4000}
    assert ask(_api_v0_models_tiny=page).context_tokens == 4000


@pytest.mark.parametrize("odd", [[], None, "8192", {"n_ctx": [1]}, {"n_ctx": -5}, {"n_ctx": 2.5}])
def test_a_context_that_is_no_number_is_not_told(ask, odd):
    assert ask(_props={"default_generation_settings": odd}).context_tokens == 0
    assert ask(_props=odd, _api_show=odd, _api_v0_models_tiny=odd).context_tokens == 0


@pytest.mark.parametrize("page", [[], {}, {"data": "tiny"}, {"data": None}, "tiny", 5])
def test_a_list_that_is_none_is_told(quick, page):
    with Served() as served:
        served.pages["/v1/models"] = [page] if isinstance(page, int) else page
        server = Server(Address.parse(served.url), timeout_s=5)
        if page == {"data": None}:
            assert names_of(server) == []
            return
        with pytest.raises(ModelError, match="lists no models as the OpenAI protocol does"):
            names_of(server)


def test_entries_that_are_none_are_left_out():
    with Served() as served:
        served.pages["/v1/models"] = {"data": ["x", {"id": 5}, {"name": "y"}, {"id": "tiny"}]}
        assert names_of(Server(Address.parse(served.url), timeout_s=5)) == ["tiny"]
