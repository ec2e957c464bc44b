"""upgrade(url): bring a database to this version's tables, whoever else starts at the same moment."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from xiaoer.domain.ports import StoreDown
from xiaoer.store.engine import engine, one_upgrader

LOCK = 0x2A10E5  # any number no other program takes: PostgreSQL's advisory locks have only numbers
WAIT_S = 60.0  # for another process's upgrade


class NewerDatabase(Exception):
    """The database was upgraded by a newer version of this program: this one would not understand it."""


def upgrade(url: str, *, wait_s: float = WAIT_S) -> None:
    """All in one transaction: a process that dies in between leaves the database as it was.

    NewerDatabase if this version does not know the database's revision, StoreDown if it cannot be reached.
    """
    database = engine(url, busy_timeout_s=wait_s)
    try:
        with database.begin() as conn:
            one_upgrader(conn, LOCK)
            _upgrade(conn)
    except OperationalError as error:
        raise StoreDown(f"upgrade: {type(error.orig).__name__}") from error
    finally:
        database.dispose()


def _upgrade(conn: Connection) -> None:
    config = _config(conn)
    known = ScriptDirectory.from_config(config)
    stands_at = MigrationContext.configure(conn).get_current_heads()
    revisions = {script.revision for script in known.walk_revisions()}
    if unknown := sorted(set(stands_at) - revisions):
        raise NewerDatabase(
            f"the database is at revision {', '.join(unknown)}, which this version does not know: "
            "start the version that upgraded it, or a newer one"
        )
    if set(stands_at) != set(known.get_heads()):
        command.upgrade(config, "head")


def _config(conn: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = conn
    return config
