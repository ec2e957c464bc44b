"""Imports as they are kept, on both databases."""

from datetime import timedelta

from tests.store.samples import NOW, SHOP

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Finding, GateReport, ImportReport, ImportState, Name, Ref, Remark
from xiaoer.domain.words import Language, Words
from xiaoer.store.engine import Store
from xiaoer.store.imports import SqlImports

REF = Ref("returns", Language.ZH, 2)
REPORT = ImportReport(
    drafts=(REF,),
    same=(Ref("fee", Language.EN, 1),),
    to_check=(REF,),
    skipped=(Remark("faq.csv:3", Words("没有答案", "no answer")),),
    published=False,
    gate=GateReport(
        (Finding(rule="pinned", says=Words("变了", "changed"), blocks=True, name=Name("fee", Language.EN)),)
    ),
)


async def test_from_its_beginning_to_its_report(store: Store) -> None:
    imports = SqlImports(store)
    begun = await imports.begin(SHOP, "faq.csv", author="lin", now=NOW)
    assert (begun.state, begun.done, begun.total, begun.report) == (
        ImportState.RUNNING,
        0,
        None,
        ImportReport(),
    )
    await imports.note(begun.id, done=3, total=9)
    running = await imports.get(SHOP, begun.id)
    assert running is not None
    assert (running.done, running.total) == (3, 9)
    later = NOW + timedelta(minutes=1)
    await imports.finish(begun.id, REPORT, state=ImportState.DONE, now=later)
    ended = await imports.get(SHOP, begun.id)
    assert ended is not None
    assert (ended.state, ended.report, ended.finished_at) == (ImportState.DONE, REPORT, later)
    await imports.note(begun.id, done=1, total=1)
    await imports.finish(begun.id, ImportReport(), state=ImportState.FAILED, now=later)
    assert await imports.get(SHOP, begun.id) == ended
    assert await imports.get(ShopId("other"), begun.id) is None


async def test_the_newest_first_and_what_was_cut_off_has_failed(store: Store) -> None:
    imports = SqlImports(store)
    made = [
        await imports.begin(SHOP, f"{hours}.csv", author="lin", now=NOW + timedelta(hours=hours))
        for hours in range(3)
    ]
    now = NOW + timedelta(hours=3)
    await imports.give_up(NOW + timedelta(hours=1), now=now)
    latest = await imports.latest(SHOP, limit=2)
    assert [this.id for this in latest] == [made[2].id, made[1].id]
    states = [this.state for this in await imports.latest(SHOP, limit=9)]
    assert states == [ImportState.RUNNING, ImportState.RUNNING, ImportState.FAILED]
