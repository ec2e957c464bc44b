"""Tables of the demo shop and of imported ones: another system's database, which only its connector knows.

Several shops may share them: every row says whose it is, and no key is unique but within its shop.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
)

from xiaoer.store.columns import Moment, Sent

metadata = MetaData()


def _shop_id(*, key: bool = True) -> "Column[Any]":
    return Column("shop_id", Sent, primary_key=key, nullable=False)


def _of(owner: str, column: str, table: str) -> tuple["Column[Any]", ForeignKeyConstraint, Index]:
    """A column that names a row of another table of the same shop."""
    return (
        Column(column, Sent, nullable=False),
        ForeignKeyConstraint(["shop_id", column], [f"{owner}.shop_id", f"{owner}.{_KEYS.get(owner, 'id')}"]),
        Index(f"ix_{table}_{column}", "shop_id", column),
    )


def _place() -> "Column[Any]":
    return Column("place", Integer, nullable=False)  # in the list it belongs to, from 0


def _words(name: str) -> tuple["Column[Any]", "Column[Any]"]:
    return (Column(f"{name}_zh", Sent, nullable=False), Column(f"{name}_en", Sent, nullable=False))


_KEYS = {"demo_category": "key"}
ADDRESS = ("name", "phone", "country", "region", "city", "street", "postcode")

category = Table(
    "demo_category",
    metadata,
    _shop_id(),
    Column("key", Sent, primary_key=True),
    _place(),
    *_words("name"),
    Column("synonyms", JSON, nullable=False),
)
product = Table(
    "demo_product",
    metadata,
    _shop_id(),
    Column("id", Sent, primary_key=True),
    *_of("demo_category", "category", "demo_product"),
    *_words("title"),
    *_words("description"),
    Column("tags", JSON, nullable=False),
    Column("image", Sent, nullable=False),
    Column("final_sale", Boolean, nullable=False),
)
variant = Table(
    "demo_variant",
    metadata,
    _shop_id(),
    Column("id", Sent, primary_key=True),
    *_of("demo_product", "product_id", "demo_variant"),
    _place(),
    Column("size", Sent, nullable=False),  # lower case; empty where there is none
    Column("colour", Sent, nullable=False),  # key
    Column("options", JSON, nullable=False),  # name -> [zh, en]
    Column("price", Integer, nullable=False),  # minor units of the shop's currency, like all amounts here
    Column("stock", Integer, nullable=False),
    Column("counted", Boolean, nullable=False),  # else it is only known whether there is some
)
customer = Table(
    "demo_customer",
    metadata,
    _shop_id(),
    Column("id", Sent, primary_key=True),
    Column("name", Sent, nullable=False),
    Column("email", Sent, nullable=False),  # lower case
    Column("phone", Sent, nullable=False),
    Column("language", Sent, nullable=False),
    Column("time_zone", Sent, nullable=False),
    Column("tier", Sent, nullable=False),
    Column("gift_card", Integer),  # the only one; of those on file each has its own balance
    UniqueConstraint("shop_id", "email"),
)
way = Table(
    "demo_way",
    metadata,
    _shop_id(),
    *_of("demo_customer", "customer_id", "demo_way"),
    _place(),
    Column("id", Sent, primary_key=True),
    Column("method", Sent, nullable=False),
    *_words("label"),
    Column("balance", Integer),
)
customer_address = Table(
    "demo_customer_address",
    metadata,
    _shop_id(key=False),
    *_of("demo_customer", "customer_id", "demo_customer_address"),
    _place(),
    *(Column(name, Sent, nullable=False) for name in ADDRESS),
)
coupon = Table(
    "demo_coupon",
    metadata,
    _shop_id(),
    Column("code", Sent, primary_key=True),
    *_of("demo_customer", "customer_id", "demo_coupon"),
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
    _shop_id(),
    Column("id", Sent, primary_key=True),
    *_of("demo_customer", "customer_id", "demo_order"),
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
    _shop_id(),
    Column("id", Sent, primary_key=True),
    *_of("demo_order", "order_id", "demo_line"),
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
    _shop_id(key=False),
    *_of("demo_order", "order_id", "demo_payment"),
    _place(),
    Column("method", Sent, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("paid_at", Moment, nullable=False),
    Column("way_id", Sent),
)
parcel = Table(
    "demo_parcel",
    metadata,
    _shop_id(key=False),
    *_of("demo_order", "order_id", "demo_parcel"),
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
    _shop_id(),
    Column("id", Sent, primary_key=True),
    *_of("demo_order", "order_id", "demo_case"),
    _place(),
    Column("kind", Sent, nullable=False),
    Column("line_ids", JSON, nullable=False),
    Column("state", Sent, nullable=False),
    Column("reason", Sent, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("new_variant_ids", JSON, nullable=False),
    Column("return_by", Moment),
    Column("extra", Integer),
    Column("way_id", Sent),
)
refund = Table(
    "demo_refund",
    metadata,
    _shop_id(),
    Column("id", Sent, primary_key=True),
    *_of("demo_order", "order_id", "demo_refund"),
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
    Column("way_id", Sent),
)
view = Table(
    "demo_view",
    metadata,
    _shop_id(key=False),
    *_of("demo_customer", "customer_id", "demo_view"),
    Column("product_id", Sent, nullable=False),
    Column("at", Moment, nullable=False),
)
cart_item = Table(
    "demo_cart_item",
    metadata,
    _shop_id(key=False),
    *_of("demo_customer", "customer_id", "demo_cart_item"),
    Column("variant_id", Sent, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
search = Table(
    "demo_search",
    metadata,
    _shop_id(key=False),
    *_of("demo_customer", "customer_id", "demo_search"),
    Column("text", Sent, nullable=False),
    Column("at", Moment, nullable=False),
)
effect = Table(  # what was done under which key, written in the transaction that did it
    "demo_effect",
    metadata,
    _shop_id(),
    Column("key", Sent, primary_key=True),
    Column("order_id", Sent, nullable=False),
    Column("case_id", Sent),
    Column("at", Moment, nullable=False),
    UniqueConstraint("shop_id", "case_id"),
)
OF_A_CUSTOMER = (customer_address, way, coupon, view, cart_item, search)  # goes when the person goes
OF_AN_ORDER = (line, payment, parcel, case, refund)  # stays
