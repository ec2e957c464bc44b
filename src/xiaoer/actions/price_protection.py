"""The difference to today's price goes back."""

from collections.abc import Sequence
from typing import cast

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.request_return import line_choices
from xiaoer.actions.views import line_choice, refund_words
from xiaoer.domain.changes import Can, GiveBack
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import LineId, OrderId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Line, Order, RefundState, RefundWhy
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.care import returned_or_settled
from xiaoer.domain.rules.money import may_protect_price
from xiaoer.domain.verdict import Verdict
from xiaoer.guard.access import owned_order, owned_orders


class PriceProtectionArgs(Args):
    """Give back the difference if an item costs less today than was paid for it."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    line_id: str = Field(description="The line of the order that got cheaper")


class PriceProtection(Action[PriceProtectionArgs]):
    name = "price_protection"
    risk = Risk.MONEY
    needs = Can.GIVE_BACK
    takes = PriceProtectionArgs

    @override
    async def check(self, args: PriceProtectionArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if (line := order.line(args.line_id)) is None:
            return Refused(Reason.NO_SUCH_LINE, {"order_id": order.id})
        verdict = await _verdict(order, line, reach)
        if (no := verdict.refused()) is not None:
            return no
        facts: Facts = {**verdict.facts, "item": line_choice(line).label, **refund_words(order, reach.policy)}
        return Plan(self.name, {"order_id": order.id, "line_id": line.id}, facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order, amount = await order_of(plan, reach), cast(Money, plan.facts["refund"])
        line_id = LineId(str(plan.args["line_id"]))
        await reach.shop.change(order, GiveBack(amount=amount, why=RefundWhy.PRICE, line_id=line_id), key=key)
        return Done(self.name, plan.facts)

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            cheaper = await _with_a_cheaper_line(actor, reach)
            return await order_choices(actor, reach, lambda o: o.id in cheaper, lambda o: _in_time(o, reach))
        found = await line_choices(known, actor, reach, with_all=False)
        order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
        if isinstance(order, Refused):
            return ()
        fit = await _cheaper_lines(order, reach)
        return [choice for choice in found if choice.value in fit] or found


async def _with_a_cheaper_line(actor: Actor, reach: Reach) -> frozenset[str]:
    orders = await owned_orders(reach.shop, actor)
    recent = () if isinstance(orders, Refused) else [o for o in orders if _in_time(o, reach)]
    return frozenset([o.id for o in recent if await _cheaper_lines(o, reach)])


async def _cheaper_lines(order: Order, reach: Reach) -> frozenset[str]:
    return frozenset([x.id for x in order.lines if (await _verdict(order, x, reach)).allowed])


def _in_time(order: Order, reach: Reach) -> bool:
    """Still protected, whatever the price is today."""
    over = (Reason.NOT_OFFERED, Reason.PRICE_WINDOW_OVER, Reason.ALREADY_CANCELLED, Reason.NOT_PAID_YET)
    verdicts = (
        may_protect_price(order, x, None, policy=reach.policy, now=reach.now, given_before=False)
        for x in order.lines
    )
    return any(verdict.reason not in over for verdict in verdicts)


async def _verdict(order: Order, line: Line, reach: Reach) -> Verdict:
    product = await reach.shop.product(line.product_id)
    before = any(
        r.why is RefundWhy.PRICE and r.line_id == line.id and r.state is not RefundState.FAILED
        for r in order.refunds
    )
    given = before or returned_or_settled(order, line)
    return may_protect_price(order, line, product, policy=reach.policy, now=reach.now, given_before=given)


offer(PriceProtection())
