"""The demo's pinned questions follow the file they are shipped as, but for those the merchant changed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache

from pydantic import BaseModel, ConfigDict

from xiaoer.app.given import demo_folder
from xiaoer.app.shipped import DEMO
from xiaoer.domain.ids import ShopId
from xiaoer.domain.learning import Pinned
from xiaoer.domain.question_ports import Pins
from xiaoer.domain.words import Language
from xiaoer.learn.pinning import pin_id
from xiaoer.text.own_yaml import own_yaml


class _Pin(BaseModel):
    """One line of pinned.yaml. Strict: YAML reads an unquoted `no` as false."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ask: str
    slug: str
    says: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    zh: list[_Pin]
    en: list[_Pin]


def shipped_pins(shop_id: ShopId) -> dict[str, Pinned]:
    """By id. ValidationError if the file is not of its form."""
    read = _file()
    found = {}
    for language, pins in ((Language.ZH, read.zh), (Language.EN, read.en)):
        for pin in pins:
            name = pin_id(shop_id, pin.ask, language)
            found[name] = Pinned(
                id=name, question=pin.ask, language=language, slug=pin.slug, says=pin.says, author=DEMO
            )
    return found


@cache
def _file() -> _File:
    return _File.model_validate(own_yaml((demo_folder() / "pinned.yaml").read_text("utf-8")))


async def follow_pins(pins: Pins, shop_id: ShopId, *, clock: Callable[[], datetime]) -> None:
    """A new or changed one is set by "demo"; one that was taken off or changed by somebody else is let be."""
    shipped = shipped_pins(shop_id)
    kept = {pinned.id: pinned for pinned in await pins.pins(shop_id, every=True)}
    for pinned in shipped.values():
        if _is_news(pinned, kept):
            await pins.pin(shop_id, pinned, now=clock())
    for pinned in kept.values():
        if pinned.active and pinned.author == DEMO and pinned.id not in shipped:
            await pins.unpin(shop_id, pinned.id)


def _is_news(shipped: Pinned, kept: Mapping[str, Pinned]) -> bool:
    there = kept.get(shipped.id)
    return there is None or (there.author == DEMO and there.active and there != shipped)
