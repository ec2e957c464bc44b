"""The only way to an order: one's own, the one proven, or none."""

from dataclasses import replace

from tests.actions.bench import ALEX, GUEST, MEI, Watched, memory_shop, order_of, proven

from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import Reason, Refused
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.ports import ShopUnreachable
from xiaoer.guard.access import owned_order, owned_orders, signed_in

SHOP = memory_shop()
MINE, FOREIGN, UNKNOWN = order_of(MEI).id, order_of(ALEX).id, OrderId("M99999999")


async def sees(actor: Actor, order_id: OrderId) -> bool:
    return isinstance(await owned_order(SHOP, actor, order_id), Order)


async def test_a_signed_in_customer_sees_their_own_orders_only() -> None:
    assert [await sees(MEI, i) for i in (MINE, FOREIGN, UNKNOWN)] == [True, False, False]
    orders = await owned_orders(SHOP, MEI)
    assert not isinstance(orders, Refused)
    assert {o.customer_id for o in orders} == {MEI.customer_id}


async def test_a_proof_is_of_one_order() -> None:
    assert [await sees(proven(MINE), i) for i in (MINE, FOREIGN, UNKNOWN)] == [True, False, False]
    orders = await owned_orders(SHOP, proven(MINE))
    assert not isinstance(orders, Refused)
    assert [o.id for o in orders] == [MINE]


async def test_a_proof_adds_nothing_to_a_sign_in() -> None:
    both = replace(MEI, proven_orders=frozenset({FOREIGN}))
    assert not await sees(both, FOREIGN)


async def test_a_guest_is_told_to_prove_it_before_the_shop_is_asked() -> None:
    silent = Watched(SHOP)
    silent.before["order"] = ShopUnreachable("asked")
    for order_id in (MINE, UNKNOWN):
        no = Refused(Reason.NOT_PROVEN, {"order_id": order_id})
        assert await owned_order(silent, GUEST, order_id) == no
    assert await owned_orders(SHOP, GUEST) == Refused(Reason.NOT_PROVEN)


async def test_a_customers_name_without_proof_opens_nothing() -> None:
    claimed = replace(MEI, proof=Proof.NONE)
    assert not await sees(claimed, MINE)
    assert isinstance(await owned_orders(SHOP, claimed), Refused)
    assert signed_in(claimed) is None
    assert signed_in(replace(MEI, proof=Proof.ORDER)) is None
    assert signed_in(MEI) == MEI.customer_id


async def test_nobody_is_not_the_owner_of_an_order_without_one() -> None:
    nobody = replace(GUEST, proof=Proof.SIGNED_IN)
    assert not await sees(nobody, MINE)
    assert isinstance(await owned_orders(SHOP, nobody), Refused)


async def test_a_connector_that_mixes_customers_up_shows_nothing_foreign() -> None:
    class Mixed(Watched):
        async def orders_of(self, customer_id: object, *, limit: int) -> list[Order]:
            return [order_of(ALEX), order_of(MEI)]

    orders = await owned_orders(Mixed(SHOP), MEI)
    assert not isinstance(orders, Refused)
    assert [o.id for o in orders] == [MINE]


async def test_staff_see_what_is_there() -> None:
    staff = Actor(shop_id=MEI.shop_id, role=Role.STAFF)
    assert [await sees(staff, i) for i in (MINE, FOREIGN, UNKNOWN)] == [True, True, False]
