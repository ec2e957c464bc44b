"""xiaoer policy: read over, explain, try and look back at the shop's rules."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from xiaoer.app.given import policy_of, utc_now
from xiaoer.app.policies import PolicyDesk, open_policy, policy_schema, tried
from xiaoer.cli.shared import Stop, out, read_settings, run
from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseReason, PayMethod
from xiaoer.domain.people import Tier
from xiaoer.domain.rules.explain import Explained, Supposed
from xiaoer.domain.words import Language
from xiaoer.speak.formats import money

policy = typer.Typer(help="The shop's rules / 店铺规则", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON / 输出 JSON")]
_KINDS = {
    "gap": "缺口 / gap",
    "overlap": "重叠 / overlap",
    "never": "不起作用 / decides nothing",
}


@policy.command("lint")
def policy_lint(*, as_json: AsJson = False) -> None:
    """Gaps, overlaps, lines that decide nothing; exit status 1 if there are any / 检查规则."""
    run(_lint(as_json=as_json))


@policy.command("explain")
def policy_explain(  # noqa: PLR0913 - options of a command
    order_id: Annotated[str, typer.Argument(metavar="ORDER", help="Order number / 订单号")],
    action: Annotated[str, typer.Argument(help="Action; none: all / 操作，不写就全部")] = "",
    *,
    reason: Annotated[
        CaseReason, typer.Option(help="Why goods go back / 退货原因")
    ] = CaseReason.CHANGED_MIND,
    unopened: Annotated[
        bool | None, typer.Option("--unopened/--opened", help="Sealed or not / 是否拆封")
    ] = None,
    tier: Annotated[
        Tier | None, typer.Option(help="Membership; none: the customer's / 会员等级，不写就按顾客的")
    ] = None,
    method: Annotated[PayMethod, typer.Option(help="To pay with instead / 改成的支付方式")] = PayMethod.CARD,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="On this day / 假设日期")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Which rule decides what may be done with an order, and what would change it / 解释一个订单能办什么."""
    supposed = Supposed(reason=reason, unopened=unopened, method=method)
    run(_explain(order_id, action, supposed, tier=tier, on=on, as_json=as_json))


