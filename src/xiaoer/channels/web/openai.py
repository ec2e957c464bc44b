"""xiaoer as a model of the OpenAI API: its SDKs and chat front ends talk to the counter.

The key is a customer's token. The counter keeps the talk: what a request says the model is to be, or has said
before, is not listened to.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import JSONResponse, Response, StreamingResponse

from xiaoer import __version__
from xiaoer.channels.web.access import GivenKey, Key, here, may_open, pace
from xiaoer.channels.web.counter import Front, GivenFront, GivenTurns
from xiaoer.channels.web.openai_answers import AGAIN_S, Told, told_to
from xiaoer.channels.web.openai_shapes import (
    MODEL,
    OPENAI,
    Completing,
    CompletionOut,
    ErrorsOut,
    ModelsOut,
    UsageOut,
)
from xiaoer.channels.web.problems import STATUS, Problem, Trouble, also, problem_json
from xiaoer.channels.web.said import ClientId
from xiaoer.channels.web.shapes import Opening, Saying
from xiaoer.channels.web.stream import BEAT
from xiaoer.channels.web.talk import begun, stored
from xiaoer.domain.conversation import Conversation, Message, State
from xiaoer.domain.ports import StoreDown
from xiaoer.domain.reply import Origin

COMPLETIONS = f"{OPENAI}/chat/completions"
FINGERPRINT = f"xiaoer-{__version__}"
_SENTENCE = re.compile(r".+?(?:[。！？!?]+|\.(?=\s)|\n+|\Z)", re.DOTALL)
_SSE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def _told(*troubles: Trouble) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, for OpenAPI."""
    by_status: dict[int | str, list[str]] = {"default": [Trouble.BROKE.value]}
    for trouble in (*troubles, Trouble.API_KEY, Trouble.STORE_DOWN):
        by_status.setdefault(STATUS[trouble], []).append(trouble.value)
    return {
        status: {"model": ErrorsOut, "description": " | ".join(keys)} for status, keys in by_status.items()
    }


router = APIRouter(prefix=OPENAI, tags=["openai"])


async def client_id_of(
    idempotency_key: Annotated[
        ClientId | None, Header(description="New for each message; sent again, it is the same message.")
    ] = None,
    x_client_request_id: Annotated[
        ClientId | None, Header(description="The same, if it is all there is.")
    ] = None,
) -> str:
    return idempotency_key or x_client_request_id or uuid4().hex


@router.get("/models", response_model=ModelsOut, responses=_told())
async def list_models(_: GivenKey) -> JSONResponse:
    """The one there is. A front end asks for it to try its key."""
    model = {"id": MODEL, "object": "model", "created": 0, "owned_by": "shop"}
    return JSONResponse({"object": "list", "data": [model]})


@router.post(
    "/chat/completions",
    response_model=CompletionOut,
    responses=also(
        200,
        description="A `chat.completion`, or with `stream` its chunks as server-sent events.",
        content={"text/event-stream": {"schema": {"type": "string"}}},
    )
    | _told(
        Trouble.NO_QUESTION,
        Trouble.INVALID,
        Trouble.TOO_LONG,
        Trouble.TOO_BIG,
        Trouble.DIFFERENT_BODY,
        Trouble.CLOSED,
        Trouble.TOO_FAST,
        Trouble.BUSY,
    ),
)
async def complete_chat(
    request: Request,
    asked: Completing,
    key: GivenKey,
    client_id: Annotated[str, Depends(client_id_of)],
    front: GivenFront,
    turns: GivenTurns,
) -> Response:
    """Say something, and wait for the answer. Of `messages` only the last of the user counts."""
    saying = _saying(asked, client_id)
    conversation = await _conversation(request, key, front)
    request.state.language = conversation.language
    pace(request, front, conversation.id)
    if conversation.state is State.CLOSED:
        raise Problem(Trouble.CLOSED)
    message, _ = await stored(front, saying, conversation)
    turns.now(conversation.id)
    answer = Answer(front, request, message)
    if asked.stream:
        chunks = answer.chunks(counts=asked.counts)
        return StreamingResponse(chunks, media_type="text/event-stream", headers=_SSE)
    return JSONResponse(answer.whole(await answer.told()))


