"""xiaoer kb, as it is typed: what is printed, what is refused, in both languages."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xiaoer.cli import main as entry
from xiaoer.cli.shared import out

Run = Callable[..., str]


@pytest.fixture
def kb(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Run:
    """Type `xiaoer kb ...`; what stands on standard output, and with `fails` on standard error too."""
    monkeypatch.setenv("XIAOER_DATA_DIR", str(data_dir))
    monkeypatch.setattr(out, "width", 200)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, fails: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["xiaoer", "kb", *words])
        with pytest.raises(SystemExit) as ended:
            entry.main()
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == fails, printed.err
        assert "Traceback" not in printed.err
        return str(printed.out + printed.err if fails else printed.out)

    return run


def test_from_a_file_to_the_customer_and_back(kb: Run, tmp_path: Path) -> None:
    file = tmp_path / "fee.md"
    file.write_text(kb("show", "shipping-fee", "--language", "zh").replace("订单满", "今年起订单满"))
    assert "zh/shipping-fee #2 已存为草稿" in kb("edit", "shipping-fee", str(file), "--language", "zh")
    assert "今年起" not in kb("ask", "运费怎么算")
    assert "zh/shipping-fee #2 已发布 / is published" in kb("publish", "shipping-fee")
    asked = kb("ask", "运费怎么算")
    assert "今年起" in asked
    assert "zh/shipping-fee #2" in asked
    assert "#3 已发布（第 1 版的内容）" in kb("rollback", "shipping-fee", "--language", "zh")
    history = json.loads(kb("history", "shipping-fee", "--language", "zh", "--json"))
    assert [(v["number"], v["state"], v["author"]) for v in history] == [
        (1, "archived", "demo"),
        (2, "archived", "cli"),
        (3, "published", "cli"),
    ]
    assert "今年起" in kb("show", "shipping-fee", "--language", "zh", "--version", "2")
    assert "zh/shipping-fee #3 已下架 / is archived" in kb("archive", "shipping-fee", "--language", "zh")
    assert "en  shipping-fee" in kb("list")
    assert "zh  shipping-fee" not in kb("list")
    assert "zh  shipping-fee  #3" in kb("list", "--state", "archived")


def test_what_was_answered_on_a_day_beside_today(kb: Run, tmp_path: Path) -> None:
    told = json.loads(kb("ask", "how much is shipping", "--on", "2026-11-24T12:00+08:00", "--json"))
    assert told["then"]["cited"][0]["slug"] == told["now"]["cited"][0]["slug"] == "shipping-fee"
    assert told["then"]["cited"][0]["number"] == 1
    before = json.loads(kb("ask", "how much is shipping", "--on", "2020-01-01", "--json"))
    assert before["then"]["cited"] == []
    text = kb("ask", "how much is shipping", "--on", "2020-01-01")
    assert "2020-01-01 23:59 Asia/Shanghai" in text
    assert "知识库里没有答案 / The knowledge base has no answer." in text


def test_a_text_that_is_to_come(kb: Run, tmp_path: Path) -> None:
    file = tmp_path / "fee.md"
    file.write_text(kb("show", "shipping-fee", "--language", "zh").replace("订单满", "大促期间订单满"))
    dates = ("--valid-from", "2098-12-01", "--valid-until", "2098-12-31")
    kb("edit", "shipping-fee", str(file), "--language", "zh", *dates)
    kb("publish", "--all-drafts")
    assert "大促" not in kb("ask", "运费怎么算")
    for day, promoted in (("2098-11-30", False), ("2098-12-01", True), ("2098-12-31", True)):
        then = json.loads(kb("ask", "运费怎么算", "--on", day, "--json"))["then"]
        assert ("大促" in then["cited"][0]["text"]) is promoted, day
    after = json.loads(kb("ask", "运费怎么算", "--on", "2099-01-01", "--json"))["then"]
    assert "shipping-fee" not in [c["slug"] for c in after["cited"] if c["language"] == "zh"]
    assert "没有待发布的草稿 / There is no draft to publish." in kb("publish", "--all-drafts")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "nope"), "There is no article nope"),
        (("show", "shipping-fee", "--version", "9"), "has no version 9; it has 1"),
        (("publish",), "one of the two"),
        (("publish", "shipping-fee", "--version", "1"), "is no draft"),
        (("rollback", "shipping-fee"), "Nothing was published of en/shipping-fee before"),
        (("ask", "x", "--on", "yesterday"), "write a day such as 2026-10-01"),
        (("import", "nowhere.csv"), "There is no file or folder nowhere.csv"),
        (("edit", "fee", "nowhere.md", "--language", "zh"), "cannot be read"),
        (("edit", "fee", "empty.md", "--language", "zh"), "must begin with a line ---"),
        (("edit", "Fee!", "good.md", "--language", "zh"), "small letters, digits and single hyphens"),
        (("edit", "fee", "good.md", "--language", "zh", "--valid-from", "x"), "--valid-from x: write a day"),
        (("edit", "fee", "good.md", "--language", "zh", "--region", "Germany"), "a country in two letters"),
    ],
)
def test_a_mistake_is_told_in_both_languages_and_what_to_do(
    kb: Run, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "empty.md").write_text("")
    (tmp_path / "good.md").write_text("---\ntitle: Fee\ngroup: delivery\n---\n¥8.\n")
    said = kb(*words, fails=2)
    assert told in " ".join(said.split())
    assert any("\u4e00" <= c <= "\u9fff" for c in said)
