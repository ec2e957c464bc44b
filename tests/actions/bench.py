"""The one door on a bench: the generated world in a memory shop, and a house that keeps nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from tests.shops.worlds import NOW, POLICY, clock, world

from xiaoer.actions.base import CATALOGUE, Reach, Risk
from xiaoer.actions.run import run
from xiaoer.domain.care_ports import Asked, Ticket, TicketKind
from xiaoer.domain.catalog import Product
from xiaoer.domain.decision import Do
from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.ids import ConversationId, CustomerId, IntentId, OrderId, PhotoId, ShopId, StaffId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order, OrderState, ParcelState
from xiaoer.domain.outcome import NeedsConfirm, Outcome, Plan, Reason
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.photos import MOST_KEPT, Image, Photo, TooManyPhotos
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import DifferentBody, Proposal, ProposalState, Shop
from xiaoer.domain.restock import RestockWish, Wished, WishEnd
from xiaoer.domain.rules.money import Spent
from xiaoer.domain.rules.parcels import is_late
from xiaoer.domain.words import Language
from xiaoer.shops.memory import MemoryShop, Stock

HERE, ELSEWHERE = ConversationId("here"), ConversationId("elsewhere")
GUEST = Actor(shop_id=POLICY.shop_id, role=Role.CUSTOMER)
MEI = replace(GUEST, proof=Proof.SIGNED_IN, customer_id=CustomerId("C1001"))
ALEX = replace(GUEST, proof=Proof.SIGNED_IN, customer_id=CustomerId("C1002"))
WRITES = sorted(name for name, action in CATALOGUE.items() if action.risk >= Risk.WRITE)
OF_AN_ORDER = sorted(
    name
    for name, action in CATALOGUE.items()
    if "order_id" in action.takes.model_fields and name != "prove_order"
)
STREET = "王小明 13912345678 上海市徐汇区漕溪北路398号2单元501室"
GIVEN: Mapping[str, Facts] = {  # what is said rather than chosen
    "change_address": {"address": STREET},
    "change_contact": {"phone": "13911112222"},
    "change_profile_address": {"address": STREET},
    "request_return": {"reason": "wrong_size", "unopened": True},
    "request_exchange": {"reason": "wrong_size"},
    "report_lost": {"remedy": "refund"},
    "report_damage": {"remedy": "resend"},
    "request_invoice": {"kind": "company", "title": "山月商贸有限公司", "tax_number": "91110000600037341L"},
}

# Whatever an action needs besides an order: values of the right kind.
ANYTHING: Facts = {"reason": "faulty", "remedy": "refund", "kind": "personal", "title": "王小明"}


def proven(order_id: str) -> Actor:
    return replace(GUEST, proof=Proof.ORDER, proven_orders=frozenset({OrderId(order_id)}))


def memory_shop() -> MemoryShop:
    """The world, some days on: one parcel of MEI's is lost, and what she bought costs half."""
    made = world()
    stock = Stock(
        customers=made.customers,
        orders=tuple(_lost(o) if o.id == LOST else o for o in made.orders),
        products=tuple(_half_price(p) if p.id == CHEAPER.product_id else p for p in made.products),
        categories=made.categories,
    )
    return MemoryShop(stock, POLICY, clock=clock)


def _lost(order: Order) -> Order:
    return replace(order, parcels=tuple(replace(p, state=ParcelState.LOST) for p in order.parcels))


