"""Every shop we have keeps the contract."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.shops.broken import BrokenShop, Mode
from tests.shops.contract import ShopContract
from tests.shops.worlds import POLICY, clock, world

from xiaoer.domain.ids import ShopId
from xiaoer.shops.careful import CarefulShop
from xiaoer.shops.demo import seed
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.shops.memory import MemoryShop, Stock
from xiaoer.store.engine import Store


def memory_shop() -> MemoryShop:
    stock = Stock(
        customers=world().customers,
        orders=world().orders,
        products=world().products,
        categories=world().categories,
    )
    return MemoryShop(stock, POLICY, clock=clock)


class TestMemoryShop(ShopContract):
    @pytest.fixture
    def shop(self) -> MemoryShop:
        return memory_shop()


class TestDemoShop(ShopContract):
    @pytest.fixture
    def shop(self, demo_shop: DemoShop) -> DemoShop:
        return demo_shop


class TestShopPutIn(ShopContract):
    """Beside the demo, with its very ids: every row is told apart by whose it is."""

    @pytest.fixture
    async def shop(self, demo_shop: DemoShop, demo_url: str) -> AsyncIterator[DemoShop]:
        twin = replace(POLICY, shop_id=ShopId("twin"))
        async with await Store.open(demo_url) as store:
            await seed.put(store, world(), twin.shop_id, uncounted=False)
            yield DemoShop(store, twin, clock=clock)


class TestCarefulShop(ShopContract):
    @pytest.fixture
    def shop(self, demo_shop: DemoShop) -> CarefulShop:
        return CarefulShop(demo_shop, read_timeout_s=10, write_timeout_s=10)


class TestBrokenShopMended(ShopContract):
    """What the other tests break must work when it is not broken."""

    @pytest.fixture
    def shop(self) -> BrokenShop:
        return BrokenShop(memory_shop(), Mode.FINE)
