"""The whole of learning, on a release of six intents: trained, measured, promoted or refused, taken back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.learn.small import LIN, NOON, SHOP, TAUGHT, WISHES, ZH, Pupil, Shop, guessed, syllabus

from xiaoer.domain.learning import Correction, CorrectionState, ModelState, Verdict
from xiaoer.domain.ports import StoreDown
from xiaoer.learn import making, matters, training
from xiaoer.learn.matters import Figures
from xiaoer.learn.school import Ended, No, School
from xiaoer.understand import train
from xiaoer.understand.classifier import Model
from xiaoer.understand.lessons import Lesson

OPEN, CONFIRMED, REJECTED = CorrectionState
SLANG = "宝儿在路上飘着呢没"  # nobody taught that this asks for the parcel


async def misled(shop: Shop) -> None:
    for thing in "碗筷锅盆桌椅床柜灯伞笔书画车球琴棋":
        for form in WISHES["request_return"][ZH]:
            await shop.says(form.format(thing), "cancel_order")


async def opened(shop: Shop, **how: Any) -> School:
    school = shop.school(**how)
    await school.start()
    return school


async def test_the_first_start_leaves_a_whole_history() -> None:
    shop = Shop()
    school = await opened(shop)
    [row] = await school.history()
    assert (row.version, row.state, row.made_by, row.before) == ("small", ModelState.SERVING, "release", "")
    assert school.model.version == "small"
    await opened(shop)
    assert await school.history() == [row]


async def test_from_a_confirmed_correction_to_being_understood_and_back() -> None:
    shop, pupil = Shop(), Pupil()
    school = await opened(shop)
    school.teach(pupil)
    before = guessed(school.model, SLANG)
    assert before != "track_parcel"
    await shop.says(SLANG, "track_parcel")
    stages: list[str] = []
    trained = await school.train(by="lin", told=stages.append)
    assert (trained.ended, trained.before) == (Ended.PROMOTED, "small")
    assert stages == ["reading", "training", "comparing"]
    assert guessed(school.model, SLANG) == "track_parcel"
    assert pupil.models == [school.model]
    assert school.model.version == trained.version
    back = await school.rollback()
    assert not isinstance(back, No)
    assert (back.version, back.state) == ("small", ModelState.SERVING)
    assert guessed(school.model, SLANG) == before
    assert pupil.models[-1] is school.model


async def test_open_and_rejected_corrections_never_reach_a_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The very function that fits is looked at: nothing relabels by itself."""
    fitted: list[Lesson] = []
    make = train._train

    def watched(course: train.Course) -> Any:
        fitted.extend([*course.taught(), *course.more])
        return make(course)

    monkeypatch.setattr(train, "_train", watched)
    shop = Shop()
    school = await opened(shop)
    for state in (OPEN, REJECTED):
        await shop.says(f"{SLANG} {state}", "track_parcel", state=state)
    taken_back = await shop.says(f"{SLANG} taken back", "track_parcel")
    await shop.corrections.decide(SHOP, taken_back.id, Verdict(state=REJECTED, staff_id=LIN, at=NOON))
    assert (await school.train(by="lin")).ended is Ended.NOTHING_NEW
    assert not any(SLANG in lesson.text for lesson in fitted)
    await shop.says(SLANG, "track_parcel")
    assert (await school.train(by="lin")).ended is Ended.PROMOTED
    learnt = [lesson.text for lesson in fitted if lesson.shop]
    assert learnt == [SLANG]


async def test_a_model_made_worse_on_purpose_is_refused() -> None:
    """Many returns, confirmed as wishes to cancel."""
    shop = Shop()
    school = await opened(shop)
    await misled(shop)
    serving = school.model
    trained = await school.train(by="lin")
    assert trained.ended is Ended.REFUSED
    assert trained.candidate is not None
    assert {figure.what for figure in trained.candidate.worse} & {
        "lost:request_return",
        "alarms:cancel_order",
    }
    assert school.model is serving
    newest, serves = await school.history()
    assert (newest.version, newest.state) == (trained.version, ModelState.REFUSED)
    assert (serves.version, serves.state) == ("small", ModelState.SERVING)
    assert newest.report["worse"] != []
    assert await school.rollback(to=trained.version) is No.REFUSED


