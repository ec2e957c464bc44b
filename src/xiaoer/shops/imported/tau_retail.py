"""The shop of tau-bench retail (sierra-research/tau-bench): users, orders and products to a world of ours.

The files name no days; all orders are given the same week, and keep their order in the file.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from xiaoer.domain.catalog import Category, Product, Variant
from xiaoer.domain.ids import CustomerId, LineId, OrderId, ProductId, RefundId, VariantId, WayId
from xiaoer.domain.money import Money, total
from xiaoer.domain.order import (
    Line,
    Order,
    OrderState,
    Parcel,
    ParcelState,
    Payment,
    Refund,
    RefundState,
)
from xiaoer.domain.people import Address, Customer, Tier
from xiaoer.domain.ways import PayMethod, Way
from xiaoer.domain.words import Language, Words
from xiaoer.shops.demo.world import World
from xiaoer.shops.imported import tau_form as form
from xiaoer.shops.imported.files import NotThatShop, read_json

PLACED = datetime(2024, 5, 6, 14, 0, tzinfo=UTC)
ARRIVED = PLACED + timedelta(days=4)
ENOUGH = 1_000  # stock is not counted: there is some of a variant, or there is none
TIME_ZONE = "America/New_York"
STATES = {
    "pending": OrderState.PAID,
    "processed": OrderState.PACKED,
    "delivered": OrderState.DELIVERED,
    "cancelled": OrderState.CANCELLED,
}
METHODS = {"credit_card": PayMethod.CARD, "paypal": PayMethod.PAYPAL, "gift_card": PayMethod.GIFT_CARD}
COUNTRIES = {"USA": "US"}
OPTIONS = {"color": "colour"}
_NOTHING = Words("", "")
_CARRIER = Words("快递", "the carrier")

T = TypeVar("T")


def read(folder: Path, currency: str) -> World:
    """Of users.json, orders.json and products.json, or the same as .json.gz. NotThatShop if they are not."""
    if not folder.is_dir():
        raise NotThatShop(f"没有这个文件夹：{folder} / There is no such folder.")
    users = _parsed(folder, "users", form.TauUser)
    orders = _parsed(folder, "orders", form.TauOrder)
    products = _parsed(folder, "products", form.TauProduct)
    _hold_together(users, orders, products)
    customers = {user_id: _customer(user_id, user, currency) for user_id, user in users.items()}
    made = [_order(order, customers[order.user_id], n, currency) for n, order in enumerate(orders.values())]
    return World(
        categories=tuple(_category(product) for product in products.values()),
        products=tuple(_product(product, currency) for product in products.values()),
        customers=tuple(customers.values()),
        orders=tuple(made),
        views=(),
        carts=(),
        searches=(),
    )


def order_id(theirs: str) -> OrderId:
    """#W1234567 is W1234567 here: customers write both."""
    return OrderId(theirs.removeprefix("#"))


def address(theirs: form.TauAddress, name: str) -> Address:
    return Address(
        name=name,
        phone="",
        country=COUNTRIES.get(theirs.country, theirs.country),
        region=theirs.state,
        city=theirs.city,
        street=", ".join(part for part in (theirs.address1, theirs.address2) if part),
        postcode=theirs.zip,
    )


def minor(amount: float) -> int:
    return round(amount * 100)


def _parsed(folder: Path, name: str, kind: type[T]) -> dict[str, T]:
    raw = read_json(folder, name)
    if len(raw) > form.MOST:
        raise NotThatShop(f"{name}: 超过 {form.MOST} 条 / more than that many")
    try:
        return TypeAdapter(dict[str, kind]).validate_python(raw)  # type: ignore[valid-type]
    except ValidationError as error:
        first: Any = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NotThatShop(f"{name}: {where}: 格式不对 / not as expected: {first['msg']}") from error


def _hold_together(
    users: Mapping[str, form.TauUser],
    orders: Mapping[str, form.TauOrder],
    products: Mapping[str, form.TauProduct],
) -> None:
    """What one file names must stand in the other."""
    variants = {(p.product_id, v.item_id) for p in products.values() for v in p.variants.values()}
    for user_id, user in users.items():
        for way in user.payment_methods.values():
            if way.source not in METHODS:
                raise NotThatShop(f"users: {user_id}: 不认识的付款方式 / unknown way to pay: {way.source}")
    for number, order in orders.items():
        if wrong := _wrong_with(order, users.get(order.user_id), variants):
            raise NotThatShop(f"orders: {number}: {wrong}")


def _wrong_with(order: form.TauOrder, user: form.TauUser | None, variants: set[tuple[str, str]]) -> str:
    if user is None:
        return f"没有这个用户 / no such user: {order.user_id}"
    if order.status not in STATES:
        return f"不认识的状态 / unknown status: {order.status}"
    items = (i.item_id for i in order.items if (i.product_id, i.item_id) not in variants)
    ways = (p.payment_method_id for p in order.payment_history)
    if strange := next(items, ""):
        return f"没有这件商品 / no such item: {strange}"
    strange = next((way for way in ways if way not in user.payment_methods), "")
    return f"用户没有这种付款方式 / not a way of the user's to pay: {strange}" if strange else ""


