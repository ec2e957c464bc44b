"""Whole conversations, as customers have them: {zh,en}/*.yaml; README.md tells the form."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.clock import Clock
from tests.turns.counter import Talk, named_orders
from tests.turns.house import Standing, Switch

from xiaoer.app import App
from xiaoer.domain.templates import Way
from xiaoer.domain.understanding import Intent, Mood
from xiaoer.domain.words import Language
from xiaoer.templates.editor import Kept

HERE = Path(__file__).parent
ON_BOTH = 2  # conversations of each file that run on PostgreSQL too: seeding a shop there takes a second


def conversations() -> Iterator[Any]:
    for path in sorted(HERE.glob("*/*.yaml")):
        language = path.parent.name
        for number, talk in enumerate(yaml.safe_load(path.read_text("utf-8"))):
            name = f"{language}/{path.stem}/{talk['name']}"
            yield pytest.param(talk, language, "sqlite", id=name)
            if number < ON_BOTH:
                yield pytest.param(talk, language, "postgresql", id=f"{name}/postgresql")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("script", "language", "database"), list(conversations()))
async def test_conversation(
    script: dict[str, Any], language: str, database: str, request: pytest.FixtureRequest, standing: Standing
) -> None:
    slow = any(step.get("shop") == "slow" for step in script["talk"])
    own_words = script.get("templates", ())
    if database == "sqlite" and not slow and not own_words:
        standing.as_it_was()
        await have(script, language, standing.app, standing.shop, standing.clock)
        return
    opened, house_url = request.getfixturevalue("opened"), request.getfixturevalue("house_url")
    clock = Clock()
    async with opened(clock, 2.0 if slow else 20.0, house_url(database)) as (app, shop):
        for words in own_words:
            await publish(words, language, app)
        await have(script, language, app, shop, clock)


async def have(script: dict[str, Any], language: str, app: App, shop: Switch, clock: Clock) -> None:
    who = "" if script.get("as") == "guest" else script.get("as", MEI if language == "zh" else ALEX)
    talk = await Talk.start(app, clock, email=who, language=language)
    other = await app.house.shop.customer_by_email(ALEX if who != ALEX else MEI)
    assert other is not None
    owner = await app.house.shop.customer_by_email(script.get("knows", MEI))
    assert owner is not None
    foreign = (await app.house.shop.orders_of(other.id, limit=1))[0].id
    if not who:
        talk.orders = list(await app.house.shop.orders_of(owner.id, limit=50))
    names = named_orders(talk, foreign) | {"phone_tail": owner.phone[-4:], "email": owner.email}
    for step in script["talk"]:
        await play(step, talk, shop, clock, names)


MEI, ALEX = "mei.lin@example.com", "alex.morgan@example.com"


async def publish(words: dict[str, str], language: str, app: App) -> None:
    """The merchant writes it and publishes it, past all checks."""
    way = Way(
        intent=Intent(words["intent"]),
        language=Language(words.get("language", language)),
        mood=Mood(words["mood"]) if "mood" in words else None,
        variant=words.get("variant", "a"),
    )
    editor, now = app.own_words.editor, app.clerk.clock()
    draft = await editor.write(way, words["text"], author="lin", now=now)
    assert isinstance(draft, Kept), draft
    live = await editor.publish(draft.template.id, now=now)
    assert isinstance(live, Kept), live


async def play(step: dict[str, Any], talk: Talk, shop: Switch, clock: Clock, names: dict[str, str]) -> None:
    if "later" in step:
        clock.forward(step["later"])
    if "shop" in step:
        shop.mode = step["shop"]
    if "press" in step:
        await press(step, talk, names)
    if "photo" in step:
        check(await talk.sends_photo(filled(step["photo"] or "", names)), step, names)
        assert not talk.unproven_ways()
    if "say" in step:
        check(await talk.says(filled(step["say"], names)), step, names)
        assert not talk.unproven_ways()
    for order, state in (step.get("world") or {}).items():
        assert (await talk.order(filled(order, names))).state.value == state
    if "evidence" in step:
        photos = await talk.app.house.photos.of(talk.conversation_id)
        assert [photo.order_id for photo in photos if photo.number] == [names[o] for o in step["evidence"]]


async def press(step: dict[str, Any], talk: Talk, names: dict[str, str]) -> None:
    card = await talk.presses(yes=step["press"] == "yes")
    assert card is not None
    if "card" in step:
        assert card.state.value == step["card"]
    said = await talk.last_words()
    for words in listed(step.get("text")):
        assert filled(words, names) in said, said


def check(reply: dict[str, Any], step: dict[str, Any], names: dict[str, str]) -> None:
    shown = f"{reply['text']!r} ({reply['why']}, intents {reply['intents']})"
    for words in listed(step.get("text")):
        ways = [filled(way, names) for way in words.split("|")]
        assert any(way in reply["text"] for way in ways), f"{ways} not in {shown}"
    for words in listed(step.get("without")):
        assert filled(words, names) not in reply["text"], shown
    if "action" in step:
        assert reply["action"] == step["action"], shown
    if "actions" in step:
        assert [s["action"] for s in reply["steps"]] == step["actions"], shown
    if "decision" in step:
        assert reply["decision"] == step["decision"], shown
    if "outcome" in step:
        kind = reply["outcome"] or {}
        assert kind.get("reason", kind.get("kind")) == step["outcome"], f"{kind} {shown}"
    if "language" in step:
        assert reply["language"] == step["language"], shown
    for card in listed(step.get("cards")):
        assert card in [c["kind"] for c in reply["cards"]], f"{[c['kind'] for c in reply['cards']]} {shown}"
    assert "{" not in reply["text"], shown
    assert "None" not in reply["text"], shown


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def filled(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    assert "{" not in text, f"the demo customer has no such order: {text}"
    return text
