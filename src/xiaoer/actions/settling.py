"""By which of a customer's ways to pay on file a difference is settled, or a refund paid out."""

from collections.abc import Sequence

from xiaoer.actions.base import MOST_CHOICES, Reach
from xiaoer.actions.views import way, way_choice, ways_back
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.ways import may_refund_to, may_settle_by, refundable
from xiaoer.domain.ways import Source, Way
from xiaoer.guard.access import signed_in, ways_of


async def settled_by(
    order: Order, extra: Money, way_id: str, actor: Actor, reach: Reach, *, rule: str
) -> Way | Refused | None:
    """The way that settles a difference; None where there is none to settle and none was named."""
    if not way_id and extra.minor == 0:
        return None
    if signed_in(actor) is None:
        return Refused(Reason.SIGN_IN_NEEDED, {"order_id": order.id})
    ways = await ways_of(reach.shop, actor)
    if not way_id and len(ways) > 1:
        return Refused(Reason.BAD_ARGUMENTS, {"fields": "way_id"})
    found = next((way for way in ways if way_id in ("", way.id)), None)
    verdict = may_settle_by(order, found, extra, reach.policy, rule=rule)
    return verdict.refused() or found


async def way_missing(extra: Money, known: Facts, actor: Actor, reach: Reach) -> bool:
    """Whether it must be asked how a difference is settled."""
    if extra.minor == 0 or known.get("way_id"):
        return False
    return len(await ways_of(reach.shop, actor)) > 1


async def paid_out_to(order: Order, way_id: str, actor: Actor, reach: Reach) -> Way | Refused | None:
    """Where the refund of a return goes; None: the way it was paid."""
    if not way_id and not reach.policy.refund_to_gift_card:
        return None
    ways = await ways_of(reach.shop, actor)
    may = refundable(order, ways, reach.policy)
    if not way_id:
        return Refused(Reason.BAD_ARGUMENTS, {"fields": "way_id"}) if len(may) > 1 else next(iter(may), None)
    found = next((way for way in ways if way.id == way_id), None)
    return may_refund_to(order, found, reach.policy).refused() or found


async def outlets(order: Order, actor: Actor, reach: Reach) -> Sequence[Way]:
    """Where a refund may go, if the customer has a say in it."""
    if not reach.policy.refund_to_gift_card:
        return ()
    return refundable(order, await ways_of(reach.shop, actor), reach.policy)


async def way_choices(actor: Actor, reach: Reach) -> Sequence[Choice]:
    return [way_choice(one) for one in (await ways_of(reach.shop, actor))[:MOST_CHOICES]]


def source_of(chosen: Way | None) -> Source | None:
    return Source(chosen.method, chosen.id) if chosen else None


def money_facts(order: Order, extra: Money, chosen: Way | None) -> Facts:
    """What is paid on top, or goes back, and how."""
    less = Money(max(0, -extra.minor), extra.currency)
    back = ((way(chosen.method, less, chosen),) if chosen else ways_back(order, less)) if less.minor else ()
    return {
        "extra": (way(chosen.method, extra, chosen),) if chosen and extra.minor > 0 else (),
        "back": back,
    }
