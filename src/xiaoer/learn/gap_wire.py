"""Gaps and pins as JSON, for the command line and the API alike."""

from typing import Any

from xiaoer.domain.knowledge import Passage
from xiaoer.domain.learning import Pinned
from xiaoer.learn.gaps import Gap
from xiaoer.learn.pinning import Held

Json = dict[str, Any]


def gap_json(gap: Gap) -> Json:
    return {
        "id": gap.id,
        "title": gap.title,
        "language": gap.language.value,
        "intent": gap.intent,
        "count": gap.count,
        "conversations": gap.conversations,
        "languages": {language.value: count for language, count in gap.languages.items()},
        "results": {result.value: count for result, count in gap.results.items()},
        "disliked": gap.disliked,
        "this_week": gap.this_week,
        "week_before": gap.week_before,
        "last_at": gap.last_at.isoformat().replace("+00:00", "Z"),
        "examples": list(gap.examples),
        "nearest": passage_json(gap.nearest),
        "filled": gap.filled,
        "suggestions": [
            {
                "slug": suggestion.slug,
                "language": suggestion.language.value,
                "title": suggestion.title,
                "group": suggestion.group,
                "questions": list(suggestion.questions),
            }
            for suggestion in gap.suggestions
        ],
    }


def pin_json(pinned: Pinned) -> Json:
    return {
        "id": pinned.id,
        "question": pinned.question,
        "language": pinned.language.value,
        "slug": pinned.slug,
        "says": pinned.says,
        "author": pinned.author,
    }


def held_json(held: Held) -> Json:
    """With what is answered now, and what is wrong with it."""
    fault = held.fault.value if held.fault else None
    return {**pin_json(held.pinned), "fault": fault, "answer": passage_json(held.answer)}


def passage_json(passage: Passage | None) -> Json | None:
    if passage is None:
        return None
    return {
        "slug": passage.slug,
        "language": passage.language.value,
        "title": passage.title,
        "text": passage.text,
        "score": round(passage.score, 3),
    }
