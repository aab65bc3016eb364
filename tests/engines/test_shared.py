import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest

from toolkit.engines import admission
from toolkit.engines import shared as shared_module
from toolkit.engines.base import GenerationConfig, GenerationRequest, generate
from toolkit.engines.fake import FakeEngine
from toolkit.engines.reloadable import ReloadableEngine
from toolkit.engines.shared import MAX_PENDING, SharedEngine
from toolkit.errors import ModelError, TooLongError

CONFIG = GenerationConfig()
SECONDS = 20


class Gated(FakeEngine):
    """Answers one request each time it is let; notes them, and who runs it."""

    def __init__(self, **options):
        super().__init__(str.upper, family="seq2seq", **options)
        self.gate = threading.Semaphore(0)
        self.seen, self.threads = [], set()

    def _output(self, source, config):
        assert self.gate.acquire(timeout=SECONDS)
        self.seen.append(source)
        self.threads.add(threading.current_thread().name)
        return super()._output(source, config)


def started(target, *args):
    thread = threading.Thread(target=target, args=args)
    thread.start()
    return thread


def wait_until(is_so):
    ends = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_each_thread_gets_the_answers_to_its_own_requests():
    engine, found = SharedEngine(FakeEngine(str.upper, family="seq2seq")), {}

    def ask(name):
        sources = [f"{name} {number}" for number in range(200)]
        found[name] = [out.text for out in generate(engine, sources, CONFIG)]

    for thread in [started(ask, name) for name in "abcdefgh"]:
        thread.join(SECONDS)
    assert found == {
        name: [f"{name.upper()} {number}" for number in range(200)] for name in "abcdefgh"
    }


def test_a_short_text_does_not_wait_for_a_long_one():
    gated = Gated()
    engine = SharedEngine(gated)
    long = started(generate, engine, [f"long {number}" for number in range(200)], CONFIG)
    gated.gate.release()
    wait_until(lambda: gated.seen)
    short = started(generate, engine, ["short"], CONFIG)
    wait_until(lambda: len(engine._clients) == 2 and all(c.waiting for c in [*engine._clients]))
    gated.gate.release(3)
    short.join(SECONDS)
    assert "short" in gated.seen
    assert len(gated.seen) < 10
    gated.gate.release(300)
    long.join(SECONDS)
    assert len(gated.threads) == 1, "engines are not made for several threads"


def test_who_was_answered_may_ask_again_before_the_others_go_on(monkeypatch):
    class Steps(FakeEngine):
        """Writes three words of all that it has, one in each step, from when both have asked."""

        def stream(self, pull):
            running = {}
            while not steps and len(running) < 2:
                running |= dict.fromkeys(iter(pull, None), 3)
            while True:
                running |= dict.fromkeys(iter(pull, None), 3)
                if not running:
                    return
                steps.append(len(running))
                running = {request: left - 1 for request, left in running.items()}
                for request in [each for each, left in running.items() if not left]:
                    del running[request]
                    yield request, self._output(request.source, request.config)

    def ask_one_by_one(name):
        for number in range(20):
            time.sleep(0.002)
            assert generate(engine, [f"{name} {number}"], CONFIG)[0].text == f"{name} {number}"

    monkeypatch.setattr(shared_module, "GRACE_SECONDS", SECONDS)
    steps = []
    engine = SharedEngine(Steps(str, family="seq2seq"))
    for thread in [started(ask_one_by_one, name) for name in ("first", "second")]:
        thread.join(SECONDS)
    assert steps == [2] * 60, "each step is of both"


class Stepping(FakeEngine):
    """Has up to twenty requests in work, and finishes the oldest in each step that it may take."""

    def __init__(self):
        super().__init__(str.upper, family="seq2seq")
        self.steps, self.running, self.answered = threading.Semaphore(0), [], []

    def stream(self, pull):
        self.running = []
        while True:
            may_step = False
            while not may_step:
                while len(self.running) < 20 and (request := pull()):
                    self.running.append(request)
                if not self.running:
                    return
                may_step = self.steps.acquire(timeout=0.001)
            request = self.running.pop(0)
            self.answered.append(request.source)
            yield request, self._output(request.source, request.config)


