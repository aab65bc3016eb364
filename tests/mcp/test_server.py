import json
import threading
import time

import anyio
import pytest
from mcp import MCPError

from tests.mcp.helpers import ENGLISH, PAGE, talk, text_of, worker_of
from toolkit.engines.fake import FakeEngine
from toolkit.errors import InputError
from toolkit.mcp.server import AT_ONCE, serve

MODES = pytest.mark.parametrize("mode", ["auto", "legacy"])
LONG = "".join(
    f"Le ministre a promis {number} emplois aux députés à Paris.\n" for number in range(99)
)


class Halting(FakeEngine):
    """Answers nothing before `go` is set, then slowly; `asked` are the texts that it was given."""

    def __init__(self):
        super().__init__(self._answer_later)
        self.go, self.begun, self.asked = threading.Event(), threading.Event(), []

    def _answer_later(self, text):
        self.asked.append(text)
        self.begun.set()
        assert self.go.wait(60)
        time.sleep(0.05)
        return ENGLISH


@MODES
def test_tools_are_listed_and_called(mode):
    async def conversation(client):
        listed = await client.list_tools()
        results = [await client.call_tool(each.name, {"text": PAGE}) for each in listed.tools]
        return {each.name: result for each, result in zip(listed.tools, results, strict=True)}

    results = talk(worker_of(), conversation, mode=mode)
    assert list(results) == ["clean", "translate", "summarize"]
    assert not any(result.is_error for result in results.values())
    assert text_of(results["clean"]).startswith("# Un plan pour Paris\n\nLe ministre")
    assert results["translate"].structured_content["text"] == f"{ENGLISH}\n\n{ENGLISH}"
    statement = results["summarize"].structured_content["summary"]["statements"][0]
    assert statement["evidence"][0]["source"] in PAGE
    assert statement["text"] in text_of(results["summarize"])


@MODES
def test_progress_arrives_and_ends_where_the_work_does(mode):
    seen = []

    async def conversation(client):
        async def note(progress, total, message):
            seen.append((progress, total, message))

        await client.call_tool("translate", {"text": PAGE}, progress_callback=note)
        await anyio.sleep(0.05)  # each note is a task of the client

    talk(worker_of(), conversation, mode=mode)
    assert seen[-1][2] == "translating: 3 of 3"
    assert [progress for progress, *_ in seen] == sorted({progress for progress, *_ in seen})


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("clean", {"path": "/etc/passwd"}, "no folder is open to this server"),
        ("translate", {"text": " "}, "text: is empty"),
        ("translate", {"text": ENGLISH, "cleaned": True}, "and 'en' as what it is"),
        ("clean", {"text": "Der Minister stellte den Plan in Berlin vor.\n" * 3}, "looks German"),
        ("summarize", {"text": PAGE, "length": "epic"}, "length: Input should be"),
        ("summarize", {"text": PAGE, "depth": 3}, "there is no argument 'depth'"),
    ],
)
def test_what_can_not_be_done_is_told_in_plain_words(tool, arguments, said):
    async def conversation(client):
        return await client.call_tool(tool, arguments)

    faults = []
    result = talk(worker_of(), conversation, faults=faults)
    assert result.is_error
    assert said in text_of(result)
    assert "\n" not in text_of(result)
    assert faults == []


def test_a_fault_of_ours_is_named_without_a_traceback_and_the_next_call_works():
    def answer(prompt):
        if "1 200" in prompt:
            raise ZeroDivisionError("by chance")
        return ENGLISH

    async def conversation(client):
        failed = await client.call_tool("translate", {"text": PAGE})
        return failed, await client.call_tool("translate", {"text": LONG})

    faults = []
    failed, done = talk(worker_of(answer), conversation, faults=faults)
    assert text_of(failed) == "this is a bug of the toolkit: ZeroDivisionError: by chance"
    assert [str(each) for each in faults] == ["by chance"]
    assert not done.is_error


def test_an_answer_that_no_message_can_hold_is_a_fault_of_ours(monkeypatch):
    monkeypatch.setattr("toolkit.mcp.worker.render_translation", lambda *_: "\ud83d")

    async def conversation(client):
        return await client.call_tool("translate", {"text": PAGE})

    faults = []
    result = talk(worker_of(), conversation, faults=faults)
    assert result.is_error
    assert text_of(result).startswith("this is a bug of the toolkit: PydanticSerializationError")
    assert len(faults) == 1


