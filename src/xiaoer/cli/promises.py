"""xiaoer promises: what is owed to customers; xiaoer jobs: what is done by the clock."""

import json
from datetime import datetime
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from xiaoer.app.clockwork import open_books
from xiaoer.app.given import policy_of
from xiaoer.cli.shared import Stop, out, read_settings, run
from xiaoer.domain.job import JobState
from xiaoer.domain.promise import Promise, PromiseKind, PromiseState
from xiaoer.jobs.wire import job_json, promise_json
from xiaoer.knowledge.moments import over_on

T = TypeVar("T")

MOST = 10_000
promises = typer.Typer(
    help="What was promised to customers; --help tells more / 对顾客的承诺", invoke_without_command=True
)
jobs = typer.Typer(
    help="What is done by the clock; --help tells more / 后台任务", invoke_without_command=True
)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON / 输出 JSON")]
Limit = Annotated[int, typer.Option(min=1, max=MOST, help="How many at most / 最多多少个")]

_KINDS = {
    PromiseKind.REFUND_BY: "退款 refund",
    PromiseKind.PARCEL_BY: "送达 parcel",
    PromiseKind.SHIP_BY: "发货 dispatch",
    PromiseKind.CALL_BACK_BY: "人工答复 call back",
    PromiseKind.CASE_DECISION_BY: "处理结果 decision",
    PromiseKind.TICKET_ANSWER_BY: "工单答复 ticket",
    PromiseKind.INVOICE_BY: "发票 invoice",
}
_STATES = {
    PromiseState.OPEN: "待兑现 open",
    PromiseState.MET: "已兑现 met",
    PromiseState.BROKEN: "未兑现 broken",
    PromiseState.TOLD: "已告知改期 put off, told",
    PromiseState.CANCELLED: "已取消 cancelled",
}
_JOBS = {
    JobState.READY: "待执行 ready",
    JobState.RUNNING: "执行中 running",
    JobState.DONE: "已完成 done",
    JobState.DEAD: "已放弃 dead",
}


@promises.callback()
def promises_listed(
    context: typer.Context,
    *,
    state: Annotated[
        list[PromiseState] | None, typer.Option(help="Several; none: open / 可写多个，不写为 open")
    ] = None,
    due_before: Annotated[
        str, typer.Option(metavar="DAY", help="2026-10-01 (that day included), or a moment / 含当天")
    ] = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """What is owed, soonest due first / 按期限列出承诺."""
    if context.invoked_subcommand is None:
        run(_promises(state or [PromiseState.OPEN], due_before, limit=limit, as_json=as_json))


@promises.command("close")
def promise_closed(
    promise_id: Annotated[str, typer.Argument(metavar="ID", help="The beginning is enough / 写开头几位即可")],
    *,
    why: Annotated[str, typer.Option(help="For the record / 原因")],
) -> None:
    """Nobody owes it any more: nothing is said of it / 关闭一项承诺，不再提醒."""
    run(_close(promise_id, why))


@jobs.callback()
def jobs_listed(
    context: typer.Context,
    *,
    state: Annotated[
        list[JobState] | None,
        typer.Option(help="Several; none: ready, running, dead / 可写多个，不写为 done 以外的"),
    ] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """What waits, what is under way, what was given up on / 列出后台任务."""
    if context.invoked_subcommand is None:
        run(_jobs(state or [s for s in JobState if s is not JobState.DONE], limit=limit, as_json=as_json))


@jobs.command("retry")
def job_retried(
    job_id: Annotated[str, typer.Argument(metavar="ID", help="The beginning is enough / 写开头几位即可")],
) -> None:
    """Do it now, its failures forgotten / 马上重试."""
    run(_retry(job_id))


# --- work ----------------------------------------------------------------------------------------


async def _promises(states: list[PromiseState], due_before: str, *, limit: int, as_json: bool) -> None:
    settings = read_settings()
    before = _moment(due_before, policy_of(settings).time_zone) if due_before else None
    async with open_books(settings) as books:
        found = await books.promises.listed(books.shop_id, states=states, due_before=before, limit=limit)
        now = books.clock()
    if as_json:
        print(json.dumps([promise_json(promise) for promise in found], ensure_ascii=False, indent=2))
        return
    table = Table("id", "承诺 promise", "关于 about", "期限 due", "状态 state", "会话 conversation")
    for promise in found:
        table.add_row(*map(escape, _cells(promise, now)))
    out.print(table)


def _cells(promise: Promise, now: datetime) -> tuple[str, ...]:
    overdue = promise.state is PromiseState.OPEN and promise.due_at < now
    state = f"{_STATES[promise.state]}{' · 已过期 overdue' if overdue else ''}"
    due = f"{promise.due_at:%Y-%m-%d %H:%M}Z"
    return promise.id[:8], _KINDS[promise.kind], promise.about, due, state, promise.conversation_id


async def _close(promise_id: str, why: str) -> None:
    async with open_books(read_settings()) as books:
        found = await books.promises.listed(books.shop_id, states=[PromiseState.OPEN], limit=MOST)
        promise = _one([p for p in found if p.id.startswith(promise_id)], promise_id, "xiaoer promises")
        closed = await books.promises.close(promise, PromiseState.CANCELLED, why=why, now=books.clock())
    if not closed:
        raise Stop("这项承诺刚刚有了变化，请再看一次 / It has just changed: look again: xiaoer promises")
    out.print(f"已关闭 / Closed: {promise.id[:8]}", highlight=False)


async def _jobs(states: list[JobState], *, limit: int, as_json: bool) -> None:
    async with open_books(read_settings()) as books:
        found = await books.jobs.listed(books.shop_id, states=states, limit=limit)
    if as_json:
        print(json.dumps([job_json(job) for job in found], ensure_ascii=False, indent=2))
        return
    table = Table("id", "任务 kind", "key", "时间 run at", "状态 state", "次数 tries", "错误 error")
    for job in found:
        at = f"{job.run_at:%Y-%m-%d %H:%M:%S}Z"
        tries = f"{job.tries}/{job.most_tries}"
        table.add_row(*map(escape, (job.id[:8], job.kind, job.key, at, _JOBS[job.state], tries, job.error)))
    out.print(table)


async def _retry(job_id: str) -> None:
    again = [JobState.READY, JobState.DEAD]
    async with open_books(read_settings()) as books:
        found = await books.jobs.listed(books.shop_id, states=again, limit=MOST)
        job = _one([j for j in found if j.id.startswith(job_id)], job_id, "xiaoer jobs")
        await books.jobs.retry(books.shop_id, job.id, now=books.clock())
    out.print(f"马上重试 / It is tried again: {job.kind} {job.id[:8]}", highlight=False)


def _one(found: list[T], typed: str, listing: str) -> T:
    if len(found) == 1:
        return found[0]
    if found:
        raise Stop(f"{typed} 不止一个，请多写几位 / More than one begins with {typed}: write more of it")
    raise Stop(f"没有 {typed}。看看有哪些：{listing}\nThere is no {typed}. See what there is: {listing}")


def _moment(text: str, time_zone: str) -> datetime:
    try:
        return over_on(text, time_zone)
    except ValueError:
        raise Stop(
            f"日期写成 2026-10-01 或 2026-10-01T12:00：{text}\n"
            f"Write 2026-10-01 or 2026-10-01T12:00, not {text}"
        ) from None
