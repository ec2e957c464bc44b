"""In whose name an agent asks: its bearer token alone says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from xiaoer.domain.conversation import Conversation
from xiaoer.domain.ids import ConversationId, CustomerId
from xiaoer.domain.people import Actor, Customer, Proof, Role
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Conversations, Shop, ShopError, Tries
from xiaoer.guard.identity import ConversationTokens, ShopSignIn, SignInRefused, TokenRefused

MOST_OPENED = 10  # conversations of one customer, in `OPENED_S`: the newest that is open is used again
OPENED_S = 3600


class TooMany(Exception):
    """Of one customer more conversations were opened than anybody needs."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whom a token is good for: one conversation, or a customer the shop vouches for."""

    conversation_id: ConversationId | None = None
    customer_id: CustomerId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    conversations: Conversations
    tokens: Sequence[ConversationTokens]  # of agents, and of customers themselves
    sign_ins: Sequence[ShopSignIn]
    shop: Shop
    tries: Tries
    policy: Policy
    clock: Callable[[], datetime]

    def who(self, token: str) -> Visitor:
        """TokenRefused for a token that is forged, expired, or of no kind we know. Asks no store."""
        now = self.clock()
        for tokens in self.tokens:
            try:
                return Visitor(conversation_id=tokens.open(token, now=now).conversation_id)
            except TokenRefused:
                pass
        for sign_in in self.sign_ins:
            try:
                return Visitor(customer_id=sign_in.verify(token, now=now))
            except SignInRefused:
                pass
        raise TokenRefused

    async def conversation_of(self, token: str) -> Conversation:
        """The conversation the agent's customer sees; of a customer without one, a new one. TokenRefused."""
        visitor = self.who(token)
        if visitor.customer_id is not None:
            return await self._of_customer(visitor.customer_id)
        found = await self.conversations.get(visitor.conversation_id) if visitor.conversation_id else None
        if found is None or found.actor.shop_id != self.policy.shop_id:
            raise TokenRefused
        return found

    async def _of_customer(self, customer_id: CustomerId) -> Conversation:
        earlier = await self.conversations.latest_of(self.policy.shop_id, customer_id)
        if earlier is not None:
            return earlier
        now, key = self.clock(), f"{self.policy.shop_id}:mcp:{customer_id}"
        if not await self.tries.allow(key, limit=MOST_OPENED, window_s=OPENED_S, now=now):
            raise TooMany
        customer = await self._known(customer_id)
        actor = Actor(
            shop_id=self.policy.shop_id,
            role=Role.CUSTOMER,
            proof=Proof.SIGNED_IN,
            customer_id=customer_id,
        )
        return await self.conversations.open(
            actor,
            language=customer.language if customer else self.policy.languages[0],
            time_zone=customer.time_zone if customer else self.policy.time_zone,
            channel="mcp",
            now=now,
        )

    async def _known(self, customer_id: CustomerId) -> Customer | None:
        """Only for language and clock: without the shop it begins all the same."""
        try:
            return await self.shop.customer(customer_id)
        except ShopError:
            return None
