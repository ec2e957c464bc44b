"""The same over standard input and output, for an agent on this machine."""

from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server


async def serve(server: Server[Any]) -> None:
    """Until the agent hangs up. What is printed meanwhile goes to standard error, not into the protocol."""
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
