"""Products with their variants, prices and stock, from data/products/*.yaml."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product as combinations
from random import Random

from xiaoer.domain.catalog import Category, Product, Variant
from xiaoer.domain.ids import ProductId, VariantId
from xiaoer.domain.money import Money
from xiaoer.domain.words import Words
from xiaoer.shops.demo.texts import CategoryText, OptionText, ProductText, texts, words

_SIZES = {
    "shoes": [str(eu) for eu in range(36, 47)],
    "clothes": ["XS", "S", "M", "L", "XL", "XXL"],
    "baby": ["59", "66", "73", "80", "90"],
}
_SOLD_OUT_SHARE = 0.12
_SCARCE_SHARE = 0.2
_PER_CATEGORY = 100  # product numbers set aside for a category


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of one option, and what it adds to the price (yuan)."""

    label: Words
    plus: int = 0


def make_categories() -> tuple[Category, ...]:
    return tuple(
        Category(key=c.key, name=words(c.name), synonyms=tuple(s.lower() for s in c.synonyms))
        for c in texts().categories
    )


def make_products(rng: Random, currency: str) -> tuple[Product, ...]:
    return tuple(
        _product(rng, currency, text, category, number)
        for shelf, category in enumerate(texts().categories, start=1)
        for number, text in enumerate(texts().products[category.key], start=shelf * _PER_CATEGORY + 1)
    )


def _product(rng: Random, currency: str, text: ProductText, category: CategoryText, number: int) -> Product:
    product_id = ProductId(f"P{number}")
    return Product(
        id=product_id,
        title=Words(text.zh, text.en),
        category=category.key,
        category_name=words(category.name),
        description=Words(text.about_zh, text.about_en),
        variants=_variants(rng, currency, text, product_id),
        tags=tuple(text.tags),
        image=f"/demo/images/{category.key}.svg",
        final_sale=text.final_sale,
    )


def _variants(rng: Random, currency: str, text: ProductText, product_id: ProductId) -> tuple[Variant, ...]:
    options = {name: _values(name, given) for name, given in text.options.items()}
    return tuple(
        Variant(
            id=VariantId(f"{product_id}-{place:02d}"),
            options={name: value.label for name, value in zip(options, chosen, strict=True)},
            price=Money((text.price + sum(v.plus for v in chosen)) * 100, currency),
            stock=_stock(rng),
        )
        for place, chosen in enumerate(combinations(*options.values()), start=1)
    )


def _values(name: str, given: OptionText) -> Sequence[_Value]:
    """What stands for an option in the file: a named run of sizes, colour keys, or [zh, en, plus yuan]."""
    if name == "size" and isinstance(given, str):
        return [_Value(Words(size, size)) for size in _SIZES[given]]
    if name == "colour":
        return [_Value(Words(texts().colours[str(key)], str(key))) for key in given]
    return [_Value(Words(zh, en), plus) for zh, en, plus in map(_triple, given)]


def _triple(given: str | tuple[str, str] | tuple[str, str, int]) -> tuple[str, str, int]:
    if isinstance(given, str):
        return (given, given, 0)
    zh, en, *plus = given
    return (str(zh), str(en), int(plus[0]) if plus else 0)


def _stock(rng: Random) -> int:
    luck = rng.random()
    if luck < _SOLD_OUT_SHARE:
        return 0
    return rng.randint(1, 4) if luck < _SOLD_OUT_SHARE + _SCARCE_SHARE else rng.randint(5, 80)