@policy.command("test")
def policy_test(
    examples: Annotated[
        Path | None, typer.Argument(help="YAML; none: policy.examples.yaml beside the policy / 例子文件")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Try your own examples on the rules; exit status 1 if one does not hold / 用自己的例子检验规则."""
    found = tried(read_settings(), examples, utc_now())
    if as_json:
        rows = [
            {"name": t.name, "expected": t.expected, "got": t.got, "rule": t.rule, "held": t.held}
            for t in found
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for t in found:
            mark = "✓" if t.held else "✗"
            told = "" if t.held else f"：期望 expected {t.expected}，得到 got {t.got}"
            out.print(f"{mark} {t.name}{told}（{t.rule}）", highlight=False, markup=False)
        held = sum(t.held for t in found)
        out.print(f"{held} / {len(found)} 成立 / hold.", highlight=False)
    if not all(t.held for t in found):
        raise typer.Exit(1)


@policy.command("schema")
def policy_schema_() -> None:
    """JSON Schema of policy.yaml, for an editor / 输出 JSON Schema，供编辑器使用."""
    print(json.dumps(policy_schema(), ensure_ascii=False, indent=2))


@policy.command("history")
def policy_history(
    *,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many / 多少个")] = 20,
    as_json: AsJson = False,
) -> None:
    """Policies that were served, last served first / 用过的规则版本."""
    run(_history(limit, as_json=as_json))


@policy.command("show")
def policy_show(version: Annotated[str, typer.Argument(help="As in `history` / 版本")]) -> None:
    """The file as it was when this version served / 显示某一版的原文."""
    run(_show(version))


# --- work ----------------------------------------------------------------------------------------


async def _lint(*, as_json: bool) -> None:
    async with open_policy(read_settings()) as desk:
        found = await desk.lint(utc_now())
    if as_json:
        rows = [{"kind": f.kind.value, "rule": f.rule, "zh": f.text.zh, "en": f.text.en} for f in found]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    elif not found:
        out.print("没有发现问题 / Nothing to mend.")
    else:
        for f in found:
            told = f"{_KINDS[f.kind]}  {f.rule}：{f.text.zh} / {f.text.en}"
            out.print(told, highlight=False, markup=False)
    if found:
        raise typer.Exit(1)


async def _explain(
    order_id: str,
    action: str,
    supposed: Supposed,
    *,
    tier: Tier | None,
    on: datetime | None,
    as_json: bool,
) -> None:
    async with open_policy(read_settings()) as desk:
        order = await desk.order(order_id)
        if order is None:
            raise Stop(f"没有这个订单：{order_id}\nThere is no order {order_id}.")
        noon = on.replace(hour=12, tzinfo=ZoneInfo(desk.policy.time_zone)) if on else None
        now = noon.astimezone(UTC) if noon else utc_now()
        supposed = replace(supposed, tier=tier or await desk.tier(order))
        every = await desk.explain(order, now, supposed)
        found = [e for e in every if action in ("", e.action)]
        if not found:
            names = ", ".join(sorted({e.action for e in every}))
            raise Stop(f"规则里没有这个操作，可选：{names}\nNo rule speaks of it; choose one of: {names}")
        if as_json:
            print(json.dumps([_as_json(e) for e in found], ensure_ascii=False, indent=2))
            return
        _show_explained(desk, found)


def _show_explained(desk: PolicyDesk, found: list[Explained]) -> None:
    table = Table()
    for name in (
        "操作 action",
        "商品 item",
        "结论 verdict",
        "规则 rule",
        "依据 facts",
        "怎样才行 it could, if",
    ):
        table.add_column(name, overflow="fold")  # what is cut off cannot be looked up
    zone = ZoneInfo(desk.policy.time_zone)
    for e in found:
        verdict = e.verdict
        says = verdict.reason.value if verdict.reason else "✓"
        if verdict.approval:
            says = f"✓ 需人工 a colleague: {verdict.approval.value}"
        facts = [f"{name}: {_plain(value, zone)}" for name, value in _telling(e).items()]
        item = e.line.title.zh if e.line else ""
        table.add_row(e.action, item, says, verdict.rule, "\n".join(facts), ", ".join(verdict.could))
    out.print(table)
    out.print(f"规则版本 / policy {desk.policy.version}", highlight=False)


def _telling(e: Explained) -> dict[str, Any]:
    return {k: v for k, v in e.verdict.facts.items() if k not in ("order_id", "item") and v not in (None, "")}


def _plain(value: Any, zone: ZoneInfo) -> str:  # noqa: ANN401 - a fact
    match value:
        case Money():
            return money(value, Language.ZH)
        case datetime():
            return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
        case _:
            return str(value)


def _as_json(e: Explained) -> dict[str, Any]:
    def plain(value: Any) -> Any:  # noqa: ANN401 - a fact
        match value:
            case Money(minor, currency):
                return {"minor": minor, "currency": currency}
            case datetime():
                return value.isoformat()
            case _:
                return value

    verdict = e.verdict
    return {
        "action": e.action,
        "line_id": e.line.id if e.line else None,
        "allowed": verdict.allowed,
        "reason": verdict.reason.value if verdict.reason else None,
        "approval": verdict.approval.value if verdict.approval else None,
        "rule": verdict.rule,
        "policy": verdict.policy,
        "could": list(verdict.could),
        "facts": {name: plain(value) for name, value in _telling(e).items()},
    }


async def _history(limit: int, *, as_json: bool) -> None:
    settings = read_settings()
    shop_id = policy_of(settings).shop_id
    async with open_policy(settings) as desk:
        found = await desk.kept.history(shop_id, limit=limit)
    if as_json:
        rows = [
            {
                "version": v.version,
                "first_served_at": v.first_served_at.isoformat(),
                "last_served_at": v.last_served_at.isoformat(),
            }
            for v in found
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not found:
        out.print("还没有启动过 / None has served yet: start the service first.")
    for v in found:
        first, last = (f"{at:%Y-%m-%d %H:%M}" for at in (v.first_served_at, v.last_served_at))
        out.print(f"{v.version}  {first} → {last} UTC", highlight=False)


async def _show(version: str) -> None:
    settings = read_settings()
    shop_id = policy_of(settings).shop_id
    async with open_policy(settings) as desk:
        found = await desk.kept.get(shop_id, version)
    if found is None:
        raise Stop(f"没有这一版：{version}。有哪些：xiaoer policy history\nNo such version: {version}")
    print(found.text, end="")
