import pickle

import pytest

from toolkit import errors
from toolkit.errors import (
    InputError,
    LanguageError,
    ModelError,
    ModelMissingError,
    ToolkitError,
)


def test_a_missing_model_comes_whole_from_another_process():
    error = pickle.loads(pickle.dumps(ModelMissingError("some-model")))
    assert error.model_id == "some-model"
    assert str(error).endswith("type: toolkit models pull some-model")


def test_another_language_comes_whole_from_another_process():
    error = pickle.loads(pickle.dumps(LanguageError("looks German", found="de", expected="fr")))
    assert (str(error), error.found, error.expected) == ("looks German", "de", "fr")


@pytest.mark.parametrize(
    "kind",
    [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, ToolkitError)
    ],
)
def test_the_tree_at_the_top_of_the_file_is_that_of_the_errors(kind):
    assert errors.__doc__
    (line,) = [line for line in errors.__doc__.splitlines() if f" {kind.__name__} " in f" {line}"]
    assert f"  {kind.exit_code} " in line
    for parent in (InputError, ModelError):
        if issubclass(kind, parent):
            assert kind.exit_code == parent.exit_code
