"""The demo shop's own tables: another system's database, which only its connector knows."""

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Integer, MetaData, Table, UniqueConstraint

from xiaoer.store.columns import Moment, Sent

metadata = MetaData()


def _order_id() -> "Column[Any]":
    return Column("order_id", Sent, ForeignKey("demo_order.id"), nullable=False, index=True)


def _customer_id() -> "Column[Any]":
    return Column("customer_id", Sent, ForeignKey("demo_customer.id"), nullable=False, index=True)


def _place() -> "Column[Any]":
    return Column("place", Integer, nullable=False)  # in the list it belongs to, from 0


def _words(name: str) -> tuple["Column[Any]", "Column[Any]"]:
    return (Column(f"{name}_zh", Sent, nullable=False), Column(f"{name}_en", Sent, nullable=False))


ADDRESS = ("name", "phone", "country", "region", "city", "street", "postcode")

category = Table(
    "demo_category",
    metadata,
    Column("key", Sent, primary_key=True),
    _place(),
    *_words("name"),
    Column("synonyms", JSON, nullable=False),
)
product = Table(
    "demo_product",
    metadata,
    Column("id", Sent, primary_key=True),
    Column("category", Sent, ForeignKey("demo_category.key"), nullable=False, index=True),
    *_words("title"),
    *_words("description"),
    Column("tags", JSON, nullable=False),
    Column("image", Sent, nullable=False),
    Column("final_sale", Boolean, nullable=False),
)
variant = Table(
    "demo_variant",
    metadata,
    Column("id", Sent, primary_key=True),
    Column("product_id", Sent, ForeignKey("demo_product.id"), nullable=False, index=True),
    _place(),
    Column("size", Sent, nullable=False),  # lower case; empty where there is none
    Column("colour", Sent, nullable=False),  # key
    Column("options", JSON, nullable=False),  # name -> [zh, en]
    Column("price", Integer, nullable=False),  # minor units of the shop's currency, like all amounts here
    Column("stock", Integer, nullable=False),
)
customer = Table(
    "demo_customer",
    metadata,
    Column("id", Sent, primary_key=True),
    Column("name", Sent, nullable=False),
    Column("email", Sent, nullable=False, unique=True),  # lower case
    Column("phone", Sent, nullable=False),
    Column("language", Sent, nullable=False),
    Column("time_zone", Sent, nullable=False),
    Column("tier", Sent, nullable=False),
    Column("gift_card", Integer),
)
customer_address = Table(
    "demo_customer_address",
    metadata,
    _customer_id(),
    _place(),
    *(Column(name, Sent, nullable=False) for name in ADDRESS),
)
coupon = Table(
    "demo_coupon",
    metadata,
    Column("code", Sent, primary_key=True),
    _customer_id(),
    _place(),
    Column("amount", Integer, nullable=False),
    Column("minimum", Integer),
    Column("given_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("used", Boolean, nullable=False),
    Column("order_id", Sent),  # that it makes up for
)
order = Table(
    "demo_order",
    metadata,
    Column("id", Sent, primary_key=True),
    _customer_id(),
    Column("state", Sent, nullable=False),
    Column("placed_at", Moment, nullable=False),
    Column("shipping_fee", Integer, nullable=False),
    Column("discount", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    *(Column(f"to_{name}", Sent, nullable=False) for name in ADDRESS),
    Column("ship_by", Moment),
    Column("cancelled_at", Moment),
    Column("cancel_reason", Sent),
    Column("item_changes", Integer, nullable=False),
    Column("payment_changes", Integer, nullable=False),
    Column("deliver_on", Date),
    Column("urged_at", Moment),
    Column("invoice", JSON),
    Column("version", Integer, nullable=False),
)
line = Table(
    "demo_line",
    metadata,
    Column("id", Sent, primary_key=True),
    _order_id(),
    _place(),
    Column("product_id", Sent, nullable=False),
    Column("variant_id", Sent, nullable=False),
    Column("category", Sent, nullable=False),
    *_words("title"),
    Column("options", JSON, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", Integer, nullable=False),
    Column("final_sale", Boolean, nullable=False),
)
payment = Table(
    "demo_payment",
    metadata,
    _order_id(),
    _place(),
    Column("method", Sent, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("paid_at", Moment, nullable=False),
)
parcel = Table(
    "demo_parcel",
    metadata,
    _order_id(),
    _place(),
    *_words("carrier"),
    Column("tracking_number", Sent, nullable=False),
    Column("state", Sent, nullable=False),
    Column("eta", Moment),
    Column("delivered_at", Moment),
    Column("line_ids", JSON, nullable=False),
    Column("events", JSON, nullable=False),  # [ISO moment, zh, en], oldest first
)
case = Table(
    "demo_case",
    metadata,
    Column("id", Sent, primary_key=True),
    _order_id(),
    _place(),
    Column("kind", Sent, nullable=False),
    Column("line_ids", JSON, nullable=False),
    Column("state", Sent, nullable=False),
    Column("reason", Sent, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("new_variant_id", Sent),
    Column("return_by", Moment),
)
refund = Table(
    "demo_refund",
    metadata,
    Column("id", Sent, primary_key=True),
    _order_id(),
    _place(),
    Column("amount", Integer, nullable=False),
    Column("method", Sent, nullable=False),
    Column("state", Sent, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expected_by", Moment),
    Column("done_at", Moment),
    Column("case_id", Sent),
    Column("why", Sent, nullable=False),
    Column("line_id", Sent),
)
view = Table(
    "demo_view",
    metadata,
    _customer_id(),
    Column("product_id", Sent, nullable=False),
    Column("at", Moment, nullable=False),
)
cart_item = Table(
    "demo_cart_item",
    metadata,
    _customer_id(),
    Column("variant_id", Sent, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
search = Table(
    "demo_search",
    metadata,
    _customer_id(),
    Column("text", Sent, nullable=False),
    Column("at", Moment, nullable=False),
)
effect = Table(  # what was done under which key, written in the transaction that did it
    "demo_effect",
    metadata,
    Column("key", Sent, primary_key=True),
    Column("order_id", Sent, nullable=False),
    Column("case_id", Sent),
    Column("at", Moment, nullable=False),
    UniqueConstraint("case_id"),
)
OF_A_CUSTOMER = (customer_address, coupon, view, cart_item, search)  # goes when the person goes
OF_AN_ORDER = (line, payment, parcel, case, refund)  # stays
