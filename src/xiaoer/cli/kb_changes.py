"""The answers that a change of articles changes, as a table."""

from rich.markup import escape
from rich.table import Table

from xiaoer.cli.shared import out
from xiaoer.domain.knowledge import Changed, GateReport, Passage, Shift

MOST = 30  # lines
_LONGEST = 40  # characters of a passage
_SHIFTS = {
    Shift.GAINED: "[green]新增 gained[/green]",
    Shift.LOST: "[red]失去 lost[/red]",
    Shift.MOVED: "[yellow]换文章 moved[/yellow]",
    Shift.REWORDED: "换说法 reworded",
}


def show_changes(report: GateReport) -> None:
    """Nothing, if nothing changes."""
    if not report.changed:
        return
    table = Table("", "×", "question", "before", "after", title="会变的回答 / answers that change")
    for change in report.changed[:MOST]:
        table.add_row(_SHIFTS[change.shift], _times(change), escape(change.question), *_both(change))
    out.print(table)
    if len(report.changed) > MOST:
        more = len(report.changed) - MOST
        out.print(f"… 还有 {more} 个 / and {more} more")


def _times(change: Changed) -> str:
    return "钉 pin" if change.pinned else str(change.times)


def _both(change: Changed) -> tuple[str, str]:
    """The passages, where the article stays; else the articles are enough."""
    if change.shift is Shift.REWORDED:
        return _text(change.before), _text(change.after)
    return _named(change.before), _named(change.after)


def _named(passage: Passage | None) -> str:
    return "—" if passage is None else escape(passage.slug)


def _text(passage: Passage | None) -> str:
    text = passage.text if passage else ""
    return escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
