"""What holds for every verdict, whatever the order and the policy: total, monotone, explained."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.orders import CATEGORIES, CNY, NOW, orders
from tests.domain.test_rules import delivered, line

from xiaoer.domain.catalog import Product, Variant
from xiaoer.domain.ids import ProductId
from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseReason, Order, OrderState, Payment, PayMethod
from xiaoer.domain.outcome import Reason
from xiaoer.domain.people import Tier
from xiaoer.domain.policy import Changes, Goodwill, Limits, Parcels, Policy
from xiaoer.domain.rules.explain import Supposed, explain
from xiaoer.domain.rules.money import (
    Spent,
    approval_for,
    left_to_refund,
    may_give_goodwill,
    may_protect_price,
    refund_for,
    warranty_until,
)
from xiaoer.domain.rules.returns import FAULTS, ReturnAsk, may_return
from xiaoer.domain.verdict import OF_THE_ORDER, Verdict
from xiaoer.domain.words import Language, Words
from xiaoer.policies.file import load_policy
from xiaoer.shops import demo
from xiaoer.speak.book import book

DEMO = load_policy(Path(demo.__file__).parent / "policy.yaml")
TITLE = Words("货", "goods")

amounts = st.none() | st.integers(0, 10**6).map(lambda minor: Money(minor, CNY))
states = st.frozensets(st.sampled_from(OrderState))
windows = st.dictionaries(st.sampled_from(CATEGORIES), st.integers(0, 60), max_size=3)
tiers = st.dictionaries(st.sampled_from(Tier), st.integers(0, 60), max_size=2)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    return replace(
        DEMO,
        cancel_states=draw(states),
        change_address_states=draw(states),
        change_items=Changes(states=draw(states), times=draw(st.integers(1, 3))),
        change_payment=Changes(states=draw(states), times=draw(st.integers(1, 3))),
        pay_methods=draw(st.frozensets(st.sampled_from(PayMethod))),
        cancel_lines=draw(st.booleans()),
        return_days=draw(st.integers(0, 60)),
        return_days_by_category=draw(windows),
        return_days_by_tier=draw(tiers),
        exchange_days_by_category=draw(windows),
        unopened_only=draw(st.frozensets(st.sampled_from(CATEGORIES))),
        final_sale_returns=draw(st.sampled_from(["never", "faulty_only"])),
        limits=Limits(per_order=draw(amounts), per_customer_day=draw(amounts), per_shop_day=draw(amounts)),
        goodwill=draw(
            st.none()
            | st.builds(
                Goodwill,
                most=st.integers(0, 10**5).map(lambda minor: Money(minor, CNY)),
                percent=st.integers(1, 100),
                times=st.integers(1, 3),
                within_days=st.just(90),
            )
        ),
        parcels=draw(
            st.none()
            | st.builds(
                Parcels,
                lost_after_days=st.integers(0, 30),
                report_damage_days=st.integers(0, 30),
                photo_needed=st.booleans(),
            )
        ),
        people_only=draw(st.frozensets(st.sampled_from(["cancel_order", "request_return"]))),
    )


supposed = st.builds(
    Supposed,
    reason=st.sampled_from(CaseReason),
    unopened=st.none() | st.booleans(),
    tier=st.sampled_from(Tier),
    method=st.sampled_from(PayMethod),
    spent=st.builds(
        Spent,
        order=st.integers(0, 10**6),
        customer_today=st.integers(0, 10**6),
        shop_today=st.integers(0, 10**6),
    ),
)


@given(order=orders(), policy=policies(), of=supposed)
def test_every_question_has_an_answer_with_its_rule_and_version(
    order: Order, policy: Policy, of: Supposed
) -> None:
    for told in explain(order, policy, NOW, of):
        verdict = told.verdict
        assert verdict.policy == policy.version
        assert verdict.rule
        assert not (verdict.reason and verdict.approval)
        assert not (verdict.allowed and verdict.could)
        no = verdict.refused()
        assert (no is None) == verdict.allowed
        if no is not None:
            assert f"refused.{no.reason.value}" in book(Language.EN).phrases
            assert no.facts["rule"] == verdict.rule


@given(order=orders(), policy=policies(), reason=st.sampled_from(CaseReason), tier=st.sampled_from(Tier))
def test_less_proof_never_allows_more(order: Order, policy: Policy, reason: CaseReason, tier: Tier) -> None:
    """Perhaps sealed is no better than sealed, opened no better than perhaps, no fault than a fault."""

    def asked(why: CaseReason, *, unopened: bool | None, of: Tier) -> bool:
        ask = ReturnAsk(reason=why, unopened=unopened)
        return may_return(order, order.lines[0], ask, policy=policy, now=NOW, tier=of).allowed

    if asked(reason, unopened=None, of=tier):
        assert asked(reason, unopened=True, of=tier)
    if asked(reason, unopened=False, of=tier):
        assert asked(reason, unopened=None, of=tier)
        assert all(asked(fault, unopened=False, of=tier) for fault in FAULTS)


@given(order=orders(), policy=policies(), of=supposed)
def test_what_is_offered_is_never_more_than_is_left(order: Order, policy: Policy, of: Supposed) -> None:
    left = left_to_refund(order)
    assert 0 <= left.minor <= sum(payment.amount.minor for payment in order.payments)
    goodwill = may_give_goodwill(order, policy, given_before=0)
    assert goodwill.reason or 0 < _refund(goodwill) <= left.minor
    for bought in order.lines:
        cheaper = Variant(id=bought.variant_id, options={}, price=Money(0, CNY), stock=1)
        product = Product(
            id=ProductId("P"),
            title=TITLE,
            category=bought.category,
            category_name=TITLE,
            description=TITLE,
            variants=(cheaper,),
        )
        back = may_protect_price(order, bought, product, policy=policy, now=NOW, given_before=False)
        assert back.reason or 0 < _refund(back) <= min(
            left.minor, refund_for(order, bought, Money(0, CNY)).minor
        )
        assert may_protect_price(order, bought, product, policy=policy, now=NOW, given_before=True).reason


def _refund(verdict: Verdict) -> int:
    amount = verdict.facts["refund"]
    assert isinstance(amount, Money)
    return amount.minor


@given(
    policy=policies(),
    refund=st.integers(0, 10**7),
    more=st.integers(0, 10**6),
    before=st.integers(0, 10**6),
)
def test_more_money_never_needs_fewer_people(policy: Policy, refund: int, more: int, before: int) -> None:
    spent = Spent(order=before, customer_today=before, shop_today=before)
    less = approval_for("goodwill", Money(refund, CNY), spent, policy)
    much = approval_for("goodwill", Money(refund + more, CNY), spent, policy)
    assert less is None or much is not None
    assert approval_for("cancel_order", Money(0, CNY), spent, policy) is None or policy.people_only


def test_a_limit_is_the_last_amount_that_goes_back_unseen() -> None:
    policy = replace(DEMO, limits=Limits(per_customer_day=Money(1000, CNY)))
    just = approval_for("goodwill", Money(400, CNY), Spent(customer_today=600), policy)
    over = approval_for("goodwill", Money(401, CNY), Spent(customer_today=600), policy)
    assert (just, over) == (None, (Reason.ABOVE_LIMIT, "limits.per_customer_day"))


def test_a_no_says_what_would_make_it_a_yes() -> None:
    """And doing that does make it one."""
    by_action = {
        told.action: told.verdict
        for told in explain(_delivered("beauty"), DEMO, NOW, Supposed(unopened=None))
        if told.line
    }
    verdict = by_action["request_return"]
    assert (verdict.reason, verdict.rule) == (Reason.OPENED_GOODS, "return.unopened_only")
    assert verdict.could == ("sealed", "faulty")
    for supposed in (Supposed(unopened=True), Supposed(reason=CaseReason.FAULTY)):
        [told] = [
            e for e in explain(_delivered("beauty"), DEMO, NOW, supposed) if e.action == "request_return"
        ]
        assert told.verdict.allowed
        assert told.verdict.rule == "return.by_category.beauty"


@pytest.mark.parametrize(
    ("category", "tier", "rule"),
    [
        ("bags", Tier.MEMBER, "return.window_days"),
        ("beauty", Tier.MEMBER, "return.by_category.beauty"),
        ("beauty", Tier.GOLD, "return.by_tier.gold"),
        ("bags", Tier.SILVER, "return.window_days"),
    ],
)
def test_the_window_that_decides_is_named(category: str, tier: Tier, rule: str) -> None:
    policy = replace(DEMO, return_days_by_tier={Tier.GOLD: 30, Tier.SILVER: 5})
    supposed = Supposed(tier=tier, unopened=True)
    told = explain(_delivered(category), policy, NOW, supposed)
    assert [e.verdict.rule for e in told if e.action == "request_return"] == [rule]


def test_a_warranty_ends_on_the_same_day_so_many_months_on() -> None:
    order = _delivered("electronics")
    until = warranty_until(order, order.lines[0], DEMO)
    assert until is not None
    assert until.date().isoformat() == "2027-11-23"
    assert warranty_until(order, replace(order.lines[0], category="bags"), DEMO) is None


def _delivered(category: str) -> Order:
    return delivered(1, line(category=category))


def test_the_order_alone_is_a_rule_too() -> None:
    told = explain(replace(_delivered("bags"), state=OrderState.CANCELLED), DEMO, NOW, Supposed())
    assert {e.verdict.rule for e in told if e.action == "request_return"} == {OF_THE_ORDER}


EVERY = frozenset(
    {
        "cancel_order",
        "cancel_items",
        "change_address",
        "change_items",
        "change_payment",
        "report_lost",
        "give_goodwill",
        "request_return",
        "request_exchange",
        "report_damage",
    }
)


@given(order=orders(), policy=policies(), of=supposed)
def test_what_a_colleague_must_always_agree_to_is_told_of_every_action(
    order: Order, policy: Policy, of: Supposed
) -> None:
    for told in explain(order, replace(policy, people_only=EVERY), NOW, of):
        if told.verdict.allowed:
            assert (told.verdict.approval, told.verdict.rule) == (Reason.NEEDS_COLLEAGUE, "people.always")


def test_a_gesture_above_the_limit_of_an_order_is_told_to_need_a_colleague() -> None:
    paid = Payment(method=PayMethod.ALIPAY, amount=Money(10000, CNY), paid_at=NOW)
    policy = replace(DEMO, limits=Limits(per_order=Money(100, CNY)))
    told = explain(replace(_delivered("bags"), payments=(paid,)), policy, NOW, Supposed())
    [verdict] = [e.verdict for e in told if e.action == "goodwill"]
    assert (verdict.approval, verdict.rule) == (Reason.ABOVE_LIMIT, "limits.per_order")
