"""The protocol: calls of a client to threads of the worker, and answers and progress back."""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, get_args

import anyio
import anyio.to_thread
from mcp import MCPError
from mcp.server import Server, ServerRequestContext
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    TextContent,
    TextResourceContents,
)

from toolkit import __version__
from toolkit.errors import LanguageError, ToolkitError
from toolkit.mcp.requests import Code, parsed
from toolkit.mcp.stdio import serve_streams
from toolkit.mcp.steps import CancelledError, Steps
from toolkit.mcp.tools import OFFERS, UNTRUSTED, Offer
from toolkit.mcp.worker import Worker
from toolkit.text import one_line

AT_ONCE = 4  # calls; others wait
TOLD_EVERY_S = 0.25
JSON = "application/json"
Context = ServerRequestContext[Any]


def serve(worker: Worker, *, on_fault: Callable[[Exception], None]) -> None:
    """Answer the client at standard input and output until it goes away.

    Meanwhile, and afterwards, whatever else is written to standard output goes to standard error.
    `on_fault` receives exceptions that are faults of ours.
    """
    try:
        anyio.run(serve_streams, create_server(worker, on_fault=on_fault))
    except* ConnectionError:  # it went away, through whatever it was connected
        pass
    finally:
        os.dup2(2, 1)  # a library may have left something in a buffer


def create_server(worker: Worker, *, on_fault: Callable[[Exception], None]) -> Server[Any]:
    """The tools, and the listings of the open folders as resources."""
    # A call that was cancelled is one of these until its thread has noticed.
    threads = ThreadPoolExecutor(AT_ONCE, "call")
    roots = {root.as_uri(): root for root in worker.folders.roots}

    async def list_tools(context: Context, asked: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[offer.described(name) for name, offer in OFFERS.items()])

    async def call_tool(context: Context, asked: CallToolRequestParams) -> CallToolResult:
        offer = OFFERS.get(asked.name)
        if offer is None:
            names = ", ".join(OFFERS)
            raise MCPError(INVALID_PARAMS, f"there is no tool '{asked.name}' (there are: {names})")
        steps, finished = Steps(), anyio.Event()
        work = partial(_answer, worker, offer, asked.arguments or {}, steps, on_fault)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_tell, context, steps, finished)
                result = await asyncio.wrap_future(threads.submit(work))
                finished.set()
        finally:
            steps.cancel()
        return result

    async def list_resources(
        context: Context, asked: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        return ListResourcesResult(
            resources=[
                Resource(
                    uri=uri,
                    name=root.name or uri,
                    description="The files in this folder that the tools can read, with their "
                    "sizes in bytes; `path` may be given as it is here",
                    mime_type=JSON,
                )
                for uri, root in roots.items()
            ]
        )

    async def read_resource(
        context: Context, asked: ReadResourceRequestParams
    ) -> ReadResourceResult:
        root = roots.get(str(asked.uri))
        if root is None:
            raise MCPError(INVALID_PARAMS, f"there is no resource '{asked.uri}'")
        found, more = await anyio.to_thread.run_sync(worker.folders.listing, root)
        files = [{"path": path, "bytes": size} for path, size in found]
        text = json.dumps({"files": files, "more": more}, indent=1)
        contents = TextResourceContents(uri=asked.uri, text=text, mime_type=JSON)
        return ReadResourceResult(contents=[contents])

    return Server(
        "toolkit",
        version=__version__,
        title="French news in English",
        instructions="Cleans scraped French news pages, translates and summarizes them with models "
        f"on the user's machine, and says which sentences are doubtful. {UNTRUSTED}",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
    )


async def _tell(context: Context, steps: Steps, finished: anyio.Event) -> None:
    """Now and then how far a call is, and where it ended."""
    told = -1
    while True:
        over, step = finished.is_set(), steps.latest
        if step.progress > told:
            told = step.progress
            await context.session.report_progress(*step)
        if over:
            return
        with anyio.move_on_after(TOLD_EVERY_S):
            await finished.wait()


def _answer(
    worker: Worker,
    offer: Offer,
    arguments: Mapping[str, Any],
    steps: Steps,
    on_fault: Callable[[Exception], None],
) -> CallToolResult:
    """Whatever goes wrong is an answer, too, in plain words."""
    try:
        answer, text = offer.run(worker, parsed(offer.request, arguments), steps)
        result = CallToolResult(
            content=[TextContent(text=text)],
            structured_content=answer.model_dump(mode="json"),
        )
        result.model_dump_json()  # one that can't be written would end the whole connection
        return result
    except CancelledError:
        return _failure("cancelled")
    except LanguageError as error:
        return _failure(f"{error}; {_ways_out(error)}")
    except ToolkitError as error:
        return _failure(str(error))
    except Exception as error:  # noqa: BLE001 - a client must not see a traceback
        on_fault(error)
        return _failure(f"this is a bug of the toolkit: {type(error).__name__}: {error}")


def _failure(message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=one_line(message))], is_error=True)


def _ways_out(error: LanguageError) -> str:
    known = f", and '{error.found}' as what it is" if error.found in get_args(Code) else ""
    return f"source '{error.expected}' takes it all the same{known}"
