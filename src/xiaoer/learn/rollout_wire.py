"""How far the language model is let in as JSON, for the API and the command line alike."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from xiaoer.domain.rollout import Lack, Meant, Trial, Turned
from xiaoer.learn.rollout import Row, Ruled, Shown, Table, figures


def table_json(table: Table) -> dict[str, Any]:
    return {
        "model": table.model,
        "whole_shop": table.whole.value,
        "begins": table.begins.value,
        "bar": asdict(table.bar),
        "intents": [row_json(row, table) for row in table.rows],
    }


def row_json(row: Row, table: Table) -> dict[str, Any]:
    told = figures(row.score, table.bar, table.model)
    kept = {
        name: told[name] for name in ("n", "good", "low", "held", "unsure", "unsure_good", "p95_ms", "micros")
    }
    return {
        "intent": row.intent,
        "mode": row.mode.value,
        **kept,
        "asked": row.score.asked,
        "judged": row.score.judged,
        "lacks": [lack_json(lack) for lack in row.lacks],
        "turned": turned_json(row.turned) if row.turned else None,
    }


def ruled_json(ruled: Ruled) -> dict[str, Any]:
    kept = [{"intent": row.intent, "lacks": [lack_json(lack) for lack in row.lacks]} for row in ruled.kept]
    return {"turned": [turned_json(one) for one in ruled.turned], "kept": kept}


def turned_json(turned: Turned) -> dict[str, Any]:
    return {
        "intent": turned.intent,
        "mode": turned.mode.value,
        "by": turned.by,
        "at": moment_json(turned.at),
        "why": turned.why,
        "anyway": turned.anyway,
        "figures": dict(turned.figures) if turned.figures else None,
    }


def lack_json(lack: Lack) -> dict[str, Any]:
    return {"what": lack.what, "found": round(lack.found, 4), "wanted": lack.wanted}


def shown_json(shown: Shown) -> dict[str, Any]:
    """With what the customer had written."""
    return {**trial_json(shown.trial), "asked": shown.asked}


def trial_json(trial: Trial) -> dict[str, Any]:
    return {
        "id": trial.turn_id,
        "conversation_id": trial.conversation_id,
        "intent": trial.intent,
        "mode": trial.mode.value,
        "sure": trial.sure,
        "model": trial.model,
        "at": moment_json(trial.at),
        "meant": meant_json(trial.meant),
        "really": meant_json(trial.really),
        "words": trial.words,
        "verdict": trial.verdict.value,
        "why": trial.why,
        "ms": trial.ms,
        "micros": trial.micros,
        "judged": trial.judged.value if trial.judged else None,
        "judged_by": trial.judged_by,
    }


def meant_json(meant: Meant) -> dict[str, Any]:
    deeds = [{"action": action, "order_id": order_id} for action, order_id in meant.deeds]
    return {"actions": deeds, "articles": list(meant.slugs)}


def moment_json(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
