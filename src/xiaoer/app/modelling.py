"""A language model, if the operator has one: opened, watched, and put beside the local mind.

Nothing of its libraries is imported while none is configured.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from xiaoer.actions.base import Reach
from xiaoer.app.budgets import budgets_in, prices_in
from xiaoer.app.given import Misconfigured, database_url, policy_of
from xiaoer.decide.briefing import Earlier
from xiaoer.decide.llm import Aloud, Desk, LlmMind
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

if TYPE_CHECKING:
    from xiaoer.llm.chat import Endpoint

MISSING = (
    "还没有装大模型组件：pip install 'xiaoer[llm]'\n"
    "The extra for language models is not installed: pip install 'xiaoer[llm]'"
)
_NO_KEY = frozenset({"vllm", "ollama"})


def wanted(settings: Settings) -> bool:
    """Whether there is a model to ask."""
    named = settings.llm_key.get_secret_value() or settings.llm_key_file or settings.llm_url
    return settings.llm and bool(named or settings.llm_maker in _NO_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A model as the operator names it."""

    endpoint: "Endpoint"
    prices: str
    named: str  # how the names of its settings begin
    priced_by: str  # the setting of its prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """`small` does the cheap work."""

    main: LanguageModel
    small: LanguageModel


@asynccontextmanager
async def open_chats(settings: Settings) -> AsyncIterator[Sequence[tuple[Place, LanguageModel]]]:
    """The models themselves, counted by nobody; none where none is wanted. They are not called yet.

    The small one last. Misconfigured if one cannot be used.
    """
    if not wanted(settings):
        yield ()
        return
    if find_spec("pydantic_ai") is None:
        raise Misconfigured(MISSING)
    from xiaoer.llm.chat import ChatModel, open_http  # noqa: PLC0415 - only when configured
    from xiaoer.llm.makers import Unusable  # noqa: PLC0415

    async with open_http() as http:
        made = list[tuple[Place, LanguageModel]]()
        for place in _places(settings):
            try:
                made.append((place, ChatModel(place.endpoint, http=http)))
            except Unusable as wrong:
                name = f"XIAOER_{place.named}_{wrong.lacks}".upper() if wrong.lacks else "XIAOER_LLM_MAKER"
                raise Misconfigured(f"{name}: {wrong}") from wrong
        yield made


@asynccontextmanager
async def open_models(
    settings: Settings, store: Store, policy: Policy, *, clock: Callable[[], datetime]
) -> AsyncIterator[Models | None]:
    """The models of customers' turns: each call in the ledger, none past a budget, none while it fails."""
    async with open_chats(settings) as chats:
        if not chats:
            yield None
            return
        from xiaoer.llm.breaker import Breaker  # noqa: PLC0415 - only when configured
        from xiaoer.llm.fallback import Fallback  # noqa: PLC0415
        from xiaoer.llm.meter import Meter, Prices  # noqa: PLC0415

        calls, limits = SqlCalls(store), budgets_in(settings.llm_budgets)

        def watched(place: Place, model: LanguageModel) -> LanguageModel:
            metered = Meter(
                model=model,
                calls=calls,
                clock=clock,
                timer=time.monotonic,
                day=lambda now: start_of_day(now, policy),
                region=place.endpoint.region,
                prices=Prices(**prices_in(place.prices, place.priced_by)),
                limits=limits,
            )
            return Breaker(metered, timer=time.monotonic)

        *main, small = [watched(place, model) for place, model in chats]
        yield Models(main=Fallback(main, timer=time.monotonic), small=small)


def _places(settings: Settings) -> Sequence[Place]:
    """The first, the one after it if there is one, the small one."""
    from xiaoer.llm.chat import Endpoint  # noqa: PLC0415 - only when configured
    from xiaoer.llm.makers import MAKERS  # noqa: PLC0415

    for name in ("llm_maker", "llm_fallback_maker"):
        if getattr(settings, name) not in MAKERS:
            raise Misconfigured(f"XIAOER_{name.upper()}: {', '.join(MAKERS)}")
    first = Endpoint(
        maker=settings.llm_maker,
        model=settings.llm_model,
        url=settings.llm_url,
        key=_key("llm_key_file", settings) or settings.llm_key.get_secret_value(),
        region=settings.llm_region,
        thinking=settings.llm_thinking,
    )
    places = [_place(first, "llm", settings)]
    if settings.llm_fallback_model:
        second = Endpoint(
            maker=settings.llm_fallback_maker,
            model=settings.llm_fallback_model,
            url=settings.llm_fallback_url,
            key=_key("llm_fallback_key_file", settings),
            region=settings.llm_fallback_region,
            thinking=settings.llm_thinking,
        )
        places.append(_place(second, "llm_fallback", settings))
    small = replace(first, model=settings.llm_small_model or settings.llm_model)
    priced = "llm_small_prices" if settings.llm_small_prices else "llm_prices"
    return [*places, _place(small, "llm", settings, priced_by=priced)]


def _place(endpoint: "Endpoint", named: str, settings: Settings, *, priced_by: str = "") -> Place:
    name = priced_by or f"{named}_prices"
    return Place(endpoint=endpoint, prices=getattr(settings, name), named=named, priced_by=name)


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
    earlier: Earlier

    def aloud(self, turn: Turn, text: str) -> None:
        self.wakeups.whisper(turn.conversation.id, "part", {"text": text})


def mind_of(model: LanguageModel, around: Around, settings: Settings, *, aloud: Aloud | None = None) -> Mind:
    """The model's mind, kept outside: it can name only what was named. Nobody hears it without `aloud`."""
    desk = Desk(
        local=around.local,
        library=around.library,
        reach_for=around.reach_for,
        key=around.key,
        persona=around.persona,
        timer=time.monotonic,
        earlier=around.earlier,
        aloud=aloud or (lambda turn, text: None),
        within_s=settings.llm_within_s,
    )
    return Outside(LlmMind(model, desk), reach_for=around.reach_for)


def voice_of(models: Models, around: Around, settings: Settings) -> Rewording:
    return LlmVoice(
        model=models.small,
        persona=around.persona,
        when=When(settings.llm_voice),
        within_s=settings.llm_voice_s,
        reach_for=around.reach_for,
        key=around.key,
        timer=time.monotonic,
        aloud=around.aloud,
    )


def _key(name: str, settings: Settings) -> str:
    """From the file that the setting of this name says; empty: it says none."""
    file: Path | None = getattr(settings, name)
    if file is None:
        return ""
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as wrong:
        raise Misconfigured(f"XIAOER_{name.upper()} {file}: {wrong}") from wrong
