"""Call off a return or an exchange whose goods are still with the customer."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.views import case_choice, case_goods
from xiaoer.domain.changes import Can, WithdrawCase
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import CaseId, OrderId
from xiaoer.domain.money import total
from xiaoer.domain.order import Case, CaseKind, CaseState, Order, RefundState
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.returns import may_withdraw
from xiaoer.guard.access import owned_order

_WAITS = RefundState.AWAITING_GOODS
_OF_GOODS = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE})


class CancelReturnArgs(Args):
    """Call off a return or an exchange; the goods stay with the customer."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    case_id: str = Field(default="", description="The number of the return or exchange, if there are several")


class CancelReturn(Action[CancelReturnArgs]):
    name = "cancel_return"
    risk = Risk.MONEY
    takes = CancelReturnArgs
    needs = Can.WITHDRAW_CASE

    @override
    async def check(self, args: CancelReturnArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        case = _case(order, args.case_id)
        no = may_withdraw(order, case, reach.policy).refused()
        if no is not None or case is None:
            return no or Refused(Reason.NO_CASE, {"order_id": order.id})
        waiting = [r.amount for r in order.refunds if r.case_id == case.id and r.state is _WAITS]
        not_back = total(waiting, order.total.currency)
        facts: Facts = {
            "order_id": order.id,
            "case_id": case.id,
            "kind": case.kind.value,
            "items": case_goods(order, case),
            "not_back": not_back if not_back.minor else None,
            "situation": case.kind.value,
        }
        return Plan(self.name, {"order_id": order.id, "case_id": case.id}, facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        await reach.shop.change(order, WithdrawCase(case_id=CaseId(str(plan.args["case_id"]))), key=key)
        return Done(self.name, plan.facts)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """Of several that are open, which."""
        if not known.get("order_id"):
            return ["order_id"]
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        if isinstance(order, Refused) or known.get("case_id"):
            return ()
        return ["case_id"] if len(_open(order)) > 1 else ()

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(actor, reach, lambda o: bool(_open(o)))
        order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
        return () if isinstance(order, Refused) else [case_choice(order, case) for case in _open(order)]


def _case(order: Order, case_id: str) -> Case | None:
    """The one that is named; else one that can be called off, else the newest that is not over."""
    if case_id:
        return next((case for case in _of_goods(order) if case.id == case_id), None)
    cases = [case for case in _of_goods(order) if case.state is not CaseState.CLOSED]
    return next(iter([*_open(order), *reversed(cases)]), None)


def _of_goods(order: Order) -> list[Case]:
    return [case for case in order.cases if case.kind in _OF_GOODS]


def _open(order: Order) -> list[Case]:
    return [case for case in _of_goods(order) if case.state is CaseState.APPROVED]


offer(CancelReturn())
