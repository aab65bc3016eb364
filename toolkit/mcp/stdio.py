"""Standard input and output as the two streams of a server."""

import json
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from mcp.server import Server
from mcp.server.stdio import stdio_server
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from mcp.types import PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

Incoming = SessionMessage | Exception


async def serve_streams(server: Server[Any]) -> None:
    """Until the client closes its end."""
    send, receive = anyio.create_memory_object_stream[Incoming](0)
    async with stdio_server() as (incoming, outgoing), anyio.create_task_group() as group:
        group.start_soon(_pass_on, incoming, send, outgoing)
        await server.run(receive, outgoing, server.create_initialization_options())


async def _pass_on(
    incoming: ReadStream[Incoming],
    send: MemoryObjectSendStream[Incoming],
    outgoing: WriteStream[SessionMessage],
) -> None:
    """The messages that can be read. A request that can't be is answered here: the library passes
    over it, and whoever sent it would wait for ever.
    """
    async with send:
        async for message in incoming:
            refusal = refused(message) if isinstance(message, ValidationError) else None
            if refusal is None:
                await send.send(message)
            else:
                await outgoing.send(SessionMessage(refusal))


def refused(error: ValidationError) -> JSONRPCError | None:
    """The answer to a line that is no JSON to the library, but is to more lenient clients, which
    send half of a character where a text was cut within one; None where nobody waits for it.
    """
    fault = error.errors()[0]
    try:
        request = json.loads(fault["input"])
    except (TypeError, ValueError, RecursionError):
        return None
    if not (isinstance(request, dict) and "method" in request):
        return None
    number = request.get("id")
    if not isinstance(number, str | int):
        return None
    said = "a text in it holds half of a character, such as \\ud83d; cut it between characters"
    return JSONRPCError(jsonrpc="2.0", id=number, error=ErrorData(code=PARSE_ERROR, message=said))
