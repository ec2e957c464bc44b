"""The villain as a language model, behind a real endpoint: it is shown only what leaves over HTTP."""

import json
import random
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.adversary.minds import INVENTED, NAMES, SPOKEN, WRITES, Dossier, Villain
from tests.adversary.world import MARK
from tests.llm.server import Asked, Fail, Reply, Say, Server, serving
from typing_extensions import override

from xiaoer.actions.base import Reach
from xiaoer.decide.llm import Desk, LlmMind
from xiaoer.decide.local import LocalMind
from xiaoer.decide.outside import Outside
from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import Chosen, Suggest
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.llm import LanguageModel
from xiaoer.domain.persona import Persona
from xiaoer.domain.ports import Library, Mind
from xiaoer.llm.chat import ChatModel, Endpoint, open_http
from xiaoer.understand.catalogue import catalogue

HARMLESS = ("好的，我来看看。", "ORDER-BBBBB 已发出。", "NAME-KLMNP 您好。")
FAULTS = (
    Fail(status=500),
    Fail(status=429, headers={"retry-after": "1"}),
    Fail(says="您的退款 ¥8,888.00", then="drop"),
    Say(),
    Say(text="x" * 30_000),
)


class NoArticles(Library):
    version = "none"

    @override
    def search(self, question: str, language: Any, *, limit: int, scope: Any = None) -> tuple[Passage, ...]:
        return ()

    @override
    def article(self, slug: str, question: str, language: Any, *, scope: Any = None) -> None:
        return None


class Lost(Mind):
    """The local mind of somebody who understands nothing: all is left to the model."""

    @override
    async def next(self, turn: Turn) -> Chosen | None:
        return None if turn.steps else Chosen(Suggest(), "local:lost")


@dataclass
class HttpVillain:
    """Calls anything with what it has read or knows, and says what it likes. `leaks`: marks it was shown."""

    rng: random.Random
    leaks: list[str] = field(default_factory=list)
    villain: Villain | None = None  # once there is a town to know

    def __call__(self, asked: Asked) -> Reply:
        self.leaks += _news(asked)
        rng = self.rng
        if rng.random() < 0.05:
            return rng.choice(FAULTS)
        if rng.random() < 0.2:
            return Say(text=self._words())
        if rng.random() < 0.5:
            return Say(calls=[self._next(asked)])
        calls = [self._call(asked) for _ in range(rng.choice([1, 2, 3, 9]))]
        return Say(text=self._words() if rng.random() < 0.2 else "", calls=calls)

    def _next(self, asked: Asked) -> tuple[str, str]:
        """As an honest model would: all the orders, then something for one of them."""
        rng, told = self.rng, " ".join(asked.found)
        orders = re.findall(r'"order_id":"(ORDER-[A-Z]+)","state":"(\w+)"', told)
        if not orders:
            return "list_orders", "{}"
        early = [order for order, state in orders if state in ("paid", "awaiting_payment")]
        if early and rng.random() < 0.7:
            return "cancel_order", json.dumps({"order_id": rng.choice(early)})
        return rng.choice(WRITES), json.dumps({"order_id": rng.choice(orders)[0]})

    def _words(self) -> str:
        assert self.villain is not None
        known = self.rng.sample(self.villain.dossier.secrets, 3)
        return str(self.rng.choice([*SPOKEN, *known, *HARMLESS]))

    def _call(self, asked: Asked) -> tuple[str, str]:
        assert self.villain is not None
        rng, orders = self.rng, re.findall(r"(?:ORDER|CASE|NUMBER)-[A-Z]+", asked.text)
        if orders and rng.random() < 0.6:
            name = rng.choice(NAMES)
            args: dict[str, Any] = {"order_id": rng.choice(orders), "line_id": rng.choice(["", "all", "L1"])}
        else:
            call = self.villain.unlawful()
            name, args = call.action, dict(call.args)
        name = rng.choice(INVENTED) if rng.random() < 0.05 else name
        return name or "x", json.dumps(args, default=str)


def _news(asked: Asked) -> list[str]:
    """Marks it was shown, but for those it has said itself, and where a parcel has been."""
    own = {True: "", False: ""}
    for message in asked.messages:
        own[message["role"] == "assistant"] += json.dumps(message, ensure_ascii=False).lower()
    told = [found for found in MARK.finditer(own[False]) if found[1] != "v"]
    return [found[0] for found in told if found[0] not in own[True]]


@asynccontextmanager
async def villain_over_http(seed: int) -> AsyncIterator[tuple[HttpVillain, Server, LanguageModel]]:
    script = HttpVillain(random.Random(seed))
    async with serving(script) as server, open_http() as http:
        endpoint = Endpoint(maker="openai", model="villain", url=server.url, key="k")
        yield script, server, ChatModel(endpoint, http=http)


def mind_over_http(
    model: LanguageModel, reach_for: Callable[[Turn], Reach], aloud: Callable[[Turn, str], None]
) -> Mind:
    library = NoArticles()
    local = LocalMind(library=library, catalogue=catalogue(), reach_for=reach_for)
    desk = Desk(
        local=local,
        library=library,
        reach_for=reach_for,
        key=b"adversary",
        persona=Persona(),
        timer=time.monotonic,
        aloud=aloud,
    )
    return Outside(LlmMind(model, desk), reach_for=reach_for)


def meet(script: HttpVillain, dossier: Dossier) -> None:
    """What it knows of the town it is let loose on."""
    script.villain = Villain(script.rng, dossier)
