"""Who sent a request: from its bearer token alone, never from a cookie, an address or a body."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from xiaoer.channels.web.counter import Front, GivenFront
from xiaoer.channels.web.problems import Problem, Trouble
from xiaoer.domain.conversation import Conversation
from xiaoer.domain.ids import ConversationId, CustomerId, StaffId
from xiaoer.guard.identity import GUEST_LIFE, SIGNED_IN_LIFE, SignInRefused, TokenRefused
from xiaoer.guard.pacer import Pacer

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["7f3c0a1b"])]

_shop = HTTPBearer(
    scheme_name="ShopSignIn",
    bearerFormat="JWT",
    auto_error=False,
    description="Short-lived JWT by which the shop signs its customer in. Left out: a guest.",
)
_conversation = HTTPBearer(
    scheme_name="ConversationToken", auto_error=False, description="`token` of the opened conversation."
)
_staff = HTTPBearer(scheme_name="StaffToken", auto_error=False, description="Of a person at the desk.")

_key = HTTPBearer(
    scheme_name="CustomerKey", auto_error=False, description="A conversation's token, or the shop's JWT."
)

ShopBearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_shop)]
ConversationBearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_conversation)]
StaffBearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_staff)]
KeyBearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_key)]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of the one whose conversation it is."""

    conversation: Conversation
    until: datetime  # when the token ends


@dataclass(frozen=True, slots=True)
class Key:
    """What a customer's token is good for where it is all that names a conversation: one of these."""

    conversation_id: ConversationId | None = None
    customer_id: CustomerId | None = None


async def customer_of(request: Request, bearer: ShopBearer, front: GivenFront) -> CustomerId | None:
    """The customer the shop vouches for; None for a guest. A bad token is no guest: it is refused."""
    if "authorization" not in request.headers:
        return None
    if bearer is None or front.identity.sign_in is None:
        raise Problem(Trouble.SIGN_IN)
    try:
        return front.identity.sign_in.verify(bearer.credentials, now=front.clock())
    except SignInRefused:
        raise Problem(Trouble.SIGN_IN) from None


async def visit_of(
    request: Request, conversation_id: Id, bearer: ConversationBearer, front: GivenFront
) -> Visit:
    """A conversation of another is answered like one that is not there."""
    try:
        opened = front.identity.tokens.open(bearer.credentials if bearer else "", now=front.clock())
    except TokenRefused:
        raise Problem(Trouble.TOKEN) from None
    if opened.conversation_id != conversation_id:
        raise Problem(Trouble.NO_CONVERSATION)
    conversation = await here(front, ConversationId(conversation_id))
    request.state.language = conversation.language
    return Visit(conversation, opened.until)


async def paced_visit_of(
    request: Request, visit: Annotated[Visit, Depends(visit_of)], front: GivenFront
) -> Visit:
    """For whatever writes: nobody types so fast."""
    pace(request, front, visit.conversation.id)
    return visit


def pace(request: Request, front: Front, conversation_id: ConversationId) -> None:
    pacer: Pacer = request.app.state.pacer
    if not pacer.allow(conversation_id, now=front.clock()):
        raise Problem(Trouble.TOO_FAST, retry_s=pacer.window_s)


async def key_of(bearer: KeyBearer, front: GivenFront) -> Key:
    """A conversation's own token, or the shop's word for a customer. An agent's token is neither."""
    token, now = bearer.credentials if bearer else "", front.clock()
    try:
        return Key(conversation_id=front.identity.tokens.open(token, now=now).conversation_id)
    except TokenRefused:
        pass
    try:
        if front.identity.sign_in is not None:
            return Key(customer_id=front.identity.sign_in.verify(token, now=now))
    except SignInRefused:
        pass
    raise Problem(Trouble.API_KEY)


async def may_open(request: Request, front: GivenFront) -> None:
    limits = front.limits
    allowed = await front.tries.allow(
        f"open:{_household(request)}",
        limit=limits.conversations,
        window_s=limits.conversations_s,
        now=front.clock(),
    )
    if not allowed:
        raise Problem(Trouble.TOO_FAST, retry_s=limits.conversations_s)


async def staff_of(bearer: StaffBearer, front: GivenFront) -> StaffId:
    staff_id = front.identity.staff.who(bearer.credentials) if bearer else None
    if staff_id is None:
        raise Problem(Trouble.STAFF_TOKEN)
    return staff_id


async def served_of(
    conversation_id: Id, _: Annotated[StaffId, Depends(staff_of)], front: GivenFront
) -> Conversation:
    """A conversation as staff of this shop may see it. The token is looked at first."""
    return await here(front, ConversationId(conversation_id))


def life_of(customer_id: CustomerId | None) -> timedelta:
    return GUEST_LIFE if customer_id is None else SIGNED_IN_LIFE


async def here(front: Front, conversation_id: ConversationId) -> Conversation:
    conversation = await front.conversations.get(conversation_id)
    if conversation is None or conversation.actor.shop_id != front.policy.shop_id:
        raise Problem(Trouble.NO_CONVERSATION)
    return conversation


def _household(request: Request) -> str:
    """The client's address; of an IPv6 address the /64 that one customer is given."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else host


GivenVisit = Annotated[Visit, Depends(visit_of)]
PacedVisit = Annotated[Visit, Depends(paced_visit_of)]
GivenCustomer = Annotated[CustomerId | None, Depends(customer_of)]
GivenStaff = Annotated[StaffId, Depends(staff_of)]
GivenKey = Annotated[Key, Depends(key_of)]
GivenServed = Annotated[Conversation, Depends(served_of)]
