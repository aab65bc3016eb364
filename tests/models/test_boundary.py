import pickle

import pytest

from toolkit.errors import ModelError, ModelMissingError
from toolkit.models.boundary import model_errors, one_line


class Panic(BaseException):
    """As the Rust parts of libraries raise it."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("bad header. Please open an issue"), "it fails: bad header$"),
        (OSError(5, "Input/output error", "model.bin"), "it fails: Input/output error$"),
        (KeyError(), "it fails: KeyError$"),
        (Panic("called unwrap()\n  on None"), r"it fails: called unwrap\(\) on None$"),
        (pickle.UnpicklingError("use weights_only=False"), "damaged or hold code$"),
    ],
)
def test_whatever_goes_wrong_is_the_models_fault(error, said):
    with pytest.raises(ModelError, match=said), model_errors("it fails"):
        raise error


@pytest.mark.parametrize("error", [ModelMissingError("x"), KeyboardInterrupt(), SystemExit(3)])
def test_what_is_ours_or_the_users_goes_through(error):
    with pytest.raises(type(error)) as raised, model_errors("it fails"):
        raise error
    assert raised.value is error


def test_a_message_is_one_short_line_without_colours():
    assert one_line(ValueError("\x1b[31mbad\x1b[0m\n\tfile v1.2 of x")) == "bad file v1.2 of x"
    assert len(one_line(ValueError("x" * 10_000))) == 200
