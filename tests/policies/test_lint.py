"""What a merchant's policy forgets or says in vain is found; the demo shop's has nothing of it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from xiaoer.actions.base import CATALOGUE
from xiaoer.domain.money import Money
from xiaoer.domain.order import OrderState, PayMethod
from xiaoer.domain.people import Tier
from xiaoer.domain.policy import Changes, Limits, Policy
from xiaoer.policies.file import load_policy
from xiaoer.policies.lint import Kind, lint
from xiaoer.shops import demo

DEMO = load_policy(Path(demo.__file__).parent / "policy.yaml")
SHELVES = ("beauty", "baby", "running_shoes", "sportswear", "bags", "electronics")
TODAY = date(2026, 11, 27)


def found(policy: Policy) -> set[tuple[str, str]]:
    findings = lint(policy, categories=SHELVES, actions=frozenset(CATALOGUE), today=TODAY)
    assert all(finding.text.zh and finding.text.en for finding in findings)
    return {(finding.kind.value, finding.rule) for finding in findings}


def test_the_demo_policy_is_clean() -> None:
    assert found(DEMO) == set()


@pytest.mark.parametrize(
    ("changes", "kind", "rule"),
    [
        ({"return_days_by_category": {"hats": 7}}, Kind.NEVER, "return.by_category.hats"),
        ({"return_days_by_category": {"bags": 15}}, Kind.NEVER, "return.by_category.bags"),
        ({"return_days_by_tier": {Tier.GOLD: 7}}, Kind.NEVER, "return.by_tier.gold"),
        ({"exchange_days_by_tier": {Tier.GOLD: 20}}, Kind.OVERLAP, "exchange.by_tier.gold"),
        ({"unopened_only": frozenset({"hats"})}, Kind.NEVER, "return.unopened_only.hats"),
        ({"warranty_months": {"electronic": 12}}, Kind.NEVER, "warranty.months_by_category.electronic"),
        ({"exchange_days": 7}, Kind.GAP, "exchange"),
        ({"return_fee": Money(0, "CNY")}, Kind.NEVER, "return.free_for_tiers"),
        ({"cancel_states": frozenset({OrderState.SHIPPED})}, Kind.OVERLAP, "cancel.states"),
        ({"cancel_states": frozenset()}, Kind.GAP, "cancel.states"),
        (
            {"change_items": Changes(states=frozenset({OrderState.DELIVERED}))},
            Kind.OVERLAP,
            "change_items.states",
        ),
        ({"limits": Limits()}, Kind.GAP, "limits"),
        (
            {"limits": Limits(per_order=Money(200, "CNY"), per_shop_day=Money(100, "CNY"))},
            Kind.NEVER,
            "limits.per_order",
        ),
        ({"limits": Limits(per_order=Money(100, "CNY"))}, Kind.OVERLAP, "goodwill.most"),
        ({"people_only": frozenset({"cancel_ordre"})}, Kind.NEVER, "people.always.cancel_ordre"),
        ({"refund_days": {PayMethod.ALIPAY: 1}}, Kind.GAP, "refund.arrives_within_days.card"),
        (
            {"hours": replace(DEMO.hours, holidays=frozenset({date(2026, 10, 1)}))},
            Kind.NEVER,
            "service_hours.holidays.2026-10-01",
        ),
        (
            {"hours": replace(DEMO.hours, days=frozenset({0}), holidays=frozenset({date(2026, 12, 25)}))},
            Kind.NEVER,
            "service_hours.holidays.2026-12-25",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_slip_is_found(changes: dict[str, object], kind: Kind, rule: str) -> None:
    assert (kind.value, rule) in found(replace(DEMO, **changes))  # type: ignore[arg-type]