def test_a_refusal_is_one_line_whatever_it_quotes(tmp_path):
    async def conversation(client):
        return await client.call_tool("clean", {"path": "a\nb\x1b[31m.txt"})

    said = text_of(talk(worker_of(folders=[tmp_path]), conversation))
    assert said == "a b\\x1b[31m.txt: there is no such file in the folders that are open"


def test_a_connection_that_is_reset_is_no_fault(monkeypatch):
    def run(*_):
        raise ExceptionGroup("", [ConnectionResetError()])

    monkeypatch.setattr("toolkit.mcp.server.anyio.run", run)
    monkeypatch.setattr("toolkit.mcp.server.os.dup2", lambda *_: None)
    serve(worker_of(), on_fault=print)


def test_an_unknown_tool_is_a_fault_of_the_client():
    async def conversation(client):
        with pytest.raises(MCPError, match="there is no tool 'delete'"):
            await client.call_tool("delete", {})

    talk(worker_of(), conversation)


@MODES
def test_a_call_that_is_cancelled_asks_the_model_nothing_more(mode):
    engine = Halting()

    async def conversation(client):
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "translate", {"text": LONG})
            await anyio.to_thread.run_sync(engine.begun.wait, 60)
            group.cancel_scope.cancel()
        await client.list_tools()  # so that the cancellation has arrived
        engine.go.set()
        result = await client.call_tool("translate", {"text": "Il pleut.", "cleaned": True})
        asked = 0
        while asked != len(engine.asked):
            asked = len(engine.asked)
            await anyio.sleep(0.5)
        return result

    result = talk(worker_of(engine=engine), conversation, mode=mode)
    assert not result.is_error
    assert len(engine.asked) < 50


def test_a_call_that_was_cancelled_counts_until_it_ends(monkeypatch):
    go, running = threading.Event(), []

    def judge(*_, **__):
        running.append(1)
        assert go.wait(60)
        raise InputError("too late")

    monkeypatch.setattr("toolkit.mcp.worker.judge", judge)

    async def conversation(client):
        for number in range(AT_ONCE + 2):
            async with anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "clean", {"text": PAGE})
                with anyio.move_on_after(0.3 if number >= AT_ONCE else 30):
                    while len(running) <= number:
                        await anyio.sleep(0.01)
                group.cancel_scope.cancel()
            await client.list_tools(cache_mode="refresh")  # so that the cancellation has arrived
        go.set()

    talk(worker_of(), conversation)
    assert len(running) == AT_ONCE


def test_calls_run_at_once_and_each_gets_its_own():
    def answer(prompt):
        return "It rains." if "pleut" in prompt else "It snows."

    async def conversation(client):
        results = {}

        async def call(number):
            word = "pleut" if number % 2 else "neige"
            arguments = {"text": f"Il {word}. " * 20, "cleaned": True}
            results[number] = await client.call_tool("translate", arguments)

        async with anyio.create_task_group() as group:
            for number in range(12):
                group.start_soon(call, number)
        return results

    results = talk(worker_of(answer), conversation)
    for number, result in results.items():
        word = "rains" if number % 2 else "snows"
        assert result.structured_content["text"] == " ".join([f"It {word}."] * 20)


def test_the_server_answers_while_it_works():
    engine = Halting()

    async def conversation(client):
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(client.call_tool, "translate", {"text": PAGE})
            await anyio.to_thread.run_sync(engine.begun.wait, 60)
            listed = await client.list_tools(cache_mode="refresh")
            engine.go.set()
        return listed

    assert len(talk(worker_of(engine=engine), conversation).tools) == 3


def test_open_folders_are_listed_as_resources(tmp_path):
    (tmp_path / "pages à lire").mkdir()
    (tmp_path / "pages à lire/a.txt").write_text(PAGE)

    async def conversation(client):
        (resource,) = (await client.list_resources()).resources
        (contents,) = (await client.read_resource(resource.uri)).contents
        (listed,) = json.loads(contents.text)["files"]
        cleaned = await client.call_tool("clean", {"path": listed["path"]})
        with pytest.raises(MCPError, match="there is no resource"):
            await client.read_resource("file:///etc/passwd")
        return resource, listed, cleaned

    worker = worker_of(folders=[tmp_path / "pages à lire"])
    resource, listed, cleaned = talk(worker, conversation)
    assert resource.name == "pages à lire"
    assert listed == {"path": "a.txt", "bytes": len(PAGE.encode())}
    assert not cleaned.is_error
