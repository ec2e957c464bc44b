"""How far the model is let in, as one process knows it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from typing_extensions import override

from xiaoer.decide.rollout import Rollout
from xiaoer.domain.ids import ShopId
from xiaoer.domain.rollout import Mode, Turned
from xiaoer.domain.rollout_ports import Switches

SHOP = ShopId("here")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Kept(Switches):
    """In memory. An answer that is on its way may be held up."""

    def __init__(self) -> None:
        self.every: list[Turned] = []
        self.held: asyncio.Event | None = None

    @override
    async def turned(self, shop_id: ShopId, *, after: int = 0) -> Sequence[Turned]:
        found, held = [one for one in self.every if one.place > after], self.held
        if held is not None:
            await held.wait()
        return found

    @override
    async def turn(self, shop_id: ShopId, to: Sequence[Turned], *, after: int) -> Sequence[Turned] | None:
        self.every += to
        return to

    def set(self, mode: Mode) -> None:
        self.every.append(Turned(intent="*", mode=mode, by="mei", at=NOW, place=len(self.every) + 1))


async def test_an_answer_that_was_held_up_brings_nothing_back() -> None:
    """The clock looks while somebody switches the model off by hand."""
    switches = Kept()
    rollout = Rollout(switches, SHOP, begins=Mode.AUTOMATIC, share=0.1)
    switches.set(Mode.AUTOMATIC)
    switches.held = asyncio.Event()
    by_the_clock = asyncio.create_task(rollout.look())
    await asyncio.sleep(0)
    held, switches.held = switches.held, None
    switches.set(Mode.OFF)
    await rollout.look()
    assert not rollout.let_in()
    held.set()
    await by_the_clock
    assert not rollout.let_in()
    switches.set(Mode.AUTOMATIC)
    await rollout.look()
    assert rollout.let_in()
