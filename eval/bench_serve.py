"""What clients of the server wait for, and whether it holds: `python eval/bench_serve.py`.

Three parts, with a server of its own: the same sentences by the command line and by many clients;
short sentences, one after the other, while a long document is translated; many clients at once for
some minutes beside long documents. Each short sentence has a number of its own, which its answer
must have too. Nothing is kept in a store, so every sentence is translated.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

PROGRAM = [sys.executable, "-c", "from toolkit.cli.main import run; run()"]
PARTS = ("throughput", "latency", "load")
BUSY = (429, 503)
TIMEOUT_S = 600
NUMBERS = count(1000)
# `{}` is a number that makes each sentence another.
SENTENCES = (
    "La mairie a compté {} visiteurs dans le musée ce week-end.",
    "Le syndicat demande {} postes de plus dans les hôpitaux de la région.",
    "Selon la préfecture, {} manifestants ont défilé mardi dans le centre-ville.",
    "L'usine emploie {} personnes et doit fermer ses portes en décembre.",
)


def sentence() -> tuple[str, str]:
    """A sentence that was not asked for yet, and its number."""
    number = str(next(NUMBERS))
    return SENTENCES[int(number) % len(SENTENCES)].format(number), number


class Server:
    """One in a process of its own."""

    def __init__(self, folder: Path, model: str) -> None:
        arguments = ["serve", "--port", "0", "--no-cache", "--history", "history.sqlite"]
        arguments += ["--model", model]
        self.child = subprocess.Popen(
            [*PROGRAM, *arguments], cwd=folder, stdout=subprocess.PIPE, text=True
        )
        assert self.child.stdout
        self.address = self.child.stdout.readline().split()[-1]

    def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            self.address.rstrip("/") + path,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def translate(self, text: str) -> str:
        body = {"q": text, "source": "fr", "target": "en", "format": "text"}
        return str(self.ask("/translate", body)["translatedText"])

    def begin(self, text: str) -> str:
        body = {"task": "translate", "text": text, "options": {"cleaned": True}}
        return str(self.ask("/api/v1/jobs", body)["id"])

    def state(self, job: str) -> str:
        with urllib.request.urlopen(f"{self.address}api/v1/jobs/{job}", timeout=30) as answer:
            return str(json.load(answer)["state"])

    def memory(self) -> float:
        """Gigabytes that its process holds now."""
        status = Path(f"/proc/{self.child.pid}/status").read_text("utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1e6


@contextlib.contextmanager
def serving(model: str) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), model)
        try:
            server.translate(sentence()[0])  # loads the model
            yield server
        finally:
            server.child.terminate()
            server.child.wait()


def in_threads(number: int, work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def throughput(server: Server, model: str, clients: int, sentences: int) -> None:
    texts = [sentence()[0] for _ in range(sentences)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sentences.txt")
        path.write_text("\n\n".join(texts), "utf-8")
        call = [*PROGRAM, "translate", str(path), "--no-clean", "--no-cache", "--format", "json"]
        found = subprocess.run([*call, "--model", model], capture_output=True, check=True)
        made = json.loads(found.stdout)["seconds"]
    alone = made["translation"] - made.get("loading", 0.0)
    waiting = iter(texts)
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                text = next(waiting, None)
            if text is None:
                return
            server.translate(text)

    started = time.perf_counter()
    in_threads(clients, work)
    served = time.perf_counter() - started
    print(
        f"{sentences} sentences: {sentences / alone:.2f} a second by the command line, "
        f"{sentences / served:.2f} by {clients} clients ({100 * alone / served:.0f} %)"
    )


def long_document(sentences: int) -> str:
    return "\n\n".join(
        " ".join(sentence()[0] for _ in range(5)) for _ in range(max(1, sentences // 5))
    )


def latency(server: Server, times: int) -> None:
    job = server.begin(long_document(2000))
    while server.state(job) != "running":
        time.sleep(0.1)
    time.sleep(3)  # until its batch is full
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        server.translate(sentence()[0])
        seconds.append(time.perf_counter() - started)
    assert server.state(job) == "running"
    urllib.request.urlopen(
        urllib.request.Request(f"{server.address}api/v1/jobs/{job}", method="DELETE"), timeout=30
    ).close()
    print(
        f"a short sentence beside a long document: median {statistics.median(seconds):.1f} s, "
        f"longest {max(seconds):.1f} s of {times}",
        flush=True,
    )


def load(server: Server, clients: int, minutes: float) -> None:
    end = time.monotonic() + 60 * minutes
    answers: Counter[str] = Counter()
    seconds: list[float] = []
    documents = [server.begin(long_document(2000))]
    before = server.memory()

    def work() -> None:
        while time.monotonic() < end:
            text, number = sentence()
            started = time.perf_counter()
            try:
                found = server.translate(text)
            except urllib.error.HTTPError as error:
                answers["busy" if error.code in BUSY else f"error {error.code}"] += 1
                time.sleep(float(error.headers.get("Retry-After", 1)))
                continue
            except OSError as error:
                answers[type(error).__name__] += 1
                continue
            seconds.append(time.perf_counter() - started)
            others = set(found.replace(",", "").split()) & {
                str(each) for each in range(1000, int(number) + 2 * clients) if str(each) != number
            }
            right = number in found.replace(",", "").replace(".", "")
            answers["another's" if others else "right" if right else "without its number"] += 1

    def watch() -> None:
        while time.monotonic() < end:
            time.sleep(min(60, max(0.1, end - time.monotonic())))
            memory.append(server.memory())
            if server.state(documents[-1]) == "done":
                documents.append(server.begin(long_document(2000)))

    memory = [before]
    watcher = threading.Thread(target=watch)
    watcher.start()
    in_threads(clients, work)
    watcher.join()
    found = ", ".join(f"{number} {name}" for name, number in answers.most_common())
    print(
        f"{clients} clients for {minutes:g} min beside long documents: {found}; median "
        f"{statistics.median(seconds):.1f} s, longest {max(seconds):.1f} s; memory "
        + " ".join(f"{each:.2f}" for each in memory)
        + " GB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="auto")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--sentences", type=int, default=128)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, model {options.model}")
    with serving(options.model) as server:
        if "throughput" in options.parts:
            throughput(server, options.model, options.clients, options.sentences)
        if "latency" in options.parts:
            latency(server, 20)
        if "load" in options.parts:
            load(server, options.clients, options.minutes)


if __name__ == "__main__":
    main()