def _customer(user_id: str, user: form.TauUser, currency: str) -> Customer:
    name = f"{user.name.first_name} {user.name.last_name}"
    ways = tuple(_way(way, currency) for way in user.payment_methods.values())
    cards = [way.balance for way in ways if way.balance is not None]
    return Customer(
        id=CustomerId(user_id),
        name=name,
        email=user.email.lower(),
        phone="",
        language=Language.EN,
        time_zone=TIME_ZONE,
        tier=Tier.MEMBER,
        addresses=(address(user.address, name),),
        gift_card_balance=total(cards, currency) if cards else None,
        ways=ways,
    )


def _way(way: form.TauWay, currency: str) -> Way:
    method = METHODS[way.source]
    labels = {
        PayMethod.CARD: Words(*[f"{way.brand.title() or 'Card'} ••{way.last_four}"] * 2),
        PayMethod.PAYPAL: Words("PayPal", "PayPal"),
        PayMethod.GIFT_CARD: Words("礼品卡", "Gift card"),
    }
    balance = Money(minor(way.balance or 0), currency) if method is PayMethod.GIFT_CARD else None
    return Way(id=WayId(way.id), method=method, label=labels[method], balance=balance)


def _category(product: form.TauProduct) -> Category:
    name = Words(product.name, product.name)
    return Category(key=_key(product), name=name, synonyms=(product.name.lower(),))


def _key(product: form.TauProduct | form.TauItem) -> str:
    plain = "".join(c if c.isalnum() else "_" for c in product.name.lower())
    return f"{plain}_{product.product_id}"


def _product(product: form.TauProduct, currency: str) -> Product:
    name = Words(product.name, product.name)
    return Product(
        id=ProductId(product.product_id),
        title=name,
        category=_key(product),
        category_name=name,
        description=_NOTHING,
        variants=tuple(
            Variant(
                id=VariantId(variant.item_id),
                options=_options(variant.options),
                price=Money(minor(variant.price), currency),
                stock=ENOUGH if variant.available else 0,
            )
            for variant in product.variants.values()
        ),
    )


def _options(options: Mapping[str, str]) -> dict[str, Words]:
    return {OPTIONS.get(name, name): Words(value, value) for name, value in options.items()}


def _order(order: form.TauOrder, customer: Customer, nth: int, currency: str) -> Order:
    number, state = order_id(order.order_id), STATES[order.status]
    placed = PLACED + timedelta(seconds=nth)
    lines = tuple(_line(item, LineId(f"{number}-{n}"), currency) for n, item in enumerate(order.items, 1))
    nothing = Money(0, currency)
    return Order(
        id=number,
        customer_id=customer.id,
        state=state,
        placed_at=placed,
        lines=lines,
        shipping_fee=nothing,
        discount=nothing,
        total=total([line.unit_price for line in lines], currency),
        address=address(order.address, customer.name),
        payments=tuple(_payments(order, customer, placed, currency)),
        parcels=tuple(_parcel(sent, lines, state) for sent in order.fulfillments),
        refunds=tuple(_refunds(order, customer, placed, currency)),
        cancelled_at=placed + timedelta(hours=1) if state is OrderState.CANCELLED else None,
    )


def _line(item: form.TauItem, line_id: LineId, currency: str) -> Line:
    return Line(
        id=line_id,
        product_id=ProductId(item.product_id),
        variant_id=VariantId(item.item_id),
        category=_key(item),
        title=Words(item.name, item.name),
        options=_options(item.options),
        quantity=1,
        unit_price=Money(minor(item.price), currency),
    )


def _method(customer: Customer, way_id: str) -> PayMethod:
    return next(way.method for way in customer.ways if way.id == way_id)


def _payments(order: form.TauOrder, customer: Customer, placed: datetime, currency: str) -> Iterable[Payment]:
    for paid in order.payment_history:
        if paid.transaction_type == "payment":
            yield Payment(
                method=_method(customer, paid.payment_method_id),
                amount=Money(minor(paid.amount), currency),
                paid_at=placed,
                way_id=WayId(paid.payment_method_id),
            )


def _refunds(order: form.TauOrder, customer: Customer, placed: datetime, currency: str) -> Iterable[Refund]:
    for nth, paid in enumerate(order.payment_history, start=1):
        if paid.transaction_type == "refund":
            yield Refund(
                id=RefundId(f"F{order_id(order.order_id)}-{nth}"),
                order_id=order_id(order.order_id),
                amount=Money(minor(paid.amount), currency),
                method=_method(customer, paid.payment_method_id),
                state=RefundState.DONE,
                created_at=placed + timedelta(hours=1),
                expected_by=None,
                done_at=placed + timedelta(hours=1),
                way_id=WayId(paid.payment_method_id),
            )


def _parcel(sent: form.TauFulfilment, lines: Sequence[Line], state: OrderState) -> Parcel:
    arrived = ARRIVED if state is OrderState.DELIVERED else None
    return Parcel(
        carrier=_CARRIER,
        tracking_number=sent.tracking_id[0] if sent.tracking_id else "",
        state=ParcelState.DELIVERED if arrived else ParcelState.LABELLED,
        eta=None,
        delivered_at=arrived,
        line_ids=tuple(line.id for line in lines if line.variant_id in sent.item_ids),
    )
