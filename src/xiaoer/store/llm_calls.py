"""SqlCalls: the ledger of what a language model was asked (domain.llm)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update
from typing_extensions import override

from xiaoer.domain.ids import ShopId
from xiaoer.domain.llm import Asked, Calls, Purpose, Scope, Tally, Usage, Used, Whose
from xiaoer.store.engine import Store
from xiaoer.store.rows import new_id
from xiaoer.store.tables import llm_calls

BEGUN = "asked"


class SqlCalls(Calls):
    """Calls in a database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @override
    async def begin(self, asked: Asked) -> str:
        whose, call_id = asked.whose, new_id()
        row = {
            "id": call_id,
            "shop_id": whose.shop_id,
            "conversation_id": whose.conversation_id,
            "customer_id": whose.customer_id,
            "turn_id": whose.turn_id,
            "at": asked.at,
            "purpose": asked.purpose.value,
            "model": asked.model,
            "region": asked.region,
            "digest": asked.digest,
            "hidden": " ".join(asked.hidden),
            "became": BEGUN,
            **dict.fromkeys(("sent", "cached", "made", "micros", "ms"), 0),
        }
        await self._store.write(whose.conversation_id, lambda conn: conn.execute(insert(llm_calls), row))
        return call_id

    @override
    async def end(self, call_id: str, *, became: str, usage: Usage, tally: Tally) -> None:
        known = update(llm_calls).where(llm_calls.c.id == call_id)
        told = known.values(
            became=became,
            sent=usage.sent,
            cached=usage.cached,
            made=usage.made,
            micros=tally.micros,
            ms=tally.ms,
        )
        await self._store.write(call_id, lambda conn: conn.execute(told))

    @override
    async def spent(
        self, whose: Whose, scopes: Collection[Scope], *, since: datetime
    ) -> Mapping[Scope, Tally]:
        wanted = {scope: where for scope, where in _where(whose, since).items() if scope in scopes}
        return await self._store.read(
            lambda conn: {scope: _tally(conn, where) for scope, where in wanted.items()}
        )

    @override
    async def used(self, shop_id: ShopId, *, since: datetime) -> Sequence[Used]:
        c = llm_calls.c
        kind = (c.model, c.purpose, c.became)
        sums = [func.sum(column) for column in (c.sent, c.cached, c.made, c.micros)]
        query = (
            select(*kind, func.count(), *sums)
            .where(c.shop_id == shop_id, c.at >= since)
            .group_by(*kind)
            .order_by(*kind)
        )
        rows = await self._store.read(lambda conn: conn.execute(query).all())
        return [_used(tuple(row)) for row in rows]


def _used(row: tuple[Any, ...]) -> Used:
    model, purpose, became, calls, sent, cached, made, micros = row
    usage = Usage(sent=int(sent), cached=int(cached), made=int(made))
    return Used(
        model=model,
        purpose=Purpose(purpose),
        became=became,
        calls=int(calls),
        usage=usage,
        micros=int(micros),
    )


def _where(whose: Whose, since: datetime) -> dict[Scope, ColumnElement[bool]]:
    c = llm_calls.c
    here = c.conversation_id == whose.conversation_id
    today = (c.shop_id == whose.shop_id) & (c.at >= since)
    theirs = today & (c.customer_id == whose.customer_id) if whose.customer_id else today & here
    return {
        Scope.TURN: here & (c.turn_id == whose.turn_id),
        Scope.CONVERSATION: here,
        Scope.CUSTOMER: theirs,
        Scope.SHOP: today,
    }


def _tally(conn: Connection, which: ColumnElement[bool]) -> Tally:
    c = llm_calls.c
    total = select(
        func.count(),
        func.coalesce(func.sum(c.sent + c.made), 0),
        func.coalesce(func.sum(c.micros), 0),
        func.coalesce(func.sum(c.ms), 0),
    ).where(which)
    calls, tokens, micros, ms = conn.execute(total).one()
    return Tally(calls=int(calls), tokens=int(tokens), micros=int(micros), ms=int(ms))
