"""A conversation, its messages, its memory, and the record of a turn."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from xiaoer.domain.decision import Chosen, Task
from xiaoer.domain.ids import ConversationId, IntentId, MessageId, StaffId, TurnId
from xiaoer.domain.job import NewJob
from xiaoer.domain.learning import Question
from xiaoer.domain.outcome import Outcome
from xiaoer.domain.people import Actor
from xiaoer.domain.promise import Promise
from xiaoer.domain.reply import Origin, Part, PhotoPart, Reply
from xiaoer.domain.understanding import Guess, Mood, Understanding
from xiaoer.domain.words import Language


class State(StrEnum):
    BOT = "bot"
    WAITING = "waiting"  # for a person; the bot still answers
    HUMAN = "human"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The wish that was answered last, as it was understood: "not what I meant" speaks of it."""

    turn_id: TurnId
    place: int  # which wish of that turn
    text: str  # personal data masked
    language: Language
    guesses: tuple[Guess, ...]  # best first
    model: str
    wrong: bool = False  # the customer said so: what comes next says what was meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the local mind keeps from turn to turn. Stored as JSON with the conversation."""

    task: Task | None = None  # being filled
    parked: tuple[Task, ...] = ()  # interrupted, to come back to; at most 3
    proposal: IntentId | None = None  # the card shown in the last reply: yes/no speaks to it
    card: IntentId | None = None  # the last card that is not answered; a correction replaces it
    waits: IntentId | None = None  # confirmed, and a colleague has yet to agree: it can be taken back
    waits_for: str = ""  # the action of that
    last: Task | None = None  # what was last done or proposed, for a correction
    offer: Task | None = None  # what a plain yes would start
    shown: tuple[str, ...] = ()  # values last listed, for "the second one"
    shown_slot: str = ""  # order_id | product_id | line_id | variant_id ...
    order_id: str = ""  # last spoken of
    product_id: str = ""
    lost: int = 0  # times in a row nothing was understood
    moods: tuple[Mood, ...] = ()  # of the last turns, oldest first: see domain/feeling.py
    upset: int = 0  # upset or angry turns since it was last good
    greeted: bool = False
    heard: Heard | None = None
    tongue: str = ""  # what the customer writes where that is neither language of the house: BCP 47


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    id: ConversationId
    actor: Actor
    state: State
    language: Language  # of the last customer message; of the page before there is one
    time_zone: str  # IANA, the customer's
    channel: str  # web | openai | mcp | terminal
    created_at: datetime
    last_seq: int = 0
    answered_seq: int = 0  # customer messages up to here have a reply
    staff_id: StaffId | None = None
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A message as it arrived: stored byte for byte."""

    conversation_id: ConversationId
    client_id: str  # chosen by the client; a repeat is the same message
    text: str
    staff_id: StaffId | None = None  # the person at the desk who wrote it; None: the customer
    photo: PhotoPart | None = None  # sent instead of words


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One event of a conversation. `seq` grows by one within it and is the SSE event id."""

    id: MessageId
    conversation_id: ConversationId
    seq: int
    kind: str  # message | state | card
    origin: Origin
    text: str
    parts: tuple[Part, ...]
    at: datetime
    client_id: str = ""
    turn_id: TurnId | None = None
    staff_id: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision, what came of it, what was said of it."""

    chosen: Chosen
    outcome: Outcome | None
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """All that is known while a burst of messages is being answered."""

    id: TurnId
    conversation: Conversation
    messages: tuple[Message, ...]  # not answered yet, oldest first
    understanding: Understanding
    memory: Memory
    now: datetime
    steps: tuple[Step, ...] = ()

    @property
    def photos(self) -> tuple[PhotoPart, ...]:
        """Those that came with its messages."""
        return tuple(p for m in self.messages for p in m.parts if isinstance(p, PhotoPart))


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """The row everything later reads: why did it say that?"""

    turn: Turn  # with all its steps
    reply: Reply
    timings_ms: dict[str, float]
    versions: dict[str, str]  # classifier, knowledge, policy, code
    questions: tuple[Question, ...] = ()  # what it was asked, and what became of each
    promises: tuple[Promise, ...] = ()  # what it promised
    jobs: tuple[NewJob, ...] = ()  # what is done later because of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A conversation's place on the way to a person."""

    ahead: int
    open_now: bool
    opens_at: datetime | None  # next opening when closed
