"""How `xiaoer evaluate conversations` shows what was measured."""

from collections.abc import Mapping

from rich.markup import escape
from rich.table import Table

from xiaoer.cli.shared import out
from xiaoer.evaluate.difference import Difference, Told
from xiaoer.evaluate.kept import Kept
from xiaoer.evaluate.report import Passed, Report

MOST_MISSED = 20  # shown; --json has all
_NAMES = {
    "calm": "平和 calm",
    "angry": "生气 angry",
    "terse": "话少 terse",
    "rambling": "啰嗦 rambling",
    "changes_mind": "改主意 changes mind",
    "mixed": "中英混说 mixed languages",
    "elderly": "老人 elderly",
    "fraudster": "骗子 fraudster",
    "cancel": "取消订单 cancel",
    "cancel_late": "不能取消了 too late to cancel",
    "address": "改地址 change the address",
    "return": "退货 return",
    "return_late": "过期退货 return after its window",
    "where": "包裹在哪 where is my parcel",
    "question": "问规则 a question",
    "two": "一句两件事 two wishes in one",
    "fraud_where": "打听别人的订单 asks about another's order",
    "fraud_cancel": "取消别人的订单 cancels another's order",
    "fraud_address": "改别人的地址 redirects another's order",
    "zh": "中文 Chinese",
    "en": "英文 English",
}
_FAULTS = {
    "world": "店里的结果不对 the shop is not as it should be",
    "unsaid": "该说的没说 what had to be said was not",
    "leaked": "说出了别人的信息 another's data was said",
    "broke": "对话中断 the conversation broke off",
}
_VERDICTS = {
    Told.BETTER: "比上次好 / better than before",
    Told.WORSE: "比上次差 / worse than before",
    Told.NO_DIFFERENCE: "看不出差别 / no difference can be told",
}


def show(found: Report, model: str, *, whole: bool) -> None:
    """`whole`: False where the run was interrupted."""
    if not whole:
        out.print("中途停止，以下是已测的部分 / Interrupted: what was measured by then", style="yellow")
    out.print(_passes(found, model))
    out.print(_took(found))
    if found.missed:
        out.print(_missed(found))


def show_against(before: Kept, compared: Difference | None) -> None:
    """In a sentence. `compared` None: they have nothing in common."""
    out.print(_against(before, compared), highlight=False, markup=False, soft_wrap=True)


def _passes(found: Report, model: str) -> Table:
    table = Table(escape(model), "任务 tasks", "pass^1")
    if found.k > 1:
        table.add_column(f"pass^{found.k}")
    _row(table, "全部 all", found.overall, found.k)
    for group in (found.by_persona, found.by_kind, found.by_language):
        table.add_section()
        _rows(table, group, found.k)
    return table


def _rows(table: Table, group: Mapping[str, Passed], k: int) -> None:
    for name, one in group.items():
        _row(table, _NAMES.get(name, name), one, k)


def _row(table: Table, name: str, one: Passed, k: int) -> None:
    figures = [f"{one.pass_1:.1%}"] + ([f"{one.pass_k:.1%}"] if k > 1 else [])
    table.add_row(escape(name), f"{one.cases:,}", *figures)


def _took(found: Report) -> Table:
    table = Table("", "")
    table.add_row("轮次 turns", f"{found.turns:,}")
    table.add_row("每轮用时 a turn takes (p50 / p95)", f"{found.p50_ms:,.0f} / {found.p95_ms:,.0f} ms")
    table.add_row("每轮问模型 model calls a turn", f"{found.calls_per_turn:.2f}")
    table.add_row("有不实内容被拦下的轮次 turns with unsupported claims, caught", f"{found.unproven:.1%}")
    table.add_row("模型没有回答 the model gave no answer", f"{found.gone:,}")
    tokens = (found.usage.sent, found.usage.cached, found.usage.made)
    table.add_row("token 发/缓存/回 sent, cached, made", " / ".join(f"{n:,}" for n in tokens))
    table.add_row("花费 cost", f"{found.cost:.4f}")
    if found.user_usage.sent:
        told = f"{found.user_usage.sent:,} / {found.user_usage.made:,}"
        table.add_row("扮演顾客的 token the customer's tokens", told)
    return table


def _missed(found: Report) -> Table:
    table = Table("未通过 missed", "为什么 why", "")
    for case, fault, what in found.missed[:MOST_MISSED]:
        table.add_row(escape(case), _FAULTS.get(fault, fault), escape(what))
    if (more := len(found.missed) - MOST_MISSED) > 0:
        table.caption = f"还有 {more} 个，见 --json / {more} more: see --json"
    return table


def _against(before: Kept, compared: Difference | None) -> str:
    then = f"{before.at[:16]} {before.model}"
    if compared is None:
        return f"和 {then} 没有相同的任务，无法比较 / No tasks in common with {then}: they cannot be compared"
    low, high = f"{compared.low:+.1%}", f"{compared.high:+.1%}"
    return (
        f"{_VERDICTS[compared.told]}: {compared.difference:+.1%} "
        f"(95 % {low} … {high}, {compared.cases} 任务 tasks) · {then}"
    )
