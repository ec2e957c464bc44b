"""The counter as a server of the Model Context Protocol: tools, their calls, articles."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    Annotations,
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
    Tool,
    ToolAnnotations,
)

from xiaoer import __version__
from xiaoer.actions.schema import ActionTool
from xiaoer.channels.mcp.answers import SCHEMA, is_error
from xiaoer.channels.mcp.articles import Articles, page_of, uri_of
from xiaoer.channels.mcp.asking import Asking
from xiaoer.channels.mcp.visitors import TooMany, Visitors
from xiaoer.channels.mcp.words import in_both, words
from xiaoer.domain.conversation import Conversation
from xiaoer.domain.knowledge import Article
from xiaoer.domain.ports import StoreDown
from xiaoer.domain.words import Language
from xiaoer.guard.identity import TokenRefused
from xiaoer.turn import where

Context = ServerRequestContext[Any, Any]
TokenOf = Callable[[Context], str]
NO_RESOURCE = -32002  # as the protocol had it first; clients of all its versions know it
P = TypeVar("P")
R = TypeVar("R")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class McpCounter:
    asking: Asking
    articles: Articles
    visitors: Visitors
    token_of: TokenOf  # of this very call: nothing is kept from one to the next

    def server(self) -> Server[Any]:
        return Server(
            "xiaoer",
            version=__version__,
            title="xiaoer 小二",
            instructions=in_both("instructions"),
            on_list_tools=_edge(self._list_tools),
            on_call_tool=_edge(self._call_tool),
            on_list_resources=_edge(self._list_resources),
            on_read_resource=_edge(self._read_resource),
        )

    async def _list_tools(self, ctx: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        """Needs a token too, but no store: the same for everybody."""
        self.visitors.who(self.token_of(ctx))
        return ListToolsResult(tools=[_tool(tool) for tool in self.asking.offered().values()])

    async def _call_tool(self, ctx: Context, params: CallToolRequestParams) -> CallToolResult:
        conversation = await self._conversation(ctx)
        told = await self.asking.ask(params.name, params.arguments or {}, conversation)
        # For a person, and for an agent that reads no structured content.
        content = [TextContent(text=told["text"]), TextContent(text=json.dumps(told, ensure_ascii=False))]
        return CallToolResult(content=[*content], structured_content=told, is_error=is_error(told))

    async def _list_resources(
        self, ctx: Context, params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        conversation = await self._conversation(ctx)
        articles = await self.articles.said_in(conversation.language)
        page, more = page_of(articles, params.cursor if params else None)
        return ListResourcesResult(resources=[_resource(article) for article in page], next_cursor=more)

    async def _read_resource(self, ctx: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        conversation = await self._conversation(ctx)
        article = await self.articles.at(str(params.uri))
        if article is None:
            raise MCPError(NO_RESOURCE, words(conversation.language)["no_article"])
        text = f"# {article.title}\n\n{article.body}"
        content = TextResourceContents(uri=uri_of(article), mime_type="text/markdown", text=text)
        return ReadResourceResult(contents=[content])

    async def _conversation(self, ctx: Context) -> Conversation:
        return await self.visitors.conversation_of(self.token_of(ctx))


def _edge(handler: Callable[[Context, P], Awaitable[R]]) -> Callable[[Context, P], Awaitable[R]]:
    """Where a break ends: file and line go to the log, the agent hears neither what broke nor of what."""

    async def guarded(ctx: Context, params: P) -> R:
        try:
            return await handler(ctx, params)
        except MCPError:
            raise
        except TokenRefused:
            raise _error(INVALID_REQUEST, "token") from None
        except TooMany:
            raise _error(INVALID_REQUEST, "too_fast") from None
        except StoreDown:
            raise _error(INTERNAL_ERROR, "store_down") from None
        except Exception as bug:  # noqa: BLE001 - the edge of the channel
            _log.error("mcp_broke", error=type(bug).__name__, at=where(bug))
            raise _error(INTERNAL_ERROR, "broken") from None

    return guarded


def _error(code: int, key: str) -> MCPError:
    """In both languages: whose they are is not known, or cannot be looked up."""
    return MCPError(code, in_both(key))


def _tool(tool: ActionTool) -> Tool:
    return Tool(
        name=tool.name,
        description=tool.about + (words(Language.EN)["proposes"] if tool.asks_first else ""),
        input_schema=dict(tool.parameters),
        output_schema=SCHEMA,
        annotations=ToolAnnotations(
            read_only_hint=tool.reads_only,
            destructive_hint=tool.asks_first,
            idempotent_hint=tool.reads_only,
            open_world_hint=False,
        ),
    )


def _resource(article: Article) -> Resource:
    return Resource(
        name=article.slug,
        uri=uri_of(article),
        title=article.title,
        mime_type="text/markdown",
        annotations=Annotations(last_modified=article.updated_at.isoformat().replace("+00:00", "Z")),
    )
