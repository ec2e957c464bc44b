"""The app over the imported shop: its door for listed writes, and its web client for customers who talk."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from xiaoer.actions.base import Reach
from xiaoer.actions.run import run
from xiaoer.app import App, open_app
from xiaoer.app.stocking import import_shop
from xiaoer.domain.decision import Do
from xiaoer.domain.ids import ConversationId, CustomerId, OrderId
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import NeedsConfirm, Outcome
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.ports import Shop
from xiaoer.domain.words import Language
from xiaoer.evaluate.tau.files import NOW, Write
from xiaoer.settings import Settings
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.store.engine import Store

SHOP_FILE = "demo-shop.db"
NOBODY = "W0000000"


def clock() -> datetime:
    return NOW


def settings_in(folder: Path) -> Settings:
    return Settings(
        _env_file=None, data_dir=folder, shop="tau-retail", database_url="", policy_file=None, settle_s=0
    )  # type: ignore[call-arg]


@asynccontextmanager
async def open_tau(data: Path, folder: Path) -> AsyncIterator[App]:
    """The app over a fresh import of the shop, all of it kept in `folder`."""
    settings = settings_in(folder)
    await import_shop(settings, "tau-retail", data)
    async with open_app(settings, clock=clock) as app:
        yield app


def shop_file(app: App) -> Path:
    """What `compare.differences` reads."""
    return app.settings.data_dir / SHOP_FILE


@dataclass(slots=True)
class Door:
    """One copy of the shop, and the door to it, as any of its customers."""

    app: App
    shop: Shop
    file: Path
    conversation_id: ConversationId

    def actor(self, customer_id: str) -> Actor:
        return Actor(
            shop_id=self.app.policy.shop_id,
            role=Role.CUSTOMER,
            proof=Proof.SIGNED_IN,
            customer_id=CustomerId(customer_id),
        )

    async def order(self, number: str) -> Order | None:
        return await self.shop.order(OrderId(number.removeprefix("#")))

    async def does(self, actor: Actor, action: str, args: Mapping[str, Any]) -> Outcome:
        """Propose, and confirm what the card says."""
        reach = self._reach()
        outcome = await run(Do(action, dict(args)), actor, reach)
        if isinstance(outcome, NeedsConfirm):
            return await run(Do(action, confirmed=outcome.intent_id), actor, reach)
        return outcome

    async def writes(self, actor: Actor, write: Write) -> Outcome:
        """A listed write, in the words of our actions."""
        return await self.does(actor, *await self.translated(write))

    async def translated(self, write: Write) -> tuple[str, dict[str, Any]]:
        given = write.args
        if write.name == "modify_user_address":
            return "change_profile_address", {"address": _address(given)}
        number, order = given["order_id"].removeprefix("#"), await self.order(given["order_id"])
        args: dict[str, Any] = {"order_id": number}
        if write.name == "cancel_pending_order":
            return "cancel_order", {**args, "reason": given["reason"]}
        if write.name == "modify_pending_order_address":
            return "change_address", {**args, "address": _address(given)}
        args["way_id"] = given["payment_method_id"]
        if write.name == "modify_pending_order_payment":
            return "change_payment", args
        args["line_ids"] = _line_ids(order, given["item_ids"])
        if write.name == "return_delivered_order_items":
            return "request_return", args
        args["variant_ids"] = tuple(given["new_item_ids"])
        action = "change_items" if write.name == "modify_pending_order_items" else "request_exchange"
        return action, args

    def _reach(self) -> Reach:
        house = self.app.house
        return Reach(
            shop=self.shop,
            ledger=house.ledger,
            desk=house.desk,
            tries=house.tries,
            tickets=house.tickets,
            photos=house.photos,
            restocks=house.restocks,
            conversations=house.conversations,
            policy=house.policy,
            conversation_id=self.conversation_id,
            language=Language.EN,
            now=self.app.clerk.clock(),
        )


class Doors:
    """Doors to fresh copies of the shop, as it was imported."""

    def __init__(self, app: App, conversation_id: ConversationId) -> None:
        self._app, self._conversation_id = app, conversation_id
        self._numbers = count()
        self.pristine = app.settings.data_dir / "pristine.db"

    @classmethod
    @asynccontextmanager
    async def of(cls, data: Path, folder: Path) -> "AsyncIterator[Doors]":
        async with open_tau(data, folder) as app:
            conversation_id = await app.open_terminal(None, Language.EN)
            doors = cls(app, conversation_id)
            await doors._keep()
            yield doors

    async def _keep(self) -> None:
        with sqlite3.connect(shop_file(self._app)) as source, sqlite3.connect(self.pristine) as kept:
            source.backup(kept)

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Door]:
        file = self._app.settings.data_dir / f"shop-{next(self._numbers)}.db"
        shutil.copyfile(self.pristine, file)
        async with await Store.open(f"sqlite:///{file.absolute()}") as store:
            shop = DemoShop(store, self._app.policy, clock=clock)
            yield Door(self._app, shop, file, self._conversation_id)
        for left in file.parent.glob(f"{file.name}*"):
            left.unlink()


def _address(given: Mapping[str, str]) -> str:
    street = ", ".join(part for part in (given["address1"], given["address2"]) if part)
    return f"{street}, {given['city']}, {given['state']} {given['zip']}, {given['country']}"


def _line_ids(order: Order | None, item_ids: list[str]) -> tuple[str, ...]:
    """A line for each item, none twice; what is not in the order gets a number that no line has."""
    left = list(order.lines) if order else []
    found: list[str] = []
    for n, item_id in enumerate(item_ids):
        line = next((line for line in left if line.variant_id == item_id), None)
        if line is not None:
            left.remove(line)
        found.append(line.id if line else f"{NOBODY}-{n}")
    return tuple(found)
