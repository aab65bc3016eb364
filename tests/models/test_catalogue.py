import pytest

from toolkit.errors import UsageError
from toolkit.models.catalogue import catalogue, find_spec
from toolkit.models.sources import fetch, sha256_of_file


def test_the_catalogue_is_sound():
    assert len(catalogue()) >= 10
    for spec in catalogue().values():
        assert spec.sources
        assert spec.format != "gguf" or spec.files
    with pytest.raises(UsageError, match="no model 'nonsense'"):
        find_spec("nonsense")


@pytest.mark.network
def test_the_smallest_catalogue_model_can_be_pulled_for_real(tmp_path):
    spec = find_spec("smollm2-135m-instruct")
    fetch(spec, spec.sources[0], tmp_path, lambda done, total: None)
    assert sha256_of_file(tmp_path / spec.files[0].name) == spec.files[0].sha256
