"""The MCP channel over an open app. Needs the extra: only app/agents.py and `xiaoer mcp` import it."""

from xiaoer.app.house import App
from xiaoer.app.identity import sign_in_of, tokens_of
from xiaoer.channels.mcp import stdio
from xiaoer.channels.mcp.articles import Articles
from xiaoer.channels.mcp.asking import Asking
from xiaoer.channels.mcp.counter import McpCounter, TokenOf
from xiaoer.channels.mcp.http import Door, token_in_header
from xiaoer.channels.mcp.visitors import Visitors
from xiaoer.guard.identity import Identity

AUDIENCE = "xiaoer-mcp"  # of a token the shop signs for its customer's agent: no web route takes it
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - to be told from a name


def door(app: App, identity: Identity, *, with_demo: bool) -> Door:
    """The HTTP transport."""
    counter = _counter(app, identity, token_in_header, with_demo=with_demo)
    own = [app.settings.host] if app.settings.host not in _EVERYWHERE else []
    return Door(
        server=counter.server(),
        visitors=counter.visitors,
        hosts=[*own, *app.settings.mcp_hosts],
        origins=app.settings.allowed_origins,
    )


async def over_stdio(app: App, identity: Identity, token: str) -> None:
    """Serve the agent at standard input, which asks with this one token, until it hangs up."""
    await stdio.serve(_counter(app, identity, lambda _: token, with_demo=False).server())


def _counter(app: App, identity: Identity, token_of: TokenOf, *, with_demo: bool) -> McpCounter:
    clock = app.clerk.clock
    signed = [sign_in_of(app, AUDIENCE, with_demo=with_demo), identity.sign_in]
    visitors = Visitors(
        conversations=app.house.conversations,
        tokens=[tokens_of(app), identity.tokens],
        sign_ins=[sign_in for sign_in in signed if sign_in is not None],
        shop=app.house.shop,
        tries=app.house.tries,
        policy=app.policy,
        clock=clock,
    )
    return McpCounter(
        asking=Asking(clerk=app.clerk, confirm_url=app.settings.customer_page),
        articles=Articles(current=app.knowledge.current, clock=clock),
        visitors=visitors,
        token_of=token_of,
    )
