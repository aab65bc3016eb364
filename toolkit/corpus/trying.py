"""What goes wrong in stores of others: tried again where that may help, told in one line else."""

import errno
import tempfile
import time
from collections.abc import Callable
from typing import TypeVar

from toolkit.errors import OutputError, StorageError, ToolkitError
from toolkit.files import DISK_ERRORS, shortened

T = TypeVar("T")
# Before each further try. The libraries for S3 and the hub try several times themselves, within
# seconds; these are for a store that is away for longer.
PAUSES_S = (1.0, 5.0, 20.0)
# Nothing changes by asking again.
FINAL = (
    FileExistsError,
    FileNotFoundError,
    ImportError,
    IsADirectoryError,
    NotADirectoryError,
    NotImplementedError,
    PermissionError,
    TypeError,
)
FINAL_CODES = DISK_ERRORS - {errno.EIO} | {
    errno.EINVAL,
    errno.EMSGSIZE,
    errno.ENAMETOOLONG,
    errno.ENOSYS,
    errno.EPERM,
    getattr(errno, "EREMCHG", -1),  # what s3fs makes of a bucket that moved
}
MAX_REASON = 200  # letters


def trying(url: str, action: Callable[[], T], *, remote: bool = True) -> T:
    """What `action` returns, tried a few times with growing waits where the store is `remote`.

    FileNotFoundError and FileExistsError pass through, since they are answers. Raises StorageError
    for all else, OutputError where the disk is full or read-only.
    """
    for pause in (*(PAUSES_S if remote else ()), None):
        try:
            return action()
        except (ToolkitError, FileNotFoundError, FileExistsError):
            raise
        except Exception as error:
            if _status_of(error) in (404, 410):
                raise FileNotFoundError(reason_of(error)) from error
            if pause is None or _is_final(error):
                raise refusal(url, error) from error
            time.sleep(pause)
    raise AssertionError("unreachable")


def spooling(action: Callable[[], T]) -> T:
    """What `action` returns, which is about temporary files of this machine.

    Raises OutputError where there is no room for them.
    """
    try:
        return action()
    except OSError as error:
        place = tempfile.tempdir or "temporary files"  # none where no folder was good enough
        raise OutputError(
            f"{place}: nothing more can be written ({reason_of(error)}); TMPDIR names another "
            "folder for temporary files"
        ) from error


def refusal(url: str, error: Exception) -> StorageError | OutputError:
    """What `error` means for whoever named `url`."""
    name = shortened(url)
    said = reason_of(error)
    if isinstance(error, FileNotFoundError):
        return StorageError(f"{name}: there is no such file, folder or bucket ({said})")
    if _is_forbidden(error):
        return StorageError(f"{name}: access is refused ({said}); check credentials and rights")
    if isinstance(error, OSError) and error.errno in DISK_ERRORS - {errno.EIO}:
        return OutputError(f"{name}: nothing more can be written ({said})")
    return StorageError(f"{name}: {said}")


def reason_of(error: BaseException) -> str:
    """One line of what `error` says, or at least its kind."""
    said = str((isinstance(error, OSError) and error.strerror) or error)
    if isinstance(error, OSError) and not error.strerror and error.args:
        said = str(error.args[0])
    said = said.partition("For more information")[0]  # of httpx
    return " ".join(said.split())[:MAX_REASON] or type(error).__name__


def _status_of(error: Exception) -> int | None:
    """The status of HTTP that the libraries hang on their errors, each in its own place."""
    response = getattr(error, "response", None)
    for status in (getattr(error, "status", None), getattr(response, "status_code", None)):
        if isinstance(status, int):
            return status
    return None


def _is_forbidden(error: Exception) -> bool:
    """`NoCredentialsError` is what botocore says without any."""
    return (
        isinstance(error, PermissionError)
        or _status_of(error) in (401, 403)
        or "Credentials" in type(error).__name__
    )


def _is_final(error: Exception) -> bool:
    status = _status_of(error)
    return (
        isinstance(error, FINAL)
        or _is_forbidden(error)
        or (isinstance(error, OSError) and error.errno in FINAL_CODES)
        or (status is not None and 400 <= status < 500 and status not in (408, 425, 429))
    )
