"""What every shop behind the port must do. Subclass it and give it a fixture `shop` that holds `world()`."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from tests.shops.worlds import NOW, POLICY, an_order, world

from xiaoer.domain.catalog import Product, Wanted
from xiaoer.domain.changes import (
    NEEDS,
    AskInvoice,
    CancelLines,
    ChangeDelivery,
    ChangeItems,
    ChangePayment,
    ChangeProfile,
    GiveBack,
    IssueCoupon,
    OrderChange,
    SendAgain,
    Swap,
    Urge,
    WithdrawCase,
)
from xiaoer.domain.ids import CaseId, CustomerId, LineId, OrderId, ProductId, VariantId
from xiaoer.domain.money import Money
from xiaoer.domain.order import (
    CaseKind,
    CaseReason,
    CaseState,
    InvoiceKind,
    Line,
    Order,
    OrderState,
    PayMethod,
    RefundState,
    RefundWhy,
)
from xiaoer.domain.ports import CaseRequest, Shop, StaleOrder
from xiaoer.domain.rules.money import refund_for
from xiaoer.domain.rules.returns import case_of_line
from xiaoer.shops.books import changed

LATER = 5  # as many callers as a double-clicking customer and two impatient tabs


def _paid(method: PayMethod) -> Order:
    return an_order(
        lambda o: o.state is OrderState.PAID and len(o.payments) == 1 and o.payments[0].method is method
    )


def _delivered_shoes() -> tuple[Order, Line]:
    order = an_order(lambda o: o.state is OrderState.DELIVERED and not o.cases and _shoes(o) is not None)
    line = _shoes(order)
    assert line is not None
    return order, line


def _shoes(order: Order) -> Line | None:
    return next((line for line in order.lines if line.category == "running_shoes"), None)


async def _product(shop: Shop, product_id: ProductId) -> Product:
    product = await shop.product(product_id)
    assert product is not None
    return product


async def _stock(shop: Shop, line: Line) -> int:
    product = await _product(shop, line.product_id)
    return next(v.stock for v in product.variants if v.id == line.variant_id)


async def _left(shop: Shop, variant_id: str) -> int:
    product = next(p for p in world().products if any(v.id == variant_id for v in p.variants))
    now = await _product(shop, product.id)
    return next(v.stock for v in now.variants if v.id == variant_id)


async def _card(shop: Shop, order: Order) -> int:
    customer = await shop.customer(order.customer_id)
    assert customer is not None
    return customer.gift_card_balance.minor if customer.gift_card_balance else 0


def _two_lines() -> Order:
    return an_order(
        lambda o: o.state is OrderState.PAID and len(o.lines) > 1 and o.payments != () and not o.refunds
    )


def _cancel_lines() -> tuple[Order, OrderChange]:
    order = _two_lines()
    return order, CancelLines(line_ids=(order.lines[0].id,), reason="too many")


def _change_items() -> tuple[Order, OrderChange]:
    """Another variant of whatever price, or the same one dearer by a yuan."""
    products = {p.id: p for p in world().products}
    for order in world().orders:
        for line in order.lines if order.state is OrderState.PAID else ():
            for variant in products[line.product_id].variants if line.product_id in products else ():
                if variant.id != line.variant_id and variant.stock >= line.quantity:
                    dearer = replace(variant, price=line.unit_price + Money(100, line.unit_price.currency))
                    swap = Swap(line_id=line.id, variant=dearer)
                    return order, ChangeItems(swaps=(swap,), method=order.payments[0].method)
    raise AssertionError("no order can be changed")


def _change_payment() -> tuple[Order, OrderChange]:
    return _paid(PayMethod.ALIPAY), ChangePayment(method=PayMethod.CARD)


def _pay_by_gift_card_back() -> tuple[Order, OrderChange]:
    order = an_order(
        lambda o: o.state is OrderState.PAID and any(p.method is PayMethod.GIFT_CARD for p in o.payments)
    )
    return order, ChangePayment(method=PayMethod.CARD)


def _withdraw() -> tuple[Order, OrderChange]:
    order = an_order(lambda o: any(c.state is CaseState.APPROVED for c in o.cases))
    return order, WithdrawCase(case_id=next(c.id for c in order.cases if c.state is CaseState.APPROVED))


def _give_back() -> tuple[Order, OrderChange]:
    order, line = _delivered_shoes()
    return order, GiveBack(amount=Money(500, "CNY"), why=RefundWhy.PRICE, line_id=line.id)


def _send_again() -> tuple[Order, OrderChange]:
    """Something of which there is another one."""
    stock = {v.id: v.stock for p in world().products for v in p.variants}
    sent = (OrderState.SHIPPED, OrderState.DELIVERED)
    for order in world().orders:
        for line in order.lines if order.state in sent else ():
            if stock.get(line.variant_id, 0) >= line.quantity:
                return order, SendAgain(line_ids=(line.id,), reason=CaseReason.LOST)
    raise AssertionError("nothing is left of what was sent")


def _invoice() -> tuple[Order, OrderChange]:
    asked = AskInvoice(
        kind=InvoiceKind.COMPANY, title="山月集有限公司", tax_number="91330106MA2CFLDG7Y", email="a@b.cn"
    )
    return _delivered_shoes()[0], asked


CHANGES: Mapping[str, Callable[[], tuple[Order, OrderChange]]] = {
    "cancel_lines": _cancel_lines,
    "change_items": _change_items,
    "change_payment": _change_payment,
    "change_payment_gift_card": _pay_by_gift_card_back,
    "change_delivery": lambda: (_two_lines(), ChangeDelivery(day=NOW.date())),
    "urge": lambda: (_two_lines(), Urge()),
    "withdraw": _withdraw,
    "give_back": _give_back,
    "send_again": _send_again,
    "invoice": _invoice,
}


class ShopContract:
    # --- reading ---

    async def test_what_was_put_in_comes_out(self, shop: Shop):
        for order in world().orders[::20]:
            assert await shop.order(order.id) == order
        for customer in world().customers[::10]:
            assert await shop.customer(customer.id) == customer
        for product in world().products[::20]:
            assert await shop.product(product.id) == product
        assert list(await shop.categories()) == list(world().categories)

    async def test_what_is_not_there_is_none(self, shop: Shop):
        assert await shop.order(OrderId("M00000000")) is None
        assert await shop.customer(CustomerId("nobody")) is None
        assert await shop.product(ProductId("nothing")) is None
        assert await shop.customer_by_email("nobody@example.com") is None
        assert await shop.orders_of(CustomerId("nobody"), limit=5) == []
        assert not await shop.effect("never done")

    @pytest.mark.parametrize("odd", ["", "M\x00", "\ud800", "' OR 1=1 --", "M" * 10_000])
    async def test_an_odd_id_is_one_that_is_not_there(self, shop: Shop, odd: str):
        assert await shop.order(OrderId(odd)) is None
        assert await shop.customer_by_email(odd) is None

    async def test_an_email_is_found_however_it_is_written(self, shop: Shop):
        customer = world().customers[0]
        assert await shop.customer_by_email(f" {customer.email.upper()} ") == customer

    async def test_orders_come_newest_first_and_no_more_than_asked(self, shop: Shop):
        customer = world().customers[0]
        theirs = [order for order in reversed(world().orders) if order.customer_id == customer.id]
        assert list(await shop.orders_of(customer.id, limit=5)) == theirs[:5]

    async def test_customers_are_no_more_than_asked(self, shop: Shop):
        assert len(await shop.customers(limit=3)) == 3

    # --- finding ---

    async def test_all_limits_hold_for_one_and_the_same_variant(self, shop: Shop):
        wanted = Wanted(category="running_shoes", size="42", colour="black", price_max_minor=50_000)
        found = await shop.find(wanted, limit=50)
        assert found
        for product in found:
            assert any(
                v.options["size"].en == "42" and v.options["colour"].en == "black"
                and v.stock > 0 and v.price.minor <= 50_000
                for v in product.variants
            )  # fmt: skip
        ids = {product.id for product in found}
        for product in world().products:  # and there is no other
            fits = product.category == "running_shoes" and any(
                v.options["size"].en == "42" and v.options["colour"].en == "black"
                and v.stock > 0 and v.price.minor <= 50_000
                for v in product.variants
            )  # fmt: skip
            assert (product.id in ids) == fits

    async def test_sold_out_is_found_only_when_asked_for(self, shop: Shop):
        product, variant = next(
            (p, v)
            for p in world().products
            if p.category == "running_shoes"
            for v in p.variants
            if not v.stock
        )
        limits = Wanted(
            category="running_shoes",
            size=variant.options["size"].en,
            colour=variant.options["colour"].en,
            price_min_minor=variant.price.minor,
            price_max_minor=variant.price.minor,
        )
        assert product.id not in {p.id for p in await shop.find(limits, limit=50)}
        also_sold_out = await shop.find(replace(limits, in_stock_only=False), limit=50)
        assert product.id in {p.id for p in also_sold_out}

    async def test_a_letter_size_counts_in_either_case(self, shop: Shop):
        upper = await shop.find(Wanted(category="sportswear", size="XL"), limit=50)
        assert upper
        assert await shop.find(Wanted(category="sportswear", size="xl"), limit=50) == upper

    @pytest.mark.parametrize("words", ["跑鞋", "running shoes"])
    async def test_words_are_found_in_both_languages(self, shop: Shop, words: str):
        found = await shop.find(Wanted(words=words), limit=5)
        assert len(found) == 5
        assert {product.category for product in found} == {"running_shoes"}

    @pytest.mark.parametrize("words", ["潜水艇", "submarine", "🚀", "x" * 5_000])
    async def test_words_that_fit_nothing_find_nothing(self, shop: Shop, words: str):
        assert await shop.find(Wanted(words=words), limit=5) == []

    # --- cancelling ---

    async def test_cancelling_a_paid_order_sends_the_money_back_and_restocks(self, shop: Shop):
        order = _paid(PayMethod.ALIPAY)
        before = [await _stock(shop, line) for line in order.lines]
        after = await shop.cancel(order, "changed my mind", key="k1")
        assert (after.state, after.cancelled_at, after.version) == (
            OrderState.CANCELLED,
            NOW,
            order.version + 1,
        )
        (refund,) = after.refunds
        assert (refund.amount, refund.method) == (order.total, PayMethod.ALIPAY)
        assert refund.state is RefundState.PROCESSING
        assert refund.expected_by is not None
        assert (refund.expected_by - NOW).days == POLICY.refund_days[PayMethod.ALIPAY]
        assert [await _stock(shop, line) for line in order.lines] == [
            stock + line.quantity for stock, line in zip(before, order.lines, strict=True)
        ]
        assert await shop.order(order.id) == after

    async def test_cancelling_an_unpaid_order_sends_nothing_back(self, shop: Shop):
        order = an_order(lambda o: o.state is OrderState.AWAITING_PAYMENT)
        assert (await shop.cancel(order, "", key="k1")).refunds == ()

    async def test_a_shipped_order_is_not_cancelled(self, shop: Shop):
        order = an_order(lambda o: o.state is OrderState.SHIPPED)
        with pytest.raises(StaleOrder):
            await shop.cancel(order, "", key="k1")
        assert await shop.order(order.id) == order
        assert not await shop.effect("k1")

    # --- once ---

    async def test_the_same_key_again_changes_nothing(self, shop: Shop):
        order = _paid(PayMethod.ALIPAY)
        assert not await shop.effect("k1")
        first = await shop.cancel(order, "", key="k1")
        assert await shop.effect("k1")
        stock = await _stock(shop, order.lines[0])
        assert await shop.cancel(order, "", key="k1") == first
        assert await _stock(shop, order.lines[0]) == stock
        assert await shop.order(order.id) == first

    async def test_the_same_key_at_the_same_time_happens_once(self, shop: Shop):
        order = _paid(PayMethod.ALIPAY)
        stock = await _stock(shop, order.lines[0])
        results = await asyncio.gather(*(shop.cancel(order, "", key="k1") for _ in range(LATER)))
        assert len({result.version for result in results}) == 1
        after = await shop.order(order.id)
        assert after is not None
        assert sum(refund.amount.minor for refund in after.refunds) == order.total.minor
        assert await _stock(shop, order.lines[0]) == stock + order.lines[0].quantity

    async def test_of_two_keys_at_the_same_time_one_wins(self, shop: Shop):
        order = _paid(PayMethod.ALIPAY)
        results = await asyncio.gather(
            *(shop.cancel(order, "", key=f"k{nth}") for nth in range(LATER)), return_exceptions=True
        )
        assert sum(isinstance(result, StaleOrder) for result in results) == LATER - 1
        assert [await shop.effect(f"k{nth}") for nth in range(LATER)].count(True) == 1
        after = await shop.order(order.id)
        assert after is not None
        assert len(after.refunds) == 1

    async def test_a_write_names_the_version_it_saw(self, shop: Shop):
        order = _paid(PayMethod.ALIPAY)
        moved = await shop.change_address(order, replace(order.address, street="1 New Street"), key="k1")
        with pytest.raises(StaleOrder):
            await shop.cancel(order, "", key="k2")
        assert (await shop.cancel(moved, "", key="k3")).state is OrderState.CANCELLED

    # --- address ---

    async def test_the_new_address_is_the_orders(self, shop: Shop):
        order = _paid(PayMethod.ALIPAY)
        address = replace(order.address, name="新收件人", street="文三路 1 号")
        after = await shop.change_address(order, address, key="k1")
        assert after == replace(order, address=address, version=order.version + 1)
        assert await shop.order(order.id) == after

    async def test_a_shipped_order_keeps_its_address(self, shop: Shop):
        order = an_order(lambda o: o.state is OrderState.SHIPPED)
        with pytest.raises(StaleOrder):
            await shop.change_address(order, order.address, key="k1")

    # --- returns and exchanges ---

    async def test_a_return_waits_for_the_goods_with_the_refund_less_the_fee(self, shop: Shop):
        order, line = _delivered_shoes()
        request = CaseRequest(
            kind=CaseKind.RETURN, line_ids=(line.id,), reason=CaseReason.CHANGED_MIND, fee_minor=1_200
        )
        case = await shop.open_case(order, request, key="k1")
        assert (case.state, case.line_ids, case.requested_at) == (CaseState.APPROVED, (line.id,), NOW)
        after = await shop.order(order.id)
        assert after is not None
        assert after.cases == (case,)
        assert {refund.state for refund in after.refunds} == {RefundState.AWAITING_GOODS}
        assert {refund.case_id for refund in after.refunds} == {case.id}
        amount = sum(refund.amount.minor for refund in after.refunds)
        assert amount == refund_for(order, line, Money(1_200, "CNY")).minor
        assert await shop.open_case(order, request, key="k1") == case

    async def test_an_exchange_puts_the_new_goods_aside(self, shop: Shop):
        order, line = _delivered_shoes()
        product = await _product(shop, line.product_id)
        other = next(v for v in product.variants if v.id != line.variant_id and v.stock)
        request = CaseRequest(
            kind=CaseKind.EXCHANGE,
            line_ids=(line.id,),
            reason=CaseReason.WRONG_SIZE,
            new_variant_ids=(other.id,),
        )
        case = await shop.open_case(order, request, key="k1")
        assert case.new_variant_ids == (other.id,)
        after = next(v for v in (await _product(shop, product.id)).variants if v.id == other.id)
        assert after.stock == other.stock - line.quantity
        assert (await shop.open_case(order, request, key="k1")) == case
        again = next(v for v in (await _product(shop, product.id)).variants if v.id == other.id)
        assert again.stock == after.stock

    async def test_sold_out_goods_are_not_put_aside(self, shop: Shop):
        order, line = _delivered_shoes()
        sold_out = next(v.id for p in world().products for v in p.variants if not v.stock)
        for variant_id in (sold_out, VariantId("unheard-of")):
            request = CaseRequest(
                kind=CaseKind.EXCHANGE,
                line_ids=(line.id,),
                reason=CaseReason.WRONG_SIZE,
                new_variant_ids=(variant_id,),
            )
            with pytest.raises(StaleOrder):
                await shop.open_case(order, request, key="k1")
        assert await shop.order(order.id) == order

    async def test_a_line_has_one_case_and_a_strange_line_none(self, shop: Shop):
        order = an_order(lambda o: any(case_of_line(o, line) for line in o.lines))
        taken = next(line.id for line in order.lines if case_of_line(order, line))
        for line_id in (taken, LineId("M00000000-1")):
            request = CaseRequest(kind=CaseKind.RETURN, line_ids=(line_id,), reason=CaseReason.FAULTY)
            with pytest.raises(StaleOrder):
                await shop.open_case(order, request, key="k1")

    # --- other changes ---

    def test_every_change_of_an_order_is_tried(self):
        tried = {type(CHANGES[name]()[1]) for name in CHANGES}
        assert set(get_args(OrderChange)) <= tried, "write an example of it into CHANGES"

    @pytest.mark.parametrize("name", CHANGES)
    async def test_a_change_leaves_what_the_books_say_and_happens_once(self, shop: Shop, name: str):
        order, change = CHANGES[name]()
        assert NEEDS[type(change)] in shop.can
        wanted = changed(order, change, POLICY, now=NOW)
        before = {v: await _left(shop, v) for v in wanted.stock}
        card = await _card(shop, order)
        after = await shop.change(order, change, key="k1")
        assert after == replace(wanted.order, version=order.version + 1)
        assert await shop.change(order, change, key="k1") == after
        assert await shop.order(order.id) == after
        assert {v: await _left(shop, v) for v in wanted.stock} == {
            v: before[v] + moved for v, moved in wanted.stock.items()
        }
        assert await _card(shop, order) == card + wanted.credit
        assert await shop.effect("k1")
        with pytest.raises(StaleOrder):
            await shop.change(order, change, key="k2")

    async def test_what_does_not_fit_the_order_changes_nothing(self, shop: Shop):
        order, line = _delivered_shoes()
        all_of_it = tuple(one.id for one in order.lines)
        too_much = Money(order.total.minor + 1, order.total.currency)
        unfit: tuple[OrderChange, ...] = (
            CancelLines(line_ids=all_of_it),
            CancelLines(line_ids=(LineId("unheard-of"),)),
            GiveBack(amount=too_much, why=RefundWhy.GOODWILL),
            GiveBack(amount=Money(0, order.total.currency), why=RefundWhy.GOODWILL),
            WithdrawCase(case_id=CaseId("unheard-of")),
            ChangePayment(method=PayMethod.GIFT_CARD),
            ChangeDelivery(day=NOW.date()),
            SendAgain(line_ids=(LineId("unheard-of"),), reason=CaseReason.LOST),
        )
        for number, change in enumerate(unfit):
            with pytest.raises(StaleOrder):
                await shop.change(order, change, key=f"k{number}")
            assert not await shop.effect(f"k{number}")
        assert await shop.order(order.id) == order

    # --- the customer's own account ---

    async def test_a_coupon_is_given_once_for_a_key_and_never_past_what_was_seen(self, shop: Shop):
        customer = world().customers[1]
        issue = IssueCoupon(
            amount=Money(10_00, "CNY"), until=NOW + timedelta(days=30), order_id=OrderId("M1")
        )
        assert NEEDS[IssueCoupon] in shop.can
        made = await asyncio.gather(*(shop.change_customer(customer, issue, key="k1") for _ in range(LATER)))
        assert all(after == made[0] for after in made)
        (*before, given) = made[0].coupons
        assert tuple(before) == customer.coupons
        assert (given.amount, given.until, given.order_id) == (issue.amount, issue.until, issue.order_id)
        assert not given.used
        assert await shop.customer(customer.id) == made[0]
        assert await shop.effect("k1")
        with pytest.raises(StaleOrder):
            await shop.change_customer(customer, issue, key="k2")
        assert await shop.customer(customer.id) == made[0]
        assert not await shop.effect("k2")

    async def test_a_profile_is_changed_as_it_was_seen_and_nothing_else(self, shop: Shop):
        customer, other = world().customers[0], world().customers[2]
        new = replace(customer.addresses[0], street="1 New Street")
        change = ChangeProfile(email="New.Name@Example.com", phone="+8613911112222", address=new)
        after = await shop.change_customer(customer, change, key="k1")
        addresses = (new, *customer.addresses)
        email = "new.name@example.com"
        assert after == replace(customer, email=email, phone="+8613911112222", addresses=addresses)
        assert after == await shop.customer(customer.id)
        assert await shop.change_customer(customer, change, key="k1") == after
        with pytest.raises(StaleOrder):
            await shop.change_customer(customer, ChangeProfile(phone="+8613900000000"), key="k2")
        first = await shop.change_customer(after, ChangeProfile(address=customer.addresses[0]), key="k3")
        assert first.addresses[:2] == (customer.addresses[0], new)
        assert len(first.addresses) == len(after.addresses)  # moved to the front, not doubled
        with pytest.raises(StaleOrder):
            await shop.change_customer(other, ChangeProfile(email=after.email), key="k4")
        with pytest.raises(StaleOrder):
            await shop.change_customer(replace(other, id=CustomerId("nobody")), change, key="k5")
        assert await shop.customer(other.id) == other

    # --- the person ---

    async def test_what_is_held_of_somebody_can_be_handed_out(self, shop: Shop):
        customer = world().customers[0]
        held = str(await shop.export(customer.id))
        mine = [order.id for order in world().orders if order.customer_id == customer.id]
        for known in (customer.name, customer.email, customer.phone, customer.addresses[0].street, *mine):
            assert known in held
        assert await shop.export(CustomerId("nobody")) == {}

    async def test_forgetting_takes_the_person_out_and_keeps_the_amounts(self, shop: Shop):
        customer = world().customers[0]
        mine = [order for order in world().orders if order.customer_id == customer.id]
        await shop.forget(customer.id)
        assert await shop.customer_by_email(customer.email) is None
        held = str(await shop.export(customer.id))
        tracking = [parcel.tracking_number for order in mine for parcel in order.parcels]
        streets = [order.address.street for order in mine]
        for gone in (customer.name, customer.email, customer.phone, *streets, *tracking):
            assert gone not in held
        for order in mine:
            kept = await shop.order(order.id)
            assert kept is not None
            assert (kept.total, kept.lines, kept.payments) == (order.total, order.lines, order.payments)
            assert customer.name not in str(kept)
        other = world().customers[2]
        assert await shop.customer(other.id) == other
        await shop.forget(customer.id)  # again, and somebody unknown: no harm
        await shop.forget(CustomerId("nobody"))
