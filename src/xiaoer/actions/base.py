"""Action: arguments, risk, check, do; and what an action may touch."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from xiaoer.domain.care_ports import Tickets
from xiaoer.domain.changes import Can
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import ConversationId
from xiaoer.domain.outcome import Done, Plan, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.photos import Photos
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Conversations, Desk, Ledger, Shop, Tries
from xiaoer.domain.restock import Restocks
from xiaoer.domain.words import Language

MOST_CHOICES = 6  # more than this nobody reads in a chat


class Args(BaseModel):
    """Arguments of an action: what is asked for, in this order. No customer, shop, price or role."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=600)


class Risk(IntEnum):
    READ = 0
    HOUSE = 1  # changes our own house only (a person is called, a proof is kept): no card
    WRITE = 2  # changes the shop: the customer says yes to a card
    MONEY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What an action may touch, for one call."""

    shop: Shop
    ledger: Ledger
    desk: Desk
    tries: Tries
    tickets: Tickets
    photos: Photos
    restocks: Restocks
    conversations: Conversations
    policy: Policy
    conversation_id: ConversationId
    language: Language
    now: datetime


A = TypeVar("A", bound=Args)


class Action(ABC, Generic[A]):
    """check may refuse and never writes; do writes and never refuses."""

    name: ClassVar[str]
    risk: ClassVar[Risk]
    takes: type[A]
    needs: ClassVar[Can | None] = None  # an ability not every order system has
    about: ClassVar[str] = ""  # what it does, in a line; empty: as its arguments say
    counts: ClassVar[bool] = False  # its check counts a try, so that nobody guesses: it is not foreseen
    in_person: ClassVar[bool] = False  # asked for by the person alone, never by a program in their name

    @abstractmethod
    async def check(self, args: A, actor: Actor, reach: Reach) -> Plan | Refused:
        """What would be done, exactly; or why not. Raises ShopError."""

    @abstractmethod
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        """Carry `plan` out, once for `key`. Raises ShopError."""

    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        """What a customer may pick for `slot`, likeliest first; empty if it is asked for in words."""
        return ()

    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """Slots still to be asked for, in the order to ask."""
        fields = self.takes.model_fields
        return [name for name, field in fields.items() if field.is_required() and name not in known]


def lacks(action: Action[Any], reach: Reach) -> bool:
    """Whether the shop's order system cannot do what this action needs."""
    return action.needs is not None and action.needs not in reach.shop.can


CATALOGUE: dict[str, Action[Any]] = {}


def reads_only(name: str) -> bool:
    """Whether the action of this name changes nothing; so does one that there is not."""
    return name not in CATALOGUE or CATALOGUE[name].risk is Risk.READ


def offer(action: Action[A]) -> None:
    """Put an action in the catalogue."""
    CATALOGUE[action.name] = action
