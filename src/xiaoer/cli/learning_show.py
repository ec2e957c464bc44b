"""What the train commands print, in both languages."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.table import Table

from xiaoer.cli.shared import out
from xiaoer.domain.learning import ModelRow, ModelState
from xiaoer.domain.words import Language
from xiaoer.learn.material import Left, Why
from xiaoer.learn.matters import Figures, Worse
from xiaoer.learn.school import Ended, No, Trained
from xiaoer.learn.training import Candidate, Compared

MOST = 50  # lines of a report; --json has them all
NOT_BACK = {
    No.NOTHING_BEFORE: "在它之前没有别的模型上线过\nNo other model served before this one",
    No.NO_MODEL: "没有这个版本，看看有哪些：xiaoer train history\n"
    "There is no such version. See which there are: xiaoer train history",
    No.REFUSED: "这个模型未获通过，从不上线\nThis model was worse than the one that served: it never serves",
    No.GONE: "这个模型无法重建：属于另一个版本的程序，或学过的内容已被删除\n"
    "This model cannot be made again: it is of another release, or what it learnt was erased",
    No.OVERTAKEN: "刚才有人更换了模型，请再试一次\nSomebody has changed the model meanwhile: try again",
}
_ENDED = {
    Ended.PROMOTED: "已上线：{version}（原来是 {before}） / Promoted: {version} serves (before: {before})",
    Ended.REFUSED: "未上线：有重要的地方变差了，{before} 继续服务\n"
    "Refused: it is worse where it matters; {before} serves on",
    Ended.NOTHING_NEW: "没有新的内容要学，{before} 继续服务 / Nothing new to learn: {before} serves on",
    Ended.ROLLED_BACK: "这个模型被回退过，不会自动再上线；要用它：xiaoer train rollback --to {version}\n"
    "This model was rolled back and does not come again by itself. To serve it: "
    "xiaoer train rollback --to {version}",
    Ended.OVERTAKEN: "刚才有人更换了模型，请再训练一次\n"
    "Somebody has changed the model meanwhile: train again",
    Ended.WOULD_SERVE: "只是试训练：{version} 可以上线，现在仍是 {before}\n"
    "A trial: {version} would serve; {before} does",
}
_STATES = {
    ModelState.REFUSED: "未通过 refused",
    ModelState.READY: "待用 ready",
    ModelState.SERVING: "在用 serving",
    ModelState.FORMER: "曾用 former",
}
_FIGURES = {
    "accuracy": "正确率 accuracy",
    "macro_f1": "宏平均 F1 macro-F1",
    "coverage": "直接受理的比例 accepted",
    "right": "受理中正确的比例 right when accepted",
}
_WHY = {
    Why.CATALOGUE: "与自带例句“{other}”相同 / is our own phrase of {other}",
    Why.TWO_MEANINGS: "另有更正说是“{other}” / was also confirmed as {other}",
    Why.NO_INTENT: "目录里没有这个意图 / the catalogue has no such intent",
    Why.NO_WORDS: "没有可学的词 / has no words to go by",
}


def trained(result: Trained, texts: Mapping[str, str]) -> None:
    """`texts`: what customers said, by the ids of the corrections that were left out."""
    if result.candidate is not None:
        _candidate(result.candidate, texts)
    if result.more:
        _line("更正太多，只学最近确认的 / There are too many corrections: the latest confirmed are learnt.")
    _line(_ENDED[result.ended].format(version=result.version, before=result.before or "-"))


def history(rows: Sequence[ModelRow]) -> None:
    if not rows:
        _line("还没有模型记录 / There is no model yet.")
        return
    table = Table("version", "", "made", "by", "learnt", "before", "served")
    for row in rows:
        served = f"{_day(row.served_from)} – {_day(row.served_until)}" if row.served_from else ""
        made = (_day(row.made_at), row.made_by, str(len(row.correction_ids)), row.before)
        table.add_row(row.version, _STATES[row.state], *made, served)
    out.print(table)


def _candidate(candidate: Candidate, texts: Mapping[str, str]) -> None:
    found = candidate.material
    _line(
        f"学了 {len(found.learnt)} 条更正，重复 {found.repeated} 条，没学 {len(found.left)} 条 / "
        f"Learnt {len(found.learnt)} corrections; {found.repeated} repeated, {len(found.left)} left out"
    )
    for language, both in candidate.compared.items():
        out.print(_figures(language, both))
    for figure in candidate.worse:
        _line(f"变差 worse: {_worse(figure)}")
    for left in found.left[:MOST]:
        _line(f"没学 left out: {_left(left, texts)}")


def _figures(language: Language, both: Compared) -> Table:
    n = both.after.n
    table = Table(f"{language.value}（{n} 句 sentences）", "原来 before", "现在 after")
    for name, shown in _FIGURES.items():
        table.add_row(shown, f"{getattr(both.before, name):.1%}", f"{getattr(both.after, name):.1%}")
    for intent in both.after.intents:
        table.add_row(intent, _heard(both.before, intent), _heard(both.after, intent))
    return table


def _heard(figures: Figures, intent: str) -> str:
    """Understood of all that mean it; and how many others were taken for it."""
    found = next(heard for name, heard in figures.intents.items() if name == intent)
    return f"{found.heard}/{found.of}  +{found.alarms}"


def _worse(figure: Worse) -> str:
    shown = "{:.1%} → {:.1%}" if figure.what in _FIGURES else "{:g} → {:g}"
    change = shown.format(figure.before, figure.after)
    return f"{figure.language.value} {_FIGURES.get(figure.what, figure.what)} {change}"


def _left(left: Left, texts: Mapping[str, str]) -> str:
    said = texts.get(left.correction_id, left.correction_id)
    return f"“{said}” → {left.meant}: {_WHY[left.why].format(other=left.other)}"


def _line(text: str) -> None:
    out.print(text, soft_wrap=True, markup=False, highlight=False)


def _day(at: datetime | None) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at else ""
