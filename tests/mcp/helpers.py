"""Servers to talk to with the client of the `mcp` package."""

import os
import sys

import anyio
from mcp import Client, StdioServerParameters

from toolkit.engines.fake import FakeEngine
from toolkit.mcp.folders import Folders
from toolkit.mcp.server import create_server
from toolkit.mcp.worker import Worker
from toolkit.settings import make_settings

PAGE = (
    "Accueil\nUn plan pour Paris\n"
    "Le ministre présente jeudi son plan devant les députés réunis à Paris.\n"
    "Il a promis 1 200 emplois avant la fin de l'année, selon son entourage.\n"
    "Partager\n"
)
ENGLISH = "The minister presented his plan to members of parliament in Paris on Thursday."
PATIENCE_S = 120  # a client waits for ever for a server that is gone
RUN = "from toolkit.cli.main import run; run()"


def worker_of(answer=lambda prompt: ENGLISH, *, folders=(), family="causal", engine=None):
    """One whose only engine gives `answer` of a prompt."""
    settings = make_settings("own", cache=False, glossary="none", lexicon=False, max_tries=1)
    return Worker(
        settings,
        Folders.allowed(folders),
        tell=lambda message: None,
        engines={"own": engine or FakeEngine(answer, family=family)},
    )


def talk(worker, conversation, *, faults=None, mode="auto"):
    """What `conversation`, an async function, makes of a client of a server in this process."""

    async def run():
        noted = [] if faults is None else faults
        async with Client(create_server(worker, on_fault=noted.append), mode=mode) as client:
            return await conversation(client)

    return anyio.run(run)


def talk_to_program(conversation, *arguments, code=RUN, cwd=None, mode="auto"):
    """The same with `toolkit mcp` as a program of its own."""

    async def run():
        program = StdioServerParameters(
            command=sys.executable,
            args=["-c", code, "mcp", *map(str, arguments)],
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=cwd,
        )
        with anyio.fail_after(PATIENCE_S):
            async with Client(program, mode=mode) as client:
                return await conversation(client)

    return anyio.run(run)


def text_of(result):
    (content,) = result.content
    return content.text
