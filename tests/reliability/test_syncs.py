"""R3: a stand-in for lost power. kill -9 alone tests no durability: the system's cache outlives a process."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.reliability import syncs

from xiaoer.store.engine import engine

ACKS = 60


def _env(**more: str) -> dict[str, str]:
    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": f"{root}:{root / 'src'}", **more}


def _writer(database: Path, most: int, **more: str) -> "subprocess.Popen[str]":
    program = [sys.executable, syncs.__file__, str(database), str(most)]
    return subprocess.Popen(program, env=_env(**more), stdout=subprocess.PIPE, text=True)


def test_each_acknowledgement_is_on_the_disk(sqlite_template: Path, tmp_path: Path) -> None:
    """Counted below SQLite where there is a compiler; what SQLite was told to do is looked at anyway."""
    database = Path(shutil.copy(sqlite_template, tmp_path / "x.db"))
    with engine(f"sqlite:///{database}").connect() as conn:
        told = [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert told == ["wal", 2]  # FULL: every commit is synchronised
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return
    source, library, count = tmp_path / "count.c", tmp_path / "count.so", tmp_path / "syncs"
    source.write_text(syncs.COUNTER_C)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    writer = _writer(database, ACKS, LD_PRELOAD=str(library), SYNCS=str(count))
    said, _ = writer.communicate(timeout=60)
    assert len(said.split()) == ACKS
    assert len(count.read_bytes()) >= ACKS


def test_a_copy_of_the_files_in_mid_load_holds_all_that_was_acknowledged(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """As the power would leave them: the writer stands still while both files are copied."""
    database = Path(shutil.copy(sqlite_template, tmp_path / "x.db"))
    writer = _writer(database, 100_000)
    assert writer.stdout is not None
    try:
        for moment in range(2):
            acknowledged = {writer.stdout.readline().strip() for _ in range(100)}
            writer.send_signal(signal.SIGSTOP)
            os.waitpid(writer.pid, os.WUNTRACED)
            copy = tmp_path / f"copy{moment}.db"
            for end in ("", "-wal"):
                shutil.copy(f"{database}{end}", f"{copy}{end}")
            writer.send_signal(signal.SIGCONT)
            with sqlite3.connect(copy) as conn:
                assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                kept = {row[0] for row in conn.execute("SELECT client_id FROM messages")}
            conn.close()
            assert acknowledged <= kept
    finally:
        writer.kill()
        writer.communicate()
