"""A language model as the counter sees it: what it is told, asks for and says, and how it is gone.

It stands outside the trust boundary. Nothing here knows whose model it is or how it is reached.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from xiaoer.domain.ids import ConversationId, CustomerId, ShopId, TurnId


class Purpose(StrEnum):
    """What a call is for: the ledger of calls counts by it."""

    TURN = "turn"  # a customer's message is answered
    VOICE = "voice"  # our own reply is worded anew
    CHECK = "check"  # the operator tries an endpoint
    TRIAL = "trial"  # beside a message that was answered without it
    ASSIST = "assist"  # somebody at the desk is helped


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Of which turn a call is: what budgets and the ledger count by."""

    shop_id: ShopId
    conversation_id: ConversationId
    turn_id: TurnId
    customer_id: CustomerId | None = None


class Gone(StrEnum):
    """Why there is no answer."""

    SLOW = "slow"  # none within the time
    BUSY = "busy"  # 429: it asks us to wait
    REFUSED = "refused"  # the key, the model's name or the request is not taken: again would be the same
    BROKEN = "broken"  # 5xx, cut off, too much, or not what the protocol says
    UNREACHED = "unreached"  # nobody there
    RESTING = "resting"  # it failed so often that it is not asked now
    SPENT = "spent"  # the budget is used up


class ModelGone(Exception):
    """No answer, or none that can be used. `after_s`: when it wants to be asked again, if it says so."""

    def __init__(self, why: Gone, *, after_s: float | None = None, status: int | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.after_s = after_s
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something the model may ask for. `parameters`: JSON Schema of an object."""

    name: str
    about: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """What the model asks for. `args` is None where what it wrote is no JSON object."""

    id: str
    name: str
    args: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class FromCustomer:
    text: str


@dataclass(frozen=True, slots=True)
class FromUs:
    """What was said before, or what the model asked for in this turn."""

    text: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a call."""

    call: Call
    text: str


Line = FromCustomer | FromUs | Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One request. `standing` and `tools` are the same in every turn, so that a provider can cache them."""

    standing: str
    lines: tuple[Line, ...]
    tools: tuple[Tool, ...] = ()
    most_tokens: int = 600  # of the answer; always sent
    purpose: Purpose = Purpose.TURN
    whose: Whose | None = None  # None: of nobody's turn, an operator's own
    hidden: tuple[str, ...] = ()  # kinds of personal data that were taken out of it: NAME, ORDER ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the endpoint counts them; 0 where it does not say."""

    sent: int = 0
    cached: int = 0  # of those sent, what it had kept
    made: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            sent=self.sent + other.sent, cached=self.cached + other.cached, made=self.made + other.made
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer. `whole` is False where it was cut: by its own limit, or because we had heard enough."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    usage: Usage = field(default_factory=Usage)
    whole: bool = True


# --- what it costs --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What calls have used. `micros`: millionths of the currency the prices are in."""

    calls: int = 0
    tokens: int = 0
    micros: int = 0
    ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most that may be used; None: no limit."""

    calls: int | None = None
    tokens: int | None = None
    micros: int | None = None
    ms: int | None = None

    def spent(self, tally: Tally) -> str:
        """What is used up; empty: nothing is."""
        for name in ("calls", "tokens", "micros", "ms"):
            most = getattr(self, name)
            if most is not None and getattr(tally, name) >= most:
                return name
        return ""


class Scope(StrEnum):
    """What a budget is of; of a customer and the shop it is a day's."""

    TURN = "turn"
    CONVERSATION = "conversation"
    CUSTOMER = "customer"
    SHOP = "shop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call as the ledger keeps it: never a word of it, only a digest."""

    whose: Whose
    at: datetime
    purpose: Purpose
    model: str
    region: str
    digest: str  # SHA-256 of the request as it left
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What calls of one kind have come to."""

    model: str
    purpose: Purpose
    became: str
    calls: int
    usage: Usage
    micros: int


class Calls(Protocol):
    """The ledger of calls, written before a call is made: one that was lost on the way counts too."""

    async def begin(self, asked: Asked) -> str:
        """The id of the row."""
        ...

    async def end(self, call_id: str, *, became: str, usage: Usage, tally: Tally) -> None:
        """`became`: said, or why there was no answer."""
        ...

    async def spent(
        self, whose: Whose, scopes: Collection[Scope], *, since: datetime
    ) -> Mapping[Scope, Tally]:
        """`since`: when the day began, for what is counted by days."""
        ...

    async def used(self, shop_id: ShopId, *, since: datetime) -> Sequence[Used]:
        """By model, purpose and what became of it."""
        ...


Heard = Callable[[str], bool]  # each piece of text as it comes; False: no more of it is wanted


class LanguageModel(Protocol):
    @property
    def name(self) -> str:
        """The model and where it is: for the ledger and the record of a turn."""
        ...

    async def ask(self, brief: Brief, *, within_s: float, heard: Heard | None = None) -> Said:
        """The answer, whole, within so many seconds. ModelGone."""
        ...


def text_of(lines: Sequence[Line]) -> str:
    """Everything that is told in them, for whoever counts or searches it."""
    return "\n".join(line.text for line in lines)
