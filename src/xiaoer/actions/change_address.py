"""Change where an order goes, before it is packed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import cast

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import MOST_CHOICES, Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.views import address_words
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Address, Proof, Role
from xiaoer.domain.rules.orders import may_change_address
from xiaoer.domain.words import Words
from xiaoer.guard.access import owned_order, signed_in
from xiaoer.understand.address import parse_address

SAVED = "saved:"  # saved:1 is the second address in the customer's own list


class ChangeAddressArgs(Args):
    """Send an order that is not packed yet to another address."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    address: str = Field(
        default="", max_length=400, description="The whole new address in the customer's words, or saved:N"
    )


class ChangeAddress(Action[ChangeAddressArgs]):
    name = "change_address"
    risk = Risk.WRITE
    takes = ChangeAddressArgs

    @override
    async def check(self, args: ChangeAddressArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if (no := may_change_address(order, reach.policy).refused()) is not None:
            return no
        address = await _wanted(args.address, order, actor, reach)
        if isinstance(address, Refused):
            return address
        if address == order.address:
            return Refused(Reason.SAME_ADDRESS, {"order_id": order.id})
        shown = _shown(address, order, actor)
        facts: Facts = {"order_id": order.id, "address": address_words(shown), "to": asdict(shown)}
        return Plan(self.name, {"order_id": order.id, "address": args.address}, facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        address = _unmasked(Address(**cast(Mapping[str, str], plan.facts["to"])), order)
        await reach.shop.change_address(order, address, key=key)
        return Done(self.name, plan.facts)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """An order that cannot be redirected is said so before an address is asked for."""
        missing = [slot for slot in ("order_id", "address") if not known.get(slot)]
        if missing != ["address"]:
            return missing
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        blocked = isinstance(order, Refused) or may_change_address(order, reach.policy).refused() is not None
        return () if blocked else missing

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(actor, reach, lambda o: o.state in reach.policy.change_address_states)
        return await self._saved(known, actor, reach)

    async def _saved(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
        now_at = None if isinstance(order, Refused) else order.address
        saved = enumerate(await _saved_addresses(actor, reach))
        texts = [(n, address_words(a)) for n, a in saved if a != now_at]
        return [Choice(f"{SAVED}{n}", Words(text, text)) for n, text in texts[:MOST_CHOICES]]


def _shown(address: Address, order: Order, actor: Actor) -> Address:
    """A guest knows an order's number and a phone's tail: the name and phone on it are not told them."""
    if actor.proof is Proof.SIGNED_IN or actor.role is Role.STAFF:
        return address
    same = [name for name in _masked(address) if getattr(address, name) == getattr(order.address, name)]
    return replace(address, **{name: _masked(address)[name] for name in same})


def _unmasked(shown: Address, order: Order) -> Address:
    """The version of the order holds from the card to the write: what was masked is what is on it."""
    masked = _masked(order.address)
    same = [name for name, value in masked.items() if getattr(shown, name) == value]
    return replace(shown, **{name: getattr(order.address, name) for name in same})


def _masked(address: Address) -> dict[str, str]:
    return {"name": address.name[:1] + "**", "phone": "***" + address.phone[-4:]}


async def _saved_addresses(actor: Actor, reach: Reach) -> Sequence[Address]:
    customer_id = signed_in(actor)
    customer = await reach.shop.customer(customer_id) if customer_id else None
    return customer.addresses if customer else ()


async def _wanted(text: str, order: Order, actor: Actor, reach: Reach) -> Address | Refused:
    """The address meant: one of the customer's saved ones, or read from their words."""
    if text.startswith(SAVED):
        saved = await _saved_addresses(actor, reach)
        number = text.removeprefix(SAVED)
        if number.isdecimal() and int(number) < len(saved):
            return saved[int(number)]
    old = order.address
    parsed = parse_address(text, default_name=old.name, default_phone=old.phone, default_country=old.country)
    missing = tuple(part for part in parsed.missing if part != "phone" or old.phone)  # some shops have none
    if missing:
        return Refused(Reason.BAD_ADDRESS, {"order_id": order.id, "missing": missing})
    return Address(**{f.name: getattr(parsed, f.name) for f in fields(Address)})


offer(ChangeAddress())