async def test_many_small_steps_do_not_lead_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model no worse than the one that serves is refused if it is worse than the release's own."""
    shop = Shop()
    school = await opened(shop)
    figures = matters.figures

    def low_by_now(model: Model, rows: Any, **how: Any) -> Figures:
        found = figures(model, rows, **how)
        return found if model.version == "small" else replace(found, accuracy=0.5)

    monkeypatch.setattr(training, "figures", low_by_now)
    found, course = await school._making.chosen([await shop.says(SLANG, "track_parcel")])
    serving = replace(school.model, version="after many steps")
    candidate = await school._making.tried(found, course, serving, told=lambda _: None)
    assert {(figure.what, figure.after) for figure in candidate.worse} == {("accuracy", 0.5)}


async def test_a_trial_changes_nothing() -> None:
    shop = Shop()
    school = await opened(shop)
    await shop.says(SLANG, "track_parcel")
    before = await school.history()
    trained = await school.train(by="lin", trial=True)
    assert trained.ended is Ended.WOULD_SERVE
    assert trained.candidate is not None
    assert await school.history() == before
    assert school.model.version == "small"


async def test_the_same_corrections_make_the_same_version_and_nothing_new() -> None:
    shop, other = Shop(), Shop()
    for one in (shop, other):
        await one.says(SLANG, "track_parcel")
    first, second = await opened(shop), await opened(other)
    made = await first.train(by="lin")
    assert (await second.train(by="wang")).version == made.version
    again = await first.train(by="lin")
    assert (again.ended, again.version, again.candidate) == (Ended.NOTHING_NEW, made.version, None)


async def test_what_was_taken_back_comes_again_only_by_name() -> None:
    shop = Shop()
    school = await opened(shop)
    await shop.says(SLANG, "track_parcel")
    made = await school.train(by="lin")
    await school.rollback()
    assert (await school.train(by="clock")).ended is Ended.ROLLED_BACK
    assert school.model.version == "small"
    back = await school.rollback(to=made.version)
    assert not isinstance(back, No)
    assert school.model.version == made.version
    await shop.says("我的快件还飘着", "track_parcel")
    assert (await school.train(by="clock")).ended is Ended.PROMOTED


async def test_back_and_back_again() -> None:
    shop = Shop()
    school = await opened(shop)
    await shop.says(SLANG, "track_parcel")
    first = await school.train(by="lin")
    await shop.says("我的快件还飘着", "track_parcel")
    await school.train(by="lin")
    versions = []
    for _ in range(2):
        row = await school.rollback()
        assert not isinstance(row, No)
        versions.append(row.version)
    assert versions == [first.version, "small"]
    assert await school.rollback() is No.NOTHING_BEFORE
    assert await school.rollback(to="small") is No.NOTHING_BEFORE
    assert await school.rollback(to="never") is No.NO_MODEL


async def test_another_process_follows(tmp_path: Path) -> None:
    """Each with its own folder: it makes the model again of what was learnt."""
    shop, pupil = Shop(), Pupil()
    one, other = await opened(shop, folder=tmp_path / "one"), await opened(shop, folder=tmp_path / "other")
    other.teach(pupil)
    await other.look(NOON)
    await other.catch_up()
    assert pupil.models == []
    await shop.says(SLANG, "track_parcel")
    made = await one.train(by="lin")
    await other.look(NOON)
    assert other.model.version == "small"  # until it is made, the old one serves
    await other.catch_up()
    assert [model.version for model in pupil.models] == [made.version]
    assert guessed(other.model, SLANG) == "track_parcel"
    await one.rollback()
    await other.look(NOON)
    await other.catch_up()
    assert other.model.version == "small"
    assert sorted(p.name for p in (tmp_path / "other").iterdir()) == sorted(
        f"intents-{version}.npz" for version in ("small", made.version)
    )


async def test_a_model_that_cannot_be_made_here_is_not_served_here(tmp_path: Path) -> None:
    shop = Shop()
    one = await opened(shop, folder=tmp_path / "one")
    older = await opened(shop, of=syllabus("older"))
    assert older.model.version == "older"
    newer = await opened(shop, folder=tmp_path / "one")
    assert newer.model.version == "small"
    await older.look(NOON)
    await older.catch_up()
    assert older.model.version == "older"
    correction = await shop.says(SLANG, "track_parcel")
    made = await newer.train(by="lin")
    await shop.corrections.decide(SHOP, correction.id, Verdict(state=REJECTED, staff_id=LIN, at=NOON))
    await one.look(NOON)
    await one.catch_up()
    assert one.model.version == made.version  # kept in the folder they share
    fresh = shop.school(folder=tmp_path / "fresh")
    await fresh.start()
    assert fresh.model.version == "small"  # it would have to learn what was rejected since
    assert [row.version for row in await fresh.history() if row.state is ModelState.SERVING] == ["small"]


