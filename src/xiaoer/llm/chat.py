"""A model behind an OpenAI-compatible endpoint: one request, streamed, in time, of bounded size."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import anyio
import httpx2
import structlog
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import ModelAPIError, ModelConnectionError, ModelHTTPError, UserError
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.settings import ModelSettings
from typing_extensions import override

from xiaoer.domain.llm import (
    Brief,
    Call,
    Found,
    FromCustomer,
    FromUs,
    Gone,
    Heard,
    LanguageModel,
    ModelGone,
    Said,
    Tool,
    Usage,
)
from xiaoer.llm.makers import opened

MOST_BYTES = 2_000_000  # of an answer as it comes over the wire
LONGEST = 20_000  # characters of text in it
MOST_CALLS = 16
THOUGHTS = 2_000  # tokens more where it may think first: they count as its answer's
CONNECT_S = 3.0
Thinking = Literal["off", "minimal", "low", "medium", "high"]
_REFUSED = frozenset({400, 401, 402, 403, 404, 405, 413, 422})
_BUSY = 429
_ENDS = frozenset({"stop", "tool_calls", "function_call", "length"})
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`url` empty: where the maker usually is. `region`: a label of the operator's, for the record."""

    maker: str
    model: str
    url: str = ""
    key: str = field(default="", repr=False)
    region: str = ""
    thinking: Thinking = "off"


class ChatModel(LanguageModel):
    """Errors and logs name the endpoint and a status, never what was said or the key."""

    def __init__(self, endpoint: Endpoint, *, http: httpx2.AsyncClient) -> None:
        provider = opened(endpoint.maker, endpoint.url, endpoint.key, http)
        self._model = OpenAIChatModel(endpoint.model, provider=provider)
        self._thinking = endpoint.thinking
        self._written: tuple[tuple[Tool, ...], dict[str, Any]] = ((), {})
        place = urlsplit(str(self._model.base_url))
        self._name = f"{endpoint.model}@{place.hostname}"

    @property
    @override
    def name(self) -> str:
        return self._name

    @override
    async def ask(self, brief: Brief, *, within_s: float, heard: Heard | None = None) -> Said:
        try:
            with anyio.fail_after(within_s):
                return await self._streamed(brief, heard, within_s)
        except TimeoutError as late:
            raise ModelGone(Gone.SLOW) from late
        except ModelGone:
            raise
        except ModelHTTPError as no:
            raise ModelGone(_why(no.status_code), after_s=no.retry_after, status=no.status_code) from no
        except ModelConnectionError as no:
            raise ModelGone(Gone.UNREACHED if no.phase == "connect" else Gone.BROKEN) from no
        except UserError as wrong:  # a request that this model cannot take at all
            raise ModelGone(Gone.REFUSED) from wrong
        except (ModelAPIError, httpx2.HTTPError) as no:
            raise ModelGone(Gone.BROKEN) from no
        except Exception as odd:  # an answer can break what reads it in any way: it is then no answer
            _log.warning("model_unreadable", model=self.name, error=type(odd).__name__)
            raise ModelGone(Gone.BROKEN) from odd

    async def _streamed(self, brief: Brief, heard: Heard | None, within_s: float) -> Said:
        long = 0
        settings = ModelSettings(
            max_tokens=brief.most_tokens + (0 if self._thinking == "off" else THOUGHTS),
            thinking=False if self._thinking == "off" else self._thinking,
            timeout=within_s,
            max_retries=0,
            extra_body=self._tools(brief.tools),
        )
        async with model_request_stream(self._model, _messages(brief), model_settings=settings) as stream:
            async for event in stream:
                piece = _text_in(event)
                long += len(piece)
                if long > LONGEST:
                    raise ModelGone(Gone.BROKEN)
                if piece and heard is not None and not heard(piece):
                    return _said(stream.get(), whole=False)
            return _finished(stream.get())

    def _tools(self, tools: tuple[Tool, ...]) -> dict[str, Any]:
        """As they stand in a request. Written once: they are the same in every turn, and to have the
        libraries write forty schemas anew took 16 ms of each request.
        """
        if self._written[0] is not tools:
            self._written = (tools, {"tools": [_tool(tool) for tool in tools]} if tools else {})
        return self._written[1]


