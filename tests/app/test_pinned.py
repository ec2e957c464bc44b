"""The demo's pinned questions: all hold, as customers are really answered; merchants have the last word."""

from dataclasses import replace

import pytest
from tests.clock import Clock
from tests.store.samples import NOW, SHOP
from tests.turns.counter import Talk
from tests.turns.house import Opened

from xiaoer.app.pinned import follow_pins, shipped_pins
from xiaoer.app.shipped import DEMO
from xiaoer.domain.learning import Asked
from xiaoer.domain.question_ports import Pins
from xiaoer.domain.words import Language
from xiaoer.store.engine import Store
from xiaoer.store.questions import SqlPins

EVERY = 6  # every sixth is asked in a whole conversation; the others are replayed


def clock():
    return NOW


def test_there_are_enough_in_both_languages_about_the_same() -> None:
    pins = shipped_pins(SHOP).values()
    by_language = {language: [p for p in pins if p.language is language] for language in Language}
    assert min(map(len, by_language.values())) >= 40
    slugs = {language: {p.slug for p in found} for language, found in by_language.items()}
    assert slugs[Language.ZH] == slugs[Language.EN]
    assert all(sum(not p.slug for p in found) >= 3 for found in by_language.values())
    assert all(p.says for p in pins if p.slug)


async def test_all_hold_and_are_answered_so_in_a_conversation(opened: Opened) -> None:
    now = Clock()
    async with opened(now) as (app, _):
        board = app.knowledge.asking.pinboard
        pins = await board.pins()
        assert {pinned.id for pinned in pins} == set(shipped_pins(app.policy.shop_id))
        held = await board.held(pins, now=now())
        assert [(one.pinned.question, one.fault) for one in held if one.fault] == []
        for one in held[::EVERY]:
            talk = await Talk.start(app, now, language=one.pinned.language.value)
            await talk.says(one.pinned.question)
            [question] = talk.records[-1].questions
            answered = question.slug if question.result is Asked.ANSWERED else ""
            assert answered == one.pinned.slug, one.pinned.question


@pytest.fixture
def pins(store: Store) -> Pins:
    return SqlPins(store)


async def test_they_are_set_once(pins: Pins) -> None:
    for _ in range(2):
        await follow_pins(pins, SHOP, clock=clock)
    kept = await pins.pins(SHOP, every=True)
    assert {pinned.id: pinned for pinned in kept} == shipped_pins(SHOP)


async def test_what_a_merchant_took_off_or_changed_is_let_be(pins: Pins) -> None:
    await follow_pins(pins, SHOP, clock=clock)
    off, changed, *_ = await pins.pins(SHOP)
    await pins.unpin(SHOP, off.id)
    theirs = replace(changed, slug="", says="", author="lin")
    await pins.pin(SHOP, theirs, now=NOW)
    await follow_pins(pins, SHOP, clock=clock)
    kept = {pinned.id: pinned for pinned in await pins.pins(SHOP, every=True)}
    assert (kept[off.id].active, kept[changed.id]) == (False, theirs)


async def test_a_newer_file_changes_and_takes_off_what_is_the_demos_own(pins: Pins) -> None:
    await follow_pins(pins, SHOP, clock=clock)
    former, *_ = await pins.pins(SHOP)
    await pins.pin(SHOP, replace(former, says="旧的说法"), now=NOW)
    gone = replace(former, id="gone", question="以前的问题")
    own = replace(gone, id="own", author="lin")
    for pinned in (gone, own):
        await pins.pin(SHOP, pinned, now=NOW)
    await follow_pins(pins, SHOP, clock=clock)
    kept = {pinned.id: pinned for pinned in await pins.pins(SHOP)}
    assert kept[former.id] == former
    assert ("gone" in kept, "own" in kept) == (False, True)
    assert former.author == DEMO
