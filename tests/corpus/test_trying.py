import errno

import pytest

from toolkit.corpus.trying import refusal, trying
from toolkit.errors import OutputError, StorageError, UsageError


class AnswerError(Exception):
    """As libraries of HTTP tell of an answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status}")
        self.status = status


class NoCredentialsError(Exception):
    pass


@pytest.fixture
def pauses(monkeypatch):
    made = []
    monkeypatch.setattr("toolkit.corpus.trying.time.sleep", made.append)
    return made


def failing(*errors):
    left = list(errors)

    def act():
        if left:
            raise left.pop(0)
        return "done"

    return act


def test_what_fails_for_a_while_is_tried_again_with_growing_waits(pauses):
    errors = (TimeoutError(), ConnectionResetError(), AnswerError(503))
    assert trying("s3://a", failing(*errors)) == "done"
    assert pauses == sorted(set(pauses))
    assert len(pauses) == 3


def test_in_the_end_the_last_reason_is_told(pauses):
    with pytest.raises(StorageError, match=r"^s3://a: connection reset$"):
        trying("s3://a", failing(*[OSError("connection\nreset")] * 9))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError("Forbidden"), "access is refused"),
        (AnswerError(401), "access is refused"),
        (NoCredentialsError("Unable to locate credentials"), "check credentials"),
        (AnswerError(400), "400"),
        (OSError(errno.EINVAL, "Invalid bucket"), "Invalid bucket"),
        (NotImplementedError(), "NotImplementedError"),
    ],
)
def test_what_will_not_change_is_told_at_once(pauses, error, said):
    with pytest.raises(StorageError, match=said):
        trying("s3://a", failing(error))
    assert not pauses


def test_a_disk_of_this_machine_is_asked_once(pauses):
    with pytest.raises(StorageError, match="Input/output error"):
        trying("/a", failing(OSError(errno.EIO, "Input/output error")), remote=False)
    assert not pauses


def test_a_full_disk_is_an_error_of_outputs(pauses):
    with pytest.raises(OutputError, match="No space left"):
        trying("/a", failing(OSError(errno.ENOSPC, "No space left on device")))


@pytest.mark.parametrize("error", [FileNotFoundError(), FileExistsError(), UsageError("so")])
def test_answers_and_our_own_errors_pass_through(pauses, error):
    with pytest.raises(type(error)):
        trying("s3://a", failing(error))
    assert not pauses


def test_the_answer_of_a_server_that_it_has_no_such_file(pauses):
    with pytest.raises(FileNotFoundError):
        trying("https://a", failing(AnswerError(404)))
    assert not pauses


def test_a_reason_is_one_short_line():
    assert str(refusal("s3://a", OSError("a\n" * 900))).count("\n") == 0
    assert len(str(refusal("s3://a", OSError("a " * 900)))) < 300
