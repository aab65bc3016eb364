import pytest

from toolkit.errors import UsageError
from toolkit.models.catalogue import HubSource, catalogue, find_spec, in_order, order_of
from toolkit.models.sources import fetch, sha256_of_file


def test_the_catalogue_is_sound():
    assert len(catalogue()) >= 10
    for spec in catalogue().values():
        assert spec.sources
        assert spec.format == "huggingface" or len(spec.files) == 1
        assert spec.installed_bytes < spec.memory_bytes
        assert spec.speed
        # A commercial user must not learn it from the licence's text.
        assert bool(spec.forbids) == spec.licence.startswith("CC-")
        for source in spec.sources:
            if spec.files and not spec.measured and isinstance(source, HubSource):
                assert len(source.revision) == 40, "what was not measured is pinned altogether"
    with pytest.raises(UsageError, match="no model 'nonsense'"):
        find_spec("nonsense")


@pytest.mark.parametrize("task", ["translation", "summarization"])
@pytest.mark.parametrize("pair", [("fr", "en"), ("en", "fr")])
def test_every_model_that_can_do_a_task_has_a_place_in_its_order(task, pair):
    able = [spec.id for spec in in_order(task, *pair)]
    assert list(order_of(task, *pair)) == able
    assert len(able) > 5


def test_only_models_that_know_the_languages_are_ordered():
    assert in_order("translation", "fr", "de") == []
    assert in_order("translation", "fr", "fr") == []
    french = {spec.id for spec in in_order("summarization", "en", "fr")}
    assert "barthez-orangesum-abstract" in french
    assert "bart-large-cnn" not in french


@pytest.mark.network
def test_the_smallest_catalogue_model_can_be_pulled_for_real(tmp_path):
    spec = find_spec("smollm2-135m-instruct")
    fetch(spec, spec.sources[0], tmp_path, lambda done, total: None)
    assert sha256_of_file(tmp_path / spec.files[0].name) == spec.files[0].sha256
