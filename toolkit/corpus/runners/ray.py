"""Shards on a cluster, by Ray Data: a pool of actors, each with the models of the job loaded once.

Our marks alone say what is done. Ray starts an actor anew that died, alone or with its machine,
where there is room, and hands it the shard again. Where one was only taken for dead, two make the
same bytes for the same place.
"""

import os
import pickle
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from importlib import import_module
from logging import CRITICAL, ERROR, getLogger
from pathlib import Path
from typing import Any

from toolkit.corpus.job import Job
from toolkit.corpus.marks import ShardReport, mark_failed, report_of
from toolkit.corpus.rows import reason_of
from toolkit.corpus.runners.faults import Fault, Faults, Place
from toolkit.corpus.runners.local import MAX_TRIES, Watcher, cores
from toolkit.corpus.shard import Outcome, try_shard
from toolkit.corpus.storage import Storage
from toolkit.corpus.worker import Machine, Worker
from toolkit.errors import ModelError, ToolkitError, UsageError

ADDRESS = "RAY_ADDRESS"
NODE = "ray.io/node-id"  # the label that each machine has of Ray
CONNECT_S = 10.0
LONGEST_PAUSE_S = 600.0
STORE_BYTES = 2**28  # of Ray's store of objects on this machine; what goes through it is small
LOST = (
    f"the process of its worker ended {MAX_TRIES} times; the system does that where memory runs out"
)
# What is summed over the shards in Ray's metrics.
METRICS: Mapping[str, str] = {
    "rows": "rows written",
    "errors": "rows written with an error",
    "tokens": "tokens of the translations that were kept",
    "flagged": "sentences that failed a check",
    "seconds": "seconds of work",
}
NOBODY = Watcher()
Resources = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Pool:
    """So many actors, each with so many processors of one machine, and graphics processors."""

    workers: int
    threads: int
    gpus: int

    @classmethod
    def of(cls, machine: Machine, workers: int, nodes: Sequence[Resources]) -> "Pool":
        """Without a number of `workers` there is one for each graphics processor, if they are used,
        else one for each node; without one of threads they share the processors. If their threads
        are known, as many workers as there is room for.
        """
        graphics = int(sum(each.get("GPU", 0) for each in nodes))
        gpus = int(machine.device == "cuda" or (machine.device == "auto" and graphics > 0))
        processors = [int(each["CPU"]) for each in nodes] or [1]
        wanted = workers or (graphics if gpus else len(nodes)) or 1
        share = min(*processors, sum(processors) // wanted, sum(processors))
        pool = cls(workers, machine.threads or max(1, share), gpus)
        return replace(pool, workers=workers or max(1, sum(map(pool.room, nodes))))

    def room(self, node: Resources) -> int:
        """How many of the actors the node has room for when nothing else is there."""
        room = node["CPU"] / self.threads
        return int(min(room, node.get("GPU", 0) / self.gpus) if self.gpus else room)


class Tries:
    """How often each shard was begun, also by workers that died of it."""

    def __init__(self, _: object = None) -> None:
        self._begun: Counter[int] = Counter()

    def begin(self, number: int) -> int:
        self._begun[number] += 1
        return self._begun[number]


class ShardMaker:
    """What an actor is: it makes one shard at a call. `begin` counts the tries of a shard."""

    def __init__(self, job: Job, machine: Machine, begin: Callable[[int], int]) -> None:
        self._job, self._machine, self._begin = job, machine, begin
        self._worker: Worker | None = None
        self._metrics = Metrics(job.to)
        self._place = Place.here()
        self._faults = 0  # in a row

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[bytes]]:
        return {"outcome": [pickle.dumps(self.make(int(batch["number"][0])))]}

    def make(self, number: int) -> Outcome | Fault:
        """Ray asks again for what is done already where the answer was lost with a machine."""
        tries = self._begin(number)
        try:
            if report := report_of(Storage.of(self._job.to), number):
                return report
            if tries > MAX_TRIES:
                raise ModelError(LOST)
            self._worker = self._worker or self._start()
            outcome = try_shard(self._job, number, self._worker)
        except ToolkitError as error:
            return self._fault(number, tries, error)
        except Exception as error:  # noqa: BLE001 - the boundary: one bad machine ends no job
            bug = ToolkitError(f"this is a bug: {reason_of(error, '')}")
            return self._fault(number, tries, bug)
        self._faults = 0
        if isinstance(outcome, ShardReport):
            self._metrics.add(outcome)
        return outcome

    def _start(self) -> Worker:
        trouble = getLogger(__name__).warning  # Ray keeps it with the other logs of the actor
        return Worker.start(self._job, self._machine, on_trouble=trouble)

    def _fault(self, number: int, tries: int, error: ToolkitError) -> Fault:
        """After a pause, the longer the more fails in a row: a machine with a full disk, or without
        the model, must not take all shards from the others.
        """
        time.sleep(min(LONGEST_PAUSE_S, 2.0**self._faults))
        self._faults += 1
        return Fault(number, min(tries, MAX_TRIES), error, self._place)

    def __del__(self) -> None:
        if worker := getattr(self, "_worker", None):
            worker.close()


