"""A customer's line to the counter: opens a conversation, says, hears, presses, through the public API."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import httpx

from xiaoer.domain.words import Language

PATIENCE_S = 60.0  # for one reply: a model's seconds, worded anew, and a machine that is busy
MOST_MESSAGES = 18  # the counter takes twenty of a conversation while its clock stands
_LOOK_S = 0.005


class NoReply(Exception):
    """The counter has not answered, or said that it would not."""


class TooMuchSaid(Exception):
    """The conversation goes round in circles."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the counter said in one turn. `parts` as the API has them."""

    text: str
    parts: tuple[Mapping[str, Any], ...] = ()

    @property
    def card(self) -> Mapping[str, Any] | None:
        """The one that waits for a yes or a no."""
        return next((part for part in self.parts if part["kind"] == "confirm"), None)

    @property
    def options(self) -> list[str]:
        """What is sent when a quick reply is pressed."""
        return [
            str(option["text"])
            for part in self.parts
            if part["kind"] == "quick_replies"
            for option in part["options"]
        ]

    @property
    def shown(self) -> str:
        """As somebody would read the screen."""
        lines = [self.text]
        for part in self.parts:
            if part["kind"] == "confirm":
                rows = "; ".join(f"{row['label']}: {row['value']}" for row in part["rows"])
                lines.append(f"[card] {part['title']}: {rows} (YES / NO)")
            elif part["kind"] == "quick_replies":
                lines.append(f"[choices] {' | '.join(self.options)}")
            elif part["kind"] == "order":
                lines.append(f"[order] {_order(part)}")
        return "\n".join(lines)

    @property
    def everything(self) -> str:
        """The words, and what stands on its cards. What is offered to be pressed is not said: `options`."""
        shown = (part for part in self.parts if part["kind"] not in ("text", "quick_replies"))
        return "\n".join([self.text, *(text for part in shown for text in _texts(part))])


@dataclass(slots=True)
class Line:
    http: httpx.AsyncClient
    path: str
    headers: Mapping[str, str]
    said: int = 0
    seconds: list[float] = field(default_factory=list)  # of each turn
    heard: list[Heard] = field(default_factory=list)
    log: list[str] = field(default_factory=list)  # C: the customer, X: the counter
    _seq: int = 0

    @classmethod
    async def opened(
        cls, http: httpx.AsyncClient, token: str, language: Language, *, time_zone: str | None = None
    ) -> "Line":
        """As the customer whom the token signs in."""
        opened = await http.post(
            "/v1/conversations",
            json={"language": language.value, "time_zone": time_zone},
            headers={"Authorization": f"Bearer {token}"},
        )
        opened.raise_for_status()
        told = opened.json()
        return cls(http, f"/v1/conversations/{told['id']}", {"Authorization": f"Bearer {told['token']}"})

    async def says(self, text: str) -> Heard:
        """What the counter replies. NoReply, TooMuchSaid."""
        self._counts(f"C: {text}")
        body = {"client_id": f"c{self.said}", "text": text}
        return await self._answered("/messages", body)

    async def presses(self, card: Mapping[str, Any], *, yes: bool) -> Heard:
        """The button of a card, and what is said of it."""
        self._counts(f"C: [{card['yes'] if yes else card['no']}]")
        return await self._answered(f"/cards/{card['intent_id']}/{'confirm' if yes else 'decline'}", None)

    def _counts(self, line: str) -> None:
        if self.said >= MOST_MESSAGES:
            raise TooMuchSaid
        self.said += 1
        self.log.append(line)

    async def _answered(self, where: str, body: Mapping[str, Any] | None) -> Heard:
        begun = perf_counter()
        sent = await self.http.post(f"{self.path}{where}", json=body, headers=self.headers)
        if sent.is_error:
            raise NoReply(f"HTTP {sent.status_code}")
        try:
            async with asyncio.timeout(PATIENCE_S):
                while (heard := await self._next()) is None:  # noqa: ASYNC110 - the API is asked, as any client does
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            raise NoReply(f"{PATIENCE_S:.0f} s") from None
        self.seconds.append(perf_counter() - begun)
        self.heard.append(heard)
        self.log.append(f"X: {heard.shown}")
        return heard

    async def _next(self) -> Heard | None:
        """The counter's next reply; None if it has not spoken yet."""
        got = await self.http.get(f"{self.path}/messages", params={"after": self._seq}, headers=self.headers)
        got.raise_for_status()
        spoken = [m for m in got.json()["messages"] if m["kind"] == "message" and m["author"] != "customer"]
        if not spoken:
            return None
        self._seq = spoken[-1]["seq"]
        return Heard("\n".join(m["text"] for m in spoken), tuple(p for m in spoken for p in m["parts"]))


def _order(part: Mapping[str, Any]) -> str:
    goods = ", ".join(f"{line['title']} {line['options']}".strip() for line in part["lines"])
    parcels = ", ".join(f"{parcel['tracking_number']} {parcel['state']}" for parcel in part["parcels"])
    return "; ".join(filter(None, (part["order_id"], part["state_text"], goods, parcels)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
