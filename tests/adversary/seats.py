"""Who sits in the arena, and what stands between them and the clerk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.adversary.judge import Session
from tests.adversary.world import PER_SHOP

from xiaoer.domain.conversation import Conversation
from xiaoer.domain.ids import ConversationId, IntentId
from xiaoer.domain.llm import LanguageModel
from xiaoer.domain.understanding import Understanding
from xiaoer.text.clean import fold, tidy
from xiaoer.text.language import language_of
from xiaoer.understand import answers


class Ear:
    """What must be certain is heard by the real rules; what a classifier guesses, a hostile mind ignores."""

    version, waits = "rules", False

    def understand(self, texts: Sequence[str], conversation: Conversation) -> Understanding:
        text = fold(tidy("\n".join(texts)))
        return Understanding(
            text=text,
            language=language_of(text, conversation.language),
            wishes=(),
            answer=answers.answer_in(text),
            stop=answers.wants_to_stop(text),
            wants_person=answers.wants_person(text),
        )


class Whispers:
    """Bytes that leave before a reply is stored leave too."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def ring(self, conversation_id: ConversationId) -> None: ...

    def whisper(self, conversation_id: ConversationId, kind: str, data: Mapping[str, Any]) -> None:
        if kind == "part":
            self.heard.append((conversation_id, str(data["text"])))


@dataclass
class Seat:
    """A session and what stands behind it."""

    session: Session
    shop: int
    conversation_id: ConversationId
    seen: int = 0
    cards: list[IntentId] = field(default_factory=list)  # on the screen, oldest first
    shown_at: dict[str, datetime] = field(default_factory=dict)
    last_shown: IntentId | None = None  # in the very last message of the house
    waiting: bool = False


@dataclass(kw_only=True)
class Setting:
    """What of it is put in place; a test leaves a guard out."""

    guarded: bool = True  # the mind stands behind decide.outside
    model: LanguageModel | None = None  # hostile, behind an endpoint; None: a hostile mind of our own
    talks: Mapping[str, int] | None = None  # weights of what happens; None: everything
    salts: tuple[str, ...] = ("",) * PER_SHOP
    seats: int = 12
