"""Who fails five times rests for half a minute; then one asks whether it is back."""

import asyncio

import pytest
from tests.llm.test_chat import BRIEF
from typing_extensions import override

from xiaoer.domain.llm import Brief, Gone, Heard, LanguageModel, ModelGone, Said
from xiaoer.llm.breaker import FAILURES, LONGEST_WAIT_S, RESTS_S, Breaker, Standing


class Model(LanguageModel):
    """Fails while it is told to; slow while it is held."""

    def __init__(self) -> None:
        self.gone: ModelGone | None = None
        self.asked = 0
        self.free = asyncio.Event()
        self.free.set()

    @property
    @override
    def name(self) -> str:
        return "m@here"

    @override
    async def ask(self, brief: Brief, *, within_s: float, heard: Heard | None = None) -> Said:
        self.asked += 1
        await self.free.wait()
        if self.gone is not None:
            raise self.gone
        return Said(text="yes")


class Timer:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def timer() -> Timer:
    return Timer()


async def why(breaker: Breaker) -> str:
    try:
        return (await breaker.ask(BRIEF, within_s=1)).text
    except ModelGone as gone:
        return gone.why.value


async def test_after_five_failures_it_is_left_alone(model: Model, timer: Timer) -> None:
    breaker = Breaker(model, timer=timer)
    model.gone = ModelGone(Gone.BROKEN)
    assert [await why(breaker) for _ in range(FAILURES + 2)] == ["broken"] * FAILURES + ["resting"] * 2
    assert (model.asked, breaker.standing) == (FAILURES, Standing.RESTING)
    timer.now += RESTS_S - 0.1
    assert await why(breaker) == "resting"
    timer.now += 0.1
    assert await why(breaker) == "broken"  # one tries, in vain
    assert await why(breaker) == "resting"
    timer.now += RESTS_S
    model.gone = None
    assert [await why(breaker) for _ in range(2)] == ["yes", "yes"]
    assert breaker.standing is Standing.OPEN


async def test_a_good_answer_forgets_the_failures_before_it(model: Model, timer: Timer) -> None:
    breaker = Breaker(model, timer=timer)
    for _ in range(3):
        model.gone = ModelGone(Gone.SLOW)
        assert [await why(breaker) for _ in range(FAILURES - 1)] == ["slow"] * (FAILURES - 1)
        model.gone = None
        assert await why(breaker) == "yes"


@pytest.mark.parametrize(("asks", "waits"), [(7.0, 7.0), (1e9, LONGEST_WAIT_S)])
async def test_who_asks_for_time_is_given_it(model: Model, timer: Timer, asks: float, waits: float) -> None:
    breaker = Breaker(model, timer=timer)
    model.gone = ModelGone(Gone.BUSY, after_s=asks)
    assert await why(breaker) == "busy"
    model.gone = None
    timer.now += waits - 0.1
    assert await why(breaker) == "resting"
    timer.now += 0.1
    assert await why(breaker) == "yes"


async def test_only_one_tries_whether_it_is_back(model: Model, timer: Timer) -> None:
    breaker = Breaker(model, timer=timer)
    model.gone = ModelGone(Gone.BROKEN, after_s=1.0)
    await why(breaker)
    timer.now += 2.0
    model.gone = None
    model.free.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(why(breaker))
        await asyncio.sleep(0)
        assert await why(breaker) == "resting"
        model.free.set()
    assert first.result() == "yes"


async def test_a_spent_budget_is_no_failure_of_the_model(model: Model, timer: Timer) -> None:
    breaker = Breaker(model, timer=timer)
    model.gone = ModelGone(Gone.SPENT)
    assert [await why(breaker) for _ in range(FAILURES * 2)] == ["spent"] * FAILURES * 2
