"""`toolkit run` on several machines: what is left of it when they fail, and how it scales.

`kills` has a cluster of three nodes on this machine translate a corpus with the fake engine, ends
five of its workers by SIGKILL, takes a node away, ends the head with the driver, and runs the same
command on a new cluster. Then every row must be there once, in the bytes of an undisturbed run of
the local runner. `table` compares two workers with one, a core and a thread each, with a small real
model that summarizes and with random weights of the shape of opus-mt that translate; other work
beside it spoils the figures. Without a name both are done. Needs the extra `ray`, Linux, and for
`table` the model smollm2-135m-instruct and the extra `torch`.
"""

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bench_translation import build_small

PROGRAM = [sys.executable, "-c", "from toolkit.cli.main import run; run()", "run"]
SUMMARIZER = "smollm2-135m-instruct"
NODES, KILLS, SHARDS, ROWS = 3, 5, 30, 1800  # of `kills`
# Of `table`: with fewer rows in a shard a model reads its weights for a few sequences at a time,
# and then two workers wait for the memory that they share.
TABLE_SHARDS = 8
LEAST = 1.8  # times as quick two workers should be
FRENCH = (
    "La mairie a compté {} visiteurs dans le musée ce week-end.",
    "Le syndicat demande {} postes de plus dans les hôpitaux de la région.",
    "Selon la préfecture, {} manifestants ont défilé mardi dans le centre-ville.",
    "L'usine emploie {} personnes et doit fermer ses portes en décembre.",
)
ENGLISH = (
    "The museum of the city counted {} visitors at the weekend.",
    "The union asks for {} more posts in the hospitals of the region.",
    "According to the police {} people marched through the centre on Tuesday.",
    "The factory employs {} people and is to close its doors in December.",
)


def write_corpus(path: Path, rows: int, sentences: Sequence[str], each: int) -> None:
    """So many rows of `each` sentences, no two alike."""
    number = iter(range(1000, 10_000_000))
    with path.open("w", encoding="utf-8") as file:
        for row in range(rows):
            text = " ".join(sentences[i % len(sentences)].format(next(number)) for i in range(each))
            file.write(json.dumps({"id": row, "text": text}, ensure_ascii=False) + "\n")


def outputs(folder: Path) -> dict[str, str]:
    """The sha256 of every file that holds rows, by its name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*.jsonl"))
    }


def marks(folder: Path) -> list[Path]:
    """Those of the finished shards."""
    return list((folder / "_toolkit" / "done").glob("*.json"))


class Machines:
    """A head and nodes with a processor each, all of them on this machine."""

    def __init__(self) -> None:
        cluster = import_module("ray.cluster_utils").Cluster
        head = {"num_cpus": 0, "include_dashboard": False}
        self._cluster = cluster(initialize_head=True, head_node_args=head)
        self._nodes = [self._cluster.add_node(num_cpus=1) for _ in range(NODES)]
        self.address: str = self._cluster.address

    def workers(self) -> list[int]:
        """The processes of the actors that make shards."""
        raylets = {
            each.process.pid for node in self._nodes for each in node.all_processes["raylet"]
        }
        return [pid for pid, parent, name in processes() if parent in raylets and "MapW" in name]

    def remove_one(self) -> None:
        self._cluster.remove_node(self._nodes.pop(), allow_graceful=False)

    def end(self) -> None:
        self._cluster.shutdown()


def processes() -> Iterator[tuple[int, int, str]]:
    """The number, the parent and the title of each on this machine."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            yield int(path.name), parent, (path / "cmdline").read_text("utf-8", "replace")
        except OSError:  # it has ended
            continue


@contextmanager
def machines() -> Iterator[Machines]:
    found = Machines()
    try:
        yield found
    finally:
        found.end()


@dataclass(frozen=True)
class Run:
    """A command of `kills`."""

    corpus: Path
    to: Path

    def start(self, *options: str, address: str = "") -> subprocess.Popen[bytes]:
        arguments = [str(self.corpus), "--to", str(self.to), "--shards", str(SHARDS)]
        arguments += ["--stages", "clean,translate", "--model", "fake", "--threads", "1", *options]
        surroundings = os.environ | {"RAY_ADDRESS": address}
        return subprocess.Popen([*PROGRAM, *arguments], env=surroundings, start_new_session=True)

    def wait_for(self, done: int, driver: subprocess.Popen[bytes]) -> None:
        """Until so many shards are done."""
        while len(marks(self.to)) < done:
            if driver.poll() is not None:
                raise SystemExit(f"the run ended with {driver.returncode} after {self.progress}")
            time.sleep(0.2)

    @property
    def progress(self) -> str:
        return f"{len(marks(self.to))} of {SHARDS} shards"


