"""Orders out of plots: what was bought, how it was paid, what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from xiaoer.domain.catalog import Product, Variant
from xiaoer.domain.ids import CaseId, LineId, OrderId
from xiaoer.domain.money import Money, total
from xiaoer.domain.order import (
    Case,
    CaseKind,
    CaseReason,
    CaseState,
    Line,
    Order,
    OrderState,
    Parcel,
    ParcelState,
    Payment,
    PayMethod,
    Refund,
    RefundState,
)
from xiaoer.domain.people import Customer
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.returns import return_fee
from xiaoer.shops.demo.journeys import labelled, replacement, travel
from xiaoer.shops.demo.residents import SHOP_COUNTRY
from xiaoer.shops.demo.stories import Plot, deal
from xiaoer.shops.money_back import refunds_of_cancelled, refunds_of_return

_ORDERS_EACH = 6
_FIRST_NUMBER = 24_010_000
_SIZED = ("running_shoes", "sportswear")
_FREE_SHIPPING_FROM, _SHIPPING = 9_900, 800  # as policy.yaml says under delivery
_DISCOUNT_SHARE = 0.2
_SEVERAL_BELOW = 10_000  # nobody buys three tents
_PAYS_IN_CHINA = {PayMethod.ALIPAY: 40, PayMethod.WECHAT_PAY: 42, PayMethod.CARD: 10, PayMethod.GIFT_CARD: 8}
_PAYS_ABROAD = {PayMethod.CARD: 50, PayMethod.PAYPAL: 42, PayMethod.GIFT_CARD: 8}
_REASONS = {
    CaseKind.RETURN: (CaseReason.CHANGED_MIND, CaseReason.NOT_AS_DESCRIBED, CaseReason.FAULTY),
    CaseKind.EXCHANGE: (CaseReason.WRONG_SIZE, CaseReason.CHANGED_MIND),
}


def make_orders(
    rng: Random,
    products: tuple[Product, ...],
    customers: tuple[Customer, ...],
    *,
    policy: Policy,
    now: datetime,
) -> tuple[Order, ...]:
    """Oldest first, numbered in that order."""
    writer = _Writer(rng, products, policy)
    number = _FIRST_NUMBER
    orders: list[Order] = []
    for plot in deal(rng, customers, _ORDERS_EACH, now=now):
        number += rng.randint(7, 97)  # others buy here too
        orders.append(writer.order(plot, OrderId(f"M{number}")))
    return tuple(orders)


@dataclass(frozen=True, slots=True)
class _Writer:
    rng: Random
    products: tuple[Product, ...]
    policy: Policy

    def order(self, plot: Plot, order_id: OrderId) -> Order:
        bought = self._bought(plot, order_id)
        paid = replace(bought, payments=self._payments(plot, bought))
        sent = replace(paid, parcels=self._parcels(plot, paid))
        settled = self._settled(plot, sent)
        steps = len(settled.payments) + len(settled.parcels) + len(settled.cases) + len(settled.refunds)
        return replace(settled, version=1 + steps)

    # --- what was bought ---

    def _bought(self, plot: Plot, order_id: OrderId) -> Order:
        lines = tuple(
            self._line(LineId(f"{order_id}-{nth}"), product)
            for nth, product in enumerate(self._chosen(plot), start=1)
        )
        goods = total([line.unit_price.times(line.quantity) for line in lines], self.policy.currency).minor
        tenth = goods // 1_000 * 100  # in whole yuan
        discount = tenth if self.rng.random() < _DISCOUNT_SHARE else 0
        shipping = 0 if goods - discount >= _FREE_SHIPPING_FROM else _SHIPPING
        hours = timedelta(hours=self.policy.dispatch_hours)
        return Order(
            id=order_id,
            customer_id=plot.customer.id,
            state=plot.story.state,
            placed_at=plot.placed_at,
            lines=lines,
            shipping_fee=self._money(shipping),
            discount=self._money(discount),
            total=self._money(goods - discount + shipping),
            address=plot.address,
            ship_by=plot.paid_at + hours if plot.paid_at is not None else None,
            cancelled_at=plot.cancelled_at,
        )

    def _chosen(self, plot: Plot) -> list[Product]:
        """One to four products; the first is one that can be what its story needs."""
        count = self.rng.choices([1, 2, 3, 4], [45, 30, 17, 8])[0]
        first = self.rng.choice([p for p in self.products if self._suits(plot, p)])
        others = self.rng.sample([p for p in self.products if p is not first], count - 1)
        return [first, *others]

    def _suits(self, plot: Plot, product: Product) -> bool:
        """Whether this product can go back as the story wants it, or as somebody may want to try."""
        if plot.story.state is not OrderState.DELIVERED:
            return True
        sized = product.category in _SIZED and not product.final_sale
        if plot.story.case is None:
            return sized or not plot.guide
        if plot.story.case[0] is CaseKind.EXCHANGE:
            return sized
        return not product.final_sale and product.category not in self.policy.unopened_only

    def _line(self, line_id: LineId, product: Product) -> Line:
        variant = self.rng.choice(product.variants)
        cheap = variant.price.minor < _SEVERAL_BELOW
        return Line(
            id=line_id,
            product_id=product.id,
            variant_id=variant.id,
            category=product.category,
            title=product.title,
            options=variant.options,
            quantity=self.rng.choices([1, 2, 3], [70, 22, 8])[0] if cheap else 1,
            unit_price=variant.price,
            final_sale=product.final_sale,
        )

    # --- how it was paid ---

    def _payments(self, plot: Plot, order: Order) -> tuple[Payment, ...]:
        if plot.paid_at is None:
            return ()
        pays = dict(_PAYS_IN_CHINA if plot.address.country == SHOP_COUNTRY else _PAYS_ABROAD)
        method = self.rng.choices(list(pays), list(pays.values()))[0]
        if method is not PayMethod.GIFT_CARD:
            return (Payment(method=method, amount=order.total, paid_at=plot.paid_at),)
        on_card = min(order.total.minor, self.rng.randint(10, 40) * 1_000)
        parts = [Payment(method=method, amount=self._money(on_card), paid_at=plot.paid_at)]
        if rest := order.total.minor - on_card:
            other = next(iter(pays))
            parts.append(Payment(method=other, amount=self._money(rest), paid_at=plot.paid_at))
        return tuple(parts)

    # --- how it travelled ---

    def _parcels(self, plot: Plot, order: Order) -> tuple[Parcel, ...]:
        ids = [line.id for line in order.lines]
        if plot.story.parcel is None:
            return ()
        if plot.story.parcel is ParcelState.LABELLED:
            return (labelled(self.rng, plot, ids),)
        parcel = travel(self.rng, plot, ids)
        case = plot.story.case
        if case is None or case[1] is not CaseState.REPLACED or plot.delivered_at is None:
            return (parcel,)
        sent = plot.delivered_at + timedelta(days=11)
        return (parcel, replacement(self.rng, plot, ids[:1], sent))

    # --- what came back ---

    def _settled(self, plot: Plot, order: Order) -> Order:
        if plot.story.case is not None and plot.delivered_at is not None:
            return self._with_case(plot, order, asked_at=self._asked_at(plot, plot.delivered_at))
        if plot.story.refund is not None and plot.cancelled_at is not None:
            refunds = refunds_of_cancelled(order, self.policy, now=plot.cancelled_at)
            return replace(order, refunds=tuple(self._aged(r, plot) for r in refunds))
        return order

    def _asked_at(self, plot: Plot, delivered_at: datetime) -> datetime:
        latest = min(plot.now - delivered_at, timedelta(days=5))
        return delivered_at + latest * self.rng.uniform(0.2, 0.8)

    def _with_case(self, plot: Plot, order: Order, *, asked_at: datetime) -> Order:
        kind, state = plot.story.case or (CaseKind.RETURN, CaseState.CLOSED)
        line = order.lines[0]
        variant = self._other_variant(line) if kind is CaseKind.EXCHANGE else None
        case = Case(
            id=CaseId(f"{kind.value[0].upper()}{order.id.removeprefix('M')}-1"),
            kind=kind,
            order_id=order.id,
            line_ids=(line.id,),
            state=state,
            reason=self.rng.choice(_REASONS[kind]),
            requested_at=asked_at,
            new_variant_ids=(variant.id,) if variant else (),
        )
        refunds: tuple[Refund, ...] = ()
        if plot.story.refund is not None:
            fee = return_fee(case.reason, plot.customer.tier, self.policy)
            refunds = refunds_of_return(order, [line], fee=fee, case_id=case.id, now=asked_at)
        return replace(order, cases=(case,), refunds=tuple(self._aged(r, plot) for r in refunds))

    def _other_variant(self, line: Line) -> Variant:
        product = next(p for p in self.products if p.id == line.product_id)
        return self.rng.choice([v for v in product.variants if v.id != line.variant_id])

    def _aged(self, refund: Refund, plot: Plot) -> Refund:
        """The refund as far as its story has come."""
        state = plot.story.refund or refund.state
        days = timedelta(days=self.policy.refund_days[refund.method])
        if refund.done_at is not None or state is RefundState.AWAITING_GOODS:
            return refund
        if refund.case_id is None:
            due = refund.created_at + days
        elif state is RefundState.PROCESSING:  # the goods came back yesterday
            due = plot.now + timedelta(days=self.policy.refund_after_receipt_days - 1) + days
        else:
            due = refund.created_at + timedelta(days=6 + self.policy.refund_after_receipt_days) + days
        done = due - timedelta(hours=6) if state is RefundState.DONE else None
        return replace(refund, state=state, expected_by=due, done_at=done)

    def _money(self, minor: int) -> Money:
        return Money(minor, self.policy.currency)
