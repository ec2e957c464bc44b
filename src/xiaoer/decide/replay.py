"""What the counter would answer from another library: the same rules, asked out of the blue by a guest."""

from collections.abc import Callable, Sequence
from datetime import datetime

from xiaoer.decide.goals import Goals
from xiaoer.domain.conversation import Conversation, Memory, State, Turn
from xiaoer.domain.decision import Answer
from xiaoer.domain.ids import ConversationId, ShopId, TurnId
from xiaoer.domain.intents import Catalogue
from xiaoer.domain.knowledge import Passage, Scope
from xiaoer.domain.people import Actor, Role
from xiaoer.domain.ports import Library
from xiaoer.domain.understanding import Understanding
from xiaoer.domain.words import Language

CHANNEL = "web"  # where it is asked
Glance = Callable[[str, Language], Understanding]


class Replay:
    """Asks questions again. Nothing is done and nobody is told."""

    def __init__(
        self, glance: Glance, catalogue: Catalogue, *, shop_id: ShopId, clock: Callable[[], datetime]
    ) -> None:
        """`glance`: what a question means."""
        self._glance, self._catalogue = glance, catalogue
        self._guest, self._clock = Actor(shop_id=shop_id, role=Role.CUSTOMER), clock

    def answers(
        self, question: str, language: Language, libraries: Sequence[Library]
    ) -> tuple[Passage | None, ...]:
        """The passage each library answers with; None where an action, a word or nothing would serve."""
        turn = self._turn(self._glance(question, language))
        return tuple(self._answer(turn, _Once(library)) for library in libraries)

    def _answer(self, turn: Turn, library: Library) -> Passage | None:
        goals = Goals(library, self._catalogue)
        for wish in turn.understanding.wishes:
            chosen = goals.of(wish, turn)
            if chosen is not None and isinstance(chosen.decision, Answer):
                return next(iter(chosen.decision.passages), None)
        return None

    def _turn(self, heard: Understanding) -> Turn:
        now = self._clock()
        conversation = Conversation(
            id=ConversationId("replay"),
            actor=self._guest,
            state=State.BOT,
            language=heard.language,
            time_zone="UTC",
            channel=CHANNEL,
            created_at=now,
        )
        return Turn(
            id=TurnId("replay"),
            conversation=conversation,
            messages=(),
            understanding=heard,
            memory=Memory(),
            now=now,
        )


class _Once:
    """A library that searches the same thing once: the rules ask it up to three times."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._found: dict[tuple[str, Language, int], Sequence[Passage]] = {}
        self.version = library.version

    def search(
        self, question: str, language: Language, *, limit: int, scope: Scope | None = None
    ) -> Sequence[Passage]:
        key = (question, language, limit)
        if key not in self._found:
            self._found[key] = self._library.search(question, language, limit=limit, scope=scope)
        return self._found[key]

    def article(
        self, slug: str, question: str, language: Language, *, scope: Scope | None = None
    ) -> Passage | None:
        return self._library.article(slug, question, language, scope=scope)
