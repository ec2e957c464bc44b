"""The customer's own account: read for whom the shop signed in, written back as it was read; shown masked."""

from dataclasses import replace

from xiaoer.actions.base import Reach
from xiaoer.domain.changes import ChangeProfile
from xiaoer.domain.outcome import Plan
from xiaoer.domain.people import Actor, Address, Customer
from xiaoer.domain.ports import StaleOrder
from xiaoer.guard.access import signed_in

_TAIL = 4
_SHOWN = 2  # letters of an e-mail's name


async def customer_of(actor: Actor, reach: Reach) -> Customer | None:
    customer_id = signed_in(actor)
    return await reach.shop.customer(customer_id) if customer_id else None


async def keep(plan: Plan, change: ChangeProfile, reach: Reach, *, key: str) -> None:
    """For the customer the plan names. StaleOrder if there is none any more."""
    customer = await reach.shop.customer(plan.customer_id) if plan.customer_id else None
    if customer is None:
        raise StaleOrder("the customer has gone")
    await reach.shop.change_customer(customer, change, key=key)


def masked_phone(phone: str) -> str:
    return f"***{phone[-_TAIL:]}" if phone else ""


def masked_email(email: str) -> str:
    name, at, domain = email.partition("@")
    shown = name[:_SHOWN] if len(name) > _SHOWN else name[:1]
    return f"{shown}***{at}{domain}" if email else ""


def masked_address(address: Address) -> Address:
    """Where it is stays readable; who lives there and how they are called up does not."""
    name = f"{address.name[:1]}**" if address.name else ""
    return replace(address, name=name, phone=masked_phone(address.phone))