def ask(engine, sources, found, **options):
    waiting = iter([GenerationRequest(source=each, config=CONFIG) for each in sources])
    for request, output in engine.stream(lambda: next(waiting, None), **options):
        found.append((request.source, output.text))


def test_a_document_makes_room_for_what_is_urgent_and_loses_nothing():
    stepping, found, urgent = Stepping(), [], []
    engine = SharedEngine(stepping)
    document = [f"long {number}" for number in range(40)]
    long = started(ask, engine, document, found)
    wait_until(lambda: len(stepping.running) == 20)
    sentence = threading.Thread(
        target=ask, args=(engine, ["short"], urgent), kwargs={"urgent": True}
    )
    sentence.start()
    wait_until(lambda: any(each.is_urgent for each in engine._clients))
    stepping.steps.release()  # one that runs is done, and the others make room
    wait_until(lambda: [each.source for each in stepping.running] == ["short"])
    stepping.steps.release()
    sentence.join(SECONDS)
    assert urgent == [("short", "SHORT")]
    # For a while the next one needn't wait for many either.
    wait_until(lambda: len(stepping.running) == 8)
    stepping.steps.release(40)
    long.join(SECONDS)
    assert found == [(each, each.upper()) for each in document]


def test_a_document_gets_on_also_while_urgent_texts_never_end(monkeypatch):
    def shorts():
        while not done.is_set():
            ask(engine, ["short"], [], urgent=True)

    monkeypatch.setattr(admission, "PATIENCE_SECONDS", 0.05)
    engine, done, found = (
        SharedEngine(FakeEngine(str.upper, family="seq2seq")),
        threading.Event(),
        [],
    )
    thread = started(shorts)
    document = [f"long {number}" for number in range(6)]
    started(ask, engine, document, found).join(SECONDS)
    done.set()
    thread.join(SECONDS)
    assert [source for source, _ in found] == document


def test_what_is_urgent_is_begun_at_once_though_it_comes_piece_by_piece(monkeypatch):
    def slowly():
        time.sleep(0.05)  # in which the engine finds nothing that may go on
        return next(waiting, None)

    monkeypatch.setattr(shared_module, "LINGER_SECONDS", SECONDS)
    monkeypatch.setattr(admission, "HOLD_SECONDS", SECONDS)
    engine = SharedEngine(FakeEngine(str.upper, family="seq2seq"))
    engine._urgent_at = time.monotonic()
    waiting = iter([GenerationRequest(source=each, config=CONFIG) for each in ("one", "two")])
    found = []
    started(lambda: found.extend(engine.stream(slowly, urgent=True))).join(5)
    assert len(found) == 2


def test_much_text_is_not_urgent():
    stepping, found, other = Stepping(), [], []
    engine = SharedEngine(stepping)
    long = started(ask, engine, [f"long {number}" for number in range(20)], found)
    wait_until(lambda: len(stepping.running) == 20)
    texts = [f"text {number}" for number in range(5)]
    much = threading.Thread(target=ask, args=(engine, texts, other), kwargs={"urgent": True})
    much.start()
    wait_until(lambda: sum(len(each.waiting) for each in engine._clients) == 5)
    stepping.steps.release(25)
    for thread in (long, much):
        thread.join(SECONDS)
    assert stepping.answered[:20] == [source for source, _ in found]
    assert len(other) == 5


def test_more_is_pulled_as_answers_are_taken():
    pulled = []

    def pull():
        pulled.append(len(pulled))
        return GenerationRequest(source=f"{pulled[-1]}", config=CONFIG)

    stream = SharedEngine(FakeEngine(str.upper, family="seq2seq")).stream(pull)
    next(stream)
    assert len(pulled) == MAX_PENDING
    next(stream)
    assert len(pulled) == MAX_PENDING + 1
    stream.close()


