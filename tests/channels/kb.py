"""The staff's side of the knowledge base over HTTP, with a reader that finds what it is told to find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import anyio
from fastapi import APIRouter
from tests.learn.replays import by_search

from xiaoer.channels.web import gaps, knowledge, knowledge_imports
from xiaoer.domain.knowledge import Article, Finding, GateReport, Remark
from xiaoer.domain.knowledge_ports import Gate
from xiaoer.domain.words import Language, Words
from xiaoer.knowledge.current import Current
from xiaoer.knowledge.editor import Editor, OpenGate
from xiaoer.knowledge.hindsight import Hindsight
from xiaoer.knowledge.importing import Importing, Source
from xiaoer.knowledge.intake import Findings, Found, Intake, Progress
from xiaoer.learn.pinning import Pinboard
from xiaoer.learn.survey import Survey
from xiaoer.policies.file import load_policy
from xiaoer.store.articles import SqlArticles
from xiaoer.store.engine import Store
from xiaoer.store.imports import SqlImports
from xiaoer.store.questions import SqlPins, SqlQuestions

POLICY = load_policy(Path(str(files("xiaoer.shops.demo"))) / "policy.yaml")
TEXT: dict[str, Any] = {
    "title": "运费多少？",
    "group": "delivery",
    "questions": ["包邮吗"],
    "body": "订单满 ¥99 免运费，不满 ¥99 收 ¥8。",
}
FEE: dict[str, Any] = {"slug": "shipping-fee", "language": "zh", **TEXT}
ONE = "/articles/shipping-fee/zh"


@dataclass
class LineReader:
    """Of a file, each line is an article: slug, title and body with | between; anything else is skipped."""

    waits: anyio.Event | None = None
    breaks: bool = False
    sources: list[Source] = field(default_factory=list)
    begun: anyio.Event = field(default_factory=anyio.Event)

    async def read(self, source: Source, progress: Progress) -> Findings:
        self.sources.append(source)
        self.begun.set()
        if self.waits is not None:
            progress(1, 3, source.name)
            await self.waits.wait()
        if self.breaks:
            raise OSError("gone")
        lines = source.path.read_text("utf-8").splitlines() if source.path else [f"page|{source.name}|文字。"]
        found, skipped = [], []
        for number, line in enumerate(lines, 1):
            where, parts = f"{source.name}:{number}", line.split("|")
            if len(parts) == 3:
                found.append(Found(_article(*parts), where, for_person="工单" in line))
            else:
                skipped.append(Remark(where, Words(f"{where}: 读不懂", f"{where}: not understood")))
        return Findings(found=tuple(found), skipped=tuple(skipped))


def _article(slug: str, title: str, body: str) -> Article:
    return Article(
        slug=slug,
        language=Language.ZH,
        title=title,
        group="other",
        questions=(),
        body=body,
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@dataclass
class Closable:
    """A gate that blocks what says a word."""

    word: str = ""
    seen: list[tuple[list[str], list[str]]] = field(default_factory=list)

    async def check(self, before: Sequence[Article], after: Sequence[Article]) -> GateReport:
        self.seen.append(([a.slug for a in before], [a.slug for a in after]))
        wrong = [a for a in after if self.word and self.word in a.body]
        says = Words("与规则不符", "contradicts the policy")
        return GateReport(tuple(Finding(rule="word", says=says, blocks=True, name=a.name) for a in wrong))


@dataclass
class Kb:
    """What a test of it reaches for."""

    editor: Editor
    hindsight: Hindsight
    importing: Importing
    current: Current
    clock: Callable[[], datetime]
    survey: Survey
    pinboard: Pinboard

    @property
    def routers(self) -> list[APIRouter]:
        return [
            knowledge.router(self.editor, self.hindsight, POLICY, self.clock),
            knowledge_imports.router(self.importing),
            gaps.router(self.survey, self.pinboard, self.clock),
        ]


def furnish_kb(
    store: Store,
    clock: Callable[[], datetime],
    gate: Gate | None = None,
    reader: LineReader | None = None,
) -> Kb:
    articles = SqlArticles(store)
    current = Current(articles, POLICY.shop_id)
    editor = Editor(articles, POLICY.shop_id, gate=gate or OpenGate(), changed=current.refresh)
    importing = Importing(
        Intake(editor, clock),
        SqlImports(store),
        reader or LineReader(),
        shop_id=POLICY.shop_id,
        clock=clock,
    )
    survey = Survey(SqlQuestions(store), articles, POLICY.shop_id)
    pinboard = Pinboard(SqlPins(store), articles, POLICY.shop_id, replays=by_search)
    hindsight = Hindsight(articles, POLICY.shop_id, current)
    return Kb(editor, hindsight, importing, current, clock, survey, pinboard)
