"""What the house learns, put together: for the service, and alone for the commands that train."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import anyio.to_thread

from xiaoer.app.given import database_url, policy_of, utc_now
from xiaoer.app.upkeep import migrate
from xiaoer.domain.ids import ShopId
from xiaoer.domain.learning_ports import Corrections
from xiaoer.domain.understanding import Guess
from xiaoer.domain.words import Language
from xiaoer.learn.correcting import Correcting
from xiaoer.learn.school import School
from xiaoer.settings import Settings
from xiaoer.store.corrections import SqlCorrections
from xiaoer.store.engine import Store
from xiaoer.store.models import SqlModels
from xiaoer.understand.rules import guesses_by_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """All that learns of one shop."""

    shop_id: ShopId
    corrections: Corrections
    correcting: Correcting
    school: School


def furnish_learning(
    store: Store, shop_id: ShopId, settings: Settings, *, clock: Callable[[], datetime]
) -> Learning:
    """Not started: `school.start()` finds the model that serves."""
    corrections = SqlCorrections(store)
    school = School(corrections, SqlModels(store), shop_id, clock=clock, folder=settings.data_dir / "model")

    def guess(text: str, language: Language) -> Sequence[Guess]:
        return guesses_by_rule(text, school.model.guesses(text, language))

    return Learning(
        shop_id=shop_id,
        corrections=corrections,
        correcting=Correcting(corrections, shop_id, guess=guess),
        school=school,
    )


@asynccontextmanager
async def open_learning(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Learning]:
    """Corrections and models alone. Processes that serve notice a model that is promoted through it."""
    await anyio.to_thread.run_sync(migrate, settings)
    async with await Store.open(database_url(settings)) as store:
        yield furnish_learning(store, policy_of(settings).shop_id, settings, clock=clock)
