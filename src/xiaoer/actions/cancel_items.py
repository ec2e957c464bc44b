"""Cancel some things of an order before it is packed; the rest is sent."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.cancel_order import CancelOrder, CancelOrderArgs
from xiaoer.actions.lines import SEVERAL
from xiaoer.actions.orders import order_choices, order_of, refusal
from xiaoer.actions.views import joined, line_choice, ways_back
from xiaoer.domain.changes import Can, CancelLines
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import LineId, OrderId
from xiaoer.domain.order import Line, Order
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.money import share_of
from xiaoer.domain.rules.orders import may_cancel_lines
from xiaoer.guard.access import owned_order
from xiaoer.speak.book import term


class CancelItemsArgs(Args):
    """Cancel some items of an order that is not packed yet; their share goes back, the rest is sent."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    line_id: str = Field(default="", description="The line of the order, or several with commas between them")
    reason: str = Field(default="", max_length=200, description="Why, in the customer's words")


class CancelItems(Action[CancelItemsArgs]):
    name = "cancel_items"
    risk = Risk.MONEY
    takes = CancelItemsArgs
    needs = Can.CANCEL_LINES

    @override
    async def check(self, args: CancelItemsArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        lines = named_lines(order, args.line_id)
        if len(lines) == len(order.lines):
            whole = CancelOrderArgs(order_id=order.id, reason=args.reason)
            return await CancelOrder().check(whole, actor, reach)
        verdict = may_cancel_lines(order, [line.id for line in lines], reach.policy)
        if (no := await refusal(verdict, order, actor, reach)) is not None:
            return no
        if not lines:
            return Refused(Reason.NO_SUCH_LINE, {"order_id": order.id})
        called = SEVERAL.join(line.id for line in lines)
        plan_args: Facts = {"order_id": order.id, "line_id": called, "reason": args.reason}
        return Plan(self.name, plan_args, _facts(order, lines), order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        lines = named_lines(order, str(plan.args["line_id"]))
        change = CancelLines(line_ids=tuple(line.id for line in lines), reason=str(plan.args["reason"]))
        await reach.shop.change(order, change, key=key)
        days = [reach.policy.refund_days.get(payment.method, 0) for payment in order.payments]
        return Done(self.name, {**plan.facts, "refund_days": max(days, default=0)})

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """What is packed is said to be so before anything is chosen of it; one thing after another is."""
        order_id, said = known.get("order_id"), str(known.get("line_id") or "")
        if not order_id:
            return ["order_id"]
        order = await owned_order(reach.shop, actor, OrderId(str(order_id)))
        if isinstance(order, Refused) or not may_cancel_lines(order, (), reach.policy).allowed:
            return ()
        open_ended = said.endswith(SEVERAL) and len(named_lines(order, said)) < len(order.lines)
        return ["line_id"] if not said or open_ended else ()

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(
                actor,
                reach,
                lambda o: len(o.lines) > 1 and may_cancel_lines(o, (), reach.policy).allowed,
                lambda o: may_cancel_lines(o, (), reach.policy).allowed,
            )
        order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
        return () if isinstance(order, Refused) else _choices(order, str(known.get("line_id") or ""))


def named_lines(order: Order, said: str) -> tuple[Line, ...]:
    """The lines of comma-joined ids, in the order's own order; none if one of the ids is not there."""
    ids = {part.strip() for part in said.split(SEVERAL)} - {""}
    found = tuple(line for line in order.lines if line.id in ids)
    return found if len(found) == len(ids) else ()


def _choices(order: Order, chosen: str) -> Sequence[Choice]:
    """What is left to choose. A choice of several ends in a comma while more than the last could follow."""
    before = [line.id for line in named_lines(order, chosen)]
    left = [line for line in order.lines if line.id not in before]
    more = SEVERAL if len(left) > 2 else ""  # noqa: PLR2004 - all of them would be the whole order
    found = [_choice(line, [*before, line.id], more) for line in left]
    return [*found, Choice(SEVERAL.join(before), term("line.enough"))] if before else found


def _choice(line: Line, ids: Sequence[LineId], more: str) -> Choice:
    plain = line_choice(line)
    return Choice(SEVERAL.join(ids) + more, plain.label, plain.about)


def _facts(order: Order, lines: Sequence[Line]) -> Facts:
    share = share_of(order, lines)
    back = ways_back(order, share)
    return {
        "order_id": order.id,
        "items": joined([line_choice(line).label for line in lines]),
        "back": back,
        "new_total": order.total - share,
        "situation": "refund" if back else "unpaid",
    }


offer(CancelItems())
