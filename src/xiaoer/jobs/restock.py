"""Back: looks whether what customers wait for is in stock again, and tells each of them once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from xiaoer.actions.products import fits_options
from xiaoer.actions.views import variants_words
from xiaoer.domain.catalog import Product, Variant
from xiaoer.domain.conversation import Conversation, State
from xiaoer.domain.decision import Chosen, Say
from xiaoer.domain.facts import Facts
from xiaoer.domain.job import Later
from xiaoer.domain.ports import Busy, ShopError, StoreDown
from xiaoer.domain.restock import Restocks, RestockWish, WishEnd
from xiaoer.jobs.alone import alone
from xiaoer.jobs.kinds import Kind, Nothing
from xiaoer.turn import Clerk

EVERY = timedelta(minutes=5)
MOST = 200  # looked up in one run; the next goes on behind them
TIMEOUT_S = 300.0
_LET = (ShopError, Busy, StoreDown)
_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Back:
    clerk: Clerk
    restocks: Restocks
    _seen: str = field(default="")  # the last one looked up; from the beginning again at the end

    def kind(self) -> Kind[Nothing]:
        return Kind(name="watch_restock", takes=Nothing, work=self.look, timeout_s=TIMEOUT_S, every=EVERY)

    async def look(self, _: Nothing, now: datetime) -> Later | None:
        """A shop that is down ends the run: the others would wait for it too."""
        shop_id = self.clerk.house.policy.shop_id
        wishes = await self.restocks.due(shop_id, after=self._seen, limit=MOST)
        self._seen = wishes[-1].id if len(wishes) == MOST else ""
        for wish in wishes:
            try:
                await alone("restock", self._one(wish, now), let=_LET, wish_id=wish.id)
            except ShopError as down:
                _log.warning("restock_waits", wish_id=wish.id, error=type(down).__name__)
                return None
            except Busy:
                _log.debug("restock_waits", wish_id=wish.id)  # a turn is under way: the next run
        return None

    async def _one(self, wish: RestockWish, now: datetime) -> None:
        if now >= wish.until:
            await self.restocks.close(wish.id, WishEnd.OVER, now=now)
            return
        product = await self.clerk.house.shop.product(wish.wished.product_id)
        where = await self._where(wish)
        if product is None or where is None:
            await self.restocks.close(wish.id, WishEnd.GONE, now=now)
            return
        there = [v for v in product.variants if v.stock > 0 and _fits(v, wish)]
        if there and await self._told(wish, product, there, where):
            await self.restocks.close(wish.id, WishEnd.TOLD, now=now)

    async def _where(self, wish: RestockWish) -> Conversation | None:
        """A closed conversation is not read any more, if there is a later one."""
        log, wished = self.clerk.house.conversations, wish.wished
        made_in = await log.get(wished.conversation_id)
        if made_in is None or made_in.state is not State.CLOSED:
            return made_in
        return await log.latest_of(wished.shop_id, wished.customer_id) or made_in

    async def _told(
        self, wish: RestockWish, product: Product, there: list[Variant], where: Conversation
    ) -> bool:
        """False while a person has the conversation. The turn's id makes it once, also after a crash."""
        facts: Facts = {
            "product_id": product.id,
            "item": product.title,
            "have": variants_words(there),
        }
        chosen = Chosen(Say("restocked", facts), "job:restock")
        return await self.clerk.tell(where.id, chosen, once=f"restock-{wish.id}")


def _fits(variant: Variant, wish: RestockWish) -> bool:
    return fits_options(variant, wish.wished.colour, wish.wished.size)