class Metrics:
    """Sums over the shards that were made, for Ray's dashboard, by destination."""

    def __init__(self, to: str) -> None:
        counter = import_module("ray.util.metrics").Counter
        self._counters = {
            name: counter(f"toolkit_{name}", meaning, ("to",)).set_default_tags({"to": to})
            for name, meaning in METRICS.items()
        }

    def add(self, report: ShardReport) -> None:
        for name, counter in self._counters.items():
            if value := getattr(report, name):  # Ray refuses to add nothing
                counter.inc(value)


def run_ray(
    job: Job,
    numbers: Sequence[int],
    machine: Machine,
    *,
    workers: int = 0,
    watcher: Watcher = NOBODY,
) -> None:
    """Do these shards on the cluster that RAY_ADDRESS names, else on this machine. Zero `workers`
    are as many as there is room for now; of more than that, some wait for machines.

    A shard whose worker dies, or whose machine fails it, is made again, MAX_TRIES times in all;
    then it is marked as failed, and the others go on. Raises UsageError where Ray is missing or no
    cluster answers, ToolkitError where Ray gives up, and what shards failed of where none of them
    ends well any more.
    """
    ray = _library()
    with _connected(ray, machine, workers), _explained(ray):
        pool = Pool.of(machine, workers, [*_nodes(ray).values()])
        if not _rooms(ray, pool):
            what = f"{pool.threads} processors" + " and a graphics processor" * pool.gpus
            watcher.on_trouble(f"no machine of the cluster has {what}; waiting for one")
        maker = *_everywhere(job, replace(machine, threads=pool.threads)), _counting(ray)
        faults = Faults()
        left = list(numbers)
        while left:
            faults.forget()
            again = []
            size = min(pool.workers, len(left))
            for outcome in _made(ray, left, pool, maker, faults.nodes):
                if not isinstance(outcome, Fault):
                    faults.forget()
                    watcher.on_rows(getattr(outcome, "rows", 0))
                    watcher.on_end(outcome)
                    continue
                faults.add(outcome)
                if faults.met(max(1, min(size, sum(_rooms(ray, pool).values())))):
                    raise outcome.error
                if outcome.tries < MAX_TRIES:
                    again.append(outcome.number)
                    reason = f"shard {outcome.number}: {outcome.reason}"
                    watcher.on_trouble(f"{reason}; it is made again")
                else:
                    mark_failed(Storage.of(job.to), outcome.failure)
                    watcher.on_end(outcome.failure)
            left = sorted(again)


def _made(
    ray: Any, numbers: Sequence[int], pool: Pool, maker: tuple[Any, ...], avoided: Set[str]
) -> Iterator[Outcome | Fault]:
    """The outcome of each shard, as soon as it is there. Actors keep away from the nodes that are
    `avoided`, unless there are no others: a shard that failed there would fail again.
    """
    data = ray.data
    elsewhere = avoided and _rooms(ray, pool).keys() - avoided
    selector = {NODE: f"!in({','.join(sorted(avoided))})"} if elsewhere else None
    items = [{"number": number} for number in numbers]
    outcomes = data.from_items(items, override_num_blocks=len(items)).map_batches(
        ShardMaker,
        fn_constructor_args=maker,
        batch_size=1,
        compute=data.ActorPoolStrategy(
            size=min(pool.workers, len(items)), max_tasks_in_flight_per_actor=1
        ),
        num_cpus=pool.threads,
        num_gpus=pool.gpus,
        label_selector=selector,
    )
    context = outcomes.context
    context.enable_progress_bars = context.print_on_execution_start = False
    context.execution_no_progress_timeout_s = -1  # a shard takes as long as it takes
    for row in outcomes.iter_rows():
        yield pickle.loads(row["outcome"])


