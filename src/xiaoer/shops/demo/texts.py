"""The demo shop's texts and names, read from data/*.yaml."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from xiaoer.domain.words import Words
from xiaoer.text.own_yaml import own_yaml

_DATA = Path(__file__).parent / "data"

Pair = tuple[str, str]  # Chinese, English


# A named run of sizes, or the values: a colour's key, a word for both languages, or [zh, en, plus yuan].
OptionText = str | list[str | tuple[str, str] | tuple[str, str, int]]


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ByLanguage(_Text):
    zh: list[str]
    en: list[str]


class CategoryText(_Text):
    key: str
    name: Pair
    synonyms: list[str]
    searches: ByLanguage


class ProductText(_Text):
    zh: str
    en: str
    about_zh: str
    about_en: str
    price: int  # yuan
    options: dict[str, OptionText]
    tags: list[str]
    final_sale: bool = False


class CarrierText(_Text):
    name: Pair
    number: str  # a digit for each #


class CarrierTexts(_Text):
    domestic: list[CarrierText]
    abroad: list[CarrierText]
    events: dict[str, Pair]
    delivered: list[Pair]


class ChinesePlace(_Text):
    region: Pair
    city: Pair
    postcode: str
    streets: list[Pair]
    remote: bool = False


class PlaceAbroad(_Text):
    country: str
    region: str
    city: Pair
    postcode: str
    time_zone: str
    phone: str
    street: str
    streets: list[str]


class Places(_Text):
    china: list[ChinesePlace]
    abroad: list[PlaceAbroad]


class People(_Text):
    zh: list[Pair]  # name, mailbox
    en: list[Pair]


class Texts(_Text):
    """Everything, in the order in which it is drawn from: changing it changes the world."""

    categories: list[CategoryText]
    products: dict[str, list[ProductText]] = Field(description="by category key")
    colours: dict[str, str]
    stopwords: ByLanguage
    carriers: CarrierTexts
    places: Places
    people: People


@cache
def texts() -> Texts:
    """All of data/, validated; pydantic's ValidationError names the file's mistake."""
    categories = _read("categories")
    return Texts(
        categories=categories,
        products={c["key"]: _read(f"products/{c['key']}") for c in categories},
        colours=_read("colours"),
        stopwords=_read("stopwords"),
        carriers=_read("carriers"),
        places=_read("places"),
        people=_read("people"),
    )


def words(pair: Sequence[str]) -> Words:
    return Words(pair[0], pair[1])


def _read(name: str) -> Any:  # noqa: ANN401 - validated by Texts
    return own_yaml((_DATA / f"{name}.yaml").read_text(encoding="utf-8"))
