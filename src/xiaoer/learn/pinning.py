"""Pinned questions as the staff keep them: set, changed, taken off, and held against what is answered now."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

import anyio.to_thread

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, Passage
from xiaoer.domain.knowledge_ports import Articles, WantedVersions
from xiaoer.domain.learning import Pinned
from xiaoer.domain.question_ports import Pins
from xiaoer.domain.words import Language
from xiaoer.knowledge.library import TantivyLibrary
from xiaoer.learn.gate import MOST_PINS, Fault, Replays, fault_of
from xiaoer.text.clean import clean

LONGEST_LINE = 200  # characters of a question, and of the words its answer must hold


class No(StrEnum):
    """Why a question is not pinned."""

    BAD_LINE = "bad_line"  # the question or its words: not one line of 1 to 200 characters
    NO_ARTICLE = "no_article"  # the shop has no article of that name
    NO_PIN = "no_pin"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Declined:
    why: No


@dataclass(frozen=True, slots=True)
class Held:
    """A pin beside what is answered now."""

    pinned: Pinned
    answer: Passage | None
    fault: Fault | None  # None: it holds


def pin_id(shop_id: ShopId, question: str, language: Language) -> str:
    """The same question is one pin, whoever sets it and however it is capitalised."""
    return sha256(f"{shop_id}\0{language.value}\0{clean(question)}".encode()).hexdigest()[:16]


class Pinboard:
    """One shop's pins."""

    def __init__(
        self, pins: Pins, articles: Articles, shop_id: ShopId, *, replays: Callable[[], Awaitable[Replays]]
    ) -> None:
        self._pins, self._articles, self._shop_id = pins, articles, shop_id
        self._replays = replays

    async def pins(self) -> Sequence[Pinned]:
        """The active ones, by language and question."""
        return await self._pins.pins(self._shop_id)

    async def pin(self, wanted: Pinned, *, now: datetime) -> Held | Declined:
        """From now on, also if it does not hold today: then the fault says so. Its id is ours to give."""
        made = replace(wanted, id=pin_id(self._shop_id, wanted.question, wanted.language), active=True)
        if (why := await self._refuses(made)) is not None:
            return Declined(why)
        await self._pins.pin(self._shop_id, made, now=now)
        return (await self.held([made], now=now))[0]

    async def change(
        self, pin_id: str, *, slug: str, says: str, author: str, now: datetime
    ) -> Held | Declined:
        """Another answer is wanted. Its question stays: another question is another pin."""
        there = next((pinned for pinned in await self.pins() if pinned.id == pin_id), None)
        if there is None:
            return Declined(No.NO_PIN)
        return await self.pin(replace(there, slug=slug, says=says, author=author), now=now)

    async def unpin(self, pin_id: str) -> bool:
        """False if there is no such pin."""
        return await self._pins.unpin(self._shop_id, pin_id)

    async def held(self, pins: Sequence[Pinned], *, now: datetime) -> list[Held]:
        """Each beside what is answered at `now`."""
        said = [version.said() for version in await self._articles.holding(self._shop_id, now)]
        replays = await self._replays()
        return await anyio.to_thread.run_sync(_hold, replays, pins, said)

    async def _refuses(self, wanted: Pinned) -> No | None:
        if not _is_line(wanted.question) or (wanted.says and not _is_line(wanted.says)):
            return No.BAD_LINE
        others = [pinned for pinned in await self.pins() if pinned.id != wanted.id]
        if len(others) >= MOST_PINS:
            return No.TOO_MANY
        named = WantedVersions(slug=wanted.slug)
        known = not wanted.slug or await self._articles.versions(self._shop_id, named, limit=1)
        return None if known else No.NO_ARTICLE


def _hold(replays: Replays, pins: Sequence[Pinned], said: Sequence[Article]) -> list[Held]:
    library = TantivyLibrary.build(said)
    answers = [replays.answers(pinned.question, pinned.language, [library])[0] for pinned in pins]
    return [Held(pin, answer, fault_of(pin, answer)) for pin, answer in zip(pins, answers, strict=True)]


def _is_line(text: str) -> bool:
    storable = "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
    return storable and 0 < len(text) <= LONGEST_LINE and len(text.splitlines()) == 1 and bool(clean(text))
