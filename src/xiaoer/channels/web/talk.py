"""A customer's conversation: open it, say something, read it, follow it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import JSONResponse, Response

from xiaoer.channels.web.access import GivenCustomer, GivenVisit, PacedVisit, life_of, may_open
from xiaoer.channels.web.counter import Front, GivenFront, GivenTurns
from xiaoer.channels.web.problems import Problem, Trouble, also, told
from xiaoer.channels.web.shapes import ConversationOut, MessageOut, MessagesOut, OpenedOut, Opening, Saying
from xiaoer.channels.web.stream import PAGE, EventStream
from xiaoer.channels.web.words import preferred, words
from xiaoer.domain.conversation import Conversation, Inbound, Message, State
from xiaoer.domain.ids import CustomerId, StaffId
from xiaoer.domain.people import Actor, Customer, Proof, Role
from xiaoer.domain.ports import DifferentBody, ShopError
from xiaoer.domain.words import Language
from xiaoer.speak.wire import message_json

LAST_SEQ = 2**31 - 1  # what the column holds

router = APIRouter(prefix="/v1/conversations", tags=["conversation"])

After = Annotated[int, Query(ge=0, le=LAST_SEQ, description="Only what came after this seq.")]


@router.post(
    "",
    status_code=201,
    response_model=OpenedOut,
    responses=also(200, model=OpenedOut, description="The customer's open conversation goes on.")
    | told(Trouble.SIGN_IN, Trouble.TOO_FAST, Trouble.INVALID),
    dependencies=[Depends(may_open)],
)
async def open_conversation(
    request: Request, customer_id: GivenCustomer, front: GivenFront, opening: Opening | None = None
) -> JSONResponse:
    """Begin to talk, as a guest or as the customer the shop signs in. A guest's talk stays a guest's."""
    wanted = opening or Opening()
    if customer_id is not None and wanted.resume:
        earlier = await front.conversations.latest_of(front.policy.shop_id, customer_id)
        if earlier is not None:
            return _opened(front, earlier, await _customer(front, customer_id), status=200)
    conversation, customer = await begun(request, front, customer_id, wanted)
    return _opened(front, conversation, customer, status=201)


@router.get(
    "/{conversation_id}",
    response_model=ConversationOut,
    responses=told(Trouble.TOKEN, Trouble.NO_CONVERSATION),
)
async def get_conversation(visit: GivenVisit, front: GivenFront) -> JSONResponse:
    """The conversation as it stands: who has it, in which language, up to which event."""
    customer = await _customer(front, visit.conversation.actor.customer_id)
    return JSONResponse(_conversation_json(visit.conversation, customer))


@router.post(
    "/{conversation_id}/messages",
    status_code=202,
    response_model=MessageOut,
    responses=also(200, model=MessageOut, description="It was here already; nothing is done twice.")
    | told(
        Trouble.TOKEN,
        Trouble.NO_CONVERSATION,
        Trouble.DIFFERENT_BODY,
        Trouble.TOO_LONG,
        Trouble.TOO_BIG,
        Trouble.TOO_FAST,
        Trouble.STORE_DOWN,
    ),
)
async def send_message(
    saying: Saying, visit: PacedVisit, front: GivenFront, turns: GivenTurns
) -> JSONResponse:
    """Say something. Answered once it is stored for good; the reply comes as an event."""
    if visit.conversation.state is State.CLOSED:
        raise Problem(Trouble.CLOSED)
    stored = await receive(front, saying, visit.conversation)
    turns.soon(visit.conversation.id)
    return stored


@router.get(
    "/{conversation_id}/messages",
    response_model=MessagesOut,
    responses=told(Trouble.TOKEN, Trouble.NO_CONVERSATION, Trouble.INVALID),
)
async def list_messages(
    visit: GivenVisit, front: GivenFront, after: After = 0, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> JSONResponse:
    """Its events, oldest first."""
    return JSONResponse(await page(front, visit.conversation, after, limit))


@router.get(
    "/{conversation_id}/events",
    response_class=Response,
    responses=also(
        200,
        description="`message`, `state` and `card` carry an id; `typing` and `part` are for now only.",
        content={"text/event-stream": {"schema": {"type": "string"}}},
    )
    | told(Trouble.TOKEN, Trouble.NO_CONVERSATION, Trouble.INVALID),
)
async def follow_events(
    visit: GivenVisit,
    front: GivenFront,
    after: After = 0,
    last_event_id: Annotated[str, Header(description="Goes on after this event.")] = "",
) -> EventStream:
    """Server-sent events, to be read with fetch. Resumes after Last-Event-ID, else after `after`."""
    conversation_id = visit.conversation.id
    return EventStream(
        lambda: front.hub.listening(conversation_id),
        lambda seq: front.conversations.after(conversation_id, seq, limit=PAGE),
        seq=_resume_at(last_event_id, after),
        life_s=(visit.until - front.clock()).total_seconds(),
        patience=front.patience,
    )


async def begun(
    request: Request,
    front: Front,
    customer_id: CustomerId | None,
    wanted: Opening,
    *,
    channel: str = "web",
) -> tuple[Conversation, Customer | None]:
    """A new conversation; the customer, if the shop could be asked who that is."""
    customer = await _customer(front, customer_id)
    conversation = await front.conversations.open(
        _actor(front, customer_id),
        language=_language(request, front, wanted, customer),
        time_zone=wanted.time_zone or (customer.time_zone if customer else front.policy.time_zone),
        channel=channel,
        now=front.clock(),
    )
    return conversation, customer


async def receive(
    front: Front, saying: Saying, conversation: Conversation, *, staff_id: StaffId | None = None
) -> JSONResponse:
    """Store what was said; 202 if it is new, 200 for a repeat."""
    message, new = await stored(front, saying, conversation, staff_id=staff_id)
    return JSONResponse(message_json(message), 202 if new else 200)


async def stored(
    front: Front, saying: Saying, conversation: Conversation, *, staff_id: StaffId | None = None
) -> tuple[Message, bool]:
    """What was said, and whether it is new."""
    inbound = Inbound(
        conversation_id=conversation.id, client_id=saying.client_id, text=saying.text, staff_id=staff_id
    )
    try:
        return await front.conversations.receive(inbound, now=front.clock())
    except DifferentBody:
        raise Problem(Trouble.DIFFERENT_BODY) from None


async def page(front: Front, conversation: Conversation, after: int, limit: int) -> dict[str, Any]:
    """One more than asked for tells whether there are later ones."""
    events = await front.conversations.after(conversation.id, after, limit=limit + 1)
    return {"messages": [message_json(e) for e in events[:limit]], "more": len(events) > limit}


def _resume_at(last_event_id: str, after: int) -> int:
    """What is no id of ours starts where the query says: a repeated event does no harm, a lost one does."""
    known = last_event_id.isascii() and last_event_id.isdigit()
    return min(int(last_event_id[:10]), LAST_SEQ) if known else after


def _actor(front: Front, customer_id: CustomerId | None) -> Actor:
    proof = Proof.NONE if customer_id is None else Proof.SIGNED_IN
    return Actor(shop_id=front.policy.shop_id, role=Role.CUSTOMER, proof=proof, customer_id=customer_id)


async def _customer(front: Front, customer_id: CustomerId | None) -> Customer | None:
    """Only for a greeting by name: without the shop the talk begins all the same."""
    try:
        return None if customer_id is None else await front.shop.customer(customer_id)
    except ShopError:
        return None


def _language(request: Request, front: Front, wanted: Opening, customer: Customer | None) -> Language:
    own = customer.language if customer else front.policy.languages[0]
    return wanted.language or preferred(request.headers.get("accept-language", ""), otherwise=own)


def _conversation_json(conversation: Conversation, customer: Customer | None) -> dict[str, Any]:
    says = words(conversation.language)
    signed_in = conversation.actor.customer_id is not None
    return {
        "id": conversation.id,
        "language": conversation.language.value,
        "time_zone": conversation.time_zone,
        "state": conversation.state.value,
        "notice": says.notice,
        "customer": {"name": customer.name} if customer else None,
        "suggestions": list(says.for_customers if signed_in else says.for_guests),
        "last_event_id": conversation.last_seq,
    }


def _opened(
    front: Front, conversation: Conversation, customer: Customer | None, *, status: int
) -> JSONResponse:
    until = front.clock() + life_of(conversation.actor.customer_id)
    token = front.identity.tokens.issue(conversation.id, until=until)
    return JSONResponse({**_conversation_json(conversation, customer), "token": token}, status)
