"""Jobs inside somebody's transaction: what a turn or an effect enqueues is there if that is, else not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select, update

from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import Job, JobState, NewJob
from xiaoer.store.codec import dumps, loads
from xiaoer.store.engine import insert_missing
from xiaoer.store.rows import new_id
from xiaoer.store.tables import jobs

LOST = "worker_lost"  # it took its worker with it, as often as it may be tried


def enqueue(conn: Connection, job: NewJob, now: datetime) -> bool:
    """False if one of this kind and key is there."""
    row_id = new_id()
    insert_missing(conn, jobs, _row_of(job, row_id, now))
    made = conn.scalar(select(jobs.c.id).where(_named(job.shop_id, job.kind, job.key)))
    if made != row_id and job.every is not None:
        changes = {"every_s": _seconds(job.every), "most_tries": job.most_tries}
        conn.execute(update(jobs).where(jobs.c.id == made).values(changes))
    return made == row_id


def put_off(conn: Connection, shop_id: str, kind: str, key: str, *, until: datetime) -> None:
    """One that waits, waits until then."""
    waiting = _named(shop_id, kind, key) & (jobs.c.state == JobState.READY.value)
    conn.execute(update(jobs).where(waiting).values(run_at=until))


def drop(conn: Connection, shop_id: str, kind: str, key: str, now: datetime) -> None:
    """There is nothing to do any more. One that is under way sees so itself."""
    waiting = _named(shop_id, kind, key) & (jobs.c.state == JobState.READY.value)
    conn.execute(update(jobs).where(waiting).values(state=JobState.DONE.value, finished_at=now))


def again(conn: Connection, shop_id: str, kind: str, key: str, *, at: datetime) -> None:
    """One that was over is to be done once more. Who is still at it from before ends nothing any more."""
    anew = {"state": JobState.READY.value, "run_at": at, "tries": 0, "finished_at": None, "error": ""}
    conn.execute(update(jobs).where(_named(shop_id, kind, key)).values(**anew, **FREED))


def take(
    conn: Connection, due: ColumnElement[bool], *, token: str, until: datetime, now: datetime, limit: int
) -> Sequence[Job]:
    """What another transaction has just taken is passed over, not waited for."""
    bury(conn, due, now)
    found = select(jobs.c.id).where(due).order_by(jobs.c.run_at, jobs.c.id).limit(limit)
    ids = list(conn.scalars(found.with_for_update(skip_locked=True)))
    if not ids:
        return ()
    held = {"state": JobState.RUNNING.value, "lease_token": token, "lease_until": until}
    change = update(jobs).where(jobs.c.id.in_(ids)).values(**held, tries=jobs.c.tries + 1).returning(jobs)
    taken = [job_of(row) for row in conn.execute(change).mappings()]
    return sorted(taken, key=lambda job: (job.run_at, job.id))


def bury(conn: Connection, due: ColumnElement[bool], now: datetime) -> None:
    """What took its worker with it as often as it may be tried. A schedule lives on."""
    lost = and_(due, jobs.c.state == JobState.RUNNING.value, jobs.c.tries >= jobs.c.most_tries)
    dead = {"state": JobState.DEAD.value, "finished_at": now, "error": LOST}
    conn.execute(update(jobs).where(lost, jobs.c.every_s.is_(None)).values(**dead, **FREED))


def due(shop_id: ShopId, kinds: Sequence[str], now: datetime) -> ColumnElement[bool]:
    c = jobs.c
    ready = and_(c.state == JobState.READY.value, c.run_at <= now)
    left = and_(c.state == JobState.RUNNING.value, c.lease_until <= now)
    return and_(c.shop_id == shop_id, c.kind.in_(kinds), or_(ready, left))


FREED = {"lease_token": None, "lease_until": None}


def _named(shop_id: str, kind: str, key: str) -> ColumnElement[bool]:
    return and_(jobs.c.shop_id == shop_id, jobs.c.kind == kind, jobs.c.key == key)


def _seconds(every: timedelta) -> int:
    return int(every.total_seconds())


def _row_of(job: NewJob, row_id: str, now: datetime) -> dict[str, Any]:
    return {
        "id": row_id,
        "shop_id": job.shop_id,
        "kind": job.kind,
        "key": job.key,
        "payload": dumps(job.payload),
        "conversation_id": job.conversation_id,
        "customer_id": job.customer_id,
        "state": JobState.READY.value,
        "run_at": job.run_at,
        "every_s": None if job.every is None else _seconds(job.every),
        "tries": 0,
        "most_tries": job.most_tries,
        "error": "",
        "made_at": now,
    }


def job_of(row: RowMapping) -> Job:
    return Job(
        id=row["id"],
        shop_id=ShopId(row["shop_id"]),
        kind=row["kind"],
        key=row["key"],
        payload=loads(row["payload"], dict),
        state=JobState(row["state"]),
        run_at=row["run_at"],
        tries=row["tries"],
        most_tries=row["most_tries"],
        made_at=row["made_at"],
        every=None if row["every_s"] is None else timedelta(seconds=row["every_s"]),
        token=row["lease_token"] or "",
        lease_until=row["lease_until"],
        error=row["error"],
        finished_at=row["finished_at"],
    )
