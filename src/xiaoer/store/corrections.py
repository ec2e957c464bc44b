"""SqlCorrections: what people put right, in a database (domain.learning_ports.Corrections)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, delete, or_, select

from xiaoer.domain.ids import ConversationId, MessageId, ShopId, StaffId, TurnId
from xiaoer.domain.learning import By, Correction, CorrectionState, PastTurn, Verdict, judged, spoken_again
from xiaoer.domain.understanding import Intent, Understanding
from xiaoer.domain.words import Language
from xiaoer.store.codec import loads
from xiaoer.store.engine import Store, in_turn, upsert
from xiaoer.store.tables import conversations, corrections, messages, turns


class SqlCorrections:
    """Corrections in a database. They go with their conversation."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, correction: Correction) -> Correction:
        return await self._store.write(correction.conversation_id, lambda conn: _add(conn, correction))

    async def take_back(self, shop_id: ShopId, correction_id: str) -> None:
        c = corrections.c
        only_a_thumb = (c.made_by == By.THUMB.value, c.state == CorrectionState.OPEN.value, c.meant == "")
        gone = delete(corrections).where(c.id == correction_id, c.shop_id == shop_id, *only_a_thumb)
        await self._store.write(correction_id, lambda conn: conn.execute(gone))

    async def get(self, shop_id: ShopId, correction_id: str) -> Correction | None:
        return await self._store.read(lambda conn: _get(conn, shop_id, correction_id))

    async def listed(
        self, shop_id: ShopId, state: CorrectionState, *, limit: int, after: str = ""
    ) -> Sequence[Correction]:
        c = corrections.c
        query = select(corrections).where(c.shop_id == shop_id, c.state == state.value)
        if after:
            at = select(c.at).where(c.id == after, c.shop_id == shop_id).scalar_subquery()
            query = query.where(or_(c.at < at, and_(c.at == at, c.id > after)))
        query = query.order_by(c.at.desc(), c.id).limit(limit)
        return await self._store.read(lambda conn: _all(conn, query))

    async def decide(self, shop_id: ShopId, correction_id: str, verdict: Verdict) -> Correction | None:
        return await self._store.write(
            correction_id, lambda conn: _decide(conn, shop_id, correction_id, verdict)
        )

    async def confirmed(self, shop_id: ShopId, *, limit: int) -> Sequence[Correction]:
        c = corrections.c
        of_shop = select(corrections).where(
            c.shop_id == shop_id, c.state == CorrectionState.CONFIRMED.value, c.meant != ""
        )
        query = of_shop.order_by(c.decided_at.desc(), c.id).limit(limit)
        return await self._store.read(lambda conn: _all(conn, query))

    async def turns(self, shop_id: ShopId, turn_ids: Collection[TurnId]) -> Mapping[TurnId, PastTurn]:
        query = select(turns).where(turns.c.shop_id == shop_id, turns.c.id.in_(list(turn_ids)))
        found = await self._store.read(lambda conn: [_turn(row) for row in conn.execute(query).mappings()])
        return {turn.id: turn for turn in found}

    async def turn_of(self, shop_id: ShopId, message_id: MessageId) -> PastTurn | None:
        return await self._store.read(lambda conn: _turn_of(conn, shop_id, message_id))


def _add(conn: Connection, said: Correction) -> Correction:
    c = conversations.c
    there = select(c.id).where(c.id == said.conversation_id, c.shop_id == said.shop_id).with_for_update()
    if conn.scalar(there) is None:
        raise LookupError(said.conversation_id)
    before = _get(conn, said.shop_id, said.id)
    return _put(conn, spoken_again(before, said) if before else said)


def _decide(conn: Connection, shop_id: ShopId, correction_id: str, verdict: Verdict) -> Correction | None:
    in_turn(conn, f"correction {correction_id}")
    before = _get(conn, shop_id, correction_id)
    after = judged(before, verdict) if before else None
    return _put(conn, after) if after else None


def _put(conn: Connection, correction: Correction) -> Correction:
    upsert(conn, corrections, ["id"], _row_of(correction))
    return correction


def _get(conn: Connection, shop_id: ShopId, correction_id: str) -> Correction | None:
    c = corrections.c
    found = _all(conn, select(corrections).where(c.id == correction_id, c.shop_id == shop_id))
    return found[0] if found else None


def _all(conn: Connection, query: Select[Any]) -> list[Correction]:
    return [_correction_of(row) for row in conn.execute(query).mappings()]


def _turn_of(conn: Connection, shop_id: ShopId, message_id: MessageId) -> PastTurn | None:
    """A reply names its turn; of a customer's message the turn is looked for among its conversation's."""
    of_this = select(messages).where(messages.c.id == message_id, messages.c.shop_id == shop_id)
    message = conn.execute(of_this).mappings().one_or_none()
    if message is None:
        return None
    mine = turns.c.id == message["turn_id"]
    if message["turn_id"] is None:
        mine = turns.c.message_ids.contains(f'"{message_id}"', autoescape=True)
    query = select(turns).where(turns.c.conversation_id == message["conversation_id"], mine)
    found = conn.execute(query).mappings().first()
    return _turn(found) if found else None


def _turn(row: RowMapping) -> PastTurn:
    return PastTurn(
        id=TurnId(row["id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        understanding=loads(row["understanding"], Understanding),
    )


def _row_of(correction: Correction) -> dict[str, Any]:
    return {
        "id": correction.id,
        "shop_id": correction.shop_id,
        "conversation_id": correction.conversation_id,
        "turn_id": correction.turn_id,
        "text": correction.text,
        "language": correction.language.value,
        "guessed": correction.guessed,
        "meant": correction.meant or "",
        "made_by": correction.made_by.value,
        "state": correction.state.value,
        "staff_id": correction.staff_id,
        "model": correction.model,
        "at": correction.at,
        "decided_at": correction.decided_at,
    }


def _correction_of(row: RowMapping) -> Correction:
    return Correction(
        id=row["id"],
        shop_id=ShopId(row["shop_id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        turn_id=row["turn_id"] and TurnId(row["turn_id"]),
        text=row["text"],
        language=Language(row["language"]),
        guessed=Intent(row["guessed"]),
        meant=Intent(row["meant"]) if row["meant"] else None,
        made_by=By(row["made_by"]),
        state=CorrectionState(row["state"]),
        staff_id=row["staff_id"] and StaffId(row["staff_id"]),
        model=row["model"],
        at=row["at"],
        decided_at=row["decided_at"],
    )
