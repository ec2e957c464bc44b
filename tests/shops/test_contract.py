"""Every shop we have keeps the contract."""

import pytest
from tests.shops.broken import BrokenShop, Mode
from tests.shops.contract import ShopContract
from tests.shops.worlds import POLICY, clock, world

from xiaoer.shops.careful import CarefulShop
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.shops.memory import MemoryShop, Stock


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
    def shop(self, twin_shop: DemoShop) -> DemoShop:
        return twin_shop


class TestCarefulShop(ShopContract):
    @pytest.fixture
    def shop(self, demo_shop: DemoShop) -> CarefulShop:
        return CarefulShop(demo_shop, read_timeout_s=10, write_timeout_s=10)


class TestBrokenShopMended(ShopContract):
    """What the other tests break must work when it is not broken."""

    @pytest.fixture
    def shop(self) -> BrokenShop:
        return BrokenShop(memory_shop(), Mode.FINE)
