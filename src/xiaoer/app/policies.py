"""The policy and all that is known of it, without the rest of the house."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import anyio.to_thread

from xiaoer.actions.base import CATALOGUE
from xiaoer.app.given import Misconfigured, database_url, policy_of, policy_path, shop_database_url, utc_now
from xiaoer.app.stocking import stocked
from xiaoer.app.upkeep import migrate
from xiaoer.domain.catalog import Category
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Order
from xiaoer.domain.people import Tier
from xiaoer.domain.policy import Policy
from xiaoer.domain.policy_ports import Policies
from xiaoer.domain.ports import Shop
from xiaoer.domain.rules.explain import Explained, Supposed, explain
from xiaoer.policies.examples import Tried, try_examples
from xiaoer.policies.file import policy_schema
from xiaoer.policies.lint import Finding, lint
from xiaoer.policies.written import PolicyError
from xiaoer.settings import Settings
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.store.engine import Store
from xiaoer.store.policies import SqlPolicies


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDesk:
    """What a merchant asks of the policy that would serve now."""

    policy: Policy
    shop: Shop
    kept: Policies

    async def lint(self, now: datetime) -> tuple[Finding, ...]:
        shelves = await self._categories()
        return lint(
            self.policy, categories=[c.key for c in shelves], actions=frozenset(CATALOGUE), today=now.date()
        )

    async def order(self, order_id: str) -> Order | None:
        return await self.shop.order(OrderId(order_id))

    async def tier(self, order: Order) -> Tier:
        """Of the customer whose order it is."""
        customer = await self.shop.customer(order.customer_id)
        return customer.tier if customer else Tier.MEMBER

    async def explain(self, order: Order, now: datetime, supposed: Supposed) -> tuple[Explained, ...]:
        return explain(order, self.policy, now, supposed)

    async def _categories(self) -> tuple[Category, ...]:
        return tuple(await self.shop.categories())


@asynccontextmanager
async def open_policy(settings: Settings) -> AsyncIterator[PolicyDesk]:
    """Misconfigured if the file cannot be used."""
    policy = policy_of(settings)
    await anyio.to_thread.run_sync(migrate, settings)
    async with (
        await Store.open(database_url(settings)) as store,
        await Store.open(shop_database_url(settings)) as shop_store,
    ):
        await stocked(shop_store, settings, policy, now=utc_now())
        shop = DemoShop(shop_store, policy, clock=utc_now)
        yield PolicyDesk(policy=policy, shop=shop, kept=SqlPolicies(store))


def tried(settings: Settings, examples: Path | None, now: datetime) -> tuple[Tried, ...]:
    """The merchant's examples: by default those beside the policy. Misconfigured if they cannot be read."""
    policy = policy_of(settings)
    path = examples or policy_path(settings).with_name("policy.examples.yaml")
    try:
        return try_examples(path, policy, now)
    except PolicyError as wrong:
        raise Misconfigured(str(wrong)) from wrong


__all__ = ["PolicyDesk", "open_policy", "policy_schema", "tried"]
