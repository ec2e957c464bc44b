"""owned_order(shop, actor, id): the only way to an order."""

from xiaoer.domain.ids import CustomerId, OrderId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import Reason, Refused
from xiaoer.domain.people import Actor, Proof, Role, Tier
from xiaoer.domain.ports import Shop
from xiaoer.domain.ways import Way

MOST_ORDERS = 50  # more than a customer scrolls through in a chat; bounds one read


async def owned_order(shop: Shop, actor: Actor, order_id: OrderId) -> Order | Refused:
    """The order, if this actor may see it. A stranger hears the same as for no order at all."""
    if actor.proof is Proof.NONE and actor.role is Role.CUSTOMER:
        return Refused(Reason.NOT_PROVEN, {"order_id": order_id})
    order = await shop.order(order_id)
    if order is None or not _may_see(actor, order):
        return Refused(Reason.NO_SUCH_ORDER, {"order_id": order_id})
    return order


async def owned_orders(shop: Shop, actor: Actor) -> tuple[Order, ...] | Refused:
    """All orders this actor may see, newest first."""
    if actor.customer_id is not None and actor.proof is Proof.SIGNED_IN:
        orders = await shop.orders_of(actor.customer_id, limit=MOST_ORDERS)
        return tuple(o for o in orders if _may_see(actor, o))
    if not actor.proven_orders:
        return Refused(Reason.NOT_PROVEN)
    found = [await shop.order(order_id) for order_id in sorted(actor.proven_orders)]
    return tuple(o for o in found if o is not None)


def signed_in(actor: Actor) -> CustomerId | None:
    """The customer, if the shop itself has signed them in."""
    return actor.customer_id if actor.proof is Proof.SIGNED_IN else None


async def tier_of(shop: Shop, actor: Actor) -> Tier:
    """The membership of a signed-in customer; of anybody else, the plain one."""
    customer_id = signed_in(actor)
    customer = await shop.customer(customer_id) if customer_id else None
    return customer.tier if customer else Tier.MEMBER


async def gift_card_of(shop: Shop, actor: Actor) -> Money | None:
    """What a signed-in customer's gift card is worth; nobody else is told, nor pays with it."""
    customer_id = signed_in(actor)
    customer = await shop.customer(customer_id) if customer_id else None
    return customer.gift_card_balance if customer else None


async def ways_of(shop: Shop, actor: Actor) -> tuple[Way, ...]:
    """The ways to pay a signed-in customer has on file; nobody else is told of them."""
    customer_id = signed_in(actor)
    customer = await shop.customer(customer_id) if customer_id else None
    return customer.ways if customer else ()


def _may_see(actor: Actor, order: Order) -> bool:
    if actor.role is Role.STAFF:
        return True
    if actor.proof is Proof.SIGNED_IN:
        return actor.customer_id is not None and order.customer_id == actor.customer_id
    return actor.proof is Proof.ORDER and order.id in actor.proven_orders
