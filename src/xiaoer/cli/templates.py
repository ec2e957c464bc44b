"""xiaoer templates: the merchant's own words, written, tried on real orders, published, measured."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from xiaoer.app import open_app
from xiaoer.cli import template_show as show
from xiaoer.cli.shared import Stop, read_settings, run
from xiaoer.domain.order import OrderState
from xiaoer.domain.templates import Finding, Template, TemplateState, WantedTemplates, Way
from xiaoer.domain.understanding import Intent, Mood
from xiaoer.domain.words import Language
from xiaoer.speak.template_text import LONGEST
from xiaoer.templates import wire
from xiaoer.templates.editor import Declined, Refused, TemplateEditor
from xiaoer.templates.trial import On

templates = typer.Typer(help="The shop's own words / 店铺自己的回复模板", no_args_is_help=True)

Ref = Annotated[str, typer.Argument(help="Id, or its beginning / 编号或开头几位")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON / 输出 JSON")]
Author = Annotated[str, typer.Option(help="Who does it, for the record / 记在谁名下")]
InMood = Annotated[Mood | None, typer.Option(help="Only then; none: any / 只在这种情绪下")]
Text = Annotated[str, typer.Option(help="What is to be said / 模板文字")]


@templates.command("list")
def templates_list(
    *,
    intent: Annotated[str, typer.Option(help="Such as track_parcel / 意图")] = "",
    language: Annotated[Language | None, typer.Option(help="zh or en / 语言")] = None,
    state: Annotated[
        list[TemplateState] | None, typer.Option(help="draft, published, archived / 状态，可多选")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Templates and their versions; without --state, what is not archived / 列出模板."""
    wanted = WantedTemplates(
        states=tuple(state or (TemplateState.DRAFT, TemplateState.PUBLISHED)),
        intent=Intent(intent) if intent else None,
        language=language,
    )
    run(_list(wanted, as_json=as_json))


@templates.command("show")
def templates_show(ref: Ref, *, as_json: AsJson = False) -> None:
    """One version, and the history of its way of saying it / 显示一个模板和它的历史."""
    run(_show(ref, as_json=as_json))


@templates.command("fields")
def templates_fields(intent: Annotated[str, typer.Argument(help="Such as track_parcel / 意图")]) -> None:
    """What a template of this intent may name / 这个意图能用的字段."""
    run(_fields(intent))


@templates.command("write")
def templates_write(  # noqa: PLR0913 - options of a command
    intent: Annotated[str, typer.Argument(help="Such as track_parcel / 意图")],
    *,
    language: Annotated[Language, typer.Option(help="zh or en / 语言")],
    mood: InMood = None,
    variant: Annotated[str, typer.Option(help="Name of this way: a, b ... / 变体名")] = "a",
    text: Text = "",
    file: Annotated[Path | None, typer.Option(help="Text from a file; -: standard input / 从文件读")] = None,
    author: Author = "cli",
    as_json: AsJson = False,
) -> None:
    """A new draft / 新建一版草稿."""
    way = Way(intent=Intent(intent), language=language, mood=mood, variant=variant)
    run(_write(way, _text(text, file), author=author, as_json=as_json))


@templates.command("preview")
def templates_preview(  # noqa: PLR0913 - options of a command
    ref: Annotated[
        str, typer.Argument(help="Id; or --intent and --text / 编号，或者用 --intent 和 --text")
    ] = "",
    *,
    intent: Annotated[str, typer.Option(help="Of a text not kept yet / 还没保存的文字的意图")] = "",
    language: Annotated[Language, typer.Option(help="zh or en / 语言")] = Language.ZH,
    text: Text = "",
    order: Annotated[str, typer.Option(help="Number of an order / 订单号")] = "",
    email: Annotated[str, typer.Option(help="Of a customer / 顾客邮箱")] = "",
    state: Annotated[OrderState | None, typer.Option(help="An order in this state / 某种状态的订单")] = None,
    as_json: AsJson = False,
) -> None:
    """How it reads on a real order, in each language; nothing is said / 在真实订单上预览."""
    if bool(ref) == bool(intent and text):
        raise Stop("写模板编号，或者写 --intent 和 --text\nName a template, or write --intent and --text")
    given = (Way(intent=Intent(intent), language=language), text) if intent else None
    run(_preview(ref, given, On(order_id=order, email=email, state=state), as_json=as_json))


@templates.command("publish")
def templates_publish(ref: Ref) -> None:
    """Say a draft from now on; it is tried on recent orders first / 发布."""
    run(_publish(ref))


@templates.command("archive")
def templates_archive(ref: Ref) -> None:
    """Say it no more, or drop a draft; it is kept / 下架或放弃草稿，历史仍保留."""
    run(_archive(ref))


