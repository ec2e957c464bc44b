"""Every plug point, one Protocol each (those of knowledge: knowledge_ports.py), and their breaks."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from xiaoer.domain.catalog import Category, Product, Wanted
from xiaoer.domain.changes import Can, CustomerChange, OrderChange
from xiaoer.domain.conversation import Conversation, Inbound, Memory, Message, State, Turn, TurnRecord
from xiaoer.domain.decision import Chosen
from xiaoer.domain.ids import (
    ConversationId,
    CustomerId,
    IntentId,
    LineId,
    MessageId,
    OrderId,
    ProductId,
    ShopId,
    StaffId,
    VariantId,
)
from xiaoer.domain.knowledge import Passage, Scope
from xiaoer.domain.order import Case, CaseKind, CaseReason, Order
from xiaoer.domain.outcome import Outcome, Plan, Reason
from xiaoer.domain.people import Actor, Address, Customer
from xiaoer.domain.reply import Origin, Part, Reply
from xiaoer.domain.rules.money import Spent
from xiaoer.domain.understanding import Understanding
from xiaoer.domain.ways import Source
from xiaoer.domain.words import Language

# --- the shop's order system -------------------------------------------------------------------


class ShopError(Exception):
    """The order system broke. The message holds no personal data."""


class ShopUnreachable(ShopError):
    """Nothing was done: refused, down, or a read that took too long."""


class ShopUnclear(ShopError):
    """A write was sent and its result is not known: never repeat it blindly."""


class StaleOrder(ShopError):
    """The order changed since it was read; nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRequest:
    kind: CaseKind
    line_ids: tuple[LineId, ...]
    reason: CaseReason
    new_variant_ids: tuple[VariantId, ...] = ()  # one for each line, in their order
    fee_minor: int = 0  # return shipping the customer bears, off the refund
    difference_minor: int = 0  # of an exchange: above zero it is paid, below it goes back, as the goods do
    by: Source | None = None  # by which it is paid, or where the money goes; None: the way it was paid


class Shop(Protocol):
    """An order system. Reads and writes the real thing, every time.

    Writes take the order as it was read (its `version` must still hold, else StaleOrder) and a `key`:
    the same key again has no second effect and gives the first result.
    """

    async def customer(self, customer_id: CustomerId) -> Customer | None: ...

    async def customer_by_email(self, email: str) -> Customer | None: ...

    async def customers(self, *, limit: int) -> Sequence[Customer]: ...

    async def order(self, order_id: OrderId) -> Order | None: ...

    async def orders_of(self, customer_id: CustomerId, *, limit: int) -> Sequence[Order]:
        """Newest first."""
        ...

    async def product(self, product_id: ProductId) -> Product | None: ...

    async def categories(self) -> Sequence[Category]: ...

    async def find(self, wanted: Wanted, *, limit: int) -> Sequence[Product]:
        """Best first; only products with a variant inside every limit."""
        ...

    async def cancel(self, order: Order, reason: str, *, key: str) -> Order: ...

    async def change_address(self, order: Order, address: Address, *, key: str) -> Order: ...

    async def open_case(self, order: Order, request: CaseRequest, *, key: str) -> Case: ...

    @property
    def can(self) -> frozenset[Can]:
        """Which changes this system carries out; of the others a person is offered."""
        ...

    async def change(self, order: Order, change: OrderChange, *, key: str) -> Order:
        """The order afterwards. StaleOrder, too, where the change does not fit the order any more."""
        ...

    async def change_customer(self, customer: Customer, change: CustomerChange, *, key: str) -> Customer:
        """The customer afterwards. StaleOrder if what is changed is not what was read, or does not fit."""
        ...

    async def effect(self, key: str) -> bool:
        """Whether the write with this key has happened: answers a ShopUnclear."""
        ...

    async def export(self, customer_id: CustomerId) -> Mapping[str, Any]:
        """All the order system holds of a customer, as JSON."""
        ...

    async def forget(self, customer_id: CustomerId) -> None:
        """Take the person out; keep amounts and goods, which the law wants kept."""
        ...


# --- knowledge ---------------------------------------------------------------------------------