def _nodes(ray: Any) -> dict[str, Resources]:
    """What each machine has that anything may run on, by Ray's name for it."""
    alive = {node["NodeID"]: node["Resources"] for node in ray.nodes() if node["Alive"]}
    return {name: has for name, has in alive.items() if has.get("CPU")}


def _rooms(ray: Any, pool: Pool) -> dict[str, int]:
    """How many actors each machine has room for, if any."""
    rooms = {name: pool.room(has) for name, has in _nodes(ray).items()}
    return {name: room for name, room in rooms.items() if room}


def _everywhere(job: Job, machine: Machine) -> tuple[Job, Machine]:
    """With whole paths: actors are in other folders than this process."""
    to = Storage.of(job.to).url
    stores = machine.stores and machine.stores.absolute()
    return (
        job.model_copy(update={"to": to}),
        replace(machine, models_folder=machine.models_folder.absolute(), stores=stores),
    )


def _counting(ray: Any) -> Callable[[int], int]:
    """`Tries.begin` of one counter, which lives as long as this process and its machine.

    Ray warns once in each process of arguments in its store, which may be lost with a machine.
    Ray Data has those of its actors on this one, without which nothing goes on anyway. The argument
    of the counter, which it doesn't need, has the warning come here, where nobody hears it; a
    higher level of the log would also hide why Ray ends this process when the head is lost.
    """
    here = import_module("ray.util.scheduling_strategies").NodeAffinitySchedulingStrategy(
        ray.get_runtime_context().get_node_id(), soft=False
    )
    lasting = {"num_cpus": 0, "max_restarts": -1, "max_task_retries": -1}
    with _silence():
        counter = ray.remote(Tries).options(**lasting, scheduling_strategy=here).remote(ray.put(0))

    def begin(number: int) -> int:
        return int(ray.get(counter.begin.remote(number)))

    return begin


@contextmanager
def _silence() -> Iterator[None]:
    """Time in which nothing comes to stderr, nor from what isn't Python."""
    stderr = os.dup(2)
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def _library() -> Any:
    """Raises UsageError where Ray, or what Ray Data needs, is not installed."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray = import_module("ray")
        import_module("ray.data")
    except ModuleNotFoundError as error:
        raise UsageError(
            f"--runner ray needs the package {error.name}; type: pip install 'toolkit-fr-en[ray]'"
        ) from error
    getLogger("ray.data").setLevel(CRITICAL)  # what goes wrong is raised too
    return ray


@contextmanager
def _connected(ray: Any, machine: Machine, workers: int) -> Iterator[None]:
    """Raises UsageError where no cluster answers.

    Ray writes to stdout what goes on in a cluster, which is no place for it.
    """
    options: dict[str, Any] = {"address": os.environ.get(ADDRESS)}
    if options["address"]:
        _refuse_silence(options["address"])
    else:
        processors = max(cores(), max(1, machine.threads) * max(1, workers))
        options = {"address": "local", "num_cpus": processors, "object_store_memory": STORE_BYTES}
    with Path(os.devnull).open("w") as nothing, redirect_stdout(nothing):
        try:
            ray.init(**options, log_to_driver=False, logging_level=ERROR)
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            raise UsageError(f"Ray can't be used: {_line(error)}") from error
        try:
            yield
        finally:
            ray.shutdown()


def _refuse_silence(address: str) -> None:
    """Raises UsageError where nothing listens, for which Ray would wait minutes."""
    host, colon, port = address.rpartition("/")[2].rpartition(":")
    if not colon or not port.isdecimal():
        return  # "auto", which Ray looks up
    try:
        socket.create_connection((host, int(port)), timeout=CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise UsageError(f"{ADDRESS} is {address}, where nothing answers: {error}") from error


@contextmanager
def _explained(ray: Any) -> Iterator[None]:
    """Raises ToolkitError for what Ray itself fails with."""
    try:
        yield
    except ray.exceptions.RayError as error:
        why = _line(getattr(error, "cause", None) or error)
        raise ToolkitError(
            f"Ray gave up ({why}); the same command goes on where it stopped"
        ) from error


def _line(error: Exception) -> str:
    """The last line of what Ray says; those before it are a trace."""
    return next((line.strip() for line in reversed(str(error).splitlines()) if line.strip()), "")
