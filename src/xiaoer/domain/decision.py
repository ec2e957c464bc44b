"""Decision: what the counter does next. Closed by assert_never where it is carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.ids import IntentId, StaffId
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Words

NO_WISH = -1  # a decision that serves no wish of the message in particular
EVERY_WISH = -2  # the message as a whole was about this: a yes, a choice, a correction


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a customer may pick for a slot, and how it is called."""

    value: str
    label: Words
    about: tuple[str, ...] = ()  # lower-case words it is also known by: category, colour, size, titles


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An action on its way to be called: the arguments known so far, and what was last asked."""

    action: str
    args: Mapping[str, Fact] = field(default_factory=dict)
    asked: str = ""  # slot
    choices: tuple[Choice, ...] = ()  # shown with the question
    tries: int = 0  # times `asked` was asked without an answer
    backs: int = 0  # times it was asked again after something else
    then: "Task | None" = None  # what this one makes possible, taken up after it
    intent: Intent | None = None  # the wish it began with, if that was sure
    asks: bool = False  # only what it would come to is wanted, as of a Do


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for the slot `task.asked`, showing `task.choices`."""

    task: Task


@dataclass(frozen=True, slots=True)
class Ruling:
    """A colleague's word on an effect that needs one. `why` is said to the customer."""

    staff_id: StaffId
    yes: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Do:
    """`asks`: of what would come as a card only what it would come to is wanted, and no card."""

    action: str
    args: Mapping[str, Fact] = field(default_factory=dict)
    confirmed: IntentId | None = None  # the card that was answered with yes
    ruling: Ruling | None = None  # what a colleague decided of it
    others: tuple[Choice, ...] = ()  # what else could have been meant, to be shown with the result
    then: Task | None = None  # what it makes possible, taken up after it
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """The customer said no to a card, or gave up on a task."""

    intent_id: IntentId | None = None
    action: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer from the knowledge base, quoting the passage."""

    passages: tuple[Passage, ...]
    offer: str = ""  # an action to offer with the answer


@dataclass(frozen=True, slots=True)
class Suggest:
    """Unsure: offer the likely wishes, by the names of their intents.

    `mistaken`: the reply before was not what the customer meant; these are what else it may have been.
    """

    choices: tuple[Choice, ...] = ()
    mistaken: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """A thing to say that needs no tool: greeting, thanks, clarify. `key` stands in speak/phrases."""

    key: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tell:
    """Say what a language model has worded. `passages`: what it was given to read; `cited`: what it named;
    `offer`: what a yes to it starts.
    """

    text: str
    passages: tuple[Passage, ...] = ()
    cited: tuple[Passage, ...] = ()
    offer: Task | None = None


@dataclass(frozen=True, slots=True)
class HandOff:
    """A person takes over. `why` is a key of hand-off reasons: asked, lost, risk, self_harm, angry ..."""

    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """A person has the conversation: say nothing."""


Decision = Ask | Do | Drop | Answer | Suggest | Say | Tell | HandOff | Wait


@dataclass(frozen=True, slots=True)
class Chosen:
    """A decision and why it was taken (a short key for the record, e.g. rule:person, local:0.93).

    `told_later`: it was looked up for a language model, which words it together with the rest; our own words
    for it are said if it does not.
    `beside`: what else may be looked up at the same time.
    `intent` is named where a sure wish is served in the very way the catalogue says: there the merchant's own
    words may be said.
    """

    decision: Decision
    why: str
    wish: int = NO_WISH  # index of the wish it serves
    intent: Intent | None = None
    told_later: bool = False
    beside: tuple["Chosen", ...] = ()
