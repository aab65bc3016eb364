"""Tries that failed on a cluster, where the machine may be to blame rather than the shard."""

import os
import socket
from collections import Counter
from dataclasses import dataclass
from importlib import import_module

from toolkit.corpus.marks import Failure, now
from toolkit.corpus.runners.local import MAX_TRIES
from toolkit.errors import ToolkitError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process is; `node` is what Ray calls the machine."""

    host: str
    node: str
    process: int

    @classmethod
    def here(cls) -> "Place":
        node = import_module("ray").get_runtime_context().get_node_id()
        return cls(socket.gethostname(), node, os.getpid())


@dataclass(frozen=True, slots=True)
class Fault:
    """A try that failed for a reason that may lie in the machine."""

    number: int
    tries: int
    error: ToolkitError
    place: Place

    @property
    def reason(self) -> str:
        return f"{self.error} (on {self.place.host})"

    @property
    def failure(self) -> Failure:
        return Failure(
            number=self.number,
            reason=self.reason,
            tries=self.tries,
            host=self.place.host,
            finished=now(),
        )


class Faults:
    """Those of each process since a shard was last done, and the machines that ever had one."""

    def __init__(self) -> None:
        self._in_a_row = Counter[Place]()
        self.nodes = set[str]()

    def add(self, fault: Fault) -> None:
        self._in_a_row[fault.place] += 1
        self.nodes.add(fault.place.node)

    def forget(self) -> None:
        """Count anew: a shard is done, so not all is lost, or other processes are at work."""
        self._in_a_row.clear()

    def met(self, workers: int) -> bool:
        """Whether so many workers do nothing but fail: one that is at work may take hours yet."""
        return sum(count >= MAX_TRIES for count in self._in_a_row.values()) >= workers