def test_a_stream_that_is_closed_gives_up_what_it_waits_for():
    gated = Gated()
    engine = SharedEngine(gated)
    numbers = iter(range(50))

    def pull():
        number = next(numbers, None)
        return number if number is None else GenerationRequest(source=f"{number}", config=CONFIG)

    stream = engine.stream(pull)
    gated.gate.release()
    next(stream)
    stream.close()
    gated.gate.release(10)
    assert generate(engine, ["after"], CONFIG)[0].text == "AFTER"
    assert len(gated.seen) <= 4


class Failing(FakeEngine):
    """Can't be run for some sources; those after them it would not get to."""

    def _output(self, source, config):
        if source == "bad":
            raise ModelError("out of memory")
        return super()._output(source, config)


def test_an_error_reaches_whom_it_concerns_and_the_engine_goes_on():
    engine = SharedEngine(Failing(str.upper, family="seq2seq"))
    with pytest.raises(ModelError, match="out of memory"):
        generate(engine, ["good", "bad", "good"], CONFIG)
    assert generate(engine, ["good"], CONFIG)[0].text == "GOOD"
    assert not engine._clients


class Batching(FakeEngine):
    """Takes all that there is into one batch when it is let, and fails `faults` times, or whenever
    something bad is among it.
    """

    def __init__(self, faults=0):
        super().__init__(str.upper, family="seq2seq")
        self.gate, self.faults, self.batches = threading.Semaphore(0), faults, []

    def stream(self, pull):
        assert self.gate.acquire(timeout=SECONDS)
        batch = [*iter(pull, None)]
        self.batches.append([request.source for request in batch])
        if self.faults > 0 or "bad" in self.batches[-1]:
            self.faults -= 1
            raise ModelError("out of memory")
        yield from ((each, self._output(each.source, each.config)) for each in batch)


def together(batching, *clients):
    """What each client gets whose sources share a batch: texts, or an error."""
    engine, found = SharedEngine(batching), {}

    def ask(sources):
        try:
            found[sources] = [out.text for out in generate(engine, sources, CONFIG)]
        except ModelError as error:
            found[sources] = str(error)

    threads = [started(ask, sources) for sources in clients]
    waiting = [*map(len, clients)]
    wait_until(lambda: sorted(len(each.waiting) for each in [*engine._clients]) == sorted(waiting))
    batching.gate.release(10)
    for thread in threads:
        thread.join(SECONDS)
    assert not engine._running
    return found


def test_an_error_in_a_batch_ends_only_the_stream_whose_request_is_bad():
    batching = Batching()
    found = together(batching, ("one", "two"), ("three", "bad"), ("four",))
    assert found == {
        ("one", "two"): ["ONE", "TWO"],
        ("three", "bad"): "out of memory",
        ("four",): ["FOUR"],
    }
    assert len(batching.batches) == 4


def test_those_whom_an_error_may_not_concern_are_tried_once_more_and_no_more():
    assert together(Batching(faults=1), ("one",), ("two",)) == {
        ("one",): ["ONE"],
        ("two",): ["TWO"],
    }
    assert set(together(Batching(faults=3), ("one",), ("two",)).values()) == {"out of memory"}
    batching = Batching(faults=1)
    assert together(batching, ("alone",)) == {("alone",): "out of memory"}
    assert len(batching.batches) == 1


def test_an_engine_that_cannot_begin_says_so_to_all_who_wait():
    class Broken(FakeEngine):
        def stream(self, pull):
            raise ModelError("no such file")

    engine, errors = SharedEngine(Broken()), Counter()

    def ask():
        with pytest.raises(ModelError, match="no such file"):
            generate(engine, ["one"], CONFIG)
        errors["told"] += 1

    for thread in [started(ask) for _ in range(4)]:
        thread.join(SECONDS)
    assert errors["told"] == 4


def test_an_error_that_cannot_be_copied_reaches_who_asked():
    class OddError(Exception):
        def __init__(self, message, *, code):
            super().__init__(message)

    class Odd(FakeEngine):
        def _output(self, source, config):
            raise OddError("odd", code=1)

    engine, errors = SharedEngine(Odd()), []

    def ask():
        with pytest.raises(OddError, match="odd"):
            generate(engine, ["one"], CONFIG)
        errors.append("told")

    started(ask).join(1)
    assert errors == ["told"]


