"""Each call is in the ledger, on both databases, and none is made past a budget."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest
from tests.clock import NOON, Clock
from tests.llm.test_breaker import Model, Timer
from tests.llm.test_chat import BRIEF
from typing_extensions import override

from xiaoer.app import Misconfigured
from xiaoer.app.budgets import budgets_in, prices_in
from xiaoer.app.modelling import open_models
from xiaoer.domain.ids import ConversationId, CustomerId, ShopId, TurnId
from xiaoer.domain.llm import Brief, Gone, Heard, Limit, ModelGone, Said, Scope, Usage, Whose
from xiaoer.domain.people import Actor, Role
from xiaoer.domain.words import Language
from xiaoer.llm.meter import Meter, Prices
from xiaoer.settings import Settings
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store
from xiaoer.store.llm_calls import SqlCalls
from xiaoer.store.tables import llm_calls

SHOP = ShopId("moonhill")


class Counting(Model):
    """Says what it used."""

    def __init__(self, timer: Timer) -> None:
        super().__init__()
        self.timer = timer
        self.usage = Usage(sent=1000, cached=600, made=50)

    @override
    async def ask(self, brief: Brief, *, within_s: float, heard: Heard | None = None) -> Said:
        self.timer.now += 0.25
        said = await super().ask(brief, within_s=within_s, heard=heard)
        return replace(said, usage=self.usage)


class Bench:
    def __init__(
        self, store: Store, conversations: list[ConversationId], limits: Mapping[Scope, Limit]
    ) -> None:
        self.store, self.clock, self.timer = store, Clock(), Timer()
        self.conversations = conversations
        self.model = Counting(self.timer)
        self.meter = Meter(
            model=self.model,
            calls=SqlCalls(store),
            clock=self.clock,
            timer=self.timer,
            day=lambda now: now.replace(hour=0, minute=0),
            region="eu",
            prices=Prices(sent=2.0, cached=0.5, made=10.0),
            limits=limits,
        )

    async def ask(self, *, turn: str = "t1", talk: int = 0, customer: str | None = "c1") -> str:
        whose = Whose(
            shop_id=SHOP,
            conversation_id=self.conversations[talk],
            turn_id=TurnId(turn),
            customer_id=CustomerId(customer) if customer else None,
        )
        try:
            return (
                await self.meter.ask(replace(BRIEF, whose=whose, hidden=("NAME", "ORDER")), within_s=5)
            ).text
        except ModelGone as gone:
            return gone.why.value

    async def rows(self) -> list[dict[str, Any]]:
        query = llm_calls.select().order_by(llm_calls.c.at, llm_calls.c.id)
        return await self.store.read(lambda conn: [dict(row) for row in conn.execute(query).mappings()])


async def bench_of(store: Store, budgets: str = "") -> Bench:
    log, actor = (
        SqlConversations(store, lambda _: None, clock=Clock()),
        Actor(shop_id=SHOP, role=Role.CUSTOMER),
    )
    opened = [
        await log.open(actor, language=Language.EN, time_zone="Europe/Berlin", channel="web", now=NOON)
        for _ in range(3)
    ]
    return Bench(store, [one.id for one in opened], budgets_in(budgets))


async def test_a_call_is_written_down_without_a_word_of_it(store: Store) -> None:
    bench = await bench_of(store)
    assert await bench.ask() == "yes"
    (row,) = await bench.rows()
    assert (row["model"], row["region"], row["purpose"], row["became"]) == ("m@here", "eu", "turn", "said")
    assert (row["sent"], row["cached"], row["made"], row["ms"]) == (1000, 600, 50, 250)
    assert row["micros"] == 400 * 2 + 600 * 0.5 + 50 * 10
    assert row["hidden"] == "NAME ORDER"
    assert len(row["digest"]) == 64
    assert "where is it" not in str(row)


@pytest.mark.parametrize("why", [Gone.SLOW, Gone.BROKEN, Gone.UNREACHED])
async def test_a_lost_answer_counts_as_what_it_may_have_cost(store: Store, why: Gone) -> None:
    bench = await bench_of(store)
    bench.model.gone = ModelGone(why)
    assert await bench.ask() == why.value
    (row,) = await bench.rows()
    assert row["became"] == why.value
    assert (row["made"] == BRIEF.most_tokens) == (why is not Gone.UNREACHED)


async def test_where_nobody_counts_tokens_are_guessed(store: Store) -> None:
    bench = await bench_of(store)
    bench.model.usage = Usage()
    await bench.ask()
    (row,) = await bench.rows()
    assert row["sent"] > 10
    assert row["made"] >= 1


@pytest.mark.parametrize(
    ("budget", "before"),
    [
        ("turn calls=2", 2),
        ("conversation tokens=2000", 2),
        ("customer calls=3", 3),
        ("shop money=0.003", 2),
        ("turn seconds=0.7", 3),
    ],
)
async def test_past_a_budget_nothing_is_asked(store: Store, budget: str, before: int) -> None:
    bench = await bench_of(store, budget)
    assert [await bench.ask() for _ in range(before + 2)] == ["yes"] * before + ["spent"] * 2
    assert bench.model.asked == before


async def test_each_budget_is_of_its_own(store: Store) -> None:
    bench = await bench_of(store, "turn calls=1; conversation calls=2; customer calls=4; shop calls=6")
    assert [await bench.ask(), await bench.ask()] == ["yes", "spent"]
    assert [await bench.ask(turn="t2"), await bench.ask(turn="t3")] == ["yes", "spent"]
    assert [await bench.ask(turn=f"u{n}", talk=1) for n in range(3)] == ["yes", "yes", "spent"]
    assert await bench.ask(turn="v", talk=2) == "spent"  # the same customer
    assert [await bench.ask(turn=f"v{n}", talk=2, customer="c2") for n in range(3)] == ["yes", "yes", "spent"]
    bench.clock.forward(24 * 60)
    assert (
        await bench.ask(turn="w", talk=2, customer="c2") == "spent"
    )  # a conversation's is for its whole life


async def test_a_new_day_has_a_new_budget(store: Store) -> None:
    bench = await bench_of(store, "shop calls=1")
    assert [await bench.ask(), await bench.ask()] == ["yes", "spent"]
    bench.clock.forward(24 * 60)
    assert await bench.ask() == "yes"


@pytest.mark.parametrize(
    "text", ["turn", "turn calls", "turn calls=x", "week calls=1", "turn steps=3", "turn calls=1e999"]
)
def test_a_budget_that_is_not_understood_is_said_so(text: str) -> None:
    if text == "turn":
        assert budgets_in(text) == {Scope.TURN: Limit()}
        return
    with pytest.raises(Misconfigured, match="XIAOER_LLM_BUDGETS"):
        budgets_in(text)


def test_prices() -> None:
    assert prices_in("") == {}
    assert prices_in("0.25 0.025 2") == {"sent": 0.25, "cached": 0.025, "made": 2.0}
    with pytest.raises(Misconfigured, match="XIAOER_LLM_PRICES"):
        prices_in("0.25")


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"llm_prices": "cheap"}, "XIAOER_LLM_PRICES"),
        ({"llm_small_model": "s", "llm_small_prices": "cheap"}, "XIAOER_LLM_SMALL_PRICES"),
        (
            {
                "llm_fallback_model": "f",
                "llm_fallback_maker": "vllm",
                "llm_fallback_prices": "cheap",
            },
            "XIAOER_LLM_FALLBACK_PRICES",
        ),
    ],
)
async def test_wrong_prices_are_called_by_the_name_they_were_set_by(
    settings: dict[str, Any], name: str
) -> None:
    given, nowhere = Settings(llm_key="k", _env_file=None, **settings), cast(Any, None)
    with pytest.raises(Misconfigured, match=f"{name}: "):
        async with open_models(given, nowhere, nowhere, clock=Clock()):
            pass
