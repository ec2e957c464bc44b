"""The composition root: Settings in, App out. The only file that names concrete classes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from xiaoer import __version__
from xiaoer.actions.house import House
from xiaoer.actions.run import CARD_LIVES
from xiaoer.app.asking import served_by
from xiaoer.app.assisting import Assist, furnish_assist, voice_in_any_language
from xiaoer.app.clockwork import Clockwork, furnish_clockwork
from xiaoer.app.embedding import Joining, joining_of, open_embedding
from xiaoer.app.given import (
    DEMO,
    database_url,
    key_for,
    persona_of,
    policy_of,
    policy_path,
    secrets_of,
    shop_database_url,
    utc_now,
)
from xiaoer.app.knowledge import Knowledge, furnish
from xiaoer.app.learning import Learning, furnish_learning
from xiaoer.app.modelling import Around, Models, mind_of, open_models
from xiaoer.app.rollout import Rolling, furnish_rolling
from xiaoer.app.shelving import Shelving
from xiaoer.app.stocking import stocked
from xiaoer.app.templates import OwnWords, furnish_words
from xiaoer.app.upkeep import migrate
from xiaoer.assist.earlier import earlier_in
from xiaoer.channels.web.front import Hub
from xiaoer.decide.local import LocalMind
from xiaoer.decide.router import Router
from xiaoer.domain.ids import ConversationId
from xiaoer.domain.people import Actor, Customer, Proof, Role
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Mind, Shop
from xiaoer.domain.words import Language
from xiaoer.knowledge.library import TantivyLibrary
from xiaoer.learn.school import School
from xiaoer.settings import Settings
from xiaoer.shops.careful import CarefulShop
from xiaoer.shops.demo import tables as demo_tables
from xiaoer.shops.demo.seed import customers_json
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.speak.voice import TemplateVoice
from xiaoer.store import privacy
from xiaoer.store.case_files import SqlCaseFiles
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.desk import SqlDesk
from xiaoer.store.engine import Store
from xiaoer.store.ledger import SqlLedger
from xiaoer.store.photos import SqlPhotos
from xiaoer.store.policies import SqlPolicies
from xiaoer.store.restocks import SqlRestocks
from xiaoer.store.tickets import SqlTickets
from xiaoer.store.tries import SqlTries
from xiaoer.text.mask import warm
from xiaoer.turn import PATIENCE_S, WITH_A_MODEL_S, Clerk
from xiaoer.understand.catalogue import catalogue
from xiaoer.understand.understander import LocalUnderstander

MOST_ORDERS = 10_000  # of one customer: a guest's talk is found by the orders proven in it
_CLOCK = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything, put together."""

    settings: Settings
    policy: Policy
    store: Store
    shop_store: Store
    house: House
    clerk: Clerk
    clockwork: Clockwork
    hub: Hub
    knowledge: Knowledge
    own_words: OwnWords
    learning: Learning
    assist: Assist
    models: Models | None  # language models, asked where the local mind is not sure
    rolling: Rolling  # how far they are let in
    embedding: Sequence[Callable[[], Coroutine[Any, Any, None]]]  # runs beside the requests
    secret: Mapping[str, str]

    async def open_terminal(self, customer: Customer | None, language: Language | None) -> ConversationId:
        """A new conversation in the terminal: of a customer the operator names, or of a guest."""
        actor = Actor(shop_id=self.policy.shop_id, role=Role.CUSTOMER)
        if customer is not None:
            actor = replace(actor, proof=Proof.SIGNED_IN, customer_id=customer.id)
        conversation = await self.house.conversations.open(
            actor,
            language=language or (customer.language if customer else self.policy.languages[0]),
            time_zone=customer.time_zone if customer else self.policy.time_zone,
            channel="terminal",
            now=self.clerk.clock(),
        )
        return conversation.id

    async def demo_customers(self) -> list[dict[str, Any]]:
        return await customers_json(self.house.shop)

    async def export(self, customer: Customer) -> dict[str, Any]:
        """What the counter and the shop hold of a customer."""
        kept = await privacy.export(self.store, await self._person(customer))
        return {"counter": kept, "shop": dict(await self.house.shop.export(customer.id))}

    async def erase(self, customer: Customer) -> Mapping[str, int]:
        """Take a customer out of the counter and the shop; rows touched, by table."""
        counts = await privacy.erase(self.store, await self._person(customer))
        await self.house.shop.forget(customer.id)
        await self.shop_store.scrub(sorted(demo_tables.metadata.tables))
        return counts

    async def _person(self, customer: Customer) -> privacy.Person:
        orders = await self.house.shop.orders_of(customer.id, limit=MOST_ORDERS)
        return privacy.Person(
            shop_id=self.policy.shop_id,
            customer_id=customer.id,
            order_ids=[order.id for order in orders],
        )


