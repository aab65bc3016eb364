"""The Hugging Face hub: files from it, and what goes wrong with it in one line with what to do."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolkit.errors import ModelError
from toolkit.files import DISK_ERRORS, shortened

CONNECT_TIMEOUT_S = 10
ANSWER_TIMEOUT_S = 3
PARTIAL = ".partial"  # a folder for what is not yet whole
TOO_MANY_REQUESTS = 429
NO_ANSWER = ValueError | TypeError | LookupError | AttributeError  # of reading what isn't the hub's


def download(repository: str, name: str, revision: str, folder: Path) -> None:
    """Bring a file into `folder`. What an earlier attempt left there of the same content is kept:
    `hf_hub_download` begins anew in each process.

    Raises what the hub's client raises.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    url = hf_hub_url(repository, name, revision=revision)
    metadata = get_hf_file_metadata(url, timeout=CONNECT_TIMEOUT_S)
    content = hashlib.sha256(str(metadata.etag).encode()).hexdigest()
    partial = folder / PARTIAL / f"{name}.{content[:16]}"
    partial.parent.mkdir(exist_ok=True)
    with partial.open("ab") as stream:
        if metadata.size is not None and stream.tell() > metadata.size:
            stream.seek(0)
            stream.truncate()  # a server sent all of it where the rest was asked for
        if stream.tell() != metadata.size:
            http_get(
                url,
                stream,
                resume_size=stream.tell(),
                headers=build_hf_headers(),
                expected_size=metadata.size,
            )
    partial.replace(folder / name)


def download_head(repository: str, name: str, revision: str, path: Path, count: int) -> int:
    """Write the first `count` bytes of a file, or all if it has fewer, to `path`; returns how many
    came.

    Raises what the hub's client raises.
    """
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        build_hf_headers,
        hf_raise_for_status,
    )

    url = hf_hub_url(repository, name, revision=revision)
    headers = {**build_hf_headers(), "Range": f"bytes=0-{count - 1}"}
    with (
        get_session().stream("GET", url, headers=headers, timeout=CONNECT_TIMEOUT_S) as answer,
        path.open("wb") as stream,
    ):
        hf_raise_for_status(answer)
        for chunk in answer.iter_bytes():
            stream.write(chunk[: count - stream.tell()])
            if stream.tell() == count:  # of a server that would send all of it
                break
        return stream.tell()


@contextmanager
def hub_errors(repository: str) -> Iterator[None]:
    """Whatever the hub's client raises inside becomes a ModelError, but for faults of files here.

    The client lets through what its HTTP library raises without a connection, and stumbles over
    answers that are not the hub's.
    """
    try:
        yield
    except ModelError:
        raise
    except Exception as error:
        # Of the network's faults none has a file.
        if isinstance(error, OSError) and (error.filename or error.errno in DISK_ERRORS):
            raise
        raise ModelError(_fault(error, repository)) from error


def _fault(error: BaseException, repository: str) -> str:
    from huggingface_hub import constants, errors

    if isinstance(error, errors.GatedRepoError):
        page = f"{constants.ENDPOINT}/{repository}"
        return f"the hub asks to accept a licence at {page}; do so, then type: hf auth login"
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"the hub has no {repository}, or it is private; then type: hf auth login"
    if isinstance(error, errors.RevisionNotFoundError | errors.EntryNotFoundError):
        return f"the hub's {repository} is not as the catalogue says ({type(error).__name__})"
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        if status == TOO_MANY_REQUESTS:
            wait = error.response.headers.get("Retry-After", "")
            when = f"in {wait} s" if wait.isdecimal() else "later"
            return f"the hub has had too many requests; try again {when}"
        return f"the hub answers {status}; try again later"
    if isinstance(error, errors.HFValidationError):
        return f"the hub can't have a repository called {shortened(repository)!r}"
    if "Consistency check failed" in str(error):
        return f"the hub sent less or more of {repository} than it lists; try again later"
    if isinstance(error, NO_ANSWER | errors.FileMetadataError):
        return f"the hub's answer can't be used ({type(error).__name__}); try again later"
    return f"the hub is out of reach ({type(error).__name__})"


def hub_answers() -> bool:
    """Whether the hub can be reached, after a few seconds at most."""
    from huggingface_hub import constants, get_session

    if constants.HF_HUB_OFFLINE:
        return False
    try:
        get_session().head(constants.ENDPOINT, timeout=ANSWER_TIMEOUT_S)
    except Exception:  # noqa: BLE001 - whatever its HTTP library raises without a connection
        return False
    return True
