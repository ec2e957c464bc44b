"""Questions and pinned questions as rows."""

from typing import Any

from sqlalchemy import RowMapping

from xiaoer.domain.ids import ConversationId, TurnId
from xiaoer.domain.learning import Asked, Pinned, Question
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language


def row_of(question: Question) -> dict[str, Any]:
    """All but the shop and the reply, which are the turn's."""
    return {
        "turn_id": question.turn_id,
        "place": question.place,
        "conversation_id": question.conversation_id,
        "text": question.text,
        "language": question.language.value,
        "intent": question.intent,
        "confidence": question.confidence,
        "result": question.result.value,
        "slug": question.slug,
        "at": question.at,
    }


def question_of(row: RowMapping) -> Question:
    """Of a row that has a `thumb` beside its own columns; none: 0."""
    return Question(
        turn_id=TurnId(row["turn_id"]),
        place=row["place"],
        conversation_id=ConversationId(row["conversation_id"]),
        text=row["text"],
        language=Language(row["language"]),
        intent=Intent(row["intent"]),
        confidence=row["confidence"],
        result=Asked(row["result"]),
        slug=row["slug"],
        at=row["at"],
        thumb=row["thumb"] or 0,
    )


def pin_row_of(pinned: Pinned) -> dict[str, Any]:
    return {
        "id": pinned.id,
        "question": pinned.question,
        "language": pinned.language.value,
        "slug": pinned.slug,
        "says": pinned.says,
        "active": pinned.active,
        "author": pinned.author,
    }


def pinned_of(row: RowMapping) -> Pinned:
    return Pinned(
        id=row["id"],
        question=row["question"],
        language=Language(row["language"]),
        slug=row["slug"],
        says=row["says"],
        author=row["author"],
        active=row["active"],
    )
