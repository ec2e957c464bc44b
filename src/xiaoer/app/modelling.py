"""A language model, if the operator has one: opened, watched, and put beside the local mind.

Nothing of its libraries is imported while none is configured.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec

from xiaoer.actions.base import Reach
from xiaoer.app.budgets import budgets_in, prices_in
from xiaoer.app.given import Misconfigured, database_url, policy_of
from xiaoer.decide.llm import Desk, LlmMind
from xiaoer.decide.local import LocalMind
from xiaoer.decide.outside import Outside
from xiaoer.decide.rewording import LlmVoice, When
from xiaoer.domain.conversation import Turn
from xiaoer.domain.llm import LanguageModel, Used
from xiaoer.domain.persona import Persona
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Library, Mind, Rewording, Wakeups
from xiaoer.domain.rules.clock import start_of_day
from xiaoer.settings import Settings
from xiaoer.store.engine import Store
from xiaoer.store.llm_calls import SqlCalls

MISSING = (
    "还没有装大模型组件：pip install 'xiaoer[llm]'\n"
    "The extra for language models is not installed: pip install 'xiaoer[llm]'"
)
_NO_KEY = frozenset({"vllm", "ollama"})


def wanted(settings: Settings) -> bool:
    """Whether there is a model to ask."""
    named = settings.llm_key.get_secret_value() or settings.llm_key_file or settings.llm_url
    return settings.llm and bool(named or settings.llm_maker in _NO_KEY)


@asynccontextmanager
async def open_chat(settings: Settings) -> AsyncIterator[LanguageModel | None]:
    """The model itself, counted by nobody. Misconfigured if it cannot be used; it is not called yet."""
    if not wanted(settings):
        yield None
        return
    if find_spec("pydantic_ai") is None:
        raise Misconfigured(MISSING)
    from xiaoer.llm.chat import ChatModel, Endpoint, open_http  # noqa: PLC0415 - only when configured
    from xiaoer.llm.makers import MAKERS, Unusable  # noqa: PLC0415

    if settings.llm_maker not in MAKERS:
        raise Misconfigured(f"XIAOER_LLM_MAKER: {', '.join(MAKERS)}")
    endpoint = Endpoint(
        maker=settings.llm_maker,
        model=settings.llm_model,
        url=settings.llm_url,
        key=_key(settings),
        region=settings.llm_region,
    )
    async with open_http() as http:
        try:
            model = ChatModel(endpoint, http=http)
        except Unusable as wrong:
            raise Misconfigured(str(wrong)) from wrong
        yield model


@asynccontextmanager
async def open_model(
    settings: Settings, store: Store, policy: Policy, *, clock: Callable[[], datetime]
) -> AsyncIterator[LanguageModel | None]:
    """The model of customers' turns: each call in the ledger, none past a budget, none while it fails."""
    async with open_chat(settings) as model:
        if model is None:
            yield None
            return
        from xiaoer.llm.breaker import Breaker  # noqa: PLC0415 - only when configured
        from xiaoer.llm.meter import Meter, Prices  # noqa: PLC0415

        metered = Meter(
            model=model,
            calls=SqlCalls(store),
            clock=clock,
            timer=time.monotonic,
            day=lambda now: start_of_day(now, policy),
            region=settings.llm_region,
            prices=Prices(**prices_in(settings.llm_prices)),
            limits=budgets_in(settings.llm_budgets),
        )
        yield Breaker(metered, timer=time.monotonic)


async def used_since(settings: Settings, since: datetime) -> Sequence[Used]:
    """From the ledger, without opening the counter."""
    async with await Store.open(database_url(settings)) as store:
        return await SqlCalls(store).used(policy_of(settings).shop_id, since=since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is there already, and the model's mind stands beside."""

    local: LocalMind
    library: Library
    reach_for: Callable[[Turn], Reach]
    wakeups: Wakeups
    persona: Persona
    key: bytes  # makes pseudonyms

    def aloud(self, turn: Turn, text: str) -> None:
        self.wakeups.whisper(turn.conversation.id, "part", {"text": text})


def mind_of(model: LanguageModel, around: Around, settings: Settings) -> Mind:
    """The model's mind, kept outside: it can name only what was named."""
    desk = Desk(
        local=around.local,
        library=around.library,
        reach_for=around.reach_for,
        key=around.key,
        persona=around.persona,
        timer=time.monotonic,
        aloud=around.aloud,
        within_s=settings.llm_within_s,
    )
    return Outside(LlmMind(model, desk), reach_for=around.reach_for)


def voice_of(model: LanguageModel, around: Around, settings: Settings) -> Rewording:
    return LlmVoice(
        model=model,
        persona=around.persona,
        when=When(settings.llm_voice),
        within_s=settings.llm_voice_s,
        reach_for=around.reach_for,
        key=around.key,
        timer=time.monotonic,
        aloud=around.aloud,
    )


def _key(settings: Settings) -> str:
    given = settings.llm_key.get_secret_value()
    if settings.llm_key_file is None:
        return given
    try:
        return settings.llm_key_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as wrong:
        raise Misconfigured(f"XIAOER_LLM_KEY_FILE {settings.llm_key_file}: {wrong}") from wrong
