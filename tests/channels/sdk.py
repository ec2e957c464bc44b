"""A chat front end with the official SDK: a customer's token is its key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk


@dataclass
class FrontEnd:
    client: AsyncOpenAI

    async def completes(self, text: str, **how: Any) -> ChatCompletion:
        messages = how.pop("messages", [{"role": "user", "content": text}])
        answer = await self.client.chat.completions.create(model="xiaoer", messages=messages, **how)
        assert isinstance(answer, ChatCompletion)
        return answer

    async def says(self, text: str, **how: Any) -> str:
        """What is answered."""
        answer = await self.completes(text, **how)
        [choice] = answer.choices
        assert (choice.message.role, choice.finish_reason) == ("assistant", "stop")
        return str(choice.message.content)

    async def hears(self, text: str, **how: Any) -> list[ChatCompletionChunk]:
        """The same, as it comes."""
        stream = await self.client.chat.completions.create(
            model="xiaoer", messages=[{"role": "user", "content": text}], stream=True, **how
        )
        return [chunk async for chunk in stream]


@asynccontextmanager
async def front_end(token: str, app: Any = None, *, url: str = "http://counter") -> AsyncIterator[FrontEnd]:
    """Over the app itself, or over the server at `url`."""
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False) if app is not None else None
    async with (
        httpx2.AsyncClient(transport=transport, timeout=20) as http,
        AsyncOpenAI(api_key=token, base_url=f"{url}/v1/openai", http_client=http, max_retries=0) as client,
    ):
        yield FrontEnd(client)


def spoken(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
