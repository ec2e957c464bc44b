"""Verdict: what the policy says to a request, which of its lines says so, and what would change a no."""

from dataclasses import dataclass, field
from enum import StrEnum

from xiaoer.domain.facts import Facts
from xiaoer.domain.outcome import Reason, Refused

OF_THE_ORDER = "order"  # the rule where no policy is asked: goods that are not here cannot come back


class Could(StrEnum):
    """What would turn a no into a yes. Each has a phrase `could.<name>`."""

    SEALED = "sealed"  # if it is unopened
    FAULTY = "faulty"  # if it is faulty, damaged, another than ordered
    SAME_PRICE = "same_price"  # if another of the same price is wanted
    REFUND = "refund"  # if the money is taken instead
    RESEND = "resend"  # if the same is taken once more instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One answer for all: said to the customer, greying out a button at the desk, told to a model.

    `rule` is the place in policy.yaml (return.by_category.beauty), `policy` its version. With `approval` the
    answer is yes as soon as a colleague has agreed; it says why one is asked.
    """

    rule: str
    policy: str
    facts: Facts = field(default_factory=dict)
    reason: Reason | None = None  # why not; None: yes
    could: tuple[Could, ...] = ()
    approval: Reason | None = None

    @property
    def allowed(self) -> bool:
        return self.reason is None

    def refused(self) -> Refused | None:
        """As the counter says it; None for a yes."""
        if self.reason is None:
            return None
        could = tuple(way.value for way in self.could)
        return Refused(self.reason, {**self.facts, "rule": self.rule, **({"could": could} if could else {})})
