import json
import os
import signal
import subprocess
import sys
import time

import anyio
import pytest

from tests.mcp.helpers import PAGE, RUN, talk_to_program, text_of

# The fake model as a library may be that prints, and as slow as a real one.
NOISY = f"""
import os, time
from toolkit.engines.fake import FakeEngine
from toolkit.pipeline import engine_pool

def answer(prompt):
    print("a line of a library")
    os.write(1, b"and what its C code prints\\n")
    time.sleep(0.05)
    return "The minister presented his plan."

engine_pool.load_engine = lambda *_, **__: FakeEngine(answer)
{RUN}
"""
LONG = "".join(f"Le ministre a promis {number} emplois aux députés.\n" for number in range(400))
FAKE = ("--model", "fake", "--no-cache")
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def call(number, tool, **arguments):
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


@pytest.fixture
def program(tmp_path):
    """`toolkit mcp`, with its pipes."""
    started = []

    def start(*arguments, code=RUN):
        process = subprocess.Popen(
            [sys.executable, "-c", code, "mcp", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": ""},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            process.kill()


def send(process, *messages):
    for message in messages:
        process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()


def receive(process, number):
    """The answer to that request; all lines before it are messages as well."""
    while True:
        message = json.loads(process.stdout.readline())
        if message.get("id") == number:
            return message


def ended(process):
    """The exit code, and what was written to the end."""
    out, err = process.communicate(timeout=20)
    assert b"Traceback" not in err
    return process.returncode, out, err.decode()


def test_a_client_has_a_real_model_work_on_text_and_files(converted, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/page.txt").write_text(PAGE)
    seen = []

    async def conversation(client):
        async def note(progress, total, message):
            seen.append(message)

        names = [tool.name for tool in (await client.list_tools()).tools]
        results = {}
        for name in names:
            for page in ({"text": PAGE}, {"path": "page.txt"}):
                # What the random model writes can't be summarized.
                asked = {**page, "target": "fr"} if name == "summarize" else page
                result = await client.call_tool(name, asked, progress_callback=note)
                assert not result.is_error, text_of(result)
                results.setdefault(name, []).append(result.structured_content)
        return results

    model = ("--model", converted("marian"), "--summarizer", "lead-3")
    results = talk_to_program(conversation, *model, "--allow", tmp_path / "pages")
    assert list(results) == ["clean", "translate", "summarize"]
    for on_text, on_file in results.values():
        assert on_file["name"] == str(tmp_path / "pages/page.txt")
        assert {**on_file, "name": "text"}.keys() == on_text.keys()
    translated, again = results["translate"]
    assert translated["text"] == again["text"] != ""
    assert results["summarize"][0]["summary"]["statements"][0]["evidence"]
    assert "loading the model" in seen
    assert "translating: 3 of 3" in seen


def test_only_files_in_allowed_folders_are_read(tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "secret.txt").write_text(PAGE)
    (tmp_path / "pages/link.txt").symlink_to(tmp_path / "secret.txt")
    odd = tmp_path / "pages" / os.fsdecode(b"\xff.txt")
    odd.write_text(PAGE)
    (tmp_path / "pages/odd.txt").symlink_to(odd)
    (tmp_path / "pages/huge.txt").write_bytes(b"a" * 20_000_001)
    (tmp_path / "pages/photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0")
    refused = {
        str(tmp_path / "secret.txt"): "outside of the folders",
        "../secret.txt": "outside of the folders",
        "link.txt": "outside of the folders",
        "missing.txt": "no such file",
        "odd.txt": "a name that is not UTF-8",
        "huge.txt": "larger than 20 MB",
        "photo.txt": "is an image",
    }

    async def conversation(client):
        return {path: await client.call_tool("clean", {"path": path}) for path in refused}

    results = talk_to_program(conversation, *FAKE, "--allow", tmp_path / "pages", cwd=tmp_path)
    for path, said in refused.items():
        assert results[path].is_error
        assert said in text_of(results[path])


def test_without_a_model_the_client_is_told_what_to_type():
    async def conversation(client):
        return await client.call_tool("translate", {"text": PAGE})

    result = talk_to_program(conversation)
    assert result.is_error
    assert "type: toolkit models pull" in text_of(result)


def test_what_libraries_print_is_kept_out_of_the_protocol(program):
    process = program(*FAKE, code=NOISY)
    send(process, HELLO, READY, call(2, "translate", text=PAGE))
    receive(process, 1)
    assert not receive(process, 2)["result"].get("isError")
    code, out, err = ended(process)
    assert (code, out) == (0, b"")
    assert "a line of a library" in err
    assert "and what its C code prints" in err


@pytest.mark.parametrize("said", [[], [HELLO, READY], [HELLO, READY, call(2, "clean", text=PAGE)]])
def test_it_ends_when_the_client_closes_its_end(program, said):
    process = program(*FAKE)
    send(process, *said)
    if said:
        receive(process, said[-1].get("id", 1))
    assert ended(process) == (0, b"", "")


def test_it_ends_at_once_in_the_middle_of_work(program):
    process = program(*FAKE, code=NOISY)
    send(process, HELLO, READY, call(2, "translate", text=LONG))
    receive(process, 1)
    time.sleep(1)
    started = time.monotonic()
    code, out, _ = ended(process)
    assert code == 0
    assert time.monotonic() - started < 5
    for line in out.splitlines():
        json.loads(line)


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once(program, number, expected):
    process = program(*FAKE)
    send(process, HELLO)
    receive(process, 1)
    process.send_signal(number)
    assert process.wait(timeout=20) == expected


def test_a_client_that_stops_reading_is_no_fault(program):
    process = program(*FAKE)
    send(process, HELLO, READY)
    receive(process, 1)
    process.stdout.close()
    send(process, {"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
    process.stdin.close()
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == b""


def test_lines_that_are_no_messages_are_passed_over(program):
    process = program(*FAKE)
    process.stdin.write(b"no json\n\xff\xfe\n{}\n[1]\n\n")
    send(process, HELLO, READY, call(2, "clean", text=PAGE))
    assert receive(process, 1)["result"]["serverInfo"]["name"] == "toolkit"
    assert "Le ministre" in receive(process, 2)["result"]["structuredContent"]["text"]
    assert ended(process)[0] == 0


def test_a_text_that_was_cut_within_a_character_is_refused(program):
    process = program(*FAKE)
    send(process, HELLO, READY, call(2, "clean", text=f"{PAGE}\ud83d"))
    assert "half of a character" in receive(process, 2)["error"]["message"]
    assert ended(process)[0] == 0


def test_two_calls_run_at_once_after_one_was_cancelled():
    async def conversation(client):
        results = {}

        async def ask(name, text):
            results[name] = await client.call_tool("translate", {"text": text})

        with anyio.move_on_after(2):
            await ask("long", LONG)
        async with anyio.create_task_group() as group:
            for name in ("one", "other"):
                group.start_soon(ask, name, PAGE)
        return results

    results = talk_to_program(conversation, *FAKE, code=NOISY)
    assert results.keys() == {"one", "other"}
    assert not any(result.is_error for result in results.values())


def test_help_says_how_a_client_starts_it(run):
    code, out, _ = run("mcp", "--help")
    assert code == 0
    assert '"toolkit": {"command": "toolkit", "args": ["mcp", "--allow", "FOLDER"]}' in out


def test_without_the_extra_there_is_a_line_that_says_what_to_install(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp", None)
    code, out, err = run("mcp")
    assert (code, out) == (2, "")
    assert err == (
        "toolkit: toolkit mcp needs the package mcp; type: pip install 'toolkit-fr-en[mcp]'\n"
    )


def test_a_folder_that_is_not_there_can_not_be_allowed(run):
    code, _, err = run("mcp", "--allow", "missing")
    assert (code, err) == (2, "toolkit: --allow missing: there is no such folder\n")


def test_a_closed_stream_is_told(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    code, _, err = run("mcp")
    assert (code, "needs both standard input and output" in err) == (2, True)
