"""xiaoer kb gaps, pin, pins, unpin: what is not answered well, and whose answers must not change unseen."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Column, Table

from xiaoer.app import open_app
from xiaoer.app.knowledge import open_knowledge
from xiaoer.assist.articles import From, GapDraft
from xiaoer.assist.asking import Ready
from xiaoer.assist.wire import gap_draft_json
from xiaoer.cli.kb import AsJson, Author, kb
from xiaoer.cli.kb_show import as_json as show_json
from xiaoer.cli.shared import Stop, out, read_settings, run
from xiaoer.domain.learning import Asked, Pinned
from xiaoer.domain.words import Language
from xiaoer.learn.gap_wire import gap_json, held_json, pin_json
from xiaoer.learn.gaps import MOST_GAPS, Gap
from xiaoer.learn.gate import told
from xiaoer.learn.pinning import LONGEST_LINE, Declined, Held, No
from xiaoer.text.language import language_of

SHOWN = 20  # gaps, unless told
_SPAN = re.compile(r"([1-9]\d{0,2})([dw])", re.ASCII)  # 7d, 4w
_RESULTS = {
    Asked.NOT_WRITTEN: "没写 not written",
    Asked.UNSURE: "没听懂 not understood",
    Asked.LOST: "转人工 lost",
    Asked.ANSWERED: "已答 answered",
    Asked.SERVED: "已办 served",
}
_STATES = {
    Ready.READY: "",
    Ready.NO_MODEL: "没有接大模型：正文要自己写 / no language model is set up: write the text yourself",
    Ready.GONE: "大模型没有回答，稍后再试 / the language model gave no answer: try again later",
    Ready.UNSAFE: "大模型写的不能用 / what the language model wrote cannot be used",
    Ready.NOTHING: "问过的对话都已删除 / the conversations that asked are gone",
}
_FROM = {
    From.QUESTION: "顾客问 asked",
    From.ANSWER: "同事答 answered",
    From.ARTICLE: "文章 article",
}
_NO_GAP = (
    "没有这个缺口，问法可能变了。重新看：xiaoer kb gaps\n"
    "There is no such gap; what is asked may have changed. See: xiaoer kb gaps"
)
_NO = {
    No.BAD_LINE: f"问题和 --says 各写一行，最多 {LONGEST_LINE} 个字\n"
    f"Write the question and --says as one line each, at most {LONGEST_LINE} characters",
    No.NO_ARTICLE: "没有这篇文章。看看有哪些：xiaoer kb list\nThere is no such article. See: xiaoer kb list",
    No.NO_PIN: "没有这个钉住的问题。看看有哪些：xiaoer kb pins\nThere is no such pin. See: xiaoer kb pins",
    No.TOO_MANY: "钉住的问题太多了，先取下一些：xiaoer kb unpin\nToo many are pinned. First: xiaoer kb unpin",
}


@kb.command("gaps")
def kb_gaps(
    *,
    since: Annotated[str, typer.Option(help="7d, 4w or 2026-11-01 / 从什么时候起")] = "28d",
    language: Annotated[Language | None, typer.Option(help="zh or en; none: both / 语言")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST_GAPS, help="How many / 最多几条")] = SHOWN,
    draft: Annotated[
        str, typer.Option(help="Draft an article for the gap of this id / 给这个缺口起草文章")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """What customers ask that is not answered well, the most asked first / 顾客问了但没答好的问题."""
    if draft:
        run(_draft(draft, since, language, as_json=as_json))
    else:
        run(_gaps(since, language, limit=limit, as_json=as_json))


@kb.command("pin")
def kb_pin(
    question: Annotated[str, typer.Argument(help="As a customer would ask / 像顾客那样问")],
    *,
    slug: Annotated[str, typer.Option(help="Article that must answer; '': none may / 应由哪篇文章回答")],
    says: Annotated[str, typer.Option(help="Words the answer must hold / 回答里必须有的字")] = "",
    lang: Annotated[Language | None, typer.Option(help="zh or en / 语言")] = None,
    author: Author = "cli",
) -> None:
    """Pin a question: what breaks its answer cannot be published / 钉住一个问题."""
    spoken = lang or language_of(question, Language.ZH)
    pinned = Pinned(id="", question=question.strip(), language=spoken, slug=slug, says=says, author=author)
    run(_pin(pinned))


@kb.command("pins")
def kb_pins(
    *,
    check: Annotated[bool, typer.Option("--check", help="Do they hold today? / 现在都答对吗")] = False,
    as_json: AsJson = False,
) -> None:
    """The pinned questions / 列出钉住的问题."""
    run(_pins(check=check, as_json=as_json))


@kb.command("unpin")
def kb_unpin(pin: Annotated[str, typer.Argument(help="Its id, or the question / 编号或原问题")]) -> None:
    """Take a pinned question off / 取下一个钉住的问题."""
    run(_unpin(pin))


# --- work ----------------------------------------------------------------------------------------


async def _gaps(since: str, language: Language | None, *, limit: int, as_json: bool) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        now = knowledge.clock()
        begun = _since(since, knowledge.policy.time_zone, now)
        gaps = await knowledge.asking.survey.gaps(now=now, since=begun, language=language, limit=limit)
    if as_json:
        show_json([gap_json(gap) for gap in gaps])
    elif gaps:
        _show_gaps(gaps)
    else:
        out.print("没有缺口 / There is no gap.")


async def _draft(gap_id: str, since: str, language: Language | None, *, as_json: bool) -> None:
    async with open_app(read_settings()) as app:
        now = app.clerk.clock()
        begun = _since(since, app.policy.time_zone, now)
        made = await app.assist.gap_drafts.of(gap_id, now=now, since=begun, language=language)
    if made is None:
        raise Stop(_NO_GAP)
    if as_json:
        show_json(gap_draft_json(made, _STATES.__getitem__))
    else:
        _show_draft(made)


async def _pin(pinned: Pinned) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        done = await knowledge.asking.pinboard.pin(pinned, now=knowledge.clock())
    if isinstance(done, Declined):
        raise Stop(_NO[done.why])
    out.print(f"已钉住 / Pinned: {done.pinned.id}", highlight=False)
    _show_fault(done)


async def _pins(*, check: bool, as_json: bool) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        board = knowledge.asking.pinboard
        pins = await board.pins()
        held = await board.held(pins, now=knowledge.clock()) if check else []
    if as_json:
        show_json([held_json(one) for one in held] if check else [pin_json(pinned) for pinned in pins])
    else:
        _show_pins(pins, held)
    if any(one.fault for one in held):
        raise typer.Exit(1)


async def _unpin(named: str) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        board = knowledge.asking.pinboard
        for pinned in await board.pins():
            if named in (pinned.id, pinned.question) and await board.unpin(pinned.id):
                out.print(f"已取下 / Taken off: {pinned.question}", markup=False, highlight=False)
                return
    raise Stop(_NO[No.NO_PIN])


def _since(text: str, zone: str, now: datetime) -> datetime:
    if (span := _SPAN.fullmatch(text)) is not None:
        return now - timedelta(days=int(span[1]) * (7 if span[2] == "w" else 1))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Stop(
            f"--since {text}：写 7d、4w，或日期 2026-11-01\n"
            f"--since {text}: write 7d, 4w or a day such as 2026-11-01"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


# --- what is printed -------------------------------------------------------------------------------


def _show_gaps(gaps: Sequence[Gap]) -> None:
    for gap in gaps:
        out.print(f"{gap.count:4} × {gap.title}", style="bold", markup=False, highlight=False)
        results = "，".join(f"{_RESULTS[result]} {count}" for result, count in gap.results.items())
        disliked = f"，差评 disliked {gap.disliked}" if gap.disliked else ""
        trend = f"本周 this week {gap.this_week}，上周 before {gap.week_before}"
        _dim(f"{gap.conversations} 位顾客 customers · {results}{disliked} · {trend}")
        for example in gap.examples[1:]:
            _dim(f"“{example}”")
        _dim(f"id {gap.id}")
        if gap.nearest is not None:
            how = "现在能答了 answered now by" if gap.filled else "最近的文章 nearest"
            _dim(f"{how}: {gap.nearest.slug} ({gap.nearest.score:.2f}) {gap.nearest.title}")


def _show_draft(made: GapDraft) -> None:
    """What no source says stands in yellow."""
    for draft in made.drafts:
        heading = f"草稿 draft · {draft.language.value}/{draft.slug} · {draft.title}"
        out.print(heading, style="bold", markup=False, highlight=False)
        if _STATES[draft.state]:
            _dim(_STATES[draft.state])
        for sentence in [one for one in draft.sentences if one.text.strip()]:
            mark = "" if sentence.supported else "  ← 没有依据 nothing says so"
            style = "" if sentence.supported else "yellow"
            out.print(f"  {sentence.text.strip()}{mark}", style=style, markup=False, highlight=False)
    for source in made.sources:
        _dim(f"{_FROM[source.kind]}: {' '.join(source.text.split())} {source.slug}".rstrip())
    _dim("没有保存；改好后 kb edit / kept nowhere; once it is right: xiaoer kb edit")


def _show_pins(pins: Sequence[Pinned], held: Sequence[Held]) -> None:
    faults = {one.pinned.id: one.fault for one in held}
    table = Table(Column("id", no_wrap=True), "lang", "question", "slug", "says", "author")
    if held:
        table.add_column("now")
    for pinned in pins:
        fault = faults.get(pinned.id)
        now = [f"[red]{fault.value}[/red]" if fault else "ok"] if held else []
        told_of = (
            pinned.id,
            pinned.language.value,
            pinned.question,
            pinned.slug or "—",
            pinned.says,
            pinned.author,
        )
        table.add_row(*map(escape, told_of), *now)
    out.print(table)


def _show_fault(held: Held) -> None:
    if held.fault is not None:
        says = told(held.pinned, held.fault, held.answer)
        out.print(f"现在还不是这样 / Not so today: {says.zh} / {says.en}", style="yellow", markup=False)


def _dim(text: str) -> None:
    out.print(f"       {text}", style="dim", markup=False, highlight=False)
