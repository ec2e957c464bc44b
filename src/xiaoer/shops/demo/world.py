"""All there is in the demo shop at one moment: what the generator makes and the seed stores."""

from dataclasses import dataclass
from datetime import datetime

from xiaoer.domain.catalog import Category, Product
from xiaoer.domain.ids import CustomerId, ProductId, VariantId
from xiaoer.domain.order import Order
from xiaoer.domain.people import Customer


@dataclass(frozen=True, slots=True)
class View:
    customer_id: CustomerId
    product_id: ProductId
    at: datetime


@dataclass(frozen=True, slots=True)
class CartItem:
    customer_id: CustomerId
    variant_id: VariantId
    quantity: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Search:
    customer_id: CustomerId
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    categories: tuple[Category, ...]
    products: tuple[Product, ...]
    customers: tuple[Customer, ...]
    orders: tuple[Order, ...]  # oldest first
    views: tuple[View, ...]
    carts: tuple[CartItem, ...]
    searches: tuple[Search, ...]
