"""Which versions a command means, and what a file or a day on the command line stands for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from xiaoer.app.knowledge import Knowledge
from xiaoer.cli.shared import Stop
from xiaoer.domain.knowledge import Article, ArticleState, Name, Ref, Version
from xiaoer.domain.knowledge_ports import WantedVersions
from xiaoer.domain.words import Language
from xiaoer.knowledge.importing import Source
from xiaoer.knowledge.markdown import LARGEST_BYTES, BadArticles, read_article
from xiaoer.knowledge.moments import as_of, begins_on, over_on

History = Sequence[Version]  # of one article in one language, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """As they were typed."""

    valid_from: str = ""
    valid_until: str = ""
    region: str = ""
    channel: str = ""


async def histories(knowledge: Knowledge, slug: str, language: Language | None) -> list[History]:
    """One for each language it is written in."""
    found = await knowledge.editor.versions(WantedVersions(slug=slug, language=language))
    if not found:
        raise Stop(
            f"没有这篇文章：{slug}。看看有哪些：xiaoer kb list\n"
            f"There is no article {slug}. See what there is: xiaoer kb list"
        )
    by_name: dict[Name, list[Version]] = {}
    for version in found:
        by_name.setdefault(version.article.name, []).append(version)
    return list(by_name.values())


def one_of(history: History, number: int | None) -> Version:
    """That version; else the published one, else the newest."""
    if number is not None:
        return _numbered(history, number)
    published = [version for version in history if version.state is ArticleState.PUBLISHED]
    return (published or history)[-1]


def drafts_of(found: Iterable[History], number: int | None) -> list[Ref]:
    """That version, or the newest draft, in each language that has one."""
    if number is not None:
        return [_numbered(history, number).ref for history in found]
    drafts = ([v for v in history if v.state is ArticleState.DRAFT] for history in found)
    return [of_one[-1].ref for of_one in drafts if of_one]


def before(history: History, number: int | None) -> Version:
    """That version; else what was said before what is said now."""
    if number is not None:
        return _numbered(history, number)
    former = [v for v in history if v.state is ArticleState.ARCHIVED and v.published_at is not None]
    if not former:
        name, see = f"{history[0].article.language.value}/{history[0].article.slug}", "xiaoer kb history"
        raise Stop(
            f"{name} 没有更早发布过的版本。看看各版本：{see}\n"
            f"Nothing was published of {name} before. See its versions: {see}"
        )
    return max(former, key=lambda version: (version.published_at, version.number))


def source_of(text: str, *, language: Language | None, tickets: bool) -> Source:
    """An address, or a file or folder that is there."""
    if text.lower().startswith(("http://", "https://")):
        return Source(name=text, language=language)
    path = Path(text).expanduser()
    if not path.exists():
        raise Stop(f"没有这个文件或文件夹：{text}\nThere is no file or folder {text}")
    return Source(name=path.name or text, path=path, language=language, tickets=tickets)


def article_of(name: Name, file: Path, bounds: Bounds, knowledge: Knowledge) -> Article:
    zone = knowledge.policy.time_zone
    try:
        article = read_article(_text(file), slug=name.slug, language=name.language, now=knowledge.clock())
    except BadArticles as bad:
        raise Stop(f"{file}：文章格式有误 / cannot be used: {bad}") from None
    return replace(
        article,
        valid_from=_day("--valid-from", bounds.valid_from, zone) if bounds.valid_from else None,
        valid_until=_day("--valid-until", bounds.valid_until, zone) if bounds.valid_until else None,
        region=bounds.region.upper(),
        channel=bounds.channel,
    )


def moment_of(text: str, zone: str, *, now: datetime) -> datetime:
    """`--on`."""
    try:
        return as_of(text, zone, now=now)
    except ValueError:
        raise _no_day("--on", text) from None


def _day(option: str, text: str, zone: str) -> datetime:
    try:
        return (over_on if option == "--valid-until" else begins_on)(text, zone)
    except ValueError:
        raise _no_day(option, text) from None


def _no_day(option: str, text: str) -> Stop:
    return Stop(
        f"{option} {text}：写日期，例如 2026-10-01，或时刻，例如 2026-10-01T12:00\n"
        f"{option} {text}: write a day such as 2026-10-01, or a moment such as 2026-10-01T12:00"
    )


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise Stop(f"{file}：最多 {LARGEST_BYTES // 1024} kB / at most {LARGEST_BYTES // 1024} kB")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise Stop(f"{file}：读不了 / cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Stop(f"{file}：请存为 UTF-8 / save it as UTF-8") from None


def _numbered(history: History, number: int) -> Version:
    found = next((version for version in history if version.number == number), None)
    if found is None:
        name = history[0].article.name
        raise Stop(
            f"{name.language.value}/{name.slug} 没有第 {number} 版（共 {len(history)} 版）\n"
            f"{name.language.value}/{name.slug} has no version {number}; it has {len(history)}"
        )
    return found
