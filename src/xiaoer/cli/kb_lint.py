"""xiaoer kb lint: what is wrong with the articles, before a customer finds it."""

from collections.abc import Sequence
from typing import Annotated

import typer

from xiaoer.app.knowledge import Knowledge, open_knowledge
from xiaoer.cli.kb_show import MOST_LINES, as_json
from xiaoer.cli.shared import Stop, out, read_settings, run
from xiaoer.domain.knowledge import Article, ArticleState
from xiaoer.domain.knowledge_ports import WantedVersions
from xiaoer.knowledge.lint import Finding, Ours, Severity, lint

_FEWEST_DIGITS = 5  # of a phone number that is the shop's own
_SHOWN = {Severity.ERROR: "错误 error", Severity.WARNING: "提醒 warning"}


def kb_lint(
    *,
    drafts: Annotated[
        bool, typer.Option("--drafts", help="As if the newest drafts were published / 把最新草稿当作已发布")
    ] = False,
    own: Annotated[
        list[str] | None,
        typer.Option(
            help="A mail domain or phone of the shop, which may be named / 店铺自己的邮箱域名或电话"
        ),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="As JSON / 输出 JSON")] = False,
) -> None:
    """Look for what is out of date, contradicts or does not belong there; fails on errors / 检查知识库."""
    found = run(_lint(_ours(own or ()), drafts=drafts))
    if json_:
        as_json([finding_json(finding) for finding in found])
    else:
        _show(found)
    if any(finding.severity is Severity.ERROR for finding in found):
        raise typer.Exit(1)


def finding_json(finding: Finding) -> dict[str, str]:
    return {
        "severity": finding.severity.value,
        "kind": finding.kind.value,
        "slug": finding.name.slug,
        "language": finding.name.language.value,
        "where": finding.where,
        "detail": finding.detail,
        "zh": finding.says.zh,
        "en": finding.says.en,
    }


async def _lint(ours: Ours, *, drafts: bool) -> list[Finding]:
    async with open_knowledge(read_settings()) as knowledge:
        articles = await _articles(knowledge, drafts=drafts)
        phone = "".join(filter(str.isdigit, knowledge.policy.phone))
        return lint(articles, now=knowledge.clock(), ours=Ours(ours.domains, ours.phones | ({phone} - {""})))


async def _articles(knowledge: Knowledge, *, drafts: bool) -> list[Article]:
    """What is published, whether it is said already or any more."""
    published = await knowledge.editor.versions(WantedVersions(states=[ArticleState.PUBLISHED]))
    articles = {version.article.name: version.article for version in published}
    for ref in await knowledge.editor.ready() if drafts else ():
        if (draft := await knowledge.editor.version(ref)) is not None:
            articles[draft.article.name] = draft.article
    return [articles[name] for name in sorted(articles)]


def _ours(named: Sequence[str]) -> Ours:
    domains = {name.rpartition("@")[2].lower() for name in named if "." in name}
    phones = {"".join(filter(str.isdigit, name)) for name in named if "." not in name}
    if any(len(phone) < _FEWEST_DIGITS for phone in phones):
        raise Stop(
            "--own 写邮箱域名（如 shop.com）或电话号码\n"
            "--own: write a mail domain such as shop.com, or a phone number"
        )
    return Ours(frozenset(domains), frozenset(phones))


def _show(found: Sequence[Finding]) -> None:
    for finding in found[:MOST_LINES]:
        name = f"{finding.name.language.value}/{finding.name.slug}"
        out.print(f"{_SHOWN[finding.severity]}  {name}  {finding.where}: {finding.detail}", markup=False)
        out.print(f"    {finding.says.zh} / {finding.says.en}", markup=False, style="dim")
    if len(found) > MOST_LINES:
        out.print(f"… +{len(found) - MOST_LINES}（全部：--json / all of them: --json）", markup=False)
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    out.print(
        f"{errors} 个错误，{len(found) - errors} 个提醒 / {errors} errors, {len(found) - errors} warnings"
    )
