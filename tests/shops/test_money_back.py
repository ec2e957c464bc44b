"""Money goes back the way it came, and never more of it."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.shops.worlds import NOW, POLICY, an_order

from xiaoer.domain.ids import CaseId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order, PayMethod, RefundState
from xiaoer.domain.rules.money import refund_for, spread
from xiaoer.shops.money_back import refunds_of_cancelled, refunds_of_return

NO_FEE = Money(0, "CNY")
RETURN = an_order(lambda o: any(r.state is RefundState.AWAITING_GOODS for r in o.refunds))
TWO_WAYS = an_order(lambda o: len(o.payments) == 2 and len(o.lines) > 1 and not o.refunds)


def _back(order: Order) -> Counter[PayMethod]:
    back: Counter[PayMethod] = Counter()
    for refund in order.refunds:
        back[refund.method] += refund.amount.minor
    return back


def _paid(order: Order) -> Counter[PayMethod]:
    return Counter({payment.method: payment.amount.minor for payment in order.payments})


def test_line_by_line_each_way_of_paying_gets_back_at_most_what_it_paid():
    order = TWO_WAYS
    for line in order.lines:
        some = refunds_of_return(order, [line], fee=NO_FEE, case_id=CaseId("R1"), now=NOW)
        order = replace(order, refunds=order.refunds + some)
    assert _back(order) <= _paid(order)
    assert len({refund.id for refund in order.refunds}) == len(order.refunds)
    goods = sum(refund_for(order, line, NO_FEE).minor for line in order.lines)
    assert _back(order).total() == goods
    rest = refunds_of_cancelled(order, POLICY, now=NOW)
    assert _back(replace(order, refunds=order.refunds + rest)) == _paid(order)


def test_a_failed_refund_does_not_count_as_money_back():
    refunds = refunds_of_cancelled(TWO_WAYS, POLICY, now=NOW)
    first = refunds[0]
    failed = replace(first, state=RefundState.FAILED)
    order = replace(TWO_WAYS, refunds=(failed, *refunds[1:]))
    assert spread(order, order.total) == [(first.source, first.amount)]


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_two_spreads_make_what_was_asked_or_all_there_is(first, second):
    nothing = RETURN.refunds[0]
    some = [
        replace(nothing, method=source.method, amount=part)
        for source, part in spread(TWO_WAYS, Money(first, "CNY"))
    ]
    parts = spread(replace(TWO_WAYS, refunds=tuple(some)), Money(second, "CNY"))
    paid = TWO_WAYS.total.minor
    assert sum(part.minor for _, part in parts) == min(second, paid - min(first, paid))
    assert all(part.minor > 0 for _, part in parts)