def test_whoever_has_targets_scored_is_told_that_there_is_no_turn():
    @contextmanager
    def turn():
        turns.append("failed")
        raise ModelError("too large")
        yield

    turns = []
    engine = SharedEngine(FakeEngine(), turn=turn)

    def check():
        raise TimeoutError

    with pytest.raises(ModelError, match="too large"):
        engine.score(["un"], ["ONE"], check=check)
    assert turns == ["failed"]


def test_a_source_that_is_too_long_ends_only_its_own_stream():
    gated = Gated(max_source_tokens=3)
    engine, found = SharedEngine(gated), []
    other = started(lambda: found.append(generate(engine, ["one", "two"], CONFIG)))
    with pytest.raises(TooLongError):
        generate(engine, ["one two three four"], CONFIG)
    gated.gate.release(2)
    other.join(SECONDS)
    assert [out.text for out in found[0]] == ["ONE", "TWO"]


def test_targets_are_scored_also_while_others_translate():
    gated = Gated()
    engine = SharedEngine(gated)
    other = started(generate, engine, ["one", "two"], CONFIG)
    scored = []
    scoring = started(lambda: scored.extend(engine.score(["oui"], ["OUI"])))
    gated.gate.release(2)
    scoring.join(SECONDS)
    other.join(SECONDS)
    assert scored == FakeEngine(str.upper).score(["oui"], ["OUI"])
    with pytest.raises(TooLongError):
        SharedEngine(FakeEngine(max_source_tokens=1)).score(["one two"], ["one"])


def test_a_translation_gets_on_also_while_others_never_stop_scoring():
    class Slow(FakeEngine):
        def score(self, sources, targets):
            time.sleep(0.01)
            return super().score(sources, targets)

    def score():
        while not done.is_set():
            engine.score(["oui"], ["OUI"])

    engine, done, found = SharedEngine(Slow(str.upper)), threading.Event(), []
    scoring = [started(score) for _ in range(3)]
    wait_until(lambda: engine._calls)
    started(ask, engine, ["one", "two"], found).join(2)
    done.set()
    for thread in scoring:
        thread.join(SECONDS)
    assert found == [("one", "ONE"), ("two", "TWO")]


def test_a_turn_ends_also_where_only_targets_are_scored():
    @contextmanager
    def turn():
        turns.append("taken")
        yield

    turns, waiting = [], [GenerationRequest(source="one", config=CONFIG)]
    engine = SharedEngine(FakeEngine(str.upper), turn=turn, is_over=lambda: True)
    stream = engine.stream(lambda: waiting.pop() if waiting else None)
    next(stream)  # it stays open, so that the engine lingers
    taken = len(turns)
    for _ in range(3):
        engine.score(["oui"], ["OUI"])
    assert len(turns) == taken + 3
    stream.close()


def test_nobody_waits_in_vain_for_an_engine_that_has_no_turn():
    never = threading.Event()

    @contextmanager
    def turn():
        never.wait(SECONDS)
        yield

    checks = []

    class GaveUpError(Exception):
        pass

    def check():
        checks.append(1)
        raise GaveUpError

    engine = SharedEngine(FakeEngine(str.upper, family="seq2seq"), turn=turn)
    requests = iter([GenerationRequest(source="one", config=CONFIG)])
    with pytest.raises(GaveUpError):
        next(engine.stream(lambda: next(requests, None), check=check))
    with pytest.raises(GaveUpError):
        engine.score(["un"], ["ONE"], check=check)
    assert len(checks) == 2
    assert not engine._clients
    never.set()


def test_tokens_are_counted_in_its_turn_where_an_engine_is_not_in_memory():
    turns = []

    @contextmanager
    def turn():
        turns.append("taken")
        yield

    reloadable = ReloadableEngine(FakeEngine)
    engine = SharedEngine(reloadable, turn=turn)
    assert engine.count_tokens("one two") == 2
    assert turns == []
    reloadable.unload()
    assert engine.count_tokens("one two") == 2
    assert turns == ["taken"]