class Library(Protocol):
    """The knowledge base, searchable."""

    version: str

    def search(
        self, question: str, language: Language, *, limit: int, scope: Scope | None = None
    ) -> Sequence[Passage]:
        """Best first, scores 0..1; empty when nothing answers. Falls back to the other language.

        Only of articles that may be said in `scope`; None: of all.
        """
        ...

    def article(
        self, slug: str, question: str, language: Language, *, scope: Scope | None = None
    ) -> Passage | None:
        """The passage of this article that fits the question best, in this language if it is translated."""
        ...


class Embedder(Protocol):
    """Turns texts into points of one space: near points mean alike. Languages may share it."""

    name: str  # with its version: points of two names are never compared

    @property
    def dimensions(self) -> int:
        """EmbedderDown if nobody can tell now."""
        ...

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One point of length one a text, in their order. EmbedderDown if it cannot now."""
        ...


class EmbedderDown(Exception):
    """The embedding model cannot be reached, is too slow, or answered rubbish: go on without it."""


# --- effects -----------------------------------------------------------------------------------


class ProposalState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"  # yes was said; the shop is being called
    NEEDS_STAFF = "needs_staff"  # yes was said; a colleague must agree first
    DONE = "done"
    REFUSED = "refused"  # said yes, but the world had changed
    UNCLEAR = "unclear"  # the shop was called and its answer was lost
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An effect that was read out to one actor in one conversation."""

    id: IntentId
    actor: Actor
    conversation_id: ConversationId
    plan: Plan
    state: ProposalState
    created_at: datetime
    expires_at: datetime
    outcome: Outcome | None = None
    taken_at: datetime | None = None  # when yes was said
    approval: Reason | None = None  # why a colleague had to agree
    rule: str = ""  # the line of policy.yaml that says so


class Ledger(Protocol):
    """Rows of effects: proposed, taken at most once, finished. Kept for ever."""

    async def propose(
        self,
        plan: Plan,
        actor: Actor,
        conversation_id: ConversationId,
        *,
        now: datetime,
        expires_at: datetime,
    ) -> IntentId: ...

    async def proposal(self, intent_id: IntentId) -> Proposal | None: ...

    async def take(self, intent_id: IntentId, *, now: datetime) -> bool:
        """OPEN -> TAKEN, for exactly one caller over all processes; with a job that settles it if he dies."""
        ...

    async def hold(self, intent_id: IntentId, reason: Reason, rule: str, *, now: datetime) -> None:
        """TAKEN -> NEEDS_STAFF: nothing is done until a colleague agrees."""
        ...

    async def agree(self, intent_id: IntentId, staff_id: StaffId, *, now: datetime) -> bool:
        """NEEDS_STAFF -> TAKEN, for exactly one caller; from there as after `take`."""
        ...

    async def held(self, shop_id: ShopId, *, limit: int) -> Sequence[Proposal]:
        """What waits for a colleague, longest first."""
        ...

    async def spent(
        self, effect: Proposal, *, since: datetime, owner: CustomerId | None, orders: Collection[OrderId]
    ) -> Spent:
        """What other effects gave back without a colleague: of this order ever, beside it since then.

        `owner`'s is also what a guest asked for of one of their `orders`.
        """
        ...

    async def finish(
        self, intent_id: IntentId, state: ProposalState, outcome: Outcome | None, *, now: datetime
    ) -> None:
        """TAKEN, OPEN or NEEDS_STAFF -> state, UNCLEAR -> DONE or REFUSED; what is TAKEN does not expire.

        Also appends the card's state to the events.
        """
        ...


# --- conversations -----------------------------------------------------------------------------


class DifferentBody(Exception):
    """The same client id came with another text."""


class Busy(Exception):
    """Another process holds this conversation's lease."""


