"""The lines that repeat on the sites of a corpus, learned before its first shard.

They lie beside the outputs, and the job has their sha256: all workers clean by the same ones.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from toolkit.cleaning import Repeats
from toolkit.corpus.formats import BadRow, Piece, Row, read_rows
from toolkit.corpus.job import FOLDER, JOB, Job, open_job, read_job, refuse_other
from toolkit.corpus.marks import BusyError, leased_learning
from toolkit.corpus.storage import Storage, StoredFile
from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.reading import Reading, read_record

REPEATS = f"{FOLDER}/repeats.json"
LOOK_S = 5.0  # how often somebody who waits looks


def digest_of(repeats: Repeats) -> str:
    return _digest(_data(repeats))


def open_learned(
    wanted: Job,
    learn: Callable[[], Repeats],
    *,
    on_wait: Callable[[], None] = lambda: None,
) -> Job:
    """`open_job`, after `learn` where the job goes by lines that repeat and nobody learned them
    yet. Of several that come at once one learns, and the others wait, which `on_wait` is told.
    """
    if not wanted.learned_from:
        return open_job(wanted)
    storage = Storage.of(wanted.to)
    for tries in count():
        if storage.exists(JOB):
            break
        try:
            with leased_learning(storage):
                if not storage.exists(JOB):
                    return open_job(_with_repeats(storage, wanted, learn()))
        except BusyError:
            if tries == 0:
                on_wait()
            time.sleep(LOOK_S)
    there = read_job(wanted.to)
    refuse_other(there, wanted.model_copy(update={"repeats": wanted.repeats or there.repeats}))
    return there


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
    data = Storage.of(job.to).read(REPEATS)
    if data is None or _digest(data) != job.repeats:
        raise InputError(
            f"{job.to}/{REPEATS} is not what the job was made with; bring it back, or name another "
            "--to"
        )
    return Repeats.from_json(data.decode())


def _with_repeats(storage: Storage, wanted: Job, repeats: Repeats) -> Job:
    """The job that goes by `repeats`, which are put in their place; whatever is there is of
    somebody who was ended before the job was written down.
    """
    data = _data(repeats)
    with storage.write(REPEATS) as file:
        file.write(data)
    return wanted.model_copy(update={"repeats": _digest(data)})


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
