import asyncio
import threading

import pytest

from tests.server.helpers import SECONDS
from toolkit.errors import InputError
from toolkit.server.access import Access, Admission, Caller
from toolkit.server.calls import Calls
from toolkit.server.errors import ApiError
from toolkit.server.fair_queue import FairQueue


class Client:
    """A request that may go away."""

    def __init__(self, name="ada"):
        caller = Caller(name)
        self.state = self
        self.admission = Admission(access=Access(), caller=caller, needs_key=False)
        self.gone = False

    async def is_disconnected(self):
        return self.gone


def calls_of(*, seconds=60, most=10, is_stopping=lambda: False):
    queue = FairQueue("test", workers=2, running_each=2, most=most, most_each=most)
    return Calls(queue, seconds=seconds, is_stopping=is_stopping), queue


def endless(control):
    while True:
        threading.Event().wait(0.005)
        control.check()


def test_what_is_made_comes_back_and_so_do_errors():
    calls, _ = calls_of()

    def fail(control):
        raise InputError("no article")

    async def ask():
        assert await calls.run(Client(), lambda control: "made") == "made"
        with pytest.raises(InputError, match="no article"):
            await calls.run(Client(), fail)

    asyncio.run(ask())


def test_others_are_answered_meanwhile():
    calls, _ = calls_of()
    begun, ended = threading.Event(), threading.Event()

    def slow(control):
        begun.set()
        assert ended.wait(SECONDS)

    async def ask():
        waiting = asyncio.create_task(calls.run(Client(), slow))
        while not begun.is_set():
            await asyncio.sleep(0.005)
        ended.set()
        await waiting

    asyncio.run(ask())


def test_who_goes_away_frees_the_place():
    calls, queue = calls_of()

    async def ask():
        client = Client()
        waiting = asyncio.create_task(calls.run(client, endless))
        await asyncio.sleep(0.05)
        assert queue.size == 1
        client.gone = True
        with pytest.raises(ApiError) as caught:
            await waiting
        assert caught.value.code == "client_gone"
        while queue.size:
            await asyncio.sleep(0.005)

    asyncio.run(asyncio.wait_for(ask(), SECONDS))


def test_a_call_that_is_given_up_by_the_server_frees_the_place_too():
    calls, queue = calls_of()

    async def ask():
        waiting = asyncio.create_task(calls.run(Client(), endless))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        while queue.size:
            await asyncio.sleep(0.005)

    asyncio.run(asyncio.wait_for(ask(), SECONDS))


def test_the_time_runs_while_a_call_waits():
    calls, queue = calls_of(seconds=0.3)

    async def ask():
        waiting = [asyncio.create_task(calls.run(Client(), endless)) for _ in range(4)]
        for each in waiting:
            with pytest.raises(ApiError) as caught:
                await each
            assert (caught.value.status, caught.value.code) == (504, "timed_out")
        while queue.size:
            await asyncio.sleep(0.005)

    asyncio.run(asyncio.wait_for(ask(), SECONDS))


def test_nobody_waits_for_a_server_that_is_being_stopped():
    stopping = threading.Event()
    calls, _ = calls_of(is_stopping=stopping.is_set)

    async def ask():
        waiting = asyncio.create_task(calls.run(Client(), endless))
        await asyncio.sleep(0.05)
        stopping.set()
        with pytest.raises(ApiError) as caught:
            await waiting
        assert (caught.value.status, caught.value.code) == (503, "stopping")

    asyncio.run(asyncio.wait_for(ask(), SECONDS))


def test_there_is_room_for_so_many():
    calls, _ = calls_of(most=1)

    async def ask():
        client = Client()
        waiting = asyncio.create_task(calls.run(client, endless))
        await asyncio.sleep(0.05)
        with pytest.raises(ApiError, match="1 requests here already"):
            await calls.run(Client(), endless)
        client.gone = True
        with pytest.raises(ApiError):
            await waiting

    asyncio.run(asyncio.wait_for(ask(), SECONDS))
