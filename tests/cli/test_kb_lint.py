"""xiaoer kb lint, as it is typed."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_kb import Run, kb

from xiaoer.cli import main as entry

__all__ = ["kb"]


def test_a_draft_is_read_before_it_is_published(
    kb: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """The demo shop's articles are clean; a draft with somebody's number in it ends the command with 1."""
    file = tmp_path / "fee.md"
    file.write_text(kb("show", "shipping-fee", "--language", "zh") + "\n\n有事打 13812345678。\n")
    kb("edit", "shipping-fee", str(file), "--language", "zh")
    assert "0 个错误，0 个提醒 / 0 errors, 0 warnings" in kb("lint")
    monkeypatch.setattr("sys.argv", ["xiaoer", "kb", "lint", "--drafts", "--json"])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    [finding] = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert (finding["kind"], finding["slug"], finding["language"]) == ("personal_data", "shipping-fee", "zh")
    assert finding["detail"] == "1381… (11)"
    assert finding["zh"]
    assert finding["en"]
    assert "0 errors" in kb("lint", "--drafts", "--own", "138-1234-5678")


def test_what_is_no_contact_is_refused(kb: Run) -> None:
    assert "write a mail domain" in kb("lint", "--own", "12", fails=2)
