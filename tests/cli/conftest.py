"""xiaoer, as it is typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
