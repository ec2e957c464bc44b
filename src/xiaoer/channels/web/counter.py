"""What the web channel is handed, and the clerk as it sees him."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Request

from xiaoer.channels.web.hub import Changed, Hub
from xiaoer.channels.web.stream import Patience
from xiaoer.channels.web.turns import Pace, Turns
from xiaoer.domain.decision import Ruling
from xiaoer.domain.ids import ConversationId, IntentId, MessageId
from xiaoer.domain.photos import MOST_BYTES, Photos
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Conversations, Desk, Proposal, Shop, Tries
from xiaoer.guard.identity import Identity

Work = Callable[[], Coroutine[Any, Any, None]]  # until cancelled
Check = Callable[[], Awaitable[object]]
Thumb = Callable[[MessageId, int], Awaitable[None]]


class Counter(Protocol):
    """The clerk, or one who stands in for him."""

    async def answer(self, conversation_id: ConversationId) -> object:
        """Turns until nothing is pending; silent if another process is at it."""
        ...

    async def press(
        self, conversation_id: ConversationId, intent_id: IntentId, *, yes: bool
    ) -> Proposal | None:
        """A button of a card. None: there is no such card in this conversation."""
        ...

    async def held(self, *, limit: int) -> Sequence[Proposal]:
        """Effects that wait for a colleague, longest first."""
        ...

    async def rule(self, intent_id: IntentId, ruling: Ruling) -> Proposal | None:
        """A colleague's word on one. None: nothing of this id waits."""
        ...

    async def call_person(self, conversation_id: ConversationId) -> None: ...

    async def prove(self, conversation_id: ConversationId, *, order_id: str, contact: str) -> bool:
        """Counts the tries itself; the same False for a wrong, a foreign and one try too many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Above what a person does, below what hurts. Each within its window in seconds."""

    messages: int = 20  # and presses, per conversation
    messages_s: int = 10
    conversations: int = 120  # per address: many customers share one behind a carrier's NAT
    conversations_s: int = 600
    body_bytes: int = 64_000  # 4,000 characters as \\uXXXX pairs are 48,000
    article_bytes: int = 1_000_000  # 64 kB of text as \\uXXXX pairs; 5,000 versions by name
    upload_bytes: int = 20_000_000  # a file to be imported
    talk_bytes: int = 1_000_000  # a chat front end sends the whole talk each time
    photo_bytes: int = MOST_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Folders that are served as they are; None: not served."""

    widget: Path | None = None  # at /widget
    storefront: Path | None = None  # at / and /storefront
    images: Path | None = None  # at /demo/images


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    conversations: Conversations
    desk: Desk
    tries: Tries
    photos: Photos
    shop: Shop
    clerk: Counter
    identity: Identity
    policy: Policy
    hub: Hub
    clock: Callable[[], datetime]
    changed: Changed | None = None  # asks what other processes wrote; None: there are none
    checks: Mapping[str, Check] = field(default_factory=dict)  # what must stand before we are ready
    allowed_origins: Sequence[str] = ()  # sites that carry the widget, besides our own
    pace: Pace = field(default_factory=Pace)
    patience: Patience = field(default_factory=Patience)
    limits: Limits = field(default_factory=Limits)
    pages: Pages = field(default_factory=Pages)
    page_url: str = ""  # where a customer finds their conversation; may hold {conversation_id}
    more: Sequence[APIRouter] = ()  # endpoints of further parts: reply templates, the demo shop's own
    on_thumb: Thumb | None = None  # a thumb down is also a hint at what was misunderstood
    beside: Sequence[Work] = ()  # runs as long as the app does, e.g. jobs


# Dependencies are async, though they wait for nothing: FastAPI runs plain functions in a thread.
async def front_of(request: Request) -> Front:
    front: Front = request.app.state.front
    return front


async def turns_of(request: Request) -> Turns:
    turns: Turns = request.app.state.turns
    return turns


GivenFront = Annotated[Front, Depends(front_of)]
GivenTurns = Annotated[Turns, Depends(turns_of)]
