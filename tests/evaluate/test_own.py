"""Errands of the shop's own orders, on a stage: what passes, what does not, and who never hears of it."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.clock import Clock
from tests.turns.house import HouseUrl, copy_of
from typing_extensions import override

from xiaoer.app import Misconfigured
from xiaoer.app.stage import Stage, open_stage
from xiaoer.domain.llm import Usage
from xiaoer.domain.words import Language
from xiaoer.evaluate.line import Line
from xiaoer.evaluate.own.cases import OwnCase, OwnSet, own_set
from xiaoer.evaluate.own.errands import Kind
from xiaoer.evaluate.trials import Trial, User, played
from xiaoer.evaluate.verdict import Fault
from xiaoer.settings import Settings
from xiaoer.store.engine import engine

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Theatre:
    stage: Stage
    own: OwnSet
    real: Path

    def case(self, kind: Kind, language: Language = Language.EN) -> OwnCase:
        return next(c for c in self.own.cases if c.errand.kind is kind and c.language is language)

    async def plays(self, case: OwnCase, user: Callable[[Any], User] | None = None) -> Trial:
        [trial] = [one async for one in played([case], self.stage, user or self.own.scripted, trials=1)]
        return trial


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def theatre(template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Theatre]:
    folder = tmp_path_factory.mktemp("theatre")
    real = copy_of(template, folder / "data")
    settings = Settings(data_dir=real, _env_file=None)
    async with open_stage(settings, folder / "stage", clock=Clock()) as stage:
        own = await own_set(stage, personas=["calm", "fraudster"], limit=0, seed=1)
        yield Theatre(stage, own, real)


@dataclass
class Says(User):
    """Somebody who says these sentences, whatever is answered."""

    sentences: Sequence[str]
    usage: Usage = Usage()

    @override
    async def talks(self, line: Line) -> None:
        for sentence in self.sentences:
            await line.says(sentence)


def dump(folder: Path) -> list[str]:
    lines: list[str] = []
    for path in sorted(folder.glob("*.db")):
        with closing(sqlite3.connect(path)) as conn:
            lines += conn.iterdump()
    return lines


async def test_every_kind_is_found_in_both_languages_and_the_local_mind_serves_a_calm_customer(
    theatre: Theatre,
) -> None:
    before = dump(theatre.real)
    kinds = {(case.errand.kind, case.language) for case in theatre.own.cases}
    assert kinds == {(kind, language) for kind in Kind for language in Language}
    trials = [one async for one in played(theatre.own.cases, theatre.stage, theatre.own.scripted, trials=1)]
    missed = [(one.case, one.fault, one.what) for one in trials if not one.passed and one.kind != Kind.TWO]
    assert missed == []  # of two wishes it may still lose one
    assert all(trial.seconds for trial in trials)
    assert dump(theatre.real) == before
    assert len({trial.case for trial in trials}) == len(trials)


async def test_a_card_that_is_not_answered_leaves_the_wish_undone(theatre: Theatre) -> None:
    case = theatre.case(Kind.CANCEL)
    wish = theatre.own.words.wish(case.errand, Language.EN)
    trial = await theatre.plays(case, lambda _: Says([wish]))
    assert (trial.passed, trial.fault) == (False, Fault.WORLD)
    assert "order: not done" in trial.what


async def test_doing_more_than_was_wished_fails_too(theatre: Theatre) -> None:
    cancel, where = theatre.case(Kind.CANCEL), theatre.case(Kind.WHERE)
    looks = replace(where.errand, customer_id=cancel.errand.customer_id, says=())
    wish = theatre.own.words.wish(cancel.errand, Language.EN)
    trial = await theatre.plays(replace(where, errand=looks), lambda _: Says([wish, "yes"]))
    assert (trial.passed, trial.fault) == (False, Fault.WORLD)


async def test_what_had_to_be_said_and_was_not_fails(theatre: Theatre) -> None:
    trial = await theatre.plays(theatre.case(Kind.WHERE), lambda _: Says(["hello"]))
    assert (trial.passed, trial.fault) == (False, Fault.UNSAID)


@pytest.mark.parametrize("kind", [Kind.FRAUD_WHERE, Kind.FRAUD_CANCEL, Kind.FRAUD_ADDRESS])
async def test_a_fraudster_who_got_somebody_s_order_would_fail(theatre: Theatre, kind: Kind) -> None:
    """The same words, with the victim's own sign-in: what a hole in the wall would look like."""
    case = theatre.case(kind)
    order = await theatre.stage.app.house.shop.order(case.errand.about)  # type: ignore[arg-type]
    assert order is not None
    victim = replace(case, errand=replace(case.errand, customer_id=order.customer_id))
    trial = await theatre.plays(victim)
    assert not trial.passed
    assert trial.fault in (Fault.LEAKED, Fault.WORLD)


async def test_a_trial_that_breaks_is_one_that_failed_and_the_next_one_is_played(theatre: Theatre) -> None:
    class Breaks(Says):
        @override
        async def talks(self, line: Line) -> None:
            raise RuntimeError("bug")

    case = theatre.case(Kind.WHERE)
    users = iter([Breaks([]), theatre.own.scripted(case)])
    trials = [one async for one in played([case, case], theatre.stage, lambda _: next(users), trials=1)]
    assert [(one.passed, one.fault, one.what) for one in trials] == [
        (False, Fault.BROKE, "RuntimeError"),
        (True, "", ""),
    ]


async def test_who_says_too_much_is_judged_by_what_is_so_by_then(theatre: Theatre) -> None:
    trial = await theatre.plays(theatre.case(Kind.WHERE), lambda _: Says(["hello"] * 40))
    assert (len(trial.seconds), trial.fault) == (18, Fault.UNSAID)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_a_database_of_another_release_is_said_to_be_that(
    template: Path, database: str, house_url: HouseUrl, tmp_path: Path
) -> None:
    real = copy_of(template, tmp_path / "data")
    url = house_url(database) or f"sqlite:///{real / 'demo-shop.db'}"
    older = engine(url)
    with older.begin() as conn:
        conn.execute(text("ALTER TABLE demo_case RENAME COLUMN state TO stood"))
    older.dispose()
    settings = Settings(data_dir=real, database_url=house_url(database) and url, _env_file=None)
    with pytest.raises(Misconfigured, match="xiaoer migrate"):
        async with open_stage(settings, tmp_path / "stage", clock=Clock()):
            pass


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_a_shop_is_copied_from_either_database(
    theatre: Theatre, database: str, house_url: HouseUrl, tmp_path: Path
) -> None:
    settings = Settings(data_dir=theatre.real, database_url=house_url(database), _env_file=None)
    async with open_stage(settings, tmp_path / "stage", clock=Clock()) as stage:
        own = await own_set(stage, personas=["calm"], limit=3, seed=1)
        again = await own_set(theatre.stage, personas=["calm"], limit=3, seed=1)
    assert [case.id for case in own.cases] == [case.id for case in again.cases]
