"""What the shop's system cannot do, a person is offered for."""

from xiaoer.actions.base import Reach
from xiaoer.domain.changes import NEEDS
from xiaoer.domain.outcome import Reason, Refused


def lacking(change: type, reach: Reach) -> Refused | None:
    """A no, if the shop's system does not carry out such a change."""
    if NEEDS[change] in reach.shop.can:
        return None
    return Refused(Reason.NOT_OFFERED, {"instead": "call_person"})