@templates.command("rollback")
def templates_rollback(ref: Ref, *, author: Author = "cli") -> None:
    """Say an earlier version again, as a new one / 恢复以前的一版."""
    run(_roll_back(ref, author=author))


@templates.command("report")
def templates_report(
    *,
    days: Annotated[int, typer.Option(help="The last days / 最近多少天", min=1, max=365)] = 90,
    as_json: AsJson = False,
) -> None:
    """Uses, thumbs and hand-offs of each version, with how sure that is / 各版本的效果."""
    run(_report(days, as_json=as_json))


# --- work ------------------------------------------------------------------------------------------


@asynccontextmanager
async def _opened() -> AsyncIterator[tuple[TemplateEditor, datetime]]:
    async with open_app(read_settings()) as app:
        yield app.own_words.editor, app.clerk.clock()


async def _list(wanted: WantedTemplates, *, as_json: bool) -> None:
    async with _opened() as (editor, _):
        found = await editor.templates(wanted)
    if as_json:
        show.as_json([wire.template_json(one) for one in found])
    else:
        show.listed(found)


async def _show(ref: str, *, as_json: bool) -> None:
    async with _opened() as (editor, _):
        found = await _one(editor, ref)
        history = await editor.history(found.way)
    if as_json:
        told = [wire.template_json(one) for one in history]
        show.as_json({"template": wire.template_json(found), "history": told})
    else:
        show.whole(found, history)


async def _fields(intent: str) -> None:
    async with _opened() as (editor, _):
        found = editor.fields(Intent(intent))
    if isinstance(found, Finding):
        raise show.refusal(Refused((found,)))
    show.fields(found)


async def _write(way: Way, text: str, *, author: str, as_json: bool) -> None:
    async with _opened() as (editor, now):
        done = await editor.write(way, text, author=author, now=now)
    if isinstance(done, Refused):
        raise show.refusal(done)
    if as_json:
        show.as_json(wire.kept_json(done))
    else:
        show.kept(done)


async def _preview(ref: str, given: tuple[Way, str] | None, on: On, *, as_json: bool) -> None:
    async with _opened() as (editor, _):
        if given is None:
            found = await _one(editor, ref)
            given = found.way, found.text
        previews = await editor.preview(*given, on)
    if isinstance(previews, Refused | Declined):
        raise show.refusal(previews)
    if as_json:
        show.as_json([wire.preview_json(one) for one in previews])
    else:
        show.previews(previews)


async def _publish(ref: str) -> None:
    async with _opened() as (editor, now):
        done = await editor.publish((await _one(editor, ref)).id, now=now)
    if isinstance(done, Refused | Declined):
        raise show.refusal(done)
    show.kept(done)


async def _archive(ref: str) -> None:
    async with _opened() as (editor, now):
        gone = await editor.archive((await _one(editor, ref)).id, now=now)
    if isinstance(gone, Declined):
        raise show.refusal(gone)
    show.listed([gone])


async def _roll_back(ref: str, *, author: str) -> None:
    async with _opened() as (editor, now):
        done = await editor.roll_back((await _one(editor, ref)).id, author=author, now=now)
    if isinstance(done, Refused | Declined):
        raise show.refusal(done)
    show.kept(done)


async def _report(days: int, *, as_json: bool) -> None:
    async with _opened() as (editor, now):
        rows = await editor.report(now - timedelta(days=days))
    if as_json:
        show.as_json([wire.row_json(row) for row in rows])
    else:
        show.report(rows)


async def _one(editor: TemplateEditor, ref: str) -> Template:
    """By its id or the beginning of it."""
    fit = [one for one in await editor.templates(WantedTemplates()) if one.id.startswith(ref)]
    if len(fit) == 1:
        return fit[0]
    if fit:
        raise Stop(
            f"有 {len(fit)} 个模板的编号以 {ref} 开头，请多写几位\n{len(fit)} ids begin so: write more of it"
        )
    raise Stop(
        f"没有编号为 {ref} 的模板。看看有哪些：xiaoer templates list --state draft --state published\n"
        f"There is no template {ref}. See what there is: xiaoer templates list"
    )


def _text(text: str, file: Path | None) -> str:
    if bool(text) == (file is not None):
        raise Stop("写 --text 或 --file（二选一）\nWrite --text or --file: one of the two")
    if file is None:
        return text
    try:
        raw = sys.stdin.buffer.read(_MOST_BYTES + 1) if str(file) == "-" else _bytes(file)
        if len(raw) > _MOST_BYTES:
            raise Stop(f"模板最多 {LONGEST} 个字\nA template has at most {LONGEST} characters")
        return raw.decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(
            f"{file} 读不了，要一个 UTF-8 文本文件\n{file} cannot be read ({error}): give a UTF-8 text"
        ) from None


_MOST_BYTES = LONGEST * 4  # of UTF-8; what is longer is refused by its length


def _bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES + 1)