async def test_a_store_that_is_down_is_looked_at_again() -> None:
    shop = Shop()
    one, other = await opened(shop), await opened(shop)
    await shop.says(SLANG, "track_parcel")
    made = await one.train(by="lin")
    models, down = shop.models.serving, True

    async def serving(shop_id: Any) -> Any:
        if down:
            raise StoreDown
        return await models(shop_id)

    await other.look(NOON)
    other._models = type("Down", (), {"serving": staticmethod(serving)})()
    await other.catch_up()
    down = False
    await other.look(NOON)
    await other.catch_up()
    assert other.model.version == made.version


async def test_a_new_release_learns_again_what_was_confirmed() -> None:
    shop = Shop()
    school = await opened(shop)
    await shop.says(SLANG, "track_parcel")
    await school.train(by="lin")
    more = [*TAUGHT, Lesson("再来一句例句", TAUGHT[0].intent, TAUGHT[0].language)]
    upgraded = await opened(shop, of=syllabus("newer", more))
    assert guessed(upgraded.model, SLANG) == "track_parcel"
    serving = await shop.models.serving(SHOP)
    assert serving is not None
    assert (serving.report["base"], serving.made_by, len(serving.correction_ids)) == ("newer", "release", 1)
    assert serving.version == upgraded.model.version
    assert await upgraded.rollback() is No.GONE  # of the release before


async def test_a_new_release_serves_its_own_model_if_what_was_confirmed_makes_it_worse() -> None:
    shop = Shop()
    await misled(shop)
    await opened(shop)
    upgraded = await opened(shop, of=syllabus("newer"))
    assert upgraded.model.version == "newer"
    [newest, *_] = await upgraded.history()
    assert (newest.version, newest.state) == ("newer", ModelState.SERVING)


async def test_of_two_trainings_at_once_the_second_is_overtaken() -> None:
    shop = Shop()
    one, other = await opened(shop), await opened(shop)
    await shop.says(SLANG, "track_parcel")
    overtaking: list[Ended] = []
    tried = other._making.tried

    async def slowly(*args: Any, **named: Any) -> Any:
        candidate = await tried(*args, **named)
        await shop.says("我的快件还飘着", "track_parcel")
        overtaking.append((await one.train(by="wang")).ended)
        return candidate

    other._making.tried = slowly  # type: ignore[method-assign]
    assert (await other.train(by="lin")).ended is Ended.OVERTAKEN
    assert overtaking == [Ended.PROMOTED]
    serving = await shop.models.serving(SHOP)
    assert serving is not None
    assert len(serving.correction_ids) == 2


async def test_behind_a_request_one_at_a_time() -> None:
    shop = Shop()
    school = await opened(shop)
    await shop.says(SLANG, "track_parcel")
    assert school.train_later("lin")
    assert not school.train_later("wang")
    assert school.training
    await school.catch_up()
    assert not school.training
    assert school.last is not None
    assert school.last.ended is Ended.PROMOTED
    assert guessed(school.model, SLANG) == "track_parcel"
    assert (await school.history())[0].made_by == "lin"


async def test_a_training_that_breaks_leaves_the_old_model(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    school = await opened(shop)
    await shop.says(SLANG, "track_parcel")
    monkeypatch.setattr(making, "tried", lambda *_, **__: 1 / 0)
    school.train_later("lin")
    await school.catch_up()
    assert not school.training
    assert school.model.version == "small"


async def test_the_history_holds_no_word_of_a_customer() -> None:
    """It is kept for ever; what customers said can be erased."""
    shop = Shop()
    school = await opened(shop)
    said: list[Correction] = [
        await shop.says(SLANG, "track_parcel"),
        await shop.says("秘密的话甲", "track_parcel"),
        await shop.says("秘密的话甲", "request_return"),
        await shop.says(TAUGHT[0].text, "other"),
    ]
    await school.train(by="lin")
    [row, _] = await school.history()
    assert len(row.report["left"]) == 3
    assert SLANG not in str(row)
    assert "秘密" not in str(row)
    assert row.correction_ids == (said[0].id,)
