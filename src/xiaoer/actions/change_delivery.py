"""Have an order brought on a day the customer asks for, before it is packed."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.views import goods
from xiaoer.domain.changes import Can, ChangeDelivery
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.orders import may_change_delivery
from xiaoer.domain.words import Language, Words
from xiaoer.guard.access import owned_order
from xiaoer.speak.formats import Calendar

_FIRST_OFFERED, _OFFERED = 2, 5  # days ahead: tomorrow it could hardly be there


class ChangeDeliveryArgs(Args):
    """Bring an order that is not packed yet on a day that suits."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    day: str = Field(
        default="",
        max_length=21,
        description="The day, YYYY-MM-DD; or the first and the last of some, with / between",
    )


class ChangeOfDelivery(Action[ChangeDeliveryArgs]):
    name = "change_delivery"
    risk = Risk.WRITE
    takes = ChangeDeliveryArgs
    needs = Can.CHANGE_DELIVERY

    @override
    async def check(self, args: ChangeDeliveryArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        day = day_wanted(args.day, _today(reach))
        if (no := may_change_delivery(order, day, reach.policy, reach.now).refused()) is not None:
            return no
        if day is None:
            return Refused(Reason.BAD_ARGUMENTS, {"fields": "day"})
        facts: Facts = {"order_id": order.id, "items": goods(order), "day": day}
        return Plan(self.name, {"order_id": order.id, "day": day.isoformat()}, facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        day = date.fromisoformat(str(plan.args["day"]))
        await reach.shop.change(order, ChangeDelivery(day=day), key=key)
        return Done(self.name, plan.facts)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """What is packed is said to be so before a day is asked for."""
        missing = [slot for slot in ("order_id", "day") if not known.get(slot)]
        if missing != ["day"]:
            return missing
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        blocked = isinstance(order, Refused) or not _allowed(order, reach)
        return () if blocked else missing

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(actor, reach, lambda o: _allowed(o, reach))
        order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
        if isinstance(order, Refused):
            return ()
        first = _today(reach) + timedelta(days=_FIRST_OFFERED)
        return [_choice(first + timedelta(days=n), reach) for n in range(_OFFERED)]


def day_wanted(said: str, today: date) -> date | None:
    """The day, or of several the first that is still to come; None if it is none."""
    try:
        days = [date.fromisoformat(part) for part in said.split("/", 1)]
    except ValueError:
        return None
    first, last = days[0], days[-1]
    return min(max(first, today + timedelta(days=1)), last) if first < last else first


def _allowed(order: Order, reach: Reach) -> bool:
    return may_change_delivery(order, None, reach.policy, reach.now).allowed


def _choice(day: date, reach: Reach) -> Choice:
    zh, en = (Calendar(language, reach.policy.time_zone, reach.now).date(day) for language in _BOTH)
    return Choice(day.isoformat(), Words(zh, en))


_BOTH = (Language.ZH, Language.EN)


def _today(reach: Reach) -> date:
    return reach.now.astimezone(ZoneInfo(reach.policy.time_zone)).date()


offer(ChangeOfDelivery())