def kills() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = folder / "corpus.jsonl"
        write_corpus(corpus, ROWS, FRENCH, each=1)
        alone, cluster = Run(corpus, folder / "alone"), Run(corpus, folder / "cluster")
        if alone.start().wait():
            raise SystemExit("the undisturbed run failed")
        with machines() as first:
            driver = cluster.start("--runner", "ray", "--workers", "3", address=first.address)
            disturb(cluster, driver, first)
            print(f"end the head and the driver after {cluster.progress}", flush=True)
            os.killpg(driver.pid, signal.SIGKILL)
            driver.wait()
        with machines() as second:
            driver = cluster.start("--runner", "ray", "--workers", "3", address=second.address)
            if driver.wait():
                raise SystemExit(f"the second run ended with {driver.returncode}")
        compare(alone.to, cluster.to)


def disturb(run: Run, driver: subprocess.Popen[bytes], cluster: Machines) -> None:
    """Kill workers and take a node away, while shards go on to be done in between."""
    for kill in range(KILLS):
        run.wait_for(2 * kill + 1, driver)
        while not (workers := cluster.workers()):
            time.sleep(0.2)
        victim = workers[kill % len(workers)]
        print(f"kill -9 {victim}, a worker of {len(workers)}, after {run.progress}", flush=True)
        os.kill(victim, signal.SIGKILL)
    run.wait_for(2 * KILLS + 1, driver)
    print(f"take a node away after {run.progress}", flush=True)
    cluster.remove_one()
    run.wait_for(2 * KILLS + 5, driver)


def compare(alone: Path, cluster: Path) -> None:
    rows = [json.loads(line) for path in cluster.glob("*.jsonl") for line in path.open()]
    numbers = sorted(row["id"] for row in rows)
    lost, twice = len(set(range(ROWS)) - set(numbers)), len(numbers) - len(set(numbers))
    same = outputs(alone) == outputs(cluster)
    print(f"rows: {len(rows)} of {ROWS}, {lost} lost, {twice} twice; bytes as undisturbed: {same}")
    if lost or twice or not same:
        raise SystemExit(1)


def table(rows: int, runners: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        french, english = folder / "french.jsonl", folder / "english.jsonl"
        write_corpus(french, rows, FRENCH, each=2)
        write_corpus(english, rows // 3, ENGLISH, each=4)
        build_small(folder)
        translating = [str(french), "--stages", "translate", "--model", str(folder / "ct2")]
        summarizing = [str(english), "--stages", "summarize", "--model", SUMMARIZER]
        summarizing += ["--from", "en", "--to-language", "en"]
        print(f"{'model':<24}{'runner':<8}{'workers':>8}{'rows/s':>8}{'times':>7}{'all s':>7}")
        for name, arguments in {"as opus-mt": translating, SUMMARIZER: summarizing}.items():
            for runner in runners:
                compare_workers(name, [*arguments, "--runner", runner], folder)


def compare_workers(model: str, arguments: Sequence[str], folder: Path) -> None:
    rates: list[float] = []
    for workers in (1, 2):
        to = folder / f"{model}-{arguments[-1]}-{workers}"
        started = time.perf_counter()
        call = [*PROGRAM, *arguments, "--to", str(to), "--shards", str(TABLE_SHARDS), "--quiet"]
        bound = ["taskset", "--cpu-list", f"0-{workers - 1}"]
        subprocess.run([*bound, *call, "--workers", str(workers), "--threads", "1"], check=True)
        passed = time.perf_counter() - started
        rates.append(rate(to))
        times = rates[-1] / rates[0]
        found = f"{workers:>8}{rates[-1]:>8.2f}{times:>7.2f}{passed:>7.0f}"
        print(f"{model:<24}{arguments[-1]:<8}{found}", flush=True)
    if times < LEAST:
        print(f"two workers should be at least {LEAST} times as quick as one")


def rate(folder: Path) -> float:
    """Rows a second, from the start of the first shard to the end of the last: without loading."""
    found: list[tuple[float, dict[str, Any]]] = [
        (path.stat().st_mtime, json.loads(path.read_text("utf-8"))) for path in marks(folder)
    ]
    started = min(ended - report["seconds"] for ended, report in found)
    rows = sum(int(report["rows"]) for _, report in found)
    return float(rows / (max(ended for ended, _ in found) - started))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["kills", "table"])
    parser.add_argument("--rows", type=int, default=288, help="a third of them to summarize")
    parser.add_argument("--runner", choices=["local", "ray"], help="only this one in the table")
    options = parser.parse_args()
    if options.what != "table":
        kills()
    if options.what != "kills":
        table(options.rows, [options.runner] if options.runner else ["local", "ray"])


if __name__ == "__main__":
    main()