def _half_price(product: Product) -> Product:
    half = tuple(replace(v, price=Money(v.price.minor // 2, v.price.currency)) for v in product.variants)
    return replace(product, variants=half)


def order_of(actor: Actor, *states: OrderState) -> Order:
    """The actor's newest order, in one of `states`."""
    theirs = [o for o in world().orders if o.customer_id == actor.customer_id]
    return next(o for o in reversed(theirs) if not states or o.state in states)


LOST = next(
    o.id for o in world().orders if o.customer_id == MEI.customer_id and is_late(o, NOW) and o.parcels
)
CHEAPER = next(
    o.lines[0]
    for o in reversed(world().orders)
    if o.customer_id == MEI.customer_id and o.state is OrderState.DELIVERED and not o.cases
)
NO_PHOTO = replace(POLICY, parcels=replace(POLICY.parcels, photo_needed=False) if POLICY.parcels else None)


class MemoryLedger:
    def __init__(self) -> None:
        self.rows: dict[IntentId, Proposal] = {}
        self._numbers = count(1)

    async def propose(
        self,
        plan: Plan,
        actor: Actor,
        conversation_id: ConversationId,
        *,
        now: datetime,
        expires_at: datetime,
    ) -> IntentId:
        made = Proposal(
            id=IntentId(f"i{next(self._numbers)}"),
            actor=actor,
            conversation_id=conversation_id,
            plan=Plan(plan.action, plan.args, plan.facts),
            state=ProposalState.OPEN,
            created_at=now,
            expires_at=expires_at,
        )
        self.rows[made.id] = made
        return made.id

    async def proposal(self, intent_id: IntentId) -> Proposal | None:
        return self.rows.get(intent_id)

    async def take(self, intent_id: IntentId, *, now: datetime) -> bool:
        row = self.rows[intent_id]
        free = row.state is ProposalState.OPEN and now < row.expires_at
        if free:
            self.rows[intent_id] = replace(row, state=ProposalState.TAKEN)
        return free

    async def hold(self, intent_id: IntentId, reason: Reason, rule: str, *, now: datetime) -> None:
        held = {"state": ProposalState.NEEDS_STAFF, "approval": reason, "rule": rule}
        self.rows[intent_id] = replace(self.rows[intent_id], **held)  # type: ignore[arg-type]

    async def agree(self, intent_id: IntentId, staff_id: StaffId, *, now: datetime) -> bool:
        row = self.rows[intent_id]
        waits = row.state is ProposalState.NEEDS_STAFF
        if waits:
            self.rows[intent_id] = replace(row, state=ProposalState.TAKEN)
        return waits

    async def held(self, shop_id: ShopId, *, limit: int) -> list[Proposal]:
        every = (row for row in self.rows.values() if row.state is ProposalState.NEEDS_STAFF)
        return list(every)[:limit]

    async def spent(self, effect: Proposal, **of: Any) -> Spent:
        """Nothing: limits are tried on the real ledger."""
        return Spent()

    async def finish(
        self, intent_id: IntentId, state: ProposalState, outcome: Outcome | None, *, now: datetime
    ) -> None:
        row = self.rows[intent_id]
        if row.state in (ProposalState.OPEN, ProposalState.TAKEN, ProposalState.NEEDS_STAFF):
            self.rows[intent_id] = replace(row, state=state, outcome=outcome)


class MemoryHouse:
    """The desk, the tries and the proofs of one bench."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.proofs: list[OrderId] = []
        self.tries: dict[str, list[datetime]] = {}

    async def queue(self, conversation_id: ConversationId, why: str, *, now: datetime) -> int:
        self.called.append(why)
        return 0

    async def get(self, conversation_id: ConversationId) -> None:
        """No conversation is kept here."""

    async def prove(self, conversation_id: ConversationId, order_id: OrderId) -> None:
        self.proofs.append(order_id)

    async def allow(self, key: str, *, limit: int, window_s: int, now: datetime) -> bool:
        recent = [at for at in self.tries.get(key, []) if (now - at).total_seconds() < window_s]
        allowed = len(recent) < limit
        self.tries[key] = [*recent, now] if allowed else recent
        return allowed


class MemoryTickets:
    def __init__(self) -> None:
        self.open_ones: list[Ticket] = []

    async def open(self, asked: Asked, *, now: datetime) -> Ticket:
        found = await self.current(asked.kind, asked.conversation_id, None)
        made = found or Ticket(number=f"T{len(self.open_ones) + 1:08d}", asked=asked, made_at=now)
        if found is None:
            self.open_ones.append(made)
        return made

    async def current(
        self, kind: TicketKind, conversation_id: ConversationId, customer_id: CustomerId | None
    ) -> Ticket | None:
        def theirs(asked: Asked) -> bool:
            of_customer = customer_id is not None and asked.customer_id == customer_id
            return asked.kind is kind and (asked.conversation_id == conversation_id or of_customer)

        return next((ticket for ticket in self.open_ones if theirs(ticket.asked)), None)

    async def waiting(self, shop_id: ShopId, *, limit: int) -> list[Ticket]:
        theirs = [ticket for ticket in self.open_ones if ticket.asked.shop_id == shop_id]
        return sorted(theirs, key=lambda ticket: (ticket.asked.due_at, ticket.number))[:limit]

    async def close(self, shop_id: ShopId, number: str, *, now: datetime) -> bool:
        before = len(self.open_ones)
        self.open_ones = [t for t in self.open_ones if (t.asked.shop_id, t.number) != (shop_id, number)]
        return len(self.open_ones) < before


class MemoryPhotos:
    def __init__(self) -> None:
        self.rows: dict[tuple[ConversationId, str], tuple[Photo, str, bytes]] = {}

    async def add(
        self, conversation_id: ConversationId, client_id: str, digest: str, image: Image, *, now: datetime
    ) -> Photo:
        if (found := self.rows.get((conversation_id, client_id))) is not None:
            if found[1] != digest:
                raise DifferentBody(client_id)
            return found[0]
        if len(await self.of(conversation_id)) >= MOST_KEPT:
            raise TooManyPhotos
        made = Photo(
            id=PhotoId(f"{conversation_id}-{client_id}"),
            shop_id=POLICY.shop_id,
            conversation_id=conversation_id,
            width=image.width,
            height=image.height,
            at=now,
        )
        self.rows[conversation_id, client_id] = (made, digest, image.jpeg)
        return made

    async def of(self, conversation_id: ConversationId, *, limit: int = MOST_KEPT) -> list[Photo]:
        theirs = [photo for (owner, _), (photo, *_) in self.rows.items() if owner == conversation_id]
        return sorted(theirs, key=lambda photo: photo.at, reverse=True)[:limit]

    async def image(self, conversation_id: ConversationId, photo_id: PhotoId) -> bytes | None:
        rows = (
            (photo, jpeg) for (owner, _), (photo, _, jpeg) in self.rows.items() if owner == conversation_id
        )
        return next((jpeg for photo, jpeg in rows if photo.id == photo_id), None)

    async def tie(
        self,
        conversation_id: ConversationId,
        photo_ids: Sequence[str],
        *,
        order_id: str = "",
        number: str = "",
    ) -> None:
        for key, (photo, digest, jpeg) in self.rows.items():
            if key[0] == conversation_id and photo.id in photo_ids:
                tied = replace(
                    photo,
                    order_id=OrderId(order_id) if order_id else photo.order_id,
                    number=number or photo.number,
                )
                self.rows[key] = (tied, digest, jpeg)


class MemoryRestocks:
    def __init__(self) -> None:
        self.rows: dict[str, tuple[RestockWish, WishEnd | None]] = {}

    async def add(self, wished: Wished, *, now: datetime) -> RestockWish:
        def same(wish: RestockWish) -> bool:
            return replace(wish.wished, conversation_id=wished.conversation_id) == wished

        found = next((wish for wish, end in self.rows.values() if end is None and same(wish)), None)
        made = found or RestockWish(id=f"w{len(self.rows)}", wished=wished, made_at=now)
        self.rows[made.id] = (made, None)
        return made

    async def open_of(self, shop_id: ShopId, customer_id: CustomerId) -> list[RestockWish]:
        every = (wish for wish, end in self.rows.values() if end is None)
        theirs = (w for w in every if (w.wished.shop_id, w.wished.customer_id) == (shop_id, customer_id))
        return sorted(theirs, key=lambda wish: (wish.made_at, wish.id))

    async def due(self, shop_id: ShopId, *, after: str, limit: int) -> list[RestockWish]:
        every = (wish for wish, end in self.rows.values() if end is None)
        waiting = [wish for wish in every if wish.wished.shop_id == shop_id and wish.id > after]
        return sorted(waiting, key=lambda wish: wish.id)[:limit]

    async def close(self, wish_id: str, end: WishEnd, *, now: datetime) -> bool:
        if wish_id not in self.rows:
            return False
        wish, before = self.rows[wish_id]
        self.rows[wish_id] = (wish, before or end)
        return before is None


class Watched:
    """Counts the writes that reach a shop; `break_on` raises before or after one of its calls."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.writes: Counter[str] = Counter()
        self.before: dict[str, Exception] = {}
        self.after: dict[str, Exception] = {}

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.shop, name)
        if not callable(call):
            return call

        async def watched(*args: Any, **named: Any) -> Any:
            if name in self.before:
                raise self.before[name]
            if "key" in named:
                self.writes[name] += 1
            answer = await call(*args, **named)
            if name in self.after:
                raise self.after[name]
            return answer

        return watched


@dataclass
class Bench:
    shop: Any = field(default_factory=lambda: Watched(memory_shop()))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    house: Any = field(default_factory=MemoryHouse)
    tickets: Any = field(default_factory=MemoryTickets)
    photos: Any = field(default_factory=MemoryPhotos)
    restocks: Any = field(default_factory=MemoryRestocks)
    now: datetime = NOW
    policy: Policy = POLICY

    def reach(self, conversation_id: ConversationId = HERE) -> Reach:
        return Reach(
            shop=self.shop,
            ledger=self.ledger,
            desk=self.house,
            tries=self.house,
            tickets=self.tickets,
            photos=self.photos,
            restocks=self.restocks,
            conversations=self.house,
            policy=self.policy,
            conversation_id=conversation_id,
            language=Language.ZH,
            now=self.now,
        )

    async def does(
        self, action: str, args: Mapping[str, Any], actor: Actor = MEI, *, at: ConversationId = HERE
    ) -> Outcome:
        return await run(Do(action, args), actor, self.reach(at))

    async def says_yes(self, card: IntentId, actor: Actor = MEI, *, at: ConversationId = HERE) -> Outcome:
        return await run(Do("", confirmed=card), actor, self.reach(at))

    async def card(self, action: str) -> NeedsConfirm:
        """A lawful card of MEI's for `action`."""
        if action == "report_damage":
            await self.photos.add(HERE, "photo", "digest", Image(b"jpeg", 4, 3), now=self.now)
        outcome = await self.does(action, await self.lawful(action))
        assert isinstance(outcome, NeedsConfirm), outcome
        return outcome

    async def lawful(self, action: str) -> dict[str, Fact]:
        """Arguments with which MEI may do this write: what an action offers, it carries out."""
        args: dict[str, Fact] = dict(GIVEN.get(action, {}))
        if "reason" in CATALOGUE[action].takes.model_fields:
            args.setdefault("reason", "wrong_size")
        for slot in ("order_id", "line_id", "variant_id", "case_id", "method", "day"):
            if slot in CATALOGUE[action].takes.model_fields:
                args[slot] = await self._lawful(action, slot, args)
        return args

    async def _lawful(self, action: str, slot: str, args: Facts) -> str:
        """The first choice that leads on, all the way."""
        picked = await CATALOGUE[action].choices(slot, args, MEI, self.reach())
        return next(iter([c.value for c in picked if await self._leads_on(action, slot, c.value, args)]))

    async def _leads_on(self, action: str, slot: str, value: str, args: Facts) -> bool:
        """A line leads on if it comes in another variant; an order, if it holds such a line."""
        if slot == "order_id" and action == "cancel_items":
            lines = await CATALOGUE[action].choices("line_id", {"order_id": value}, MEI, self.reach())
            return len(lines) > 1
        if action not in ("request_exchange", "change_items"):
            return True
        if slot == "order_id":
            lines = await CATALOGUE[action].choices("line_id", {"order_id": value}, MEI, self.reach())
            return any([await self._leads_on(action, "line_id", c.value, {"order_id": value}) for c in lines])
        if slot == "line_id":
            known = {**args, "line_id": value}
            return bool(await CATALOGUE[action].choices("variant_id", known, MEI, self.reach()))
        return True
