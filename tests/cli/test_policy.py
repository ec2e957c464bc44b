"""xiaoer policy, as it is typed."""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest
import yaml
from tests.cli.conftest import Run

from xiaoer.cli.shared import out
from xiaoer.shops import demo

DEMO = Path(demo.__file__).parent / "policy.yaml"


@pytest.fixture
def typed(typed_in: Callable[[Path], Run], data_dir: Path) -> Run:
    run = typed_in(data_dir)
    return lambda *words, fails=0: run("policy", *words, fails=fails)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy of the merchant's own."""
    path = tmp_path / "policy.yaml"
    shutil.copy(DEMO, path)
    shutil.copy(DEMO.with_name("policy.examples.yaml"), path.with_name("policy.examples.yaml"))
    monkeypatch.setenv("XIAOER_POLICY_FILE", str(path))
    return path


def test_a_window_is_changed_and_every_place_knows(typed: Run, own: Path) -> None:
    assert "没有发现问题 / Nothing to mend." in typed("lint")
    assert "10 / 10" in typed("test")
    [before] = json.loads(typed("history", "--json"))

    own.write_text(own.read_text("utf-8").replace("window_days: 15   ", "window_days: 7   "), "utf-8")
    told = typed("test", fails=1)
    assert "✗ 第十五天还能退" in told
    assert "9 / 10" in told
    assert typed("show", before["version"]) == DEMO.read_text("utf-8")
    assert "没有这一版" in typed("show", "2020-01-01", fails=2)


def test_an_order_is_explained_with_its_rules(
    typed: Run, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = _order(template, "delivered")
    table = typed("explain", order_id)
    assert "already_delivered" in table
    assert re.search("until: 20[0-9]{2}-[0-9]{2}-[0-9]{2} 23:59", table), "with its year"
    monkeypatch.setattr(out, "width", 80)
    table = typed("explain", order_id)
    whole = "".join(part.strip() for row in table.splitlines() for part in row.split("│")[4:5])
    assert "cancel.states" in whole, "cut off in a narrow window"
    assert "change_payment.states" in whole
    assert "return." in whole
    told = json.loads(typed("explain", order_id, "request_return", "--on", "2027-06-01", "--json"))
    assert {(one["reason"], one["allowed"]) for one in told} <= {
        ("return_window_over", False),
        ("final_sale", False),
        ("case_open", False),
    }
    assert all(one["policy"].startswith("2026-") and one["rule"] for one in told)
    assert "没有这个订单" in typed("explain", "M00000000", fails=2)
    assert "choose one of" in typed("explain", order_id, "fly", fails=2)


def test_an_order_is_explained_as_its_customer_would_hear_it(typed: Run, template: Path, own: Path) -> None:
    """By the customer's own membership; and a day that is supposed is a day of the shop."""
    with closing(sqlite3.connect(template / "demo-shop.db")) as shop:
        [gold] = shop.execute(
            "SELECT max(o.id) FROM demo_order o JOIN demo_customer c ON o.customer_id = c.id"
            " WHERE c.tier = 'gold' AND o.state = 'delivered'"
        )
    own.write_text(
        own.read_text("utf-8").replace("# by_tier: { gold: 30 }", "by_tier: { gold: 3000 }"), "utf-8"
    )

    def told(*more: str) -> dict[str, Any]:
        every = json.loads(typed("explain", gold[0], "request_return", "--unopened", *more, "--json"))
        return next(one for one in every if one["facts"].get("until"))

    assert told()["rule"] == "return.by_tier.gold"
    assert told("--tier", "member")["rule"] != "return.by_tier.gold"
    zone = "America/Los_Angeles"
    own.write_text(own.read_text("utf-8").replace("Asia/Shanghai", zone), "utf-8")
    last = datetime.fromisoformat(told()["facts"]["until"]).astimezone(ZoneInfo(zone)).date()
    assert told("--on", str(last))["allowed"]
    assert not told("--on", str(last + timedelta(days=1)))["allowed"]


def test_the_schema_accepts_the_demo_and_refuses_a_slip(typed: Run) -> None:
    checked = jsonschema_rs.validator_for(json.loads(typed("schema")))
    policy = json.loads(json.dumps(yaml.safe_load(DEMO.read_text("utf-8")), default=str))
    assert list(checked.iter_errors(policy)) == []
    assert _slips(checked, policy, "return", window_day=7) == ["window_day"]
    assert _slips(checked, policy, "return", window_days=True) == ["window_days"]
    assert _slips(checked, policy, "service_hours", close="22:00+08:00") == ["close"]
    assert _slips(checked, policy, "limits", per_order=1e300) == ["per_order"]


def test_findings_end_with_one(typed: Run, own: Path) -> None:
    own.write_text(own.read_text("utf-8").replace("beauty: 7", "beauty: 15"), "utf-8")
    assert "return.by_category.beauty" in typed("lint", fails=1)
    [finding] = json.loads(typed("lint", "--json", fails=1))
    assert (finding["kind"], finding["rule"]) == ("never", "return.by_category.beauty")


@pytest.mark.parametrize(
    ("examples", "told"),
    [
        ("examples: [{name: a, ask: fly, order: {state: paid}, expect: allowed}]", "examples.0.ask"),
        ("examples: [{name: a, ask: goodwill, order: {state: paid}, expect: perhaps}]", "examples.0.expect"),
        ("examples: []", "examples"),
        ("examples: [{nam: a, ask: goodwill, order: {state: paid}, expect: allowed}]", "Do you mean name?"),
        (": {", "检查这一行和上一行的缩进"),
        (None, "没有这个文件"),
    ],
)
def test_examples_that_cannot_be_read_are_told(
    typed: Run, tmp_path: Path, examples: str | None, told: str
) -> None:
    path = tmp_path / "examples.yaml"
    if examples is not None:
        path.write_text(examples)
    assert told in typed("test", str(path), fails=2)


def _order(template: Path, state: str) -> str:
    with closing(sqlite3.connect(template / "demo-shop.db")) as shop:
        [found] = shop.execute("SELECT max(id) FROM demo_order WHERE state = ?", (state,))
    return str(found[0])


def _slips(checked: jsonschema_rs.Validator, policy: dict[str, Any], part: str, **wrong: object) -> list[str]:
    """Which of these the schema refuses."""
    told = list(checked.iter_errors({**policy, part: {**policy[part], **wrong}}))
    return [key for key in wrong if any(key in f"{one.message} {one.instance_path}" for one in told)]
