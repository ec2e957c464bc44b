"""Which shop stands behind the counter: the demo's own world, or one that was imported."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import anyio.to_thread

from xiaoer.app.given import DEMO, Misconfigured, policy_of, shop_database_url
from xiaoer.domain.policy import Policy
from xiaoer.settings import Settings
from xiaoer.shops.demo.seed import ensure, is_there, put
from xiaoer.shops.demo.world import World
from xiaoer.shops.imported import tau_retail
from xiaoer.shops.imported.files import NotThatShop
from xiaoer.store.engine import Store

IMPORTERS = {"tau-retail": tau_retail.read}


@dataclass(frozen=True, slots=True)
class Imported:
    """How much of it there is now."""

    customers: int
    orders: int
    products: int


async def stocked(store: Store, settings: Settings, policy: Policy, *, now: datetime) -> None:
    """The demo is made if it is not there. Misconfigured if another shop was never imported."""
    if settings.shop == DEMO:
        await ensure(store, now=now, policy=policy)
    elif not await is_there(store, policy.shop_id):
        raise Misconfigured(
            f"店铺 {settings.shop} 还没有导入：xiaoer shop import {settings.shop} 文件夹\n"
            f"The shop {settings.shop} is not there yet: xiaoer shop import {settings.shop} FOLDER"
        )


async def import_shop(settings: Settings, name: str, folder: Path) -> Imported:
    """Put the shop of these files in the place of what was imported of it before."""
    if name not in IMPORTERS:
        known = ", ".join(sorted(IMPORTERS))
        raise Misconfigured(f"不认识 {name}，可以导入：{known} / {name} is not known; there are: {known}")
    settings = settings.model_copy(update={"shop": name})
    policy = policy_of(settings)
    try:
        world = await anyio.to_thread.run_sync(IMPORTERS[name], folder, policy.currency)
    except NotThatShop as wrong:
        raise Misconfigured(str(wrong)) from wrong
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with await Store.open(shop_database_url(settings)) as store:
        await put(store, world, policy.shop_id, uncounted=True)
    return _counted(world)


def _counted(world: World) -> Imported:
    return Imported(len(world.customers), len(world.orders), len(world.products))
