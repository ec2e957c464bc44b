"""SqlTries: counts attempts in a sliding window, over all processes."""

import hashlib
from datetime import UTC, datetime

from sqlalchemy import Connection, select, update

from xiaoer.store.codec import dumps, loads
from xiaoer.store.engine import Store, insert_missing
from xiaoer.store.tables import tries


class SqlTries:
    """Tries in a database. `secret` keys the hash: phone tails are few, an open hash could be tried out."""

    def __init__(self, store: Store, *, secret: bytes) -> None:
        self._store = store
        self._secret = hashlib.sha256(secret).digest()

    async def allow(self, key: str, *, limit: int, window_s: int, now: datetime) -> bool:
        """Only allowed tries count: who keeps knocking does not lock the door for ever."""
        hashed = hashlib.blake2b(key.encode(), key=self._secret, digest_size=16).hexdigest()
        return await self._store.write(
            "tries", lambda conn: _allow(conn, hashed, limit, _window(now, window_s))
        )


def _window(now: datetime, window_s: int) -> tuple[float, float]:
    return now.timestamp() - window_s, now.timestamp()


def _allow(conn: Connection, hashed: str, limit: int, window: tuple[float, float]) -> bool:
    opens, now = window
    this = tries.c.key_hash == hashed
    moment = datetime.fromtimestamp(now, UTC)
    insert_missing(conn, tries, {"key_hash": hashed, "at": "[]", "last_at": moment})
    stored = conn.scalars(select(tries.c.at).where(this).with_for_update()).one()
    recent = tuple(at for at in loads(stored, tuple) if at > opens)
    if len(recent) >= limit:
        return False
    conn.execute(update(tries).where(this).values(at=dumps((*recent, now)), last_at=moment))
    return True
