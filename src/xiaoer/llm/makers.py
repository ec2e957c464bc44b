"""Whose endpoint it is, and what is therefore sent and read in another way.

The differences (how a limit is called, where reasoning stands, which schemas are taken) are pydantic-ai's
profiles of each maker. Here stands only who has one, where it usually is, and whether it wants a key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import httpx2
from openai import AsyncOpenAI
from pydantic_ai.exceptions import UserError
from pydantic_ai.providers import Provider
from pydantic_ai.providers.alibaba import AlibabaProvider
from pydantic_ai.providers.azure import AzureProvider
from pydantic_ai.providers.deepseek import DeepSeekProvider
from pydantic_ai.providers.moonshotai import MoonshotAIProvider
from pydantic_ai.providers.ollama import OllamaProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.providers.vllm import VLLMProvider

NO_KEY = "none"  # what is sent where an endpoint wants no key: the client insists on one


class _Opens(Protocol):
    def __call__(self, url: str, key: str, http: httpx2.AsyncClient) -> Provider[AsyncOpenAI]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """`url`: where it is unless the operator says so; empty: only the operator knows."""

    url: str
    opens: _Opens
    needs_key: bool = True


def _known(provider: Callable[..., Provider[AsyncOpenAI]]) -> _Opens:
    def opens(url: str, key: str, http: httpx2.AsyncClient) -> Provider[AsyncOpenAI]:
        return provider(base_url=url, api_key=key, http_client=http)

    return opens


def _deepseek(url: str, key: str, http: httpx2.AsyncClient) -> Provider[AsyncOpenAI]:
    return DeepSeekProvider(openai_client=AsyncOpenAI(base_url=url, api_key=key, http_client=http))


def _azure(url: str, key: str, http: httpx2.AsyncClient) -> Provider[AsyncOpenAI]:
    return AzureProvider(azure_endpoint=url, api_key=key, http_client=http)


def _like(name: str) -> _Opens:
    def opens(url: str, key: str, http: httpx2.AsyncClient) -> Provider[AsyncOpenAI]:
        return OpenAICompatibleProvider(name, base_url=url, api_key=key, http_client=http)

    return opens


MAKERS: dict[str, Maker] = {
    "openai": Maker(url="https://api.openai.com/v1", opens=_known(OpenAIProvider)),
    "azure": Maker(url="", opens=_azure),
    "deepseek": Maker(url="https://api.deepseek.com", opens=_deepseek),
    "qwen": Maker(url="https://dashscope.aliyuncs.com/compatible-mode/v1", opens=_known(AlibabaProvider)),
    "kimi": Maker(url="https://api.moonshot.cn/v1", opens=_known(MoonshotAIProvider)),
    "gemini": Maker(
        url="https://generativelanguage.googleapis.com/v1beta/openai/", opens=_like("google-compatible")
    ),
    "anthropic": Maker(url="https://api.anthropic.com/v1/", opens=_like("anthropic-compatible")),
    "vllm": Maker(url="http://127.0.0.1:8000/v1", opens=_known(VLLMProvider), needs_key=False),
    "ollama": Maker(url="http://127.0.0.1:11434/v1", opens=_known(OllamaProvider), needs_key=False),
    "other": Maker(url="", opens=_like("other"), needs_key=False),
}


class Unusable(Exception):
    """An endpoint cannot be set up as it is written; the message says what to write.

    `lacks`: what is missing, url or key_file; empty: something else is wrong.
    """

    def __init__(self, says: str, *, lacks: str = "") -> None:
        super().__init__(says)
        self.lacks = lacks


def opened(maker: str, url: str, key: str, http: httpx2.AsyncClient) -> Provider[Any]:
    """The maker's own way to its endpoint. Unusable."""
    made = MAKERS[maker]
    where = url or made.url
    if not where:
        raise Unusable(f"{maker} wants its address: https://HOST/v1", lacks="url")
    if made.needs_key and not key:
        raise Unusable(f"{maker} wants a key: write it into a file, and here its path", lacks="key_file")
    try:
        return made.opens(where, key or NO_KEY, http)
    except UserError as wrong:
        raise Unusable(f"{maker}: {wrong}") from wrong
