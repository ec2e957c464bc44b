"""Processes that share a database: what one publishes, the other says; and each turn names what it knew."""

from dataclasses import replace

from tests.clock import Clock
from tests.turns.counter import Talk
from tests.turns.house import Opened

from xiaoer.domain.knowledge import Article, By, Name
from xiaoer.domain.words import Language
from xiaoer.knowledge.editor import Published

FEE = Name("shipping-fee", Language.ZH)


async def test_what_one_process_publishes_the_other_says(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _), opened(clock) as (other, _):
        talk = await Talk.start(other, clock)
        assert "今年起" not in (await talk.says("运费怎么收？"))["text"]
        [version] = [v for v in await app.knowledge.editor.history(FEE) if v.holds(clock())]
        changed = replace(version.article, body=f"今年起，{version.article.body}")
        done = await app.knowledge.editor.issue(changed, by=By("lin"), now=clock())
        assert isinstance(done, Published)
        await other.clockwork.upkeep.look(clock())
        assert "今年起" in (await talk.says("运费怎么收？"))["text"]
        named = [record.versions["knowledge"] for record in talk.records]
        assert named[0] != named[1] == app.knowledge.current.library.version


async def test_a_text_for_another_channel_is_not_said_here(opened: Opened) -> None:
    clock, asked = Clock(), "寄信到信箱多久有回音？"
    async with opened(clock) as (app, _):
        talk = await Talk.start(app, clock)
        mailed = Article(
            slug="mailbox",
            language=Language.ZH,
            title=asked,
            group="service",
            questions=(),
            body="信箱里的来信两天内有回音。",
            updated_at=clock(),
            channel="email",
        )
        assert isinstance(await app.knowledge.editor.issue(mailed, by=By("lin"), now=clock()), Published)
        assert "两天内有回音" not in (await talk.says(asked))["text"]
        everywhere = replace(mailed, channel="")
        clock.forward(minutes=1)
        assert isinstance(await app.knowledge.editor.issue(everywhere, by=By("lin"), now=clock()), Published)
        assert "两天内有回音" in (await talk.says(asked))["text"]
