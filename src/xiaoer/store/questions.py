"""SqlQuestions and SqlPins: what customers asked, and what is pinned (domain.question_ports)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select, update

from xiaoer.domain.ids import ShopId
from xiaoer.domain.learning import Pinned, Question
from xiaoer.domain.question_ports import WantedQuestions
from xiaoer.store.engine import Store, insert_missing
from xiaoer.store.question_rows import pin_row_of, pinned_of, question_of
from xiaoer.store.tables import asked, feedback
from xiaoer.store.tables import pinned_questions as pinned_table


class SqlQuestions:
    """What was asked, in a database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def recent(self, shop_id: ShopId, wanted: WantedQuestions, *, limit: int) -> Sequence[Question]:
        query = _recent(shop_id, wanted).limit(limit)
        return await self._store.read(
            lambda conn: [question_of(row) for row in conn.execute(query).mappings()]
        )


class SqlPins:
    """Pinned questions in a database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def pins(self, shop_id: ShopId, *, every: bool = False) -> Sequence[Pinned]:
        c = pinned_table.c
        query = select(pinned_table).where(c.shop_id == shop_id).order_by(c.language, c.question, c.id)
        wanted = query if every else query.where(c.active.is_(True))
        return await self._store.read(
            lambda conn: [pinned_of(row) for row in conn.execute(wanted).mappings()]
        )

    async def pin(self, shop_id: ShopId, pinned: Pinned, *, now: datetime) -> bool:
        return await self._store.write(shop_id, lambda conn: _pin(conn, shop_id, pinned, now))

    async def unpin(self, shop_id: ShopId, pin_id: str) -> bool:
        c = pinned_table.c
        this = (c.id == pin_id, c.shop_id == shop_id, c.active.is_(True))
        off = update(pinned_table).where(*this).values(active=False)
        return await self._store.write(shop_id, lambda conn: conn.execute(off).rowcount == 1)


def _recent(shop_id: ShopId, wanted: WantedQuestions) -> Select[Any]:
    """A turn's feedback is of its reply: it speaks of each of the turn's questions."""
    query = (
        select(asked, feedback.c.thumb)
        .outerjoin(feedback, feedback.c.message_id == asked.c.reply_id)
        .where(asked.c.shop_id == shop_id)
        .order_by(asked.c.at.desc(), asked.c.turn_id, asked.c.place)
    )
    if wanted.results or wanted.or_disliked:
        query = query.where(_of_result(wanted))
    if wanted.language is not None:
        query = query.where(asked.c.language == wanted.language.value)
    if wanted.since is not None:
        query = query.where(asked.c.at >= wanted.since)
    return query


def _of_result(wanted: WantedQuestions) -> ColumnElement[bool]:
    of_these = asked.c.result.in_([result.value for result in wanted.results])
    return or_(of_these, feedback.c.thumb == -1) if wanted.or_disliked else of_these


def _pin(conn: Connection, shop_id: ShopId, pinned: Pinned, now: datetime) -> bool:
    row = {"shop_id": shop_id, "at": now, **pin_row_of(pinned)}
    insert_missing(conn, pinned_table, row)
    this = (pinned_table.c.id == pinned.id, pinned_table.c.shop_id == shop_id)
    return conn.execute(update(pinned_table).where(*this).values(row)).rowcount == 1
