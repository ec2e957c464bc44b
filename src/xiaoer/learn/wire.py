"""Corrections and models as JSON, for the API and the command line alike."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from xiaoer.domain.learning import Correction, ModelRow
from xiaoer.domain.understanding import Guess
from xiaoer.learn.correcting import Shown
from xiaoer.learn.school import Trained


def correction_json(correction: Correction) -> dict[str, Any]:
    return {
        "id": correction.id,
        "conversation_id": correction.conversation_id,
        "turn_id": correction.turn_id,
        "text": correction.text,
        "language": correction.language.value,
        "guessed": correction.guessed,
        "meant": correction.meant,
        "made_by": correction.made_by.value,
        "state": correction.state.value,
        "model": correction.model,
        "at": _moment(correction.at),
        "staff_id": correction.staff_id,
        "decided_at": _moment(correction.decided_at),
    }


def shown_json(shown: Shown) -> dict[str, Any]:
    """With what it was taken for, and what it may have meant."""
    return {
        **correction_json(shown.correction),
        "guesses": [_guess_json(guess) for guess in shown.guesses],
        "suggestions": list(shown.suggestions),
    }


def model_json(row: ModelRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "state": row.state.value,
        "before": row.before,
        "learnt": len(row.correction_ids),
        "made_by": row.made_by,
        "made_at": _moment(row.made_at),
        "served_from": _moment(row.served_from),
        "served_until": _moment(row.served_until),
        "report": dict(row.report),
    }


def trained_json(trained: Trained) -> dict[str, Any]:
    """How a training ended, with its figures if a model was made."""
    candidate = trained.candidate
    return {
        "ended": trained.ended.value,
        "version": trained.version,
        "before": trained.before,
        "more": trained.more,
        "report": candidate.report("") if candidate else {},
        "left": [asdict(left) for left in candidate.material.left] if candidate else [],
    }


def _guess_json(guess: Guess) -> dict[str, Any]:
    return {"intent": guess.intent, "confidence": round(guess.confidence, 4)}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
