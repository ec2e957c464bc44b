"""Promises inside somebody's transaction: what a turn said is owed if the turn is kept, else not."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping

from xiaoer.domain.ids import ConversationId, CustomerId, ShopId
from xiaoer.domain.promise import Promise, PromiseKind, PromiseState
from xiaoer.store.codec import dumps, loads
from xiaoer.store.engine import upsert
from xiaoer.store.tables import promises

_OPEN = promises.c.state == PromiseState.OPEN.value


def record(conn: Connection, made: Sequence[Promise]) -> None:
    """Of one thing what was said last is owed: an open promise of the same takes the new date.

    How often it was put off stays with it: to ask once more makes nobody wait without an end.
    """
    key, keep = ["shop_id", "kind", "about"], ("id", "rounds")
    for promise in made:
        upsert(conn, promises, key, row_of(promise), where=_OPEN, keep=keep)


def row_of(promise: Promise) -> dict[str, Any]:
    return {
        "id": promise.id,
        "shop_id": promise.shop_id,
        "conversation_id": promise.conversation_id,
        "customer_id": promise.customer_id,
        "kind": promise.kind.value,
        "about": promise.about,
        "subject": dumps(promise.subject),
        "due_at": promise.due_at,
        "look_at": promise.look_at,
        "made_at": promise.made_at,
        "made_by": promise.made_by,
        "state": promise.state.value,
        "rounds": promise.rounds,
        "why": promise.why,
        "closed_at": promise.closed_at,
    }


def promise_of(row: RowMapping) -> Promise:
    return Promise(
        id=row["id"],
        shop_id=ShopId(row["shop_id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        customer_id=row["customer_id"] and CustomerId(row["customer_id"]),
        kind=PromiseKind(row["kind"]),
        about=row["about"],
        subject=loads(row["subject"], dict),
        due_at=row["due_at"],
        look_at=row["look_at"],
        made_at=row["made_at"],
        made_by=row["made_by"],
        state=PromiseState(row["state"]),
        rounds=row["rounds"],
        why=row["why"],
        closed_at=row["closed_at"],
    )
