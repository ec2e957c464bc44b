"""The composition root: Settings in, App out. The only file that names concrete classes."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import text

from xiaoer import __version__, actions
from xiaoer.actions.run import CARD_LIVES
from xiaoer.channels import storefront
from xiaoer.channels.web.front import Front, Hub, Pace, Pages, build
from xiaoer.decide.goals import Sure
from xiaoer.decide.local import LocalMind
from xiaoer.decide.router import Router
from xiaoer.domain.ids import ConversationId
from xiaoer.domain.people import Actor, Customer, Proof, Role
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Shop
from xiaoer.domain.words import Language
from xiaoer.guard.identity import ConversationTokens, Identity, ShopSignIn, SignKey, StaffTokens
from xiaoer.jobs import Jobs
from xiaoer.knowledge.library import TantivyLibrary
from xiaoer.knowledge.markdown import read_folder
from xiaoer.settings import Settings
from xiaoer.shops.careful import CarefulShop
from xiaoer.shops.demo import tables as demo_tables
from xiaoer.shops.demo.seed import customers_json, ensure, reset
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.shops.policy_file import PolicyError, load_policy
from xiaoer.speak.voice import TemplateVoice
from xiaoer.store import migrate as migrations
from xiaoer.store import privacy, retention
from xiaoer.store.articles import SqlArticles
from xiaoer.store.changes import changed_since
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.desk import SqlDesk
from xiaoer.store.engine import Store
from xiaoer.store.ledger import SqlLedger
from xiaoer.store.tries import SqlTries
from xiaoer.turn import Clerk, House
from xiaoer.understand.train import load_or_train
from xiaoer.understand.understander import LocalUnderstander

AUDIENCE = "xiaoer"  # who a shop's sign-in tokens are meant for
DEMO_KEY = "demo"  # id of the key the demo storefront signs with
MOST_ORDERS = 10_000  # of one customer: a guest's talk is found by the orders proven in it
_EPOCH = datetime.fromtimestamp(0, UTC)  # an article is new by its words, not by its file's date
_CLOCK = Callable[[], datetime]


class Misconfigured(Exception):
    """A file or a setting is wrong; the message says which and what to write."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything, put together."""

    settings: Settings
    policy: Policy
    store: Store
    shop_store: Store
    house: House
    clerk: Clerk
    jobs: Jobs
    hub: Hub
    library: TantivyLibrary
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
    policy = _policy(settings)
    hub, secret = Hub(), _secrets(settings)
    async with await Store.open(_url(settings)) as store, await Store.open(_shop_url(settings)) as shop_store:
        await ensure(shop_store, now=clock(), policy=policy)
        library = await _library(store, policy)
        shop = _careful(behind(DemoShop(shop_store, policy, clock=clock)), settings)
        house = House(
            conversations=SqlConversations(store, hub.ring, clock=clock),
            ledger=SqlLedger(store, hub.ring),
            desk=SqlDesk(store, hub.ring),
            tries=SqlTries(store, secret=secret["conversation"].encode()),
            shop=shop,
            policy=policy,
        )
        clerk = await _clerk(house, library, hub, settings=settings, clock=clock)
        jobs = Jobs(clerk=clerk, expire=lambda now: retention.expire(store, now))
        yield App(
            settings=settings,
            policy=policy,
            store=store,
            shop_store=shop_store,
            house=house,
            clerk=clerk,
            jobs=jobs,
            hub=hub,
            library=library,
            secret=secret,
        )


def web(app: App, *, with_demo: bool) -> FastAPI:
    """The web channel over an open app. `with_demo`: and the demo shop's site, which signs anybody in."""
    settings, shop = app.settings, app.house.shop
    key = SignKey("HS256", app.secret["demo_sign_in"])
    keys = _sign_in_keys(settings) | ({DEMO_KEY: key} if with_demo else {})
    try:
        identity = Identity(
            tokens=ConversationTokens(app.secret["conversation"]),
            staff=StaffTokens(_staff(settings)),
            sign_in=ShopSignIn(keys, audience=AUDIENCE, shop_id=app.policy.shop_id) if keys else None,
        )
    except ValueError as short:
        raise Misconfigured(f"XIAOER_SECRET or XIAOER_STAFF_TOKENS: {short}") from None
    pages = Pages(widget=_ui("widget"))
    more = []
    if with_demo:
        pages = replace(pages, storefront=_ui("storefront"), images=_demo_folder() / "images")
        more = [
            storefront.router(
                shop, app.policy, key=key, kid=DEMO_KEY, audience=AUDIENCE, clock=app.clerk.clock
            )
        ]
    front = Front(
        conversations=app.house.conversations,
        desk=app.house.desk,
        tries=app.house.tries,
        shop=shop,
        clerk=app.clerk,
        identity=identity,
        policy=app.policy,
        hub=app.hub,
        clock=app.clerk.clock,
        changed=partial(_changed, app.store),
        checks={
            "database": lambda: app.store.read(lambda conn: conn.execute(text("SELECT 1")).scalar()),
            "shop": app.house.shop.categories,
            "index": partial(_indexed, app.library),
        },
        beside=[app.jobs.run],
        allowed_origins=settings.allowed_origins,
        pace=Pace(settle_s=settings.settle_s),
        pages=pages,
        more=more,
    )
    return build(front)


