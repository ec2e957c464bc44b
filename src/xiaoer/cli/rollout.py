"""xiaoer llm rollout: how far the model is let in; xiaoer llm off and on: the one switch back."""

import json
from typing import Annotated

import typer

from xiaoer.app import utc_now
from xiaoer.app.rollout import open_gate
from xiaoer.cli import rollout_show as show
from xiaoer.cli.llm import llm
from xiaoer.cli.shared import Stop, out, read_settings, run
from xiaoer.domain.rollout import Judged, Mode
from xiaoer.learn.rollout import Asked, No
from xiaoer.learn.rollout_wire import ruled_json, shown_json, table_json, trial_json, turned_json

rollout = typer.Typer(
    help="How far the model is let in; --help tells more / 大模型放开到哪一步", invoke_without_command=True
)
llm.add_typer(rollout, name="rollout")
AsJson = Annotated[bool, typer.Option("--json", help="As JSON / 输出 JSON")]
Author = Annotated[str, typer.Option(help="Who does it, for the record / 记在谁名下")]
Why = Annotated[str, typer.Option(help="For the record / 原因")]


@rollout.callback()
def rollout_shown(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Each intent: its mode, its trials, what is missing / 每个意图的方式、试答和差距."""
    if context.invoked_subcommand is None:
        run(_shown(as_json=as_json))


@rollout.command("set")
def rollout_set(
    intent: Annotated[str, typer.Argument(help="An intent, not_understood, or all / 意图，或 all")],
    mode: Annotated[Mode, typer.Argument(help="off, shadow, suggest, automatic / 方式")],
    *,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Although the trials are not enough / 试答不够也放开")
    ] = False,
    why: Why = "",
    author: Author = "cli",
    as_json: AsJson = False,
) -> None:
    """Down at once; up where the trials are enough / 收回随时可以，放开要看试答."""
    asked = Asked(intent=intent, mode=mode, by=author, why=why, anyway=anyway)
    run(_set(asked, as_json=as_json))


@rollout.command("history")
def rollout_history(*, as_json: AsJson = False) -> None:
    """Every switch, who turned it and on which figures / 谁在什么时候依据什么放开或收回."""
    run(_history(as_json=as_json))


@rollout.command("trials")
def rollout_trials(
    *,
    intent: Annotated[str, typer.Option(help="Of one intent / 只看一个意图")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also those that need no judgement / 全部")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many / 多少个")] = 20,
    as_json: AsJson = False,
) -> None:
    """What the model would have done, to be judged / 待评判的试答."""
    run(_trials(intent, every=every, limit=limit, as_json=as_json))


@rollout.command("judge")
def rollout_judge(
    trial: Annotated[str, typer.Argument(metavar="ID", help="Of the trial / 试答编号")],
    judged: Annotated[Judged, typer.Argument(help="good or bad / 好或不好")],
    *,
    author: Author = "cli",
    as_json: AsJson = False,
) -> None:
    """Good or bad: counts over the automatic verdict / 人工评判，优先于自动结论."""
    run(_judge(trial, judged, author=author, as_json=as_json))


@llm.command("off")
def off(*, why: Why = "", author: Author = "cli") -> None:
    """The whole shop without the model, within seconds / 全店立即停用大模型."""
    run(_whole(Mode.OFF, why=why, author=author))


@llm.command("on")
def on(*, why: Why = "", author: Author = "cli") -> None:
    """Each intent as it was set again / 恢复各意图原来的方式."""
    run(_whole(Mode.AUTOMATIC, why=why, author=author))


# --- work ----------------------------------------------------------------------------------------


async def _shown(*, as_json: bool) -> None:
    async with open_gate(read_settings()) as gate:
        table = await gate.table()
    if as_json:
        print(json.dumps(table_json(table), ensure_ascii=False, indent=2))
    else:
        show.table(table)


async def _set(asked: Asked, *, as_json: bool) -> None:
    async with open_gate(read_settings()) as gate:
        ruled = await gate.turn(asked, now=utc_now())
    if isinstance(ruled, No):
        raise Stop(show.NOT[ruled])
    if as_json:
        print(json.dumps(ruled_json(ruled), ensure_ascii=False, indent=2))
    else:
        show.ruled(ruled, asked.mode)
    if ruled.kept:
        raise typer.Exit(1)


async def _history(*, as_json: bool) -> None:
    async with open_gate(read_settings(), of_model=False) as gate:
        turned = await gate.history()
    if as_json:
        print(json.dumps([turned_json(one) for one in turned], ensure_ascii=False, indent=2))
    else:
        show.history(turned)


async def _trials(intent: str, *, every: bool, limit: int, as_json: bool) -> None:
    async with open_gate(read_settings(), of_model=False) as gate:
        found = await gate.listed(intent=intent, to_judge=not every, limit=limit)
    if as_json:
        print(json.dumps([shown_json(one) for one in found], ensure_ascii=False, indent=2))
    else:
        show.trials(found)


async def _judge(trial: str, judged: Judged, *, author: str, as_json: bool) -> None:
    async with open_gate(read_settings(), of_model=False) as gate:
        done = await gate.judge(trial, judged, by=author, now=utc_now())
    if isinstance(done, No):
        raise Stop(show.NOT[done])
    if as_json:
        print(json.dumps(trial_json(done), ensure_ascii=False, indent=2))
    else:
        out.print(f"已记下：{judged.value} / Noted: {judged.value}", highlight=False)


async def _whole(mode: Mode, *, why: str, author: str) -> None:
    async with open_gate(read_settings(), of_model=False) as gate:
        await gate.whole_shop(mode, by=author, now=utc_now(), why=why)
    show.whole(mode)
