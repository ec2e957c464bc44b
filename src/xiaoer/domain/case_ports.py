"""All the records of one conversation, for who is to take it over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from xiaoer.domain.care_ports import Ticket
from xiaoer.domain.conversation import Step
from xiaoer.domain.ids import ConversationId, TurnId
from xiaoer.domain.ports import Proposal
from xiaoer.domain.promise import Promise
from xiaoer.domain.understanding import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTurn:
    """A turn as it was recorded."""

    id: TurnId
    at: datetime
    understanding: Understanding
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A person was called: why, and since when one is waited for."""

    why: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """The latest of each; `effects`, `promises` and `tickets` of this conversation alone."""

    turns: tuple[KeptTurn, ...] = ()  # oldest first
    effects: tuple[Proposal, ...] = ()  # oldest first
    promises: tuple[Promise, ...] = ()  # open, soonest due first
    tickets: tuple[Ticket, ...] = ()  # open, soonest due first
    handed_over: HandedOver | None = None  # None: nobody is waited for, nobody has it


class CaseFiles(Protocol):
    async def of(self, conversation_id: ConversationId) -> CaseFile:
        """Empty for a conversation that is not there."""
        ...
