"""What was found in a source -> versions of articles and a report."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from xiaoer.domain.knowledge import (
    Article,
    ArticleState,
    By,
    GateReport,
    ImportReport,
    Ref,
    Remark,
    Version,
)
from xiaoer.domain.knowledge_ports import WantedVersions
from xiaoer.domain.words import Words
from xiaoer.knowledge.editor import Blocked, Editor, Published, Unsound

_LIVING = (ArticleState.DRAFT, ArticleState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Found:
    """A text that could be an article, and where it was found."""

    article: Article
    source: str  # file or address, with row or page
    for_person: bool = False  # put together from past tickets: its answer must be checked or written


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a source held, and what of it was not taken."""

    found: tuple[Found, ...]
    skipped: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()


class Progress(Protocol):
    def __call__(self, done: int, total: int | None, what: str) -> None:
        """`done` of `total` (None: not known) rows, pages or files of `what`. May come from any thread."""


@dataclass(slots=True)
class _Tray:
    drafts: list[Ref] = field(default_factory=list)
    same: list[Ref] = field(default_factory=list)
    to_check: list[Ref] = field(default_factory=list)
    to_publish: list[Ref] = field(default_factory=list)
    skipped: list[Remark] = field(default_factory=list)

    def put(self, version: Version, *, new: bool, for_person: bool) -> None:
        (self.drafts if new else self.same).append(version.ref)
        if for_person:
            self.to_check.append(version.ref)
        elif version.state is ArticleState.DRAFT:
            self.to_publish.append(version.ref)


class Intake:
    """Takes drafts into the shop's articles: a text that is there already makes no new version."""

    def __init__(self, editor: Editor, clock: Callable[[], datetime]) -> None:
        self._editor, self._clock = editor, clock

    async def take(
        self, findings: Findings, *, author: str, publish: bool, progress: Progress
    ) -> ImportReport:
        """With `publish`, what needs no person's look goes live together, unless the gate blocks it."""
        tray = _Tray()
        for number, found in enumerate(findings.found, 1):
            await self._keep(found, author, tray)
            progress(number, len(findings.found), found.source)
        gate = await self._publish(tray) if publish and tray.to_publish else None
        return ImportReport(
            drafts=tuple(tray.drafts),
            same=tuple(tray.same),
            to_check=tuple(tray.to_check),
            skipped=(*findings.skipped, *tray.skipped),
            notes=findings.notes,
            published=gate is not None and not gate.blocked,
            gate=gate,
        )

    async def _keep(self, found: Found, author: str, tray: _Tray) -> None:
        there = await self._newest(found.article)
        if there is not None and _equal(there.article, found.article):
            tray.put(there, new=False, for_person=found.for_person)
            return
        by = By(author, found.source)
        kept = await self._editor.draft(found.article, by=by, now=self._clock())
        if isinstance(kept, Unsound):
            tray.skipped.append(Remark(found.source, _told(found.source, kept)))
        else:
            tray.put(kept, new=True, for_person=found.for_person)

    async def _newest(self, article: Article) -> Version | None:
        wanted = WantedVersions(states=_LIVING, slug=article.slug, language=article.language)
        return max(await self._editor.versions(wanted), key=lambda version: version.number, default=None)

    async def _publish(self, tray: _Tray) -> GateReport | None:
        """What the gate said; None if others were at it all the time: then they stay drafts.

        A report of an import is kept for good: no customer's words may be in it.
        """
        done = await self._editor.publish(tray.to_publish, now=self._clock())
        return done.report.without_words if isinstance(done, Published | Blocked) else None


def _equal(one: Article, other: Article) -> bool:
    """In what a source can say: when and where it holds is the merchant's, and stays."""
    words = [(a.title, a.group, a.questions, a.body) for a in (one, other)]
    return words[0] == words[1]


def _told(source: str, unsound: Unsound) -> Words:
    zh = "；".join(f"{fault.field}：{fault.says.zh}" for fault in unsound.faults)
    en = "; ".join(f"{fault.field}: {fault.says.en}" for fault in unsound.faults)
    return Words(f"{source}：{zh}", f"{source}: {en}")
