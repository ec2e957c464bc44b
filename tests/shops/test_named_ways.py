"""Orders paid with ways on file: money goes where it was said to go, and never more of it than was paid."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.test_rules import CNY, NOW, line, order
from tests.shops.worlds import POLICY

from xiaoer.domain.catalog import Variant
from xiaoer.domain.changes import CancelLines, ChangeItems, ChangePayment, GiveBack, OrderChange, Swap
from xiaoer.domain.ids import CaseId, VariantId, WayId
from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseKind, CaseReason, Order, OrderState, Payment, RefundState, RefundWhy
from xiaoer.domain.ports import CaseRequest, StaleOrder
from xiaoer.domain.rules.money import left_to_refund
from xiaoer.domain.ways import PayMethod, Source
from xiaoer.shops.books import changed
from xiaoer.shops.money_back import refunds_of_cancelled, refunds_of_case

CARD, OTHER_CARD = Source(PayMethod.CARD, WayId("visa")), Source(PayMethod.CARD, WayId("master"))
GIFT, OTHER_GIFT = Source(PayMethod.GIFT_CARD, WayId("g1")), Source(PayMethod.GIFT_CARD, WayId("g2"))
SOURCES = st.sampled_from([CARD, OTHER_CARD, GIFT, OTHER_GIFT, Source(PayMethod.GIFT_CARD)])
MINOR = st.integers(1, 10**6)


def _swap(nth: int, price: int, by: Source) -> "_Change":
    def change(of: Order) -> OrderChange:
        variant = Variant(id=VariantId(f"V{price}"), options={}, price=Money(price, CNY), stock=9)
        swap = Swap(line_id=of.lines[nth % len(of.lines)].id, variant=variant)
        return ChangeItems(swaps=(swap,), method=by.method, way_id=by.way_id)

    return _Change(change)


class _Change:
    def __init__(self, make) -> None:
        self.of = make


CHANGES = st.one_of(
    st.builds(_swap, st.integers(0, 4), MINOR, SOURCES),
    st.builds(lambda by: _Change(lambda _: ChangePayment(method=by.method, way_id=by.way_id)), SOURCES),
    st.builds(lambda m: _Change(lambda _: GiveBack(amount=Money(m, CNY), why=RefundWhy.GOODWILL)), MINOR),
    st.builds(lambda n: _Change(lambda of: CancelLines(line_ids=(of.lines[n % len(of.lines)].id,))), MINOR),
)


@st.composite
def paid_orders(draw: st.DrawFn) -> Order:
    prices = draw(st.lists(MINOR, min_size=1, max_size=4))
    of = order(OrderState.PAID, *(line(n, price=price) for n, price in enumerate(prices)))
    by = draw(SOURCES)
    paid = Payment(method=by.method, amount=of.total, paid_at=NOW, way_id=by.way_id)
    return replace(of, payments=(paid,))


def _cards(of: Order) -> Counter[WayId | None]:
    """What gift cards are worth more than at the beginning, as the order tells it."""
    worth = Counter[WayId | None]()
    for payment in of.payments:
        if payment.method is PayMethod.GIFT_CARD:
            worth[payment.way_id] -= payment.amount.minor
    for refund in of.refunds:
        if refund.method is PayMethod.GIFT_CARD and refund.state is RefundState.DONE:
            worth[refund.way_id] += refund.amount.minor
    return worth


def _adds_up(of: Order) -> None:
    paid = sum(p.amount.minor for p in of.payments)
    back = sum(r.amount.minor for r in of.refunds if r.state is not RefundState.FAILED)
    assert 0 <= back <= paid
    assert left_to_refund(of).minor == paid - back
    assert len({refund.id for refund in of.refunds}) == len(of.refunds)


@settings(max_examples=200, deadline=None)
@given(of=paid_orders(), changes=st.lists(CHANGES, max_size=6))
def test_cards_on_file_move_by_what_the_order_tells(of: Order, changes: list[_Change]) -> None:
    moved, before = Counter[WayId | None](), _cards(of)
    for change in changes:
        try:
            after = changed(of, change.of(of), POLICY, now=NOW)
        except StaleOrder:
            continue
        moved[None] += after.credit
        moved.update(after.way_credit)
        of = after.order
        _adds_up(of)
    expected = _cards(of)
    expected.subtract(before)
    assert {way: n for way, n in moved.items() if n} == {way: n for way, n in expected.items() if n}
    last = refunds_of_cancelled(of, POLICY, now=NOW)
    whole = replace(of, refunds=(*of.refunds, *last))
    _adds_up(whole)
    assert left_to_refund(whole).minor == max(0, left_to_refund(of).minor - of.total.minor)


@settings(max_examples=200, deadline=None)
@given(of=paid_orders(), nth=st.integers(0, 3), by=SOURCES, difference=st.integers(-(10**7), 10**7))
def test_a_case_pays_out_to_the_way_that_was_named_and_no_more_than_was_paid(
    of: Order, nth: int, by: Source, difference: int
) -> None:
    one = of.lines[nth % len(of.lines)]
    for kind in (CaseKind.RETURN, CaseKind.EXCHANGE):
        asked = CaseRequest(
            kind=kind,
            line_ids=(one.id,),
            reason=CaseReason.CHANGED_MIND,
            new_variant_ids=(VariantId("V"),) if kind is CaseKind.EXCHANGE else (),
            difference_minor=difference,
            by=by,
        )
        back = refunds_of_case(of, [one], asked, case_id=CaseId("R1"), now=NOW)
        assert all(refund.source == by for refund in back)
        worth = one.unit_price.minor if kind is CaseKind.RETURN else max(0, -difference)
        assert sum(refund.amount.minor for refund in back) == min(worth, of.total.minor)
        _adds_up(replace(of, refunds=back))


def test_from_one_card_to_another_of_the_same_kind() -> None:
    of = order(OrderState.PAID, line(1, price=100))
    of = replace(
        of, payments=(Payment(method=PayMethod.CARD, amount=of.total, paid_at=NOW, way_id=CARD.way_id),)
    )
    change = ChangePayment(method=OTHER_CARD.method, way_id=OTHER_CARD.way_id)
    after = changed(of, change, POLICY, now=NOW).order
    assert [(r.source, r.amount.minor) for r in after.refunds] == [(CARD, 100)]
    assert [r.source for r in refunds_of_cancelled(after, POLICY, now=NOW)] == [OTHER_CARD]