class StoreDown(Exception):
    """The database is gone, locked for too long, or full. Nothing of this call was stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    conversation_id: ConversationId
    message_id: MessageId
    thumb: int  # 1 or -1
    text: str = ""


class Conversations(Protocol):
    """The log of what was said. Everything is committed when a call returns."""

    async def open(
        self, actor: Actor, *, language: Language, time_zone: str, channel: str, now: datetime
    ) -> Conversation: ...

    async def get(self, conversation_id: ConversationId) -> Conversation | None: ...

    async def latest_of(self, shop_id: ShopId, customer_id: CustomerId) -> Conversation | None:
        """A signed-in customer's newest conversation that is not closed."""
        ...

    async def receive(self, inbound: Inbound, *, now: datetime) -> tuple[Message, bool]:
        """Store a customer's or a person's message; (it, whether it is new). DifferentBody, or StoreDown."""
        ...

    async def after(self, conversation_id: ConversationId, seq: int, *, limit: int) -> Sequence[Message]:
        """Events with a greater seq, oldest first."""
        ...

    async def message(self, conversation_id: ConversationId, message_id: MessageId) -> Message | None: ...

    def lease(self, conversation_id: ConversationId, *, now: datetime) -> AbstractAsyncContextManager[None]:
        """One holder over all processes; Busy if there is another. Expires 30 s after a crash."""
        ...

    async def pending(self, conversation_id: ConversationId) -> tuple[Conversation, Sequence[Message]]:
        """The conversation and its customer messages that have no reply yet, oldest first."""
        ...

    async def unanswered(
        self, shop_id: ShopId, *, limit: int, before: datetime | None = None
    ) -> Sequence[ConversationId]:
        """Conversations with pending messages, silent since `before`, and no live lease: left by a crash."""
        ...

    async def finish_turn(self, record: TurnRecord, *, now: datetime) -> Message | None:
        """In one transaction: reply, turn row, promises, memory, answered_seq, end of the lease.

        None: nothing said. AlreadySaid: there is a turn of this id, and nothing was changed.
        """
        ...

    async def say(
        self,
        conversation_id: ConversationId,
        text: str,
        parts: tuple[Part, ...],
        origin: Origin,
        *,
        now: datetime,
        staff_id: StaffId | None = None,
    ) -> Message: ...

    async def prove(self, conversation_id: ConversationId, order_id: OrderId) -> None:
        """Add a proven order to a guest's conversation."""
        ...

    async def feedback(self, feedback: Feedback, *, now: datetime) -> None:
        """Insert, or replace what was said of the same message."""
        ...

    async def remember(self, conversation_id: ConversationId, memory: Memory) -> None: ...


class Tries(Protocol):
    """Counts attempts, over all processes."""

    async def allow(self, key: str, *, limit: int, window_s: int, now: datetime) -> bool:
        """Count a try of `key` (stored hashed); False once there were `limit` in the window."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    conversation_id: ConversationId
    why: str
    since: datetime
    state: State
    language: Language
    last_text: str
    staff_id: StaffId | None = None


class Desk(Protocol):
    """People: the queue to them and their hold on a conversation."""

    async def queue(self, conversation_id: ConversationId, why: str, *, now: datetime) -> int:
        """BOT -> WAITING (or keep the place held); how many are ahead."""
        ...

    async def waiting(self, shop_id: ShopId, *, limit: int) -> Sequence[Waiting]:
        """Waiting and taken conversations, longest waiting first."""
        ...

    async def take(self, conversation_id: ConversationId, staff_id: StaffId, *, now: datetime) -> bool:
        """WAITING or BOT -> HUMAN; False if somebody else has it."""
        ...

    async def close(self, conversation_id: ConversationId, *, now: datetime, to: State) -> None:
        """HUMAN or WAITING -> BOT (given back) or CLOSED."""
        ...


# --- minds and voice ---------------------------------------------------------------------------


class Mind(Protocol):
    """Proposes; never acts."""

    async def next(self, turn: Turn) -> Chosen | None:
        """The next decision of this turn, or None when all wishes are served."""
        ...


class Rewording(Protocol):
    """Says what a reply says in other words."""

    def wants(self, turn: Turn) -> bool:
        """Whether this turn's words are to be its own: then nobody hears others before."""
        ...

    async def reword(self, turn: Turn, reply: Reply) -> Reply | None:
        """None: the reply stays as it is."""
        ...


class Understander(Protocol):
    @property
    def version(self) -> str:
        """Of the model that hears the next message; each `Understanding` names its own."""
        ...

    @property
    def waits(self) -> bool:
        """Whether it asks a model outside of itself: then it is called in a thread."""
        ...

    def understand(self, texts: Sequence[str], conversation: Conversation) -> Understanding: ...


class Wakeups(Protocol):
    """Hints that a conversation has new events; the table is the truth."""

    def ring(self, conversation_id: ConversationId) -> None: ...

    def whisper(self, conversation_id: ConversationId, kind: str, data: Mapping[str, Any]) -> None:
        """An event without an id, for those listening now: typing, a part of a reply."""
        ...