def _policy(settings: Settings) -> Policy:
    try:
        return load_policy(settings.policy_file or _demo_folder() / "policy.yaml")
    except PolicyError as wrong:
        raise Misconfigured(str(wrong)) from wrong


async def _indexed(library: TantivyLibrary) -> None:
    library.search("?", Language.EN, limit=1)


async def _changed(
    store: Store, since: datetime, ids: Collection[ConversationId]
) -> Iterable[tuple[ConversationId, int]]:
    return await changed_since(store, since, ids, limit=len(ids))


def migrate(settings: Settings) -> None:
    """Bring the database to this version. Safe when several processes start at once."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        migrations.upgrade(_url(settings))
    except migrations.NewerDatabase as newer:
        raise Misconfigured(str(newer)) from newer


async def reset_demo(settings: Settings) -> None:
    """Make the demo shop anew, with dates relative to now."""
    policy = _policy(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with await Store.open(_shop_url(settings)) as store:
        await reset(store, now=utc_now(), policy=policy)


async def _library(store: Store, policy: Policy) -> TantivyLibrary:
    """The shop's articles, and the index made from them. The demo's articles follow their files."""
    articles = SqlArticles(store)
    kept = await articles.all(policy.shop_id)
    known = {(a.slug, a.language): replace(a, updated_at=_EPOCH) for a in kept}
    shipped = await asyncio.to_thread(read_folder, _demo_folder() / "knowledge")
    news = [a for a in shipped if known.get((a.slug, a.language)) != replace(a, updated_at=_EPOCH)]
    if news:
        await articles.put(policy.shop_id, news)
        kept = await articles.all(policy.shop_id)
    return await asyncio.to_thread(TantivyLibrary.build, kept)


def _careful(shop: Shop, settings: Settings) -> Shop:
    return CarefulShop(
        shop, read_timeout_s=settings.shop_read_timeout_s, write_timeout_s=settings.shop_write_timeout_s
    )


async def _clerk(
    house: House, library: TantivyLibrary, hub: Hub, *, settings: Settings, clock: _CLOCK
) -> Clerk:
    model = await asyncio.to_thread(load_or_train, settings.data_dir / "model")
    bars = model.thresholds
    sure = Sure(
        accept={language: bars[language].accept for language in Language},
        suggest={language: bars[language].suggest for language in Language},
    )
    understander = LocalUnderstander(
        model, order_pattern=house.policy.order_number, categories=await house.shop.categories()
    )
    return Clerk(
        house=house,
        understander=understander,
        mind=Router(LocalMind(library=library, sure=sure, reach_for=house.reach)),
        voice=TemplateVoice(card_lives=CARD_LIVES),
        wakeups=hub,
        clock=clock,
        versions={
            "code": __version__,
            "classifier": understander.version,
            "knowledge": library.version,
            "policy": house.policy.version,
        },
    )


def _url(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{(settings.data_dir / 'xiaoer.db').absolute()}"


def _shop_url(settings: Settings) -> str:
    """The demo shop keeps its own tables: another file, or the same PostgreSQL under its own prefix."""
    return settings.database_url or f"sqlite:///{(settings.data_dir / 'demo-shop.db').absolute()}"


def _demo_folder() -> Path:
    return Path(str(files("xiaoer.shops.demo")))


def _ui(name: str) -> Path:
    """Static files: beside the package in a wheel, in ui/ in a checkout."""
    packed = Path(str(files("xiaoer"))) / "_ui" / name
    return packed if packed.is_dir() else Path(__file__).parents[2] / "ui" / name


def _secrets(settings: Settings) -> dict[str, str]:
    """Made once, readable by the owner alone; XIAOER_SECRET takes precedence."""
    path = settings.data_dir / "secrets.json"
    if not path.exists():
        made = {"conversation": secrets.token_urlsafe(48), "demo_sign_in": secrets.token_urlsafe(48)}
        path.touch(mode=0o600)
        path.write_text(json.dumps(made))
    kept: dict[str, str] = json.loads(path.read_text())
    given = settings.secret.get_secret_value()
    return {**kept, "conversation": given} if given else kept


def _sign_in_keys(settings: Settings) -> dict[str, SignKey]:
    if settings.sign_in_keys is None:
        return {}
    try:
        raw = json.loads(settings.sign_in_keys.read_text("utf-8"))
        return {kid: SignKey(entry["algorithm"], entry["key"]) for kid, entry in raw.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        form = '{"KEY ID": {"algorithm": "HS256", "key": "..."}}'
        raise Misconfigured(f"XIAOER_SIGN_IN_KEYS {settings.sign_in_keys}: write {form} ({wrong})") from wrong


def _staff(settings: Settings) -> dict[str, str]:
    pairs = [pair.strip() for pair in settings.staff_tokens.get_secret_value().split(",") if pair.strip()]
    if not all(":" in pair for pair in pairs):
        raise Misconfigured("XIAOER_STAFF_TOKENS: write name:token, separated by commas")
    return dict(pair.split(":", 1) for pair in pairs)


__all__ = ["App", "actions", "migrate", "open_app", "reset_demo", "utc_now", "web"]