def open_http() -> httpx2.AsyncClient:
    """One for all endpoints of a process; whoever opens it closes it."""
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=20)
    timeout = httpx2.Timeout(60.0, connect=CONNECT_S)  # each request has its own, and an end as a whole
    transport = _Bounded(httpx2.AsyncHTTPTransport(limits=limits))
    return httpx2.AsyncClient(transport=transport, timeout=timeout, follow_redirects=False)


class _Bounded(httpx2.AsyncBaseTransport):
    """No answer is longer than MOST_BYTES, whatever it says of itself."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        response.stream = _BoundedStream(cast(httpx2.AsyncByteStream, response.stream))
        return response

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


class _BoundedStream(httpx2.AsyncByteStream):
    """No generator: who stops listening closes it while the next piece is still being waited for."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner
        self._pieces = aiter(inner)
        self._left = MOST_BYTES

    @override
    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = await anext(self._pieces)
        self._left -= len(piece)
        if self._left < 0:
            raise httpx2.ReadError("longer than any answer")
        return piece

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


def _why(status: int) -> Gone:
    if status == _BUSY:
        return Gone.BUSY
    return Gone.REFUSED if status in _REFUSED else Gone.BROKEN


def _tool(tool: Tool) -> dict[str, Any]:
    told = {"name": tool.name, "description": tool.about, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": told}


def _messages(brief: Brief) -> list[ModelMessage]:
    """In the order they were said: two of one kind in a row are one message of several parts."""
    made: list[ModelMessage] = []
    for line in brief.lines:
        match line:
            case FromCustomer(text):
                _add_request(made, UserPromptPart(text), brief)
            case Found(call, text):
                _add_request(made, ToolReturnPart(call.name, text, call.id), brief)
            case FromUs(text, calls):
                said = [TextPart(text)] if text else []
                asked = [ToolCallPart(call.name, dict(call.args or {}), call.id) for call in calls]
                made.append(ModelResponse(parts=[*said, *asked]))
    return made


def _add_request(made: list[ModelMessage], part: UserPromptPart | ToolReturnPart, brief: Brief) -> None:
    if made and isinstance(made[-1], ModelRequest):
        made[-1] = ModelRequest(parts=[*made[-1].parts, part], instructions=brief.standing)
    else:
        made.append(ModelRequest(parts=[part], instructions=brief.standing))


def _text_in(event: object) -> str:
    match event:
        case PartStartEvent(part=TextPart(content=text)):
            return text
        case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
            return text
        case _:
            return ""


def _finished(response: ModelResponse) -> Said:
    """Only what the endpoint itself says is finished is an answer: half of one is none."""
    ended = str((response.provider_details or {}).get("finish_reason", "")).lower()  # as it came, not guessed
    if ended == "content_filter":
        raise ModelGone(Gone.REFUSED)
    if ended not in _ENDS:
        raise ModelGone(Gone.BROKEN)
    said = _said(response, whole=ended != "length")
    if not said.text.strip() and not said.calls:
        raise ModelGone(Gone.BROKEN)
    return said


def _said(response: ModelResponse, *, whole: bool) -> Said:
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    usage = response.usage
    return Said(
        text="".join(part.content for part in response.parts if isinstance(part, TextPart)),
        calls=tuple(Call(part.tool_call_id, part.tool_name, _args(part)) for part in calls[:MOST_CALLS]),
        usage=Usage(sent=usage.input_tokens, cached=usage.cache_read_tokens, made=usage.output_tokens),
        whole=whole,
    )


def _args(part: ToolCallPart) -> Mapping[str, Any] | None:
    try:
        return part.args_as_dict(raise_if_invalid=True)
    except (ValueError, AssertionError):
        return None