async def _conversation(request: Request, key: Key, front: Front) -> Conversation:
    """The token's own; of a customer the newest that is open, wherever it was begun: the desk sees one."""
    if key.conversation_id is not None:
        return await here(front, key.conversation_id)
    if key.customer_id is not None:
        earlier = await front.conversations.latest_of(front.policy.shop_id, key.customer_id)
        if earlier is not None:
            return earlier
    await may_open(request, front)
    conversation, _ = await begun(request, front, key.customer_id, Opening(), channel="openai")
    return conversation


def _saying(asked: Completing, client_id: str) -> Saying:
    """What is wrong with the text is told as of any message."""
    if (question := asked.question) is None:
        raise Problem(Trouble.NO_QUESTION)
    try:
        return Saying(client_id=client_id, text=question)
    except ValidationError as wrong:
        of_body = [{**error, "loc": ("body", *error["loc"])} for error in wrong.errors()]
        raise RequestValidationError(of_body) from None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a message that is stored, in the two forms of the API."""

    front: Front
    request: Request
    message: Message

    async def told(self) -> Told:
        """Links to the shop's own pages lead here where they are served here."""
        site = str(self.request.base_url) if self.front.pages.storefront else ""
        return await told_to(self.front, self.message, site=site)

    def whole(self, told: Told) -> dict[str, Any]:
        said = {"role": "assistant", "content": told.text, "refusal": None}
        choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": "stop"}
        head = self._head("chat.completion", origin=told.origin)
        return {**head, "choices": [choice], "usage": UsageOut().model_dump()}

    async def chunks(self, *, counts: bool) -> AsyncIterator[bytes]:
        """Nothing is shown before it is final: beats until the turn is over, then its sentences.

        The turn does not hang on this: who hangs up finds its reply in the conversation.
        """
        begins, ends = {"role": "assistant", "content": ""}, "stop"
        usage: dict[str, Any] = {"usage": None} if counts else {}
        yield _data({**self._chunk(begins), **usage})
        telling = asyncio.create_task(self.told())
        try:
            while not telling.done():
                await asyncio.wait({telling}, timeout=self.front.patience.heartbeat_s)
                if not telling.done():
                    yield BEAT
            told = telling.result()
        except (Problem, StoreDown) as broke:
            problem = broke if isinstance(broke, Problem) else Problem(Trouble.STORE_DOWN, retry_s=AGAIN_S)
            yield _data(problem_json(self.request, problem))
            return
        finally:
            telling.cancel()
        for sentence in sentences(told.text):
            yield _data({**self._chunk({"content": sentence}, origin=told.origin), **usage})
        yield _data({**self._chunk({}, origin=told.origin, ends=ends), **usage})
        if counts:
            head = self._head("chat.completion.chunk", origin=told.origin)
            yield _data({**head, "choices": [], "usage": UsageOut().model_dump()})
        yield b"data: [DONE]\n\n"

    def _chunk(
        self, delta: Mapping[str, str], *, origin: Origin | None = None, ends: str | None = None
    ) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": ends}
        return {**self._head("chat.completion.chunk", origin=origin), "choices": [choice]}

    def _head(self, kind: str, *, origin: Origin | None) -> dict[str, Any]:
        """With the mark of a machine on every piece."""
        head = {
            "id": f"chatcmpl-{self.message.id}",
            "object": kind,
            "created": _seconds(self.message.at),
            "model": MODEL,
            "system_fingerprint": FINGERPRINT,
        }
        return head if origin is None else {**head, "origin": origin.value}


def sentences(text: str) -> Iterator[str]:
    """In pieces that are the text again when they are put together."""
    return (found[0] for found in _SENTENCE.finditer(text))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _data(said: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(said, ensure_ascii=False)}\n\n".encode()
