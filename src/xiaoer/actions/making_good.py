"""Lost and broken goods: the customer chooses between the same once more and the money."""

from collections.abc import Sequence
from typing import cast

from xiaoer.actions.base import Reach
from xiaoer.actions.views import joined, line_choice, refund_words
from xiaoer.domain.changes import NEEDS, GiveBack, SendAgain
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseKind, CaseReason, Line, Order, RefundWhy
from xiaoer.domain.outcome import Plan, Reason, Refused
from xiaoer.domain.rules.care import Means, Remedy, may_make_good
from xiaoer.speak.book import term

_CHANGE = {Remedy.RESEND: SendAgain, Remedy.REFUND: GiveBack}
_WHY = {CaseReason.LOST: RefundWhy.LOST, CaseReason.DAMAGED: RefundWhy.DAMAGED}


async def means_for(lines: Sequence[Line], reach: Reach) -> Means:
    """What the shop can do for these lines, and what of them is in stock."""
    products = {line.product_id: await reach.shop.product(line.product_id) for line in lines}
    stock = {str(v.id): v.stock for product in products.values() if product for v in product.variants}
    can = frozenset(remedy for remedy in Remedy if NEEDS[_CHANGE[remedy]] in reach.shop.can)
    return Means(stock=stock, remedies=can)


async def possible(order: Order, lines: Sequence[Line], reach: Reach) -> tuple[Remedy, ...]:
    means = await means_for(lines, reach)
    return tuple(r for r in Remedy if may_make_good(order, lines, r, means, reach.policy).allowed)


async def facts_of(
    order: Order, lines: Sequence[Line], remedy: Remedy | None, reach: Reach
) -> Facts | Refused:
    """What the card reads out."""
    means = await means_for(lines, reach)
    verdict = may_make_good(order, lines, remedy or Remedy.RESEND, means, reach.policy)
    if (no := verdict.refused()) is not None:
        return no
    if remedy is None:
        return Refused(Reason.BAD_ARGUMENTS, {"fields": "remedy"})
    facts: Facts = {
        **verdict.facts,
        "items": joined([line_choice(line).label for line in lines]),
        "remedy": remedy.value,
        "situation": remedy.value,
    }
    return {**facts, **refund_words(order, reach.policy)} if remedy is Remedy.REFUND else facts


async def make_good(
    order: Order, lines: Sequence[Line], plan: Plan, reason: CaseReason, reach: Reach, *, key: str
) -> Facts:
    """Carry it out; what is known of it then."""
    line_ids = tuple(line.id for line in lines)
    if plan.facts["remedy"] == Remedy.REFUND.value:
        one = line_ids[0] if len(line_ids) == 1 else None
        back = GiveBack(amount=cast(Money, plan.facts["refund"]), why=_WHY[reason], line_id=one)
        await reach.shop.change(order, back, key=key)
        return plan.facts
    after = await reach.shop.change(order, SendAgain(line_ids=line_ids, reason=reason), key=key)
    again = [case for case in after.cases if case.kind is CaseKind.RESEND]
    return {**plan.facts, "case_id": again[-1].id if again else ""}


def remedy_choices(remedies: Sequence[Remedy]) -> Sequence[Choice]:
    return [Choice(remedy.value, term(f"remedy.{remedy.value}")) for remedy in remedies]
