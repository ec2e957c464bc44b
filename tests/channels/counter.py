"""A counter for tests: the real store and the real web channel, with a clerk of few words behind it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import uvicorn
from fastapi import APIRouter, FastAPI
from tests.channels.kb import furnish_kb
from tests.speak.samples import shipped
from tests.store.samples import reply, turn

from xiaoer.actions.house import House as Furniture
from xiaoer.assist.articles import GapDrafts
from xiaoer.assist.asking import Asking
from xiaoer.assist.copilot import Copilot
from xiaoer.assist.view import LocalView
from xiaoer.channels import storefront
from xiaoer.channels.web import assist, clockwork, rollout, templates
from xiaoer.channels.web.front import Front, Hub, Pace, build
from xiaoer.channels.web.serving import Server
from xiaoer.decide.local import LocalMind
from xiaoer.decide.suggested import Suggested
from xiaoer.domain.catalog import Category, Product, Variant, Wanted
from xiaoer.domain.conversation import Conversation
from xiaoer.domain.decision import Ruling
from xiaoer.domain.ids import ConversationId, CustomerId, IntentId, OrderId, ProductId, VariantId
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import Done, Plan
from xiaoer.domain.people import Customer, Tier
from xiaoer.domain.persona import Persona
from xiaoer.domain.ports import Busy, Proposal, ProposalState, ShopUnreachable
from xiaoer.domain.reply import Origin, TextPart
from xiaoer.domain.rollout import Bar, Mode
from xiaoer.domain.understanding import Understanding
from xiaoer.domain.words import Language, Words
from xiaoer.guard.identity import ConversationTokens, Identity, ShopSigner, ShopSignIn, SignKey, StaffTokens
from xiaoer.learn.rollout import Gate
from xiaoer.learn.survey import Survey
from xiaoer.policies.file import load_policy
from xiaoer.speak.voice import TemplateVoice
from xiaoer.store.articles import SqlArticles
from xiaoer.store.case_files import SqlCaseFiles
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.desk import SqlDesk
from xiaoer.store.engine import Store
from xiaoer.store.jobs import SqlJobs
from xiaoer.store.ledger import SqlLedger
from xiaoer.store.photos import SqlPhotos
from xiaoer.store.promises import SqlPromises
from xiaoer.store.questions import SqlQuestions
from xiaoer.store.switches import SqlSwitches
from xiaoer.store.templates import SqlTemplates
from xiaoer.store.trials import SqlTrials
from xiaoer.store.tries import SqlTries
from xiaoer.templates.editor import TemplateEditor
from xiaoer.templates.trial import Trial
from xiaoer.understand.catalogue import catalogue

POLICY = load_policy(Path(str(files("xiaoer.shops.demo"))) / "policy.yaml")
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
ORDER, TAIL = "M20260001", "8000"
KEY = SignKey("HS256", "the shop's secret, at least 32 bytes long")
SIGNER = ShopSigner(kid="shop-1", key=KEY, audience="xiaoer", shop_id=POLICY.shop_id)
JSON = {"Content-Type": "application/json"}
STAFF = {"lin": "lin-" + "x" * 40, "wang": "wang-" + "y" * 40}


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class SmallShop:
    """A shop of two customers, one order and one product; may be down."""

    down = False

    async def customer(self, customer_id: CustomerId) -> Customer | None:
        if self.down:
            raise ShopUnreachable
        return next((c for c in await self.customers(limit=9) if c.id == customer_id), None)

    async def customers(self, *, limit: int) -> list[Customer]:
        mei = Customer(
            id=CustomerId("mei"),
            name="林美",
            email="mei@example.com",
            phone="+8613800138000",
            language=Language.ZH,
            time_zone="Asia/Shanghai",
            tier=Tier.GOLD,
        )
        bob = replace(mei, id=CustomerId("bob"), name="Bob", email="bob@example.com", language=Language.EN)
        return [mei, bob][:limit]

    async def customer_by_email(self, email: str) -> Customer | None:
        return next((c for c in await self.customers(limit=9) if c.email == email), None)

    async def order(self, order_id: OrderId) -> Order | None:
        if self.down:
            raise ShopUnreachable
        return shipped() if order_id == ORDER else None

    async def orders_of(self, customer_id: CustomerId, *, limit: int) -> list[Order]:
        order = await self.order(OrderId(ORDER))
        return [order] if order and order.customer_id == customer_id else []

    async def categories(self) -> list[Category]:
        return [Category(key="bags", name=Words("包", "bags"))]

    async def find(self, wanted: Wanted, *, limit: int) -> list[Product]:
        if self.down:
            raise ShopUnreachable
        colours = {"colour": Words("蓝色", "blue")}
        bag = Product(
            id=ProductId("p1"),
            title=Words("帆布包", "Canvas bag"),
            category="bags",
            category_name=Words("包", "bags"),
            description=Words("结实", "Sturdy"),
            variants=(Variant(id=VariantId("v1"), options=colours, price=Money(9900, "CNY"), stock=3),),
        )
        return [bag] if wanted.category in ("", "bags") else []


class NoArticles:
    version = "none"

    def search(self, question: str, language: Language, **_: Any) -> list[Passage]:
        return []

    def article(self, slug: str, question: str, language: Language, **_: Any) -> None:
        return None


@dataclass
class QuietClerk:
    """Repeats what he hears; knows one order; carries out every card."""

    log: SqlConversations
    ledger: SqlLedger
    desk: SqlDesk
    clock: Clock
    turns: list[list[str]] = field(default_factory=list)  # the texts of each turn

    async def answer(self, conversation_id: ConversationId) -> None:
        try:
            async with self.log.lease(conversation_id, now=self.clock()):
                _, heard = await self.log.pending(conversation_id)
                texts = [message.text for message in heard]
                if texts:
                    self.turns.append(texts)
                    record = await turn(self.log, conversation_id, reply("收到：" + " | ".join(texts)))
                    await self.log.finish_turn(record, now=self.clock())
        except Busy:
            return

    async def press(
        self, conversation_id: ConversationId, intent_id: IntentId, *, yes: bool
    ) -> Proposal | None:
        card = await self.ledger.proposal(intent_id)
        if card is None or card.conversation_id != conversation_id:
            return None
        if card.state is ProposalState.OPEN:
            state = ProposalState.DONE if yes else ProposalState.DECLINED
            if self.clock() >= card.expires_at:
                state = ProposalState.EXPIRED
            if (
                not yes
                or await self.ledger.take(intent_id, now=self.clock())
                or state is ProposalState.EXPIRED
            ):
                await self.ledger.finish(intent_id, state, Done(card.plan.action), now=self.clock())
        return await self.ledger.proposal(intent_id)

    async def held(self, *, limit: int) -> list[Proposal]:
        return []

    async def rule(self, intent_id: IntentId, ruling: Ruling) -> Proposal | None:
        return None

    async def call_person(self, conversation_id: ConversationId) -> None:
        ahead = await self.desk.queue(conversation_id, "asked", now=self.clock())
        said = f"前面还有 {ahead} 位"
        await self.log.say(conversation_id, said, (TextPart(text=said),), Origin.TEMPLATE, now=self.clock())

    async def prove(self, conversation_id: ConversationId, *, order_id: str, contact: str) -> bool:
        if (order_id, contact) != (ORDER, TAIL):
            return False
        await self.log.prove(conversation_id, OrderId(order_id))
        return True


@dataclass
class Visitor:
    """One side of a conversation over HTTP."""

    http: httpx.AsyncClient
    opened: dict[str, Any]
    count: int = 0

    @property
    def id(self) -> ConversationId:
        return ConversationId(self.opened["id"])

    @property
    def path(self) -> str:
        return f"/v1/conversations/{self.id}"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.opened['token']}"}

    async def get(self, rest: str = "", **how: Any) -> httpx.Response:
        return await self.http.get(self.path + rest, headers=self.bearer, **how)

    async def post(self, rest: str, **how: Any) -> httpx.Response:
        headers = {**self.bearer, **how.pop("headers", {})}
        return await self.http.post(self.path + rest, headers=headers, **how)

    async def say(self, text: str, client_id: str = "") -> httpx.Response:
        self.count += 1
        body = {"client_id": client_id or f"c{self.count}", "text": text}
        # escaped, so that a test can also send what UTF-8 cannot hold
        return await self.post("/messages", content=json.dumps(body), headers=JSON)

    async def heard(self) -> list[dict[str, Any]]:
        return list((await self.get("/messages")).json()["messages"])


@dataclass
class House:
    """Everything a test reaches for."""

    front: Front
    app: FastAPI
    http: httpx.AsyncClient
    clock: Clock
    clerk: QuietClerk
    shop: SmallShop
    log: SqlConversations
    ledger: SqlLedger
    store: Store

    async def visitor(
        self, customer: str = "", *, http: httpx.AsyncClient | None = None, **body: Any
    ) -> Visitor:
        client = http or self.http
        headers = {"Authorization": f"Bearer {self.sign_in(customer)}"} if customer else {}
        response = await client.post("/v1/conversations", json={"language": "zh", **body}, headers=headers)
        assert response.status_code in (200, 201), response.text
        return Visitor(client, response.json())

    def sign_in(self, customer: str) -> str:
        return SIGNER.token(CustomerId(customer), now=self.clock())

    async def quiet(self) -> None:
        """Until every reply is given."""
        await self.app.state.turns.drain()

    async def card(self, visitor: Visitor, **lives: float) -> str:
        conversation = await self.log.get(visitor.id)
        assert conversation is not None
        return await self.ledger.propose(
            Plan("cancel_order", {"order_id": ORDER}, {"order_id": ORDER}),
            conversation.actor,
            visitor.id,
            now=self.clock(),
            expires_at=self.clock() + timedelta(**(lives or {"minutes": 30})),
        )


def furnish(store: Store, *, whole: bool = False, **changes: Any) -> House:
    """A counter that is not open yet: nothing runs beside the requests.

    `whole`: with the routes of everything else too, which take longer to make than most tests do.
    """
    clock, hub, shop = Clock(), Hub(), SmallShop()
    log, ledger, desk = (
        SqlConversations(store, hub.ring),
        SqlLedger(store, hub.ring),
        SqlDesk(store, hub.ring),
    )
    clerk = QuietClerk(log, ledger, desk, clock)
    identity = Identity(
        tokens=ConversationTokens("a secret of the counter, 32 bytes or more"),
        staff=StaffTokens(STAFF),
        sign_in=ShopSignIn({"shop-1": KEY}, audience="xiaoer", shop_id=POLICY.shop_id),
    )
    demo = storefront.router(shop, POLICY, key=KEY, kid="shop-1", audience="xiaoer", clock=clock)  # type: ignore[arg-type]
    given: dict[str, Any] = {
        "conversations": log,
        "desk": desk,
        "photos": SqlPhotos(store),
        "tries": SqlTries(store, secret=b"x" * 32),
        "shop": shop,
        "clerk": clerk,
        "identity": identity,
        "policy": POLICY,
        "hub": hub,
        "clock": clock,
        "pace": Pace(settle_s=600, longest_s=600),
        "more": [demo, *(_more(store, shop, log, clock) if whole else ())],
    }
    front = Front(**{**given, **changes})
    app = build(front)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    http = httpx.AsyncClient(transport=transport, base_url="http://counter")
    return House(front, app, http, clock, clerk, shop, log, ledger, store)


def _more(store: Store, shop: SmallShop, log: SqlConversations, clock: Clock) -> list[APIRouter]:
    return [
        templates.router(_editor(store, shop, clock), clock),
        *furnish_kb(store, clock).routers,
        clockwork.router(SqlPromises(store), SqlJobs(store), POLICY.shop_id),
        _rollout(store, clock),
        assist.router(*_assist(store, log)),
    ]


@dataclass(frozen=True)
class NoEar:
    """Hears words and no wish in them."""

    version = "none"
    waits = False

    def understand(self, texts: Sequence[str], conversation: Conversation) -> Understanding:
        return Understanding(text=" ".join(texts), language=conversation.language, wishes=())


def _assist(store: Store, log: SqlConversations) -> tuple[Copilot, GapDrafts]:
    """Help without a model, and with a local mind that has nothing to say."""
    library, reach = NoArticles(), lambda turn: SimpleNamespace(shop=SmallShop(), policy=POLICY)
    asking = Asking(
        model=None,
        persona=Persona(),
        policy=POLICY,
        key=b"k" * 32,
        reach_for=reach,  # type: ignore[arg-type]
        timer=time.monotonic,
    )
    view = LocalView(
        local=LocalMind(library=library, catalogue=catalogue(), reach_for=reach),  # type: ignore[arg-type]
        library=library,
        understander=NoEar(),
        voice=TemplateVoice(card_lives=timedelta(minutes=30)),
        reach_for=reach,  # type: ignore[arg-type]
    )
    survey = Survey(SqlQuestions(store), SqlArticles(store), POLICY.shop_id)
    drafts = GapDrafts(asking=asking, survey=survey, conversations=log, library=lambda: library)
    return Copilot(asking=asking, cases=SqlCaseFiles(store), conversations=log, view=view), drafts


def _rollout(store: Store, clock: Clock) -> APIRouter:
    """Of a model that nobody asks."""
    trials, gone = SqlTrials(store), SimpleNamespace(of=None)
    gate = Gate(SqlSwitches(store), trials, POLICY.shop_id, begins=Mode.AUTOMATIC, bar=Bar(), model="m@here")
    return rollout.router(gate, Suggested(trials=trials, names=gone), clock, lambda: asyncio.sleep(0))  # type: ignore[arg-type]


def _editor(store: Store, shop: SmallShop, clock: Clock) -> TemplateEditor:
    """Of reply templates, without a clerk who says them."""
    lacks: dict[str, Any] = {field.name: None for field in fields(Furniture)}
    trial = Trial(Furniture(**{**lacks, "shop": shop, "policy": POLICY}), NoArticles(), clock)
    return TemplateEditor(
        SqlTemplates(store), POLICY, catalogue=catalogue(), trial=trial, changed=lambda: asyncio.sleep(0)
    )


@asynccontextmanager
async def house(store: Store, *, whole: bool = False, **changes: Any) -> AsyncIterator[House]:
    furnished = furnish(store, whole=whole, **changes)
    async with furnished.app.router.lifespan_context(furnished.app), furnished.http:
        yield furnished


@asynccontextmanager
async def served(counter: House) -> AsyncIterator[httpx.AsyncClient]:
    """The app behind a real server on this machine, for what is streamed."""
    config = uvicorn.Config(counter.app, port=0, log_level="warning", lifespan="off", access_log=False)
    server = Server(config, counter.front.hub)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
        assert not running.done(), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
            yield http
            server.should_exit = True
            await running
    finally:
        server.force_exit = True
        await running
