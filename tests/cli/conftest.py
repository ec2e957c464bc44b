"""xiaoer, as it is typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.llm.server import Script, served_aside

from xiaoer.cli import main as entry
from xiaoer.cli.shared import out

Run = Callable[..., str]


@pytest.fixture
def typed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Callable[[Path], Run]:
    """Type `xiaoer ...` over a folder of data: all it printed. `fails`: the exit status that is expected."""

    def over(data_dir: Path) -> Run:
        monkeypatch.setenv("XIAOER_DATA_DIR", str(data_dir))
        monkeypatch.setattr(out, "width", 250)
        monkeypatch.chdir(tmp_path)
        capsys.readouterr()
        return run

    def run(*words: str, fails: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["xiaoer", *words])
        with pytest.raises(SystemExit) as ended:
            entry.main()
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == fails, printed.err
        assert "Traceback" not in printed.err
        return str(printed.out + printed.err)

    return over


@pytest.fixture
def with_model(typed_in: Callable[[Path], Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """With an endpoint that answers by `script`, and settings."""
    type_ = typed_in(tmp_path / "data")

    def run(*words: str, script: Script | None = None, fails: int = 0, **settings: str) -> str:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        with served_aside(script or []) as server:
            if script is not None:
                monkeypatch.setenv("OPENAI_BASE_URL", server.url)
            return type_(*words, fails=fails)

    return run
