"""Whatever is changed about an order: the money adds up, and nobody gets back more than they paid."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.test_rules import CNY, NOW, line, order
from tests.shops.worlds import POLICY

from xiaoer.domain.catalog import Variant
from xiaoer.domain.changes import (
    CancelLines,
    ChangeItems,
    ChangePayment,
    GiveBack,
    OrderChange,
    Swap,
    WithdrawCase,
)
from xiaoer.domain.ids import CaseId, LineId, VariantId
from xiaoer.domain.money import Money
from xiaoer.domain.order import (
    Case,
    CaseKind,
    CaseReason,
    CaseState,
    Order,
    OrderState,
    Payment,
    PayMethod,
    RefundState,
    RefundWhy,
)
from xiaoer.domain.ports import StaleOrder
from xiaoer.domain.rules.money import left_to_refund, refund_for, share_of
from xiaoer.shops.books import changed
from xiaoer.shops.money_back import refunds_of_cancelled, refunds_of_return
from xiaoer.shops.sound import sound

NOTHING = Money(0, CNY)
Step = Callable[[Order], Order]


def _does(change: Callable[[Order], OrderChange]) -> Step:
    return lambda of: changed(of, change(of), POLICY, now=NOW).order


def _cancel(chosen: set[int]) -> Step:
    return _does(lambda of: CancelLines(line_ids=tuple(x.id for n, x in enumerate(of.lines) if n in chosen)))


def _swap(nth: int, price: int, method: PayMethod) -> Step:
    def change(of: Order) -> OrderChange:
        variant = Variant(id=VariantId(f"V{price}"), options={}, price=Money(price, CNY), stock=9)
        swap = Swap(line_id=of.lines[nth % len(of.lines)].id, variant=variant)
        return ChangeItems(swaps=(swap,), method=method)

    return _does(change)


def _give(minor: int) -> Step:
    return _does(lambda of: GiveBack(amount=Money(minor, CNY), why=RefundWhy.GOODWILL))


def _returned(nth: int, fee: int) -> Step:
    def step(of: Order) -> Order:
        one = of.lines[nth % len(of.lines)]
        if any(one.id in case.line_ids and case.state is not CaseState.CLOSED for case in of.cases):
            raise StaleOrder("it is under way already")
        case = Case(
            id=CaseId(f"R{len(of.cases)}"),
            kind=CaseKind.RETURN,
            order_id=of.id,
            line_ids=(one.id,),
            state=CaseState.APPROVED,
            reason=CaseReason.CHANGED_MIND,
            requested_at=NOW,
        )
        some = refunds_of_return(of, [one], fee=Money(fee, CNY), case_id=case.id, now=NOW)
        return replace(of, cases=(*of.cases, case), refunds=(*of.refunds, *some))

    return step


def _withdraw(nth: int) -> Step:
    def change(of: Order) -> OrderChange:
        return WithdrawCase(case_id=of.cases[nth % len(of.cases)].id if of.cases else CaseId("none"))

    return _does(change)


METHODS = st.sampled_from(PayMethod)
MINOR = st.integers(1, 10**6)
BEFORE = st.one_of(
    st.builds(_cancel, st.sets(st.integers(0, 4), min_size=1, max_size=4)),
    st.builds(_swap, st.integers(0, 4), MINOR, METHODS),
    st.builds(lambda method: _does(lambda _: ChangePayment(method=method)), METHODS),
    st.builds(_give, MINOR),
)
AFTER = st.one_of(
    st.builds(_returned, st.integers(0, 4), st.integers(0, 2000)),
    st.builds(_withdraw, st.integers(0, 4)),
    st.builds(_give, MINOR),
)


@st.composite
def paid_orders(draw: st.DrawFn) -> Order:
    prices = draw(st.lists(MINOR, min_size=1, max_size=5))
    lines = [
        replace(line(n, price=price), quantity=draw(st.integers(1, 3))) for n, price in enumerate(prices)
    ]
    goods = sum(x.unit_price.minor * x.quantity for x in lines)
    shipping = draw(st.integers(0, 3000))
    of = order(OrderState.PAID, *lines, discount=draw(st.integers(0, goods)))
    total = Money(of.total.minor + shipping, CNY)
    first = Money(draw(st.integers(0, total.minor)), CNY)
    ways = draw(st.lists(METHODS, min_size=2, max_size=2, unique=True))
    parts = [(way, part) for way, part in zip(ways, (first, total - first), strict=True) if part.minor]
    payments = tuple(Payment(method=way, amount=part, paid_at=NOW) for way, part in parts)
    return replace(of, shipping_fee=Money(shipping, CNY), total=total, payments=payments)


def _sums(of: Order) -> tuple[Counter[PayMethod], Counter[PayMethod]]:
    """What was paid, and what of it went back or is on its way, by each way."""
    paid, back = Counter[PayMethod](), Counter[PayMethod]()
    for payment in of.payments:
        paid[payment.method] += payment.amount.minor
    for refund in of.refunds:
        assert refund.amount.minor > 0
        back[refund.method] += refund.amount.minor if refund.state is not RefundState.FAILED else 0
    return paid, back


def _holds(of: Order) -> None:
    paid, back = _sums(of)
    assert all(0 <= back[way] <= paid[way] for way in PayMethod)
    assert sound(of, Order), (of.discount, of.total)
    worth = sum(x.unit_price.minor * x.quantity for x in of.lines)
    assert of.total.minor == worth + of.shipping_fee.minor - of.discount.minor
    given = sum(r.amount.minor for r in of.refunds if r.why is RefundWhy.GOODWILL)
    if of.state is OrderState.PAID:
        assert of.total.minor - given <= left_to_refund(of).minor <= of.total.minor


@settings(max_examples=300, deadline=None)
@given(of=paid_orders(), before=st.lists(BEFORE, max_size=6), after=st.lists(AFTER, max_size=6))
def test_never_more_goes_back_than_was_paid(of: Order, before: list[Step], after: list[Step]) -> None:
    """Changed while it is here, sent, then returned in parts: after each step the books add up."""
    _holds(of)
    for steps, state in ((before, OrderState.PAID), (after, OrderState.DELIVERED)):
        of = replace(of, state=state)
        for step in steps:
            try:
                of = step(of)
            except StaleOrder:
                continue
            _holds(of)
    assert len({refund.id for refund in of.refunds}) == len(of.refunds)


@settings(max_examples=200, deadline=None)
@given(of=paid_orders(), before=st.lists(BEFORE, max_size=6))
def test_what_is_cancelled_in_the_end_is_paid_back_whole(of: Order, before: list[Step]) -> None:
    """However it was paid, paid again and cancelled in part before: nothing stays with the shop."""
    for step in before:
        try:
            of = step(of)
        except StaleOrder:
            continue
    last = refunds_of_cancelled(of, POLICY, now=NOW)
    paid, back = _sums(replace(of, refunds=(*of.refunds, *last)))
    assert +back == +paid


@given(of=paid_orders(), chosen=st.sets(st.integers(0, 4)))
def test_a_share_is_no_less_than_its_parts_and_no_more_than_was_paid(of: Order, chosen: set[int]) -> None:
    lines = [x for n, x in enumerate(of.lines) if n in chosen]
    share = share_of(of, lines)
    assert sum(refund_for(of, x, NOTHING).minor for x in lines) <= share.minor <= of.total.minor


def test_a_way_used_twice_gives_back_what_it_took_twice() -> None:
    """Paid 100, 20 more for a dearer one, 50 back for goods: 70 are left, all of it on the same card."""
    of = order(OrderState.PAID, line(1, price=100), line(2, price=50))
    of = replace(of, payments=(Payment(method=PayMethod.CARD, amount=of.total, paid_at=NOW),))
    of = _swap(0, 120, PayMethod.CARD)(of)
    of = _does(lambda _: CancelLines(line_ids=(LineId("L2"),)))(of)
    assert left_to_refund(of) == Money(120, CNY)
    assert sum(r.amount.minor for r in refunds_of_cancelled(of, POLICY, now=NOW)) == 120


def test_what_is_cheaper_goes_back_by_all_the_ways_it_was_paid() -> None:
    of = order(OrderState.PAID, line(1, price=100))
    ways = ((PayMethod.GIFT_CARD, 30), (PayMethod.ALIPAY, 70))
    of = replace(of, payments=tuple(Payment(method=w, amount=Money(m, CNY), paid_at=NOW) for w, m in ways))
    after = _swap(0, 10, PayMethod.GIFT_CARD)(of)
    back = [(r.method, r.amount.minor) for r in after.refunds]
    assert back == [(PayMethod.GIFT_CARD, 30), (PayMethod.ALIPAY, 60)]


def test_nothing_is_taken_out_of_what_has_left() -> None:
    sent = order(OrderState.SHIPPED, line(1), line(2))
    with pytest.raises(StaleOrder):
        _cancel({0})(sent)
