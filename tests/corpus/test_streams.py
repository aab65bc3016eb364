import hashlib
import io

import pytest

from toolkit.corpus.streams import Output, PatientFile
from toolkit.errors import StorageError


class Breaking(io.BytesIO):
    """Fails in each second reading."""

    readings = 0

    def read(self, size=-1):
        self.readings += 1
        if self.readings % 2:
            raise ConnectionResetError("gone")
        return super().read(size)


def test_an_output_counts_and_digests_what_it_hands_on():
    pieces = []
    with Output(pieces.append) as output:
        assert output.write(b"a") == 1
        assert output.write(memoryview(b"bc")) == 2
        assert output.tell() == output.bytes == 3
        assert output.digest == "sha256:" + hashlib.sha256(b"abc").hexdigest()
    assert pieces == [b"a", b"bc"]


def test_a_file_is_read_again_where_its_store_failed(monkeypatch):
    monkeypatch.setattr("toolkit.corpus.trying.time.sleep", lambda seconds: None)
    file = io.BufferedReader(PatientFile(Breaking(b"one two"), "s3://b/x", remote=True), 4)
    assert file.read() == b"one two"


def test_of_a_file_of_this_machine_an_error_is_told_at_once():
    broken = Breaking(b"one")
    with pytest.raises(StorageError, match="x"):
        PatientFile(broken, "x", remote=False).readinto(bytearray(3))
    assert broken.readings == 1
