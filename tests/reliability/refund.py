"""A refund, killed at its n-th boundary, then taken up again: one process that forks: each try is cheap.

Usage: refund.py DATABASE_URL SHOP_DATABASE_URL MOST. Each line of the output is what was left of one try.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.adversary.seats import Ear, Whispers
from tests.clock import NOON, Clock

from xiaoer.actions.house import House
from xiaoer.actions.run import CARD_LIVES, run
from xiaoer.decide.router import Router
from xiaoer.domain.conversation import State, Turn
from xiaoer.domain.decision import Chosen, Do
from xiaoer.domain.ids import ConversationId, IntentId, OrderId
from xiaoer.domain.order import Order, OrderState
from xiaoer.domain.outcome import NeedsConfirm
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.ports import ProposalState
from xiaoer.domain.words import Language
from xiaoer.jobs.effects import Effects
from xiaoer.jobs.kinds import registry
from xiaoer.jobs.worker import Worker
from xiaoer.policies.file import load_policy
from xiaoer.shops import demo
from xiaoer.shops.careful import CarefulShop
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.speak.voice import TemplateVoice
from xiaoer.store import crash, engine
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.corrections import SqlCorrections
from xiaoer.store.desk import SqlDesk
from xiaoer.store.engine import Store
from xiaoer.store.jobs import SqlJobs
from xiaoer.store.ledger import SqlLedger
from xiaoer.store.photos import SqlPhotos
from xiaoer.store.restocks import SqlRestocks
from xiaoer.store.tickets import SqlTickets
from xiaoer.store.tries import SqlTries
from xiaoer.turn import Clerk

POLICY = load_policy(Path(demo.__file__).parent / "policy.yaml")
SECONDS = 60  # within which it is known, or a person's
STEP = 10  # seconds between looks; a worker looks every two


class Silent:
    async def next(self, turn: Turn) -> Chosen | None:
        return None


@dataclass(frozen=True, slots=True)
class Shift:
    clerk: Clerk
    worker: Worker
    clock: Clock


@asynccontextmanager
async def opened(url: str, shop_url: str, clock: Clock) -> AsyncIterator[Shift]:
    async with await Store.open(url) as store, await Store.open(shop_url) as shop_store:
        shop = CarefulShop(DemoShop(shop_store, POLICY, clock=clock), read_timeout_s=20, write_timeout_s=20)
        house = House(
            conversations=SqlConversations(store, clock=clock),
            ledger=SqlLedger(store),
            desk=SqlDesk(store),
            tries=SqlTries(store, secret=b"refund"),
            tickets=SqlTickets(store),
            photos=SqlPhotos(store),
            restocks=SqlRestocks(store),
            corrections=SqlCorrections(store),
            shop=shop,
            policy=POLICY,
        )
        clerk = Clerk(
            house=house,
            understander=Ear(),
            mind=Router(Silent()),
            voice=TemplateVoice(card_lives=CARD_LIVES),
            wakeups=Whispers(),
            clock=clock,
            versions=dict,
        )
        kinds = registry(Effects(clerk=clerk).kind())
        worker = Worker(
            jobs=SqlJobs(store), kinds=kinds, shop_id=POLICY.shop_id, clock=clock, jitter=lambda: 0.5
        )
        yield Shift(clerk, worker, clock)


async def card_of(at: Shift, order: Order) -> tuple[ConversationId, IntentId]:
    """A conversation with a card on the screen."""
    house = at.clerk.house
    actor = Actor(
        shop_id=POLICY.shop_id, role=Role.CUSTOMER, proof=Proof.SIGNED_IN, customer_id=order.customer_id
    )
    talk = await house.conversations.open(
        actor, language=Language.ZH, time_zone=POLICY.time_zone, channel="web", now=at.clock()
    )
    async with at.clerk._alone(talk.id) as turn:
        outcome = await run(Do("cancel_order", {"order_id": order.id}), actor, house.reach(turn))
    assert isinstance(outcome, NeedsConfirm), outcome
    return talk.id, outcome.intent_id


async def prepared(url: str, shop_url: str, most: int) -> list[dict[str, str]]:
    """One card for each try."""
    async with opened(url, shop_url, Clock()) as at:
        customers = await at.clerk.house.shop.customers(limit=500)
        orders = [o for c in customers for o in await at.clerk.house.shop.orders_of(c.id, limit=50)]
        paid = [o for o in orders if o.state is OrderState.PAID and o.total.minor < 150_000][:most]
        cards = [(o, await card_of(at, o)) for o in paid]
        return [{"order": o.id, "talk": talk, "card": card} for o, (talk, card) in cards]


async def pressed(url: str, shop_url: str, one: dict[str, str]) -> None:
    """The one that dies. Counted from here: what was opened before is not of the refund."""
    async with opened(url, shop_url, Clock()) as at:
        crash_at = crash.boundary_of(os.environ.get(crash.NAME, ""))
        engine.crash.boundary = crash_at  # type: ignore[attr-defined]
        await at.clerk.press(ConversationId(one["talk"]), IntentId(one["card"]), yes=True)


async def taken_up(url: str, shop_url: str, one: dict[str, str]) -> dict[str, Any]:
    """Another process, over the next minute; then the customer presses again."""
    clock = Clock(NOON)
    async with opened(url, shop_url, clock) as at:
        house = at.clerk.house
        for _ in range(0, SECONDS, STEP):
            clock.now += timedelta(seconds=STEP)
            await at.worker.look()
        effect = await house.ledger.proposal(IntentId(one["card"]))
        talk = await house.conversations.get(ConversationId(one["talk"]))
        assert effect is not None
        assert talk is not None
        settled = effect.state.value
        again = await at.clerk.press(talk.id, effect.id, yes=True)
        order = await house.shop.order(OrderId(one["order"]))
        assert again is not None
        assert order is not None
        return {
            "after_a_minute": settled,
            "state": again.state.value,
            "waits_for_person": talk.state is State.WAITING,
            "happened": await house.shop.effect(effect.id),
            "cancelled": order.state is OrderState.CANCELLED,
            "refunds": len(order.refunds),
            "payments": len(order.payments),
            "stuck": effect.state is ProposalState.TAKEN,
        }


def forked(work: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[int, str]:
    """The exit status of a process of its own, and what it said. No loop and no thread runs here."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        said = json.dumps(asyncio.run(work()))
        os.write(writes, said.encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def main() -> None:
    url, shop_url, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
    status, said = forked(lambda: prepared(url, shop_url, most))
    assert status == 0, status
    for n, one in enumerate(json.loads(said), start=1):
        os.environ[crash.NAME] = str(n)
        died, _ = forked(lambda one=one: pressed(url, shop_url, one))  # type: ignore[misc]
        del os.environ[crash.NAME]
        status, said = forked(lambda one=one: taken_up(url, shop_url, one))  # type: ignore[misc]
        assert status == 0, status
        sys.stdout.write(json.dumps({"n": n, "died": died == crash.CODE, **json.loads(said)}) + "\n")
        if died == 0:
            return
        assert died == crash.CODE, died


if __name__ == "__main__":
    main()
