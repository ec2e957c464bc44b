"""xiaoer kb: the shop's articles, imported, published, taken back and asked."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from xiaoer.app.knowledge import open_knowledge
from xiaoer.cli import kb_pick as pick
from xiaoer.cli import kb_show as show
from xiaoer.cli.kb_lint import kb_lint
from xiaoer.cli.shared import Stop, out, read_settings, run
from xiaoer.domain.knowledge import ArticleState, By, ImportState, Name, Scope
from xiaoer.domain.knowledge_ports import WantedVersions
from xiaoer.domain.words import Language
from xiaoer.knowledge.importing import Job, Source
from xiaoer.knowledge.markdown import written
from xiaoer.knowledge.wire import answered_json, import_json, version_json
from xiaoer.text.language import language_of

kb = typer.Typer(help="The shop's articles / 店铺的知识库", no_args_is_help=True)
kb.command("lint")(kb_lint)

Slug = Annotated[str, typer.Argument(help="Name of the article / 文章名，例如 shipping-fee")]
InLanguage = Annotated[Language | None, typer.Option(help="zh or en; none: both / 语言，不写表示两种")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON / 输出 JSON")]
Author = Annotated[str, typer.Option(help="Who does it, for the record / 记在谁名下")]


@kb.command("import")
def kb_import(
    source: Annotated[
        str, typer.Argument(help="File, folder, address or sitemap / 文件、文件夹、网址或站点地图")
    ],
    *,
    publish: Annotated[bool, typer.Option("--publish", help="At once, not as drafts / 直接发布")] = False,
    language: Annotated[Language | None, typer.Option(help="zh or en; none: told / 语言")] = None,
    tickets: Annotated[bool, typer.Option("--tickets", help="Rows are past questions / 历史工单")] = False,
    author: Author = "cli",
    as_json: AsJson = False,
) -> None:
    """Make drafts of what the shop already has / 把店里现有的资料变成草稿."""
    what = pick.source_of(source, language=language, tickets=tickets)
    run(_import(what, author=author, publish=publish, as_json=as_json))


@kb.command("list")
def kb_list(
    *,
    language: InLanguage = None,
    state: Annotated[
        list[ArticleState] | None, typer.Option(help="draft, published, archived / 状态，可多选")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Articles and their versions; without --state, what is not archived / 列出文章."""
    states = state or [ArticleState.DRAFT, ArticleState.PUBLISHED]
    run(_list(WantedVersions(states=states, language=language), as_json=as_json))


@kb.command("show")
def kb_show(
    slug: Slug,
    *,
    language: InLanguage = None,
    version: Annotated[int | None, typer.Option(help="Which; none: the published one / 第几版")] = None,
    as_json: AsJson = False,
) -> None:
    """An article as Markdown, as `kb edit` takes it / 显示一篇文章."""
    run(_show(slug, language, number=version, as_json=as_json))


@kb.command("history")
def kb_history(slug: Slug, *, language: InLanguage = None, as_json: AsJson = False) -> None:
    """All versions of an article / 一篇文章的所有版本."""
    run(_history(slug, language, as_json=as_json))


@kb.command("edit")
def kb_edit(  # noqa: PLR0913 - options of a command
    slug: Slug,
    file: Annotated[Path, typer.Argument(help="Markdown with its head / 带开头的 Markdown 文件")],
    *,
    language: Annotated[Language, typer.Option(help="zh or en / 语言")],
    valid_from: Annotated[str, typer.Option(help="2026-10-01: from that day on / 从这天起")] = "",
    valid_until: Annotated[str, typer.Option(help="2026-10-07: that day still / 到这天为止（含）")] = "",
    region: Annotated[str, typer.Option(help="Country, such as DE; none: all / 国家代码")] = "",
    channel: Annotated[str, typer.Option(help="web, email ...; none: all / 渠道")] = "",
    author: Author = "cli",
) -> None:
    """A new draft from a Markdown file / 用 Markdown 文件新建一版草稿."""
    bounds = pick.Bounds(valid_from=valid_from, valid_until=valid_until, region=region, channel=channel)
    run(_edit(Name(slug, language), file, bounds=bounds, author=author))


@kb.command("publish")
def kb_publish(
    slug: Annotated[str, typer.Argument(help="Name of the article / 文章名")] = "",
    *,
    language: InLanguage = None,
    version: Annotated[int | None, typer.Option(help="Which; none: the newest draft / 第几版")] = None,
    all_drafts: Annotated[
        bool, typer.Option("--all-drafts", help="The newest of each / 所有最新草稿")
    ] = False,
) -> None:
    """From now on customers hear it / 发布，从现在起顾客会听到."""
    if bool(slug) == all_drafts:
        raise Stop(
            "写文章名，或者写 --all-drafts（二选一）\nName an article or write --all-drafts: one of the two"
        )
    run(_publish(slug, language, number=version))


@kb.command("archive")
def kb_archive(
    slug: Slug,
    *,
    language: InLanguage = None,
    version: Annotated[int | None, typer.Option(help="Which; none: the published one / 第几版")] = None,
) -> None:
    """Say it no more, or drop a draft; it is kept / 下架或放弃草稿，历史仍保留."""
    run(_archive(slug, language, number=version))


