"""xiaoer kb gaps, pin, pins, unpin, and what publishing says of the answers it changes, as it is typed."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from tests.cli.test_kb import Run, kb

from xiaoer.app import open_app
from xiaoer.channels.terminal import Terminal
from xiaoer.domain.conversation import Inbound
from xiaoer.domain.ids import StaffId
from xiaoer.domain.words import Language
from xiaoer.settings import Settings

__all__ = ["kb"]

ASKED = ("陶艺体验课怎么报名", "周末的陶艺体验课怎么报名", "陶艺体验课怎么报名呢 13800138000")
ANSWERED = "陶艺体验课每周六 14:00 开课，到店报名就行，电话 13900139000。"
ARTICLE = """---
title: 陶艺体验课怎么报名？
group: service
questions:
  - 周末的陶艺体验课怎么报名
---
陶艺体验课每周六开课，到店报名就行。
"""


async def _ask(folder: Path) -> None:
    """Each a conversation of its own; in the last a colleague answers."""
    async with open_app(Settings(data_dir=folder, _env_file=None)) as app:
        for text in ASKED:
            conversation_id = await app.open_terminal(None, Language.ZH)
            await Terminal(clerk=app.clerk, conversation_id=conversation_id).say(text)
        told = Inbound(
            conversation_id=conversation_id, client_id="s1", text=ANSWERED, staff_id=StaffId("lin")
        )
        await app.house.conversations.receive(told, now=app.clerk.clock())


def test_a_gap_is_shown_filled_and_told_as_filled(kb: Run, tmp_path: Path) -> None:
    assert "没有缺口 / There is no gap." in kb("gaps")
    asyncio.run(_ask(tmp_path / "data"))
    shown = kb("gaps", "--since", "7d")
    assert "3 × " in shown
    assert "3 位顾客 customers" in shown
    assert "陶艺体验课怎么报名" in shown
    assert "13800138000" not in shown
    [gap] = json.loads(kb("gaps", "--json"))
    assert (gap["count"], gap["language"], gap["filled"]) == (3, "zh", False)
    assert json.loads(kb("gaps", "--language", "en", "--json")) == []
    assert json.loads(kb("gaps", "--since", "2099-01-01", "--json")) == []

    assert f"id {gap['id']}" in shown
    drafted = kb("gaps", "--draft", gap["id"])
    assert f"草稿 draft · zh/{gap['suggestions'][0]['slug']}" in drafted
    assert "no language model is set up" in drafted
    assert "顾客问 asked: " in drafted
    assert not re.search("13[89]00", drafted)
    [draft] = json.loads(kb("gaps", "--draft", gap["id"], "--json"))["drafts"]
    assert (draft["draft"], draft["state"]) == (True, "no_model")
    assert "每周六 14:00" in draft["body"]
    assert draft["body"] in drafted
    assert "没有这个缺口" in kb("gaps", "--draft", "0123456789abcdef", fails=2)

    (tmp_path / "class.md").write_text(ARTICLE)
    kb("edit", "pottery-class", "class.md", "--language", "zh")
    published = kb("publish", "pottery-class")
    assert "zh/pottery-class #1 已发布 / is published" in published
    assert "新增 gained" in published
    assert "pottery-class" in published.split("gained")[1]
    assert "13800138000" not in published
    assert "现在能答了 answered now by: pottery-class" in kb("gaps")


def test_what_breaks_a_pinned_answer_is_refused_with_the_reason(kb: Run, tmp_path: Path) -> None:
    assert "ok" in kb("pins", "--check")
    file = tmp_path / "window.md"
    file.write_text(kb("show", "return-window", "--language", "zh").replace("15 天", "10 天"))
    kb("edit", "return-window", str(file), "--language", "zh")
    told = kb("publish", "return-window", fails=2)
    assert "没有“15 天”" in told
    assert "without “15 天”" in told
    assert "Nothing was published" in told
    assert "15 天" in kb("show", "return-window", "--language", "zh")
    kb("unpin", "收到货后几天内可以退")
    assert "zh/return-window #2 已发布" in kb("publish", "return-window")


def test_pins_are_set_listed_and_taken_off(kb: Run) -> None:
    before = json.loads(kb("pins", "--json"))
    assert len(before) >= 80
    assert "已钉住 / Pinned: " in kb("pin", "几点下班？", "--slug", "service-hours", "--says", "22:00")
    not_so = kb("pin", "几点下班？", "--slug", "service-hours", "--says", "23:00")
    assert "现在还不是这样 / Not so today" in not_so
    held = {pin["question"]: pin for pin in json.loads(kb("pins", "--check", "--json", fails=1))}
    assert (held["几点下班？"]["fault"], held["几点下班？"]["author"]) == ("other_words", "cli")
    assert "已取下 / Taken off: 几点下班？" in kb("unpin", held["几点下班？"]["id"])
    assert json.loads(kb("pins", "--json")) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pin", "几点下班", "--slug", "no-such"), "没有这篇文章"),
        (("pin", "a" * 201, "--slug", ""), "at most 200 characters"),
        (("unpin", "从没钉过"), "There is no such pin"),
        (("gaps", "--since", "lately"), "写 7d、4w，或日期"),
        (("gaps", "--since", "0d"), "write 7d, 4w or a day"),
    ],
    ids=str,
)
def test_a_mistake_is_told_in_both_languages(kb: Run, words: tuple[str, ...], told: str) -> None:
    assert told in kb(*words, fails=2)
