"""Whatever a shop's system does, only three things are ever heard of it."""

import logging

import pytest
from structlog.testing import capture_logs
from tests.shops.broken import BrokenShop, Mode
from tests.shops.test_contract import memory_shop
from tests.shops.worlds import an_order, world
from typing_extensions import override

from xiaoer.domain.catalog import Wanted
from xiaoer.domain.order import CaseKind, CaseReason, OrderState
from xiaoer.domain.ports import CaseRequest, ShopUnclear, ShopUnreachable, StaleOrder
from xiaoer.shops.careful import CarefulShop

CUSTOMER = world().customers[0]
ORDER = an_order(lambda o: o.state is OrderState.PAID and o.customer_id == CUSTOMER.id)
RETURN = CaseRequest(kind=CaseKind.RETURN, line_ids=(ORDER.lines[0].id,), reason=CaseReason.FAULTY)

READS = {
    "customer": lambda shop: shop.customer(CUSTOMER.id),
    "customer_by_email": lambda shop: shop.customer_by_email(CUSTOMER.email),
    "customers": lambda shop: shop.customers(limit=5),
    "order": lambda shop: shop.order(ORDER.id),
    "orders_of": lambda shop: shop.orders_of(CUSTOMER.id, limit=5),
    "product": lambda shop: shop.product(world().products[0].id),
    "categories": lambda shop: shop.categories(),
    "find": lambda shop: shop.find(Wanted(words="跑鞋"), limit=5),
    "effect": lambda shop: shop.effect("k1"),
    "export": lambda shop: shop.export(CUSTOMER.id),
}
WRITES = {
    "cancel": lambda shop: shop.cancel(ORDER, "", key="k1"),
    "change_address": lambda shop: shop.change_address(ORDER, ORDER.address, key="k1"),
    "open_case": lambda shop: shop.open_case(ORDER, RETURN, key="k1"),
    "forget": lambda shop: shop.forget(CUSTOMER.id),
}
BROKEN = set(Mode) - {Mode.FINE, Mode.DEAF, Mode.NEGATIVE, Mode.OTHER}


@pytest.fixture
def broken() -> BrokenShop:
    return BrokenShop(memory_shop())


@pytest.fixture
def careful(broken) -> CarefulShop:
    return CarefulShop(broken, read_timeout_s=0.01, write_timeout_s=0.01)


@pytest.mark.parametrize("mode", sorted(BROKEN))
@pytest.mark.parametrize("read", READS)
async def test_a_read_that_fails_says_so(broken, careful, mode, read):
    broken.mode = mode
    if (mode, read) == (Mode.RUBBISH, "export"):
        return  # a mapping with text keys is all that is asked of an export
    with pytest.raises(ShopUnreachable):
        await READS[read](careful)


@pytest.mark.parametrize("mode", [Mode.NEGATIVE, Mode.OTHER])
@pytest.mark.parametrize("read", ["order", "orders_of"])
async def test_an_answer_that_cannot_be_true_is_none(broken, careful, mode, read):
    broken.mode = mode
    with pytest.raises(ShopUnreachable):
        await READS[read](careful)


@pytest.mark.parametrize("read", ["customer", "customer_by_email", "product"])
async def test_an_answer_about_another_is_none(broken, careful, read):
    broken.mode = Mode.OTHER
    with pytest.raises(ShopUnreachable):
        await READS[read](careful)


@pytest.mark.parametrize("mode", [Mode.DOWN, Mode.REFUSES])
@pytest.mark.parametrize("write", WRITES)
async def test_a_write_that_was_not_sent_may_be_tried_again(broken, careful, mode, write):
    broken.mode = mode
    with pytest.raises(ShopUnreachable):
        await WRITES[write](careful)


@pytest.mark.parametrize("mode", [Mode.SLOW, Mode.DEAF, Mode.DROPS, Mode.CRASHES, Mode.DOUBTS, Mode.RUBBISH])
@pytest.mark.parametrize("write", WRITES)
async def test_a_write_whose_end_is_not_known_is_unclear(broken, careful, mode, write):
    if (mode, write) == (Mode.RUBBISH, "forget"):
        return  # it has no answer
    broken.mode = mode
    with pytest.raises(ShopUnclear):
        await WRITES[write](careful)


@pytest.mark.parametrize("mode", [Mode.NEGATIVE, Mode.OTHER])
async def test_a_write_with_an_answer_that_cannot_be_true_is_unclear(broken, careful, mode):
    broken.mode = mode
    with pytest.raises(ShopUnclear):
        await careful.cancel(ORDER, "", key="k1")


async def test_after_an_unclear_write_the_key_tells_what_came_of_it(broken, careful):
    broken.mode = Mode.DEAF
    with pytest.raises(ShopUnclear):
        await careful.cancel(ORDER, "", key="k1")
    assert await careful.effect("k1")
    broken.mode = Mode.SLOW
    with pytest.raises(ShopUnclear):
        await careful.cancel(ORDER, "", key="k2")
    broken.mode = Mode.FINE
    assert not await careful.effect("k2")


async def test_a_cancelled_order_that_is_not_cancelled_is_unclear(broken, careful):
    class Liar(BrokenShop):
        @override
        async def cancel(self, order, reason, *, key):
            return order

    with pytest.raises(ShopUnclear):
        await CarefulShop(Liar(memory_shop(), Mode.FINE), read_timeout_s=1, write_timeout_s=1).cancel(
            ORDER, "", key="k1"
        )


async def test_a_stale_order_stays_one(broken, careful):
    broken.mode = Mode.FINE
    await careful.change_address(ORDER, ORDER.address, key="k1")
    with pytest.raises(StaleOrder):
        await careful.cancel(ORDER, "", key="k2")


async def test_the_log_names_the_call_and_the_id_and_nobody(broken, careful):
    broken.mode = Mode.CRASHES  # its message holds an e-mail
    with capture_logs() as logs, pytest.raises(ShopUnclear) as unclear:
        await careful.cancel(ORDER, "", key="k1")
    assert logs == [
        {
            "event": "shop_broke",
            "log_level": logging.getLevelName(logging.WARNING).lower(),
            "call": "cancel",
            "about": ORDER.id,
            "why": "KeyError",
            "told": "ShopUnclear",
        }
    ]
    with capture_logs() as logs, pytest.raises(ShopUnreachable):
        await careful.customer_by_email(CUSTOMER.email)
    assert CUSTOMER.email not in str(logs)
    assert "@" not in str(unclear.value)
