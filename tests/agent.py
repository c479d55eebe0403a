"""An agent: the protocol's own client, over the pipes of a real `triage mcp`."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from program import SCRIPT, Program


class Said(NamedTuple):
    """What a tool answered: its text, its structured content, and whether that is an error."""

    text: str
    values: dict[str, Any]
    is_error: bool


class Agent:
    """A client that is connected."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def __call__(self, tool: str, **arguments: Any) -> Said:
        """Call a tool, whatever it answers."""
        result = await self.client.call_tool(tool, arguments)
        (content,) = result.content
        return Said(content.text, result.structured_content, bool(result.is_error))

    async def does(self, tool: str, **arguments: Any) -> Said:
        """Call a tool that succeeds."""
        said = await self(tool, **arguments)
        assert not said.is_error, said.text
        return said

    async def record(self, *items: Any, **arguments: Any) -> Said:
        """Record items."""
        return await self.does("record", items=list(items), **arguments)


Conversation = Callable[[Agent], Awaitable[Any]]


def talk(triage: Program, conversation: Conversation, *options: str, mode: str = "auto") -> Any:
    """Hold a conversation with a server of its own; nothing may be said beside the protocol."""
    return anyio.run(aside, triage, conversation, options, mode)


async def aside(
    triage: Program, conversation: Conversation, options: tuple[str, ...] = (), mode: str = "auto"
) -> Any:
    """The same, where others are held at the same time."""
    server = StdioServerParameters(
        command=str(SCRIPT), args=["mcp", *options], cwd=triage.work, env=triage.environment
    )
    return await meet(triage, server, conversation, mode)


async def meet(
    triage: Program, server: StdioServerParameters, conversation: Conversation, mode: str = "auto"
) -> Any:
    """Hold a conversation with a server that is started so."""
    errors = triage.home / "mcp.err"
    with errors.open("w") as file:
        async with Client(stdio_client(server, file), mode=mode) as client:
            found = await conversation(Agent(client))
    assert errors.read_text() == ""
    return found


def listed(tools: Any) -> str:
    """The list of tools as the client gets it, in JSON."""
    value = [tool.model_dump(by_alias=True, exclude_none=True) for tool in tools]
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_json(value: Any) -> str:
    """A value as a client shows it to a model."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "velvet-first-deploy"