@kb.command("rollback")
def kb_rollback(
    slug: Slug,
    *,
    language: InLanguage = None,
    to: Annotated[int | None, typer.Option(help="Which; none: the one before / 第几版，不写为上一版")] = None,
    author: Author = "cli",
) -> None:
    """Publish the text of an older version again, as a new one / 恢复旧版本."""
    run(_rollback(slug, language, to=to, author=author))


@kb.command("ask")
def kb_ask(
    question: Annotated[str, typer.Argument(help="As a customer would ask / 像顾客那样问")],
    *,
    lang: Annotated[Language | None, typer.Option(help="zh or en / 语言")] = None,
    on: Annotated[str, typer.Option(help="What on 2026-10-01? / 那天会怎么答")] = "",
    region: Annotated[str, typer.Option(help="Country of who asks, such as DE / 顾客所在国家")] = "",
    channel: Annotated[str, typer.Option(help="web, email ... / 渠道")] = "web",
    as_json: AsJson = False,
) -> None:
    """What the knowledge base answers, and with --on what it would have answered / 问知识库."""
    place = pick.Bounds(region=region, channel=channel)
    run(_ask(question, lang, on=on, place=place, as_json=as_json))


# --- work ----------------------------------------------------------------------------------------


async def _import(source: Source, *, author: str, publish: bool, as_json: bool) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        with show.progress(quiet=as_json) as progress:
            done = await knowledge.importing.now(Job(source, author, publish), progress)
    if as_json:
        show.as_json(import_json(done))
    else:
        show.imported(done)
    if done.state is not ImportState.DONE or (done.report.gate and done.report.gate.blocked):
        raise typer.Exit(1)


async def _list(wanted: WantedVersions, *, as_json: bool) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        found = await knowledge.editor.versions(wanted)
        now, zone = knowledge.clock(), knowledge.policy.time_zone
    if as_json:
        show.as_json([version_json(version, now=now) for version in found])
    else:
        show.listed(found, zone, now=now)


async def _show(slug: str, language: Language | None, *, number: int | None, as_json: bool) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        histories = await pick.histories(knowledge, slug, language)
        now, zone = knowledge.clock(), knowledge.policy.time_zone
    versions = [pick.one_of(history, number) for history in histories]
    if as_json:
        show.as_json([version_json(version, now=now) for version in versions])
        return
    for version in versions:
        show.headline(version, zone)
        print(written(version.article), end="")


async def _history(slug: str, language: Language | None, *, as_json: bool) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        histories = await pick.histories(knowledge, slug, language)
        now, zone = knowledge.clock(), knowledge.policy.time_zone
    versions = [version for history in histories for version in history]
    if as_json:
        show.as_json([version_json(version, now=now) for version in versions])
    else:
        show.listed(versions, zone, now=now)


async def _edit(name: Name, file: Path, *, bounds: pick.Bounds, author: str) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        article = pick.article_of(name, file, bounds, knowledge)
        made = await knowledge.editor.draft(article, by=By(author, file.name), now=knowledge.clock())
    show.done(made, "已存为草稿（发布：xiaoer kb publish）", "is a draft (go live: xiaoer kb publish)")


async def _publish(slug: str, language: Language | None, *, number: int | None) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        if slug:
            refs = pick.drafts_of(await pick.histories(knowledge, slug, language), number)
        else:
            refs = await knowledge.editor.ready()
        if not refs:
            out.print("没有待发布的草稿 / There is no draft to publish.")
            return
        with show.gate(knowledge.asking.gate.watch):
            done = await knowledge.editor.publish(refs, now=knowledge.clock())
    show.done(done, "已发布", "is published")


async def _archive(slug: str, language: Language | None, *, number: int | None) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        for history in await pick.histories(knowledge, slug, language):
            ref = pick.one_of(history, number).ref
            done = await knowledge.editor.archive(ref, now=knowledge.clock())
            show.done(done, "已下架", "is archived")


async def _rollback(slug: str, language: Language | None, *, to: int | None, author: str) -> None:
    async with open_knowledge(read_settings()) as knowledge:
        histories = await pick.histories(knowledge, slug, language)
        for ref in [pick.before(history, to).ref for history in histories]:
            by = By(author, f"kb rollback --to {ref.number}")
            with show.gate(knowledge.asking.gate.watch):
                done = await knowledge.editor.restore(ref, by=by, now=knowledge.clock(), publish=True)
            show.done(
                done, f"已发布（第 {ref.number} 版的内容）", f"is published, with the text of {ref.number}"
            )


async def _ask(
    question: str, language: Language | None, *, on: str, place: pick.Bounds, as_json: bool
) -> None:
    language = language or language_of(question, Language.ZH)
    async with open_knowledge(read_settings()) as knowledge:
        scope = Scope(now=knowledge.clock(), region=place.region.upper(), channel=place.channel)
        zone = knowledge.policy.time_zone
        then = replace(scope, now=pick.moment_of(on, zone, now=scope.now)) if on else None
        past = await knowledge.hindsight.then(question, language, then) if then else None
        today = await knowledge.hindsight.now(question, language, scope)
    if as_json:
        show.as_json({"now": answered_json(today), "then": answered_json(past) if past else None})
        return
    for answered in filter(None, (past, today)):
        show.answered(answered, zone)
