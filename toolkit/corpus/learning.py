"""What one process learns over all rows before the first shard, such as lines that repeat.

It lies beside the outputs, and the job has its sha256: all workers go by the same.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from toolkit.cleaning import Repeats
from toolkit.corpus.formats import BadRow, Piece, Row, read_rows
from toolkit.corpus.job import FOLDER, JOB, Job, open_job, read_job, refuse_other
from toolkit.corpus.marks import BusyError, leased_learning, refuse_learning
from toolkit.corpus.storage import Storage, StoredFile
from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.reading import Reading, read_record

REPEATS = f"{FOLDER}/repeats.json"
LOOK_S = 5.0  # how often somebody who waits looks


def open_learned(
    wanted: Job,
    learn: Callable[[], Job],
    *,
    on_wait: Callable[[], None] = lambda: None,
) -> Job:
    """`open_job`; of a job that goes by what is learned the one that `learn` returns, unless it is
    there. Of several that come at once one learns, and the others wait, which `on_wait` is told.

    Raises BusyError, or UsageError, where somebody learns or works for another job.
    """
    storage = Storage.of(wanted.to)
    if not wanted.learns:
        refuse_learning(storage)  # what is learned for another job may have taken hours
        return open_job(wanted)
    for tries in count():
        if storage.exists(JOB):
            break
        try:
            with leased_learning(storage):
                if not storage.exists(JOB):
                    return open_job(learn())
        except BusyError:
            if tries == 0:
                on_wait()
            time.sleep(LOOK_S)
    there = read_job(wanted.to)
    refuse_other(there, with_learned(wanted, there))
    return there


def with_learned(wanted: Job, there: Job) -> Job:
    """What is `wanted` with what was learned for the job that is there."""
    learned = {"repeats": wanted.repeats or there.repeats, "firsts": there.firsts}
    return wanted.model_copy(update=learned)


def keep(job: Job, path: str, data: bytes) -> str:
    """Put beside the outputs what all shards go by; its sha256. Whatever is there is of somebody
    who was ended before the job was written down.
    """
    with Storage.of(job.to).write(path) as file:
        file.write(data)
    return file.digest


def kept(job: Job, path: str, digest: str) -> bytes:
    """What `keep` put there. Raises InputError where it is gone, or is another."""
    data = Storage.of(job.to).read(path)
    if data is None or _digest(data) != digest:
        raise InputError(
            f"{job.to}/{path} is not what the job was made with; bring it back, or name another "
            "--to"
        )
    return data


def digest_of(repeats: Repeats) -> str:
    return _digest(_data(repeats))


def keep_repeats(job: Job, repeats: Repeats) -> Job:
    """The job that goes by `repeats`, which are put in their place."""
    return job.model_copy(update={"repeats": keep(job, REPEATS, _data(repeats))})


def learn_corpus(
    files: Sequence[StoredFile],
    reading: Reading,
    *,
    on_trouble: Callable[[str], None] = lambda message: None,
) -> Repeats:
    """What repeats over all rows, which are read twice. Those that can't be used are passed over:
    their shards say why. Raises StorageError where a store gives no more.
    """
    from toolkit.corpus.repeats import learn_repeats

    return learn_repeats(lambda: _documents(files, reading), on_trouble=on_trouble)


def repeats_of(job: Job) -> Repeats:
    """What the rows of a job are cleaned by, nothing where it didn't ask for that.

    Raises InputError where the file is gone, or is another.
    """
    if not job.repeats:
        return Repeats()
    return Repeats.from_json(kept(job, REPEATS, job.repeats).decode())


def _documents(files: Sequence[StoredFile], reading: Reading) -> Iterator[Document]:
    for file in files:
        for place, row in _rows(file):
            try:
                document = read_record(f"{file.url}: {place}", row, reading)
            except Exception:  # noqa: BLE001 - the boundary: its shard says why
                continue
            yield document


def _rows(file: StoredFile) -> Iterator[tuple[str, Row]]:
    try:
        for place, row in read_rows(Piece(file.url)):
            if not isinstance(row, BadRow):
                yield place, row
    except InputError:
        return


def _data(repeats: Repeats) -> bytes:
    return repeats.to_json().encode()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
