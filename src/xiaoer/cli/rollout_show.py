"""What the rollout commands print, in both languages."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table as Grid

from xiaoer.cli.shared import out
from xiaoer.domain.rollout import WHOLE_SHOP, Lack, Meant, Mode, Turned, Verdict
from xiaoer.learn.rollout import No, Row, Ruled, Shown, Table

NOT = {
    No.NO_INTENT: "没有这个意图，见 docs/zh/llm.md；没听懂的是 not_understood，全部是 all\n"
    "No such intent, see docs/llm.md; not_understood is what was taken for none, all every one",
    No.NO_WHY: '试答不够也要放开，请写明原因：--why "……"\nTo go up early, say why: --why "..."',
    No.NO_TRIAL: "没有这次试答，看看有哪些：xiaoer llm rollout trials\n"
    "There is no such trial. See which there are: xiaoer llm rollout trials",
}
_MODES = {
    Mode.OFF: "停用 off",
    Mode.SHADOW: "旁观 shadow",
    Mode.SUGGEST: "建议 suggest",
    Mode.AUTOMATIC: "自动 automatic",
}
_VERDICTS = {
    Verdict.OPEN: "待定 open",
    Verdict.AGREED: "一致 agreed",
    Verdict.DIFFERED: "不一致 differed",
    Verdict.HELD: "被拦下 held back",
    Verdict.GONE: "没答上 gone",
}
_LACKS = {
    "trials": "试答 {found:.0f} 个，要 {wanted:.0f} 个 / {found:.0f} trials, {wanted:.0f} needed",
    "good": "合格率下限 {found:.0%}，要 {wanted:.0%} / lower bound {found:.0%}, {wanted:.0%} needed",
    "held": "被拦下 {found:.0%}，最多 {wanted:.0%} / held back {found:.0%}, at most {wanted:.0%}",
    "unsure": "本地引擎拿不准的试答 {found:.0f} 个，要 {wanted:.0f} 个 / "
    "{found:.0f} trials the local engine was not sure of, {wanted:.0f} needed",
    "unsure_good": "本地引擎拿不准的合格 {found:.0%}，要 {wanted:.0%} / "
    "{found:.0%} good where the local engine was not sure, {wanted:.0%} needed",
}
_WHOLE = {
    Mode.OFF: "全店已停用大模型，各进程几秒内生效；顾客由本地引擎接待。恢复：xiaoer llm on\n"
    "The whole shop is without the model, in every process within seconds; the local engine answers. "
    "Back again: xiaoer llm on",
    Mode.AUTOMATIC: "大模型已恢复，各意图照原来的方式 / The model is back; each intent is as it was set",
}


def table(found: Table) -> None:
    _line(f"模型 / model: {found.model or '没有配置 / none is configured'}")
    if found.whole is Mode.OFF:
        _line("全店停用中 / The whole shop is off: xiaoer llm on")
    _line(f"没有设过的意图 / What nobody has set: {_MODES[found.begins]}")
    if not found.rows:
        _line("还没有试答 / There are no trials yet.")
        return
    grid = Grid(
        "意图 intent", "方式 mode", "试答 n", "拿不准 unsure", "人评 judged", "合格 good", "下限 low",
        "被拦 held", "p95 ms", "花费 cost", "可放开 may go up",
    )  # fmt: skip
    for row in found.rows:
        grid.add_row(*_cells(row))
    out.print(grid)


def ruled(done: Ruled, mode: Mode) -> None:
    for one in done.turned:
        _line(f"{one.intent}: {_MODES[one.mode]}")
    if not done.turned and not done.kept:
        _line(f"本来就是 / It was so already: {_MODES[mode]}")
    for row in done.kept:
        _line(f"{row.intent}: 没有放开，仍是 / stays {_MODES[row.mode]}")
        for lack in row.lacks:
            _line(f"  {_lack(lack)}")


def history(turned: Sequence[Turned]) -> None:
    if not turned:
        _line("还没有人设过 / Nobody has set anything yet.")
        return
    grid = Grid("at", "intent", "mode", "by", "n", "low", "held", "")
    for one in turned:
        known = one.figures or {}
        told = [str(known.get(name, "")) for name in ("n", "low", "held")]
        why = f"{'! ' if one.anyway else ''}{one.why}"
        whose = "全店 whole shop" if one.intent == WHOLE_SHOP else one.intent
        grid.add_row(f"{one.at:%Y-%m-%d %H:%M}", whose, _MODES[one.mode], escape(one.by), *told, escape(why))
    out.print(grid)


def trials(found: Sequence[Shown]) -> None:
    if not found:
        _line("没有要评判的试答 / There is no trial to judge.")
        return
    for shown in found:
        trial = shown.trial
        _line(f"{trial.turn_id} · {trial.intent} · {_VERDICTS[trial.verdict]} {trial.why}".rstrip())
        _line(f"  顾客 customer: {' '.join(shown.asked.split())}")
        _line(f"  模型 model: {_meant(trial.meant)} {' '.join(trial.words.split())}".rstrip())
        if trial.really:
            _line(f"  实际 really: {_meant(trial.really)}")
    _line("评判 / judge: xiaoer llm rollout judge ID good|bad")


def whole(mode: Mode) -> None:
    _line(_WHOLE[mode])


def _cells(row: Row) -> list[str]:
    score, share = row.score, row.score.share
    shares = [f"{share.value:.0%}", f"{share.low:.0%}"] if share else ["", ""]
    lacks = "; ".join(lack.what for lack in row.lacks)
    unsure = f"{score.unsure_good}/{score.unsure}" if score.unsure else "0"
    counts = [str(score.n), unsure, str(score.judged)]
    rest = [f"{score.held_share:.0%}", str(score.p95_ms), f"{score.micros / 1e6:.4f}"]
    return [row.intent, _MODES[row.mode], *counts, *shares, *rest, f"✗ {lacks}" if lacks else "✓"]


def _lack(lack: Lack) -> str:
    return _LACKS[lack.what].format(found=lack.found, wanted=lack.wanted)


def _meant(meant: Meant) -> str:
    deeds = [f"{action} {order_id}".strip() for action, order_id in meant.deeds]
    return " · ".join([*deeds, *(f"[{slug}]" for slug in meant.slugs)]) or "—"


def _line(text: str) -> None:
    out.print(text, highlight=False, markup=False, soft_wrap=True)
