"""xiaoer templates, as it is typed: what is printed, what is refused, in both languages."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xiaoer.cli import main as entry
from xiaoer.cli.shared import out

Run = Callable[..., str]
TEXT = "订单 {{ order.id }}：{{ order.state }}{% if order.problem %}，抱歉{% endif %}"  # holds on any day


@pytest.fixture
def words(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Run:
    """Type `xiaoer templates ...`; what stands on standard output, and with `fails` on standard error."""
    monkeypatch.setenv("XIAOER_DATA_DIR", str(data_dir))
    monkeypatch.setattr(out, "width", 250)
    monkeypatch.chdir(tmp_path)

    def run(*typed: str, fails: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["xiaoer", "templates", *typed])
        with pytest.raises(SystemExit) as ended:
            entry.main()
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == fails, printed.err
        assert "Traceback" not in printed.err
        return str(printed.err if fails else printed.out)

    return run


def drafted(words: Run, text: str = TEXT, intent: str = "order_status", *more: str) -> str:
    kept = json.loads(words("write", intent, "--language", "zh", "--text", text, "--json", *more))
    return str(kept["template"]["id"])


def test_from_a_draft_to_what_is_said_and_back(words: Run) -> None:
    first = drafted(words)
    previewed = words("preview", first[:6])
    assert "── zh M2" in previewed
    assert "order.state = " in previewed
    published = words("publish", first[:6])
    assert "已发布 published" in published
    assert "还没有 en 的模板" in published
    assert "There is no template of this in en" in published
    second = drafted(
        words, "{{ order.state }}{% if order.problem %}！{% endif %}", "order_status", "--author", "lin"
    )
    words("publish", second)
    assert "草稿" not in words("list", "--state", "archived")
    back = words("rollback", first[:8])
    assert "order_status zh #3" in back
    shown = json.loads(words("show", first, "--json"))
    assert [(one["number"], one["state"], one["author"]) for one in shown["history"]] == [
        (1, "archived", "cli"),
        (2, "archived", "lin"),
        (3, "published", "cli"),
    ]
    live = shown["history"][-1]["id"]
    assert TEXT in words("show", live)
    assert "archived" in words("archive", live)
    assert live[:8] not in words("list")
    assert json.loads(words("list", "--intent", "order_status", "--json")) == []
    [row] = [json.loads(words("report", "--json"))]
    assert row == []


def test_what_is_refused_says_why_and_what_to_do(words: Run) -> None:
    faulty = words("write", "order_status", "--language", "zh", "--text", "{{ order.idd }} 保证 3 天到")
    assert "是不是 order.id？" in faulty
    assert "Did you mean order.id?" in faulty
    ref = faulty.split("draft: ")[1].split()[0]
    refused = words("publish", ref, fails=2)
    assert "模板没有通过检查 / The template was not accepted:" in refused
    assert "Did you mean order.id?" in refused
    house = words("write", "cancel_order", "--language", "en", "--text", "Gone!", fails=2)
    assert "一字不差" in house
    assert "said exactly" in house
    assert "house's own words" in words("fields", "request_return", fails=2)
    words("archive", ref)
    assert "已经下架了 / is archived already" in words("archive", ref, fails=2)
    assert "不是草稿" in words("publish", ref, fails=2)


def test_a_slip_of_the_hand_is_told_in_a_line(
    words: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "没有编号为 zzz 的模板" in words("show", "zzz", fails=2)
    assert "写 --text 或 --file" in words("write", "thanks", "--language", "zh", fails=2)
    assert "name a template, or write --intent" in words("preview", fails=2).lower()
    assert "no such order or customer" in words(
        "preview", "--intent", "order_status", "--text", TEXT, "--order", "M1", fails=2
    )
    (tmp_path / "latin.txt").write_bytes(b"\xff\xfe")
    (tmp_path / "long.txt").write_text("长" * 9_000)
    for file, told in (("latin.txt", "UTF-8"), ("long.txt", "2000"), ("none.txt", "cannot be read")):
        assert told in words("write", "thanks", "--language", "zh", "--file", file, fails=2)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("客气啦\n".encode())))
    words("write", "thanks", "--language", "zh", "--file", "-")
    drafted(words, "好嘞", "thanks")
    kept = json.loads(words("list", "--json"))
    assert [one["text"] for one in kept] == ["客气啦", "好嘞"]
    common = "" if kept[0]["id"][0] != kept[1]["id"][0] else kept[0]["id"][0]
    assert "请多写几位" in words("show", common, fails=2)


def test_fields_previews_and_report_are_readable(words: Run) -> None:
    fields = words("fields", "track_parcel")
    assert "order.parcel.eta" in fields
    assert "预计送达日" in fields
    text = "退款 {{ refund.amount }}：{{ refund.state }}{% if refund.problem %}，抱歉{% endif %}"
    previews = json.loads(words("preview", "--intent", "refund_status", "--text", text, "--json"))
    assert previews[0]["said"].startswith("退款 ¥")
    assert previews[0]["fields"]["refund.amount"].startswith("¥")
    [silent] = json.loads(words("preview", "--intent", "thanks", "--text", "{{ shop.phone }}", "--json"))
    assert (silent["said"], silent["why"], silent["missing"]) == ("", "missing", ["shop.phone"])
    shown = words("preview", "--intent", "thanks", "--text", "{{ shop.phone }}")
    assert "a field is missing: the house speaks" in shown
    words("publish", drafted(words, "客气啦", "thanks"))
    report = words("report")
    assert "thanks" in report
    assert json.loads(words("report", "--json"))[0]["liked"] is None
