"""What the kb commands print, in both languages."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from xiaoer.cli.kb_changes import show_changes
from xiaoer.cli.shared import Stop, err, out
from xiaoer.domain.knowledge import ArticleState, GateReport, Import, ImportState, Ref, Remark, Version
from xiaoer.knowledge.editor import Blocked, Declined, No, Published, Unsound
from xiaoer.knowledge.hindsight import Answered
from xiaoer.knowledge.importing import unwatched
from xiaoer.knowledge.intake import Progress as Watcher

MOST_LINES = 50  # of a report; --json has them all
_STATES = {
    ArticleState.DRAFT: "草稿 draft",
    ArticleState.PUBLISHED: "发布 published",
    ArticleState.ARCHIVED: "下架 archived",
}
_NO = {
    No.NO_VERSION: "没有这个版本 / there is no such version",
    No.NOT_A_DRAFT: "不是草稿：用 xiaoer kb rollback --to 恢复 / is no draft: xiaoer kb rollback --to",
    No.NOTHING_TO_ARCHIVE: "已经下架了 / is archived already",
    No.BUSY: "别人正在发布，请再试一次 / others are publishing: try again",
}


def as_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def progress(*, quiet: bool) -> Iterator[Watcher]:
    """A bar on standard error, so that standard output can be piped."""
    if quiet:
        yield unwatched
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("读取 / reading", total=None)

        def watch(done: int, total: int | None, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what[-40:])

        yield watch


@contextmanager
def gate(watch: Callable[[Callable[[int, int], None]], None]) -> Iterator[None]:
    """A bar while questions are asked again before something goes live. `watch` takes who is told."""
    with progress(quiet=False) as bar:
        watch(lambda done, total: bar(done, total, "重放问题 / asking again"))
        yield


def listed(versions: Sequence[Version], zone: str, *, now: datetime) -> None:
    """A line each, never wrapped: to be read, searched and piped. ● is said now."""
    rows = [_row(version, zone, now) for version in versions]
    wide = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(set_cell_size(cell, width) for cell, width in zip(row, wide, strict=True))
        out.print(line.rstrip(), soft_wrap=True, markup=False, highlight=False)


def _row(version: Version, zone: str, now: datetime) -> list[str]:
    article = version.article
    return [
        "●" if version.holds(now) else " ",
        article.language.value,
        article.slug,
        f"#{version.number}",
        _STATES[version.state],
        _span(version, zone),
        version.author,
        article.title,
    ]


def headline(version: Version, zone: str) -> None:
    """On standard error: what follows on standard output is the file itself."""
    told = [
        _named(version.ref),
        _STATES[version.state],
        _span(version, zone),
        version.author,
        version.source,
    ]
    err.print(
        " · ".join(part for part in told if part), style="dim", markup=False, highlight=False, soft_wrap=True
    )


def done(result: Version | Published | Blocked | Unsound | Declined, zh: str, en: str) -> None:
    """What was done, one line a version; Stop if it was not."""
    match result:
        case Version():
            _line(result.ref, zh, en)
        case Published(versions, report):
            for version in versions:
                _line(version.ref, zh, en)
            _findings(report)
        case Blocked(report):
            _findings(report)
            raise Stop("没有发布：请先处理上面的问题\nNothing was published: see to the findings above first")
        case Unsound(name, faults):
            lines = [f"{f.field}：{f.says.zh} / {f.says.en}" for f in faults]
            raise Stop("\n".join([f"{name.language.value}/{name.slug}:", *lines]))
        case Declined(why, ref):
            raise Stop(f"{_named(ref)}：{_NO[why]}" if ref else _NO[why])


def imported(this: Import) -> None:
    report = this.report
    for ref in report.drafts[:MOST_LINES]:
        out.print(_named(ref), soft_wrap=True, markup=False, highlight=False)
    _more(len(report.drafts))
    _remarks("没有收下 / not taken", report.skipped)
    _remarks("请留意 / please note", report.notes)
    if report.gate is not None:
        _findings(report.gate)
    out.print(_summary(this), highlight=False)


def answered(found: Answered, time_zone: str) -> None:
    local = found.moment.astimezone(ZoneInfo(time_zone))
    out.rule(f"{local:%Y-%m-%d %H:%M} {time_zone} · {found.knowledge}", style="dim")
    if not found.cited:
        out.print("知识库里没有答案 / The knowledge base has no answer.")
        return
    best, *others = found.cited
    out.print(best.passage.text, markup=False, highlight=False, soft_wrap=True)
    ref = Ref(best.passage.slug, best.passage.language, best.number)
    out.print(
        f"— {best.passage.title} · {_named(ref)} · {best.passage.score:.2f}",
        style="dim",
        markup=False,
        highlight=False,
    )
    for cited in others:
        told = f"  {cited.passage.score:.2f} {cited.passage.slug} {cited.number} · {cited.passage.title}"
        out.print(told, style="dim", markup=False, highlight=False, soft_wrap=True)


def _summary(this: Import) -> str:
    if this.state is not ImportState.DONE:
        return "导入没有完成，已收下的草稿仍在 / The import did not end; the drafts made until then are kept."
    report = this.report
    made, same, out_of = len(report.drafts), len(report.same), len(report.skipped)
    live = "已发布 / published" if report.published else "草稿 / drafts"
    zh = f"新版本 {made}（{live}），未变 {same}，没有收下 {out_of}，要人工核对 {len(report.to_check)}"
    en = f"{made} new, {same} unchanged, {out_of} not taken, {len(report.to_check)} need a person's look"
    return f"{zh}\n{en}"


def _findings(report: GateReport) -> None:
    for finding in report.findings:
        name = f"{finding.name.language.value}/{finding.name.slug}: " if finding.name else ""
        colour = "red" if finding.blocks else "yellow"
        out.print(
            f"{name}{finding.says.zh} / {finding.says.en}",
            style=colour,
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    show_changes(report)


def _remarks(title: str, remarks: Sequence[Remark]) -> None:
    if not remarks:
        return
    out.print(title, style="bold")
    for remark in remarks[:MOST_LINES]:
        out.print(f"  {remark.says.zh}\n  {remark.says.en}", markup=False, highlight=False, soft_wrap=True)
    _more(len(remarks))


def _more(count: int) -> None:
    if count > MOST_LINES:
        out.print(f"… 还有 {count - MOST_LINES} 条，见 --json / and {count - MOST_LINES} more: --json")


def _span(version: Version, zone: str) -> str:
    """From when to when it is said, in the shop's time."""
    if version.begins is None:
        return ""
    begins, ends = (
        f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else ""
        for at in (version.begins, version.ends)
    )
    return f"{begins} – {ends}"


def _line(ref: Ref, zh: str, en: str) -> None:
    out.print(f"{_named(ref)} {zh} / {en}", markup=False, highlight=False, soft_wrap=True)


def _named(ref: Ref) -> str:
    return f"{ref.language.value}/{ref.slug} #{ref.number}"
