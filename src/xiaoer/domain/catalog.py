"""Products, their variants, and what a customer looks for."""

from collections.abc import Mapping
from dataclasses import dataclass

from xiaoer.domain.ids import ProductId, VariantId
from xiaoer.domain.money import Money
from xiaoer.domain.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A shelf of the shop, and the words customers use for it."""

    key: str  # running_shoes
    name: Words
    synonyms: tuple[str, ...] = ()  # both languages, lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    id: VariantId
    options: Mapping[str, Words]  # same keys for every variant of a product: size, colour, volume ...
    price: Money
    stock: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    id: ProductId
    title: Words
    category: str  # key: running_shoes, bags ...
    category_name: Words
    description: Words
    variants: tuple[Variant, ...]
    tags: tuple[str, ...] = ()
    image: str = ""  # path on the shop's own site
    final_sale: bool = False

    @property
    def price_from(self) -> Money:
        return min(v.price for v in self.variants)

    @property
    def in_stock(self) -> bool:
        return any(v.stock > 0 for v in self.variants)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Limits of a product search. Empty means any; prices in minor units of the shop's currency."""

    words: str = ""
    category: str = ""
    colour: str = ""  # key: blue, black ...
    size: str = ""
    price_min_minor: int | None = None
    price_max_minor: int | None = None
    in_stock_only: bool = True
