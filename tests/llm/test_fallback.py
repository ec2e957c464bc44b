"""A second model answers where the first is gone, unless somebody has heard the first."""

import pytest
from tests.llm.test_breaker import Model, Timer
from tests.llm.test_chat import BRIEF
from typing_extensions import override

from xiaoer.domain.llm import Brief, Gone, Heard, ModelGone, Said
from xiaoer.llm.fallback import Fallback


class Speaker(Model):
    """Says a piece aloud before it is gone."""

    def __init__(self, timer: Timer, *, says: str = "", takes_s: float = 0.0) -> None:
        super().__init__()
        self.timer, self.says, self.takes_s = timer, says, takes_s
        self.given_s: list[float] = []

    @override
    async def ask(self, brief: Brief, *, within_s: float, heard: Heard | None = None) -> Said:
        self.given_s.append(within_s)
        self.timer.now += self.takes_s
        if self.says and heard is not None:
            heard(self.says)
        return await super().ask(brief, within_s=within_s, heard=heard)


@pytest.mark.parametrize(
    "why", [Gone.SLOW, Gone.BUSY, Gone.REFUSED, Gone.BROKEN, Gone.UNREACHED, Gone.RESTING]
)
async def test_the_second_answers_within_what_is_left(why: Gone) -> None:
    timer = Timer()
    first, second = Speaker(timer, takes_s=2.0), Speaker(timer)
    first.gone = ModelGone(why)
    said = await Fallback([first, second], timer=timer).ask(BRIEF, within_s=5.0)
    assert said.text == "yes"
    assert first.given_s == [3.0]
    assert second.given_s == [3.0]


async def test_the_first_is_enough() -> None:
    timer = Timer()
    first, second = Speaker(timer), Speaker(timer)
    both = Fallback([first, second], timer=timer)
    assert (await both.ask(BRIEF, within_s=5.0)).text == "yes"
    assert second.asked == 0
    assert both.name == first.name


@pytest.mark.parametrize(("says", "why"), [("It is", Gone.BROKEN), ("", Gone.SPENT)])
async def test_not_after_it_was_heard_nor_where_the_budget_is_spent(says: str, why: Gone) -> None:
    timer = Timer()
    first, second = Speaker(timer, says=says), Speaker(timer)
    first.gone = ModelGone(why)
    with pytest.raises(ModelGone, match=why.value):
        await Fallback([first, second], timer=timer).ask(BRIEF, within_s=5.0, heard=lambda piece: True)
    assert second.asked == 0


async def test_both_may_be_gone() -> None:
    timer = Timer()
    first, second = Speaker(timer), Speaker(timer)
    first.gone, second.gone = ModelGone(Gone.BROKEN), ModelGone(Gone.UNREACHED)
    with pytest.raises(ModelGone, match="unreached"):
        await Fallback([first, second], timer=timer).ask(BRIEF, within_s=5.0)