@asynccontextmanager
async def open_app(
    settings: Settings, *, clock: _CLOCK = utc_now, behind: Callable[[Shop], Shop] = lambda shop: shop
) -> AsyncIterator[App]:
    """Migrate, make the demo shop if there is none, index, wire. Closes what it opened.

    `behind` may stand between the counter and the shop: a proxy, a recorder, a fault.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(migrate, settings)
    policy = policy_of(settings)
    hub, secret = Hub(), secrets_of(settings)
    async with (
        await Store.open(database_url(settings)) as store,
        await Store.open(shop_database_url(settings)) as shop_store,
        open_embedding(settings, clock=clock) as embedding,
        open_models(settings, store, policy, clock=clock) as models,
    ):
        await stocked(shop_store, settings, policy, now=clock())
        text = policy_path(settings).read_text(encoding="utf-8")
        await SqlPolicies(store).served(policy.shop_id, policy.version, text, now=clock())
        learning = furnish_learning(store, policy.shop_id, settings, clock=clock)
        shelving = Shelving(embedding) if embedding else None
        knowledge = await furnish(
            store,
            policy,
            model=served_by(learning.school),
            clock=clock,
            embedder=shelving,
            shipped=settings.shop == DEMO,
        )
        shop = _careful(behind(DemoShop(shop_store, policy, clock=clock)), settings)
        house = House(
            conversations=SqlConversations(store, hub.ring, clock=clock),
            ledger=SqlLedger(store, hub.ring),
            desk=SqlDesk(store, hub.ring),
            tries=SqlTries(store, secret=secret["conversation"].encode()),
            tickets=SqlTickets(store),
            photos=SqlPhotos(store),
            restocks=SqlRestocks(store),
            corrections=learning.corrections,
            shop=shop,
            policy=policy,
        )
        library = knowledge.current.library
        words = await furnish_words(store, house, library, clock=clock)
        joining = joining_of(embedding, learning, settings)
        local = LocalMind(library=library, catalogue=catalogue(), reach_for=house.reach)
        around = Around(
            local=local,
            library=library,
            reach_for=house.reach,
            wakeups=hub,
            persona=persona_of(settings),
            key=key_for("pseudonyms", secret["conversation"]),
            earlier=earlier_in(SqlCaseFiles(store)),
        )
        rolling = await furnish_rolling(store, policy, settings, models=models, around=around)
        beside = mind_of(models.main, around, settings, aloud=around.aloud) if models else None
        if models:
            warm()  # the seconds of a model's turn are the model's
        mind = Router(local, beside, may=rolling.rollout.may)
        understander = await _understander(house, learning.school, joining, clock=clock)
        clerk = _clerk(house, understander, mind, library, wakeups=hub, clock=clock)
        patience_s = WITH_A_MODEL_S if models else PATIENCE_S
        clerk = replace(clerk, wording=words.wording, patience_s=patience_s)
        if models:
            voice = voice_in_any_language(models, around, rolling.rollout, policy, settings)
            clerk = replace(clerk, rewording=voice, later=rolling.rollout.trial)
        assist = furnish_assist(
            store,
            clerk,
            around,
            models=models,
            knowledge=knowledge,
            settings=settings,
            let_in=rolling.rollout.let_in,
        )
        looks = {
            "knowledge": knowledge.look,
            "templates": words.look,
            "model": learning.school.look,
            "llm": rolling.rollout.look,
        }
        yield App(
            settings=settings,
            policy=policy,
            store=store,
            shop_store=shop_store,
            house=house,
            clerk=clerk,
            clockwork=furnish_clockwork(store, clerk, looks, [rolling.kind]),
            hub=hub,
            knowledge=knowledge,
            own_words=words,
            learning=learning,
            assist=assist,
            models=models,
            rolling=rolling,
            embedding=_runs(joining, shelving, library),
            secret=secret,
        )


def _runs(
    joining: Joining | None, shelving: Shelving | None, library: TantivyLibrary
) -> Sequence[Callable[[], Coroutine[Any, Any, None]]]:
    if joining is None or shelving is None:
        return ()
    return (joining.run, partial(shelving.run, library.embed))


def _careful(shop: Shop, settings: Settings) -> Shop:
    return CarefulShop(
        shop, read_timeout_s=settings.shop_read_timeout_s, write_timeout_s=settings.shop_write_timeout_s
    )


async def _understander(
    house: House, school: School, joining: Joining | None, *, clock: _CLOCK
) -> LocalUnderstander:
    model, shelves = await school.start(), await house.shop.categories()
    understander = LocalUnderstander(
        model, order_pattern=house.policy.order_number, categories=shelves, clock=clock
    )
    school.teach(understander)
    if joining is not None:
        joining.teach(understander, model)
        school.teach(joining)
    return understander


def _clerk(
    house: House,
    understander: LocalUnderstander,
    mind: Mind,
    library: TantivyLibrary,
    *,
    wakeups: Hub,
    clock: _CLOCK,
) -> Clerk:
    return Clerk(
        house=house,
        understander=understander,
        mind=mind,
        voice=TemplateVoice(card_lives=CARD_LIVES),
        wakeups=wakeups,
        clock=clock,
        versions=lambda: {
            "code": __version__,
            "classifier": understander.version,
            "knowledge": library.version,
            "policy": house.policy.version,
        },
    )
