"""The whole loop by the front door: misunderstood, put right, confirmed, trained, understood, taken back."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select
from tests.channels.counter import Visitor
from tests.channels.test_bad_input import problem
from tests.clock import Clock
from tests.turns.house import HouseUrl, Opened

from xiaoer.app import App, web
from xiaoer.domain.intents import Entry, ToArticle
from xiaoer.domain.words import Language
from xiaoer.store.tables import turns
from xiaoer.understand.catalogue import catalogue
from xiaoer.understand.classifier import Model
from xiaoer.understand.frozen import frozen
from xiaoer.understand.rules import guesses_by_rule

STAFF = {"Authorization": f"Bearer {'lin-' + 'x' * 40}"}
NOT_THAT = {Language.ZH: "我不是这个意思", Language.EN: "that's not what I meant"}


def misheard(model: Model, language: Language) -> tuple[str, Entry, Entry]:
    """A sentence this release surely takes for another article's: it, what it is taken for, what it means."""
    for row in frozen(language):
        first, second, *_ = guesses_by_rule(row.text, model.guesses(row.text, language))
        wrong, right = catalogue()[first.intent], catalogue()[row.intent]
        sure = first.confidence >= model.thresholds[language].accept
        if sure and second.intent == row.intent != first.intent and _article(wrong) and _article(right):
            return row.text, wrong, right
    raise AssertionError("this release understands everything: choose another sentence")


def _article(entry: Entry) -> bool:
    return isinstance(entry.serves, ToArticle) and not entry.serves.offer


class Street:
    """Customers and staff before one counter."""

    def __init__(self, app: App, http: httpx.AsyncClient, turns: Any, language: Language) -> None:
        self.app, self.http, self.turns, self.language = app, http, turns, language

    async def visitor(self) -> Visitor:
        opened = await self.http.post("/v1/conversations", json={"language": self.language.value})
        return Visitor(self.http, opened.json())

    async def told(self, visitor: Visitor, text: str) -> dict[str, Any]:
        await visitor.say(text)
        await self.turns.drain()
        reply: dict[str, Any] = (await visitor.heard())[-1]
        return reply

    async def understood(self, text: str) -> tuple[str, str]:
        """(what a customer's sentence is taken for, the model the turn names)."""
        visitor = await self.visitor()
        await self.told(visitor, text)
        query = select(turns.c.understanding, turns.c.versions).where(turns.c.conversation_id == visitor.id)
        [(understanding, versions)] = await self.app.store.read(lambda conn: conn.execute(query).all())
        intent = understanding.partition('"understanding.Guess","intent":"')[2].partition('"')[0]
        return intent, versions.partition('"classifier":"')[2].partition('"')[0]

    async def get(self, path: str) -> Any:
        return (await self.http.get(f"/v1/staff{path}", headers=STAFF)).json()

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.http.post(f"/v1/staff{path}", json=body or None, headers=STAFF)


@pytest.mark.timeout(900)  # it trains the model of a whole release
@pytest.mark.parametrize(
    ("language", "database"), [(Language.ZH, "sqlite"), (Language.EN, "postgresql")], ids=["zh", "en"]
)
async def test_from_not_what_i_meant_to_being_understood_and_back(
    language: Language,
    database: str,
    opened: Opened,
    house_url: HouseUrl,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XIAOER_STAFF_TOKENS", f"lin:{STAFF['Authorization'].removeprefix('Bearer ')}")
    url = house_url(database)
    clock = Clock()
    async with opened(clock, 20.0, url) as (app, _):
        served = web(app, with_demo=True)
        transport = httpx.ASGITransport(served, raise_app_exceptions=False)
        async with (
            served.router.lifespan_context(served),
            httpx.AsyncClient(transport=transport, base_url="http://counter") as http,
        ):
            await the_loop(Street(app, http, served.state.turns, language), clock)


async def the_loop(street: Street, clock: Clock) -> None:
    base = street.app.learning.school.model
    said, wrong, right = misheard(base, street.language)
    assert await street.understood(said) == (wrong.name, base.version)

    customer = await street.visitor()
    await street.told(customer, said)
    reply = await street.told(customer, NOT_THAT[street.language])
    [choices] = [part["options"] for part in reply["parts"] if part["kind"] == "quick_replies"]
    wanted = right.asks.in_(street.language)
    assert wanted in [choice["text"] for choice in choices]
    await street.told(customer, wanted)

    [correction] = (await street.get("/corrections"))["corrections"]
    assert (correction["text"], correction["guessed"], correction["meant"]) == (said, wrong.name, right.name)
    assert (correction["made_by"], correction["state"], correction["model"]) == (
        "customer",
        "open",
        base.version,
    )
    await street.post("/models/train")
    await street.app.learning.school.idle()
    assert (await street.get("/models"))["last"]["ended"] == "nothing_new"  # nobody has confirmed it

    clock.forward(minutes=1)  # the newest model comes first
    confirmed = await street.post(f"/corrections/{correction['id']}/confirm")
    assert confirmed.json()["staff_id"] == "lin"
    await street.post("/models/train")
    await street.app.learning.school.idle()
    models = await street.get("/models")
    assert models["last"]["ended"] == "promoted", (said, right.name, models["last"]["report"]["worse"])
    assert [model["state"] for model in models["models"]] == ["serving", "former"]
    assert await street.understood(said) == (right.name, models["serving"])

    assert (await street.post("/models/rollback")).json()["version"] == base.version
    assert await street.understood(said) == (wrong.name, base.version)
    assert problem(await street.post("/models/rollback")) == (409, "nothing_before")
