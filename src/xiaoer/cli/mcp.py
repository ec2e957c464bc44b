"""`xiaoer mcp`: agents of customers ask over the Model Context Protocol."""

import socket
import sys
from typing import Annotated

import structlog
import typer
import uvicorn
from typing_extensions import override

from xiaoer.app import open_app
from xiaoer.app.agents import need, token_for
from xiaoer.app.identity import identity_of
from xiaoer.cli.shared import Stop, customer_of, read_settings, run
from xiaoer.settings import Settings

IN_WHOSE_NAME = (
    "要有代表哪位顾客的令牌：设 XIAOER_MCP_TOKEN，或用 --as 邮箱；见 docs/zh/mcp.md\n"
    "Say in whose name: set XIAOER_MCP_TOKEN, or use --as EMAIL; see docs/mcp.md"
)


def mcp(
    *,
    as_: Annotated[
        str, typer.Option("--as", metavar="EMAIL", help="In the name of this customer / 以这位顾客的名义")
    ] = "",
    http: Annotated[bool, typer.Option("--http", help="Serve /mcp over HTTP / 用 HTTP 提供 /mcp")] = False,
    host: Annotated[str, typer.Option(help="Address, with --http / 监听地址")] = "",
    port: Annotated[int, typer.Option(help="Port, with --http / 端口", min=0, max=65535)] = 0,
) -> None:
    """Serve an agent over stdio, or agents over HTTP (MCP) / 让顾客的智能体来办事."""
    settings = read_settings()
    need()
    # Standard output is the protocol's.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if http:
        run(_over_http(settings, host or settings.host, port or settings.port))
    else:
        run(_over_stdio(settings, email=as_))


async def _over_stdio(settings: Settings, *, email: str) -> None:
    token = settings.mcp_token.get_secret_value()
    if not token and not email:
        raise Stop(IN_WHOSE_NAME)
    async with open_app(settings) as app:
        from xiaoer.app.mcp import over_stdio

        if email:
            token = await token_for(app, await customer_of(app, email))
        await over_stdio(app, identity_of(app, with_demo=False), token)


async def _over_http(settings: Settings, host: str, port: int) -> None:
    from xiaoer.app.mcp import door
    from xiaoer.channels.mcp.http import alone

    async with open_app(settings) as app:
        served = alone(door(app, identity_of(app, with_demo=False), with_demo=False))
        config = uvicorn.Config(
            served, host=host, port=port, log_level="warning", access_log=False, server_header=False
        )
        await _Server(config).serve()


class _Server(uvicorn.Server):
    """Says where it is, once an agent can reach it there."""

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = self.config.host, self.config.port
        if self.started:
            print(f"MCP: http://{f'[{host}]' if ':' in host else host}:{port}/mcp", flush=True)
