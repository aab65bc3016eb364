from dataclasses import replace

import pytest

from toolkit.errors import ModelError
from toolkit.models import choice
from toolkit.models.choice import best_installed, memory_of, worth_pulling
from toolkit.models.recommend import Machine

GB = 10**9
DEFAULT = "qwen2.5-coder-1.5b-news"


def machine(*installed, memory=16 * GB, free_disk=50 * GB):
    return Machine(
        memory=memory,
        free_disk=free_disk,
        has_torch=True,
        has_llamacpp=False,
        installed=frozenset(installed),
    )


@pytest.fixture
def best(tmp_path, monkeypatch):
    """The model that is taken where some are installed."""

    def one(*installed, task="translation", pair=("fr", "en"), memory=0):
        monkeypatch.setattr(choice, "list_installed", lambda folder: list(installed))
        return best_installed(task, *pair, models_folder=tmp_path, memory=memory)

    return one


def test_the_best_that_is_installed_is_taken_for_each_task(best):
    installed = (DEFAULT, "barthez-orangesum-abstract", "qwen3-4b", "quickmt-fr-en")
    assert best(*installed) == "quickmt-fr-en"
    assert best(*installed, pair=("en", "fr")) == "qwen3-4b"
    assert best(*installed, task="summarization", pair=("en", "en")) == "qwen3-4b"
    assert best(*installed, task="summarization", pair=("fr", "en")) == "qwen3-4b"


def test_what_takes_more_memory_than_there_is_is_passed_over(best):
    assert best(DEFAULT, "qwen3-4b", memory=4 * GB) == DEFAULT
    with pytest.raises(
        ModelError, match=r"^qwen3-4b, qwen2.* 3\.0 GB .*, and 2\.0 GB may be used; .*recommend"
    ):
        best(DEFAULT, "qwen3-4b", memory=2 * GB)


def test_without_a_model_for_the_task_there_is_none(best):
    assert best("bart-large-cnn") is None


def ids(task="translation", pair=("fr", "en"), *, here=None, hub=True, restricted=False):
    found = worth_pulling(task, *pair, here or machine(), hub=hub, restricted=restricted)
    return [spec.id for spec in found]


def test_only_what_fits_and_is_free_to_use_is_worth_pulling():
    assert ids()[:2] == ["opus-mt-tc-big-fr-en", "quickmt-fr-en"]
    assert "nllb-200-distilled-600m" not in ids()
    assert "nllb-200-distilled-600m" in ids(restricted=True)
    assert "nllb-200-distilled-600m" in ids(here=machine("nllb-200-distilled-600m"))
    assert ids("summarization", ("en", "en"))[0] == "qwen3-4b"
    assert ids("summarization", ("en", "en"), here=machine(memory=5 * GB))[0] == "qwen3-1.7b"
    assert ids(here=machine(free_disk=GB // 4)) == []
    with_llamacpp = replace(machine(), has_llamacpp=True)
    assert ids(here=with_llamacpp)[:2] == ["opus-mt-tc-big-fr-en", "hy-mt2-1.8b"]
    assert "translategemma-4b" not in ids(here=with_llamacpp)


def test_without_the_hub_there_is_what_the_package_index_has():
    assert ids(hub=False)[0] == DEFAULT
    assert ids(hub=False, here=machine("quickmt-fr-en"))[0] == "quickmt-fr-en"


def test_memory_is_known_of_the_catalogue_and_guessed_of_folders(tmp_path):
    (tmp_path / "model.bin").write_bytes(bytes(1000))
    assert memory_of(DEFAULT, tmp_path) == 3 * GB
    assert memory_of(str(tmp_path), tmp_path) == GB // 2 + 1000
    assert memory_of("nobody/nothing", tmp_path) == memory_of("~nobody/x", tmp_path) == 0
