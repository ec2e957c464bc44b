"""What a customer does with a button instead of words: cards, a person, a proof, a thumb."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from xiaoer.channels.web.access import Id, PacedVisit
from xiaoer.channels.web.counter import GivenFront
from xiaoer.channels.web.problems import Problem, Trouble, told
from xiaoer.channels.web.shapes import CardOut, ProvenOut, Proving, Rating, StateOut
from xiaoer.domain.conversation import State
from xiaoer.domain.ids import IntentId, MessageId
from xiaoer.domain.ports import Feedback, Proposal, ProposalState
from xiaoer.domain.reply import Origin

router = APIRouter(prefix="/v1/conversations/{conversation_id}", tags=["conversation"])

_CARD = told(
    Trouble.TOKEN,
    Trouble.NO_CARD,
    Trouble.CARD_ANSWERED,
    Trouble.CARD_EXPIRED,
    Trouble.TOO_FAST,
    Trouble.STORE_DOWN,
)


@router.post("/cards/{intent_id}/confirm", response_model=CardOut, responses=_CARD)
async def confirm_card(intent_id: Id, visit: PacedVisit, front: GivenFront) -> JSONResponse:
    """Yes. Done at most once: a second press hears the first result. `unclear`: a person will look."""
    card = await front.clerk.press(visit.conversation.id, IntentId(intent_id), yes=True)
    return _told(card, against=frozenset({ProposalState.DECLINED}))


@router.post("/cards/{intent_id}/decline", response_model=CardOut, responses=_CARD)
async def decline_card(intent_id: Id, visit: PacedVisit, front: GivenFront) -> JSONResponse:
    """No. What was done already stays done."""
    card = await front.clerk.press(visit.conversation.id, IntentId(intent_id), yes=False)
    answered = (ProposalState.DONE, ProposalState.TAKEN, ProposalState.REFUSED, ProposalState.UNCLEAR)
    return _told(card, against=frozenset(answered))


@router.post(
    "/person",
    status_code=202,
    response_model=StateOut,
    responses=told(
        Trouble.TOKEN, Trouble.NO_CONVERSATION, Trouble.CLOSED, Trouble.TOO_FAST, Trouble.STORE_DOWN
    ),
)
async def call_person(visit: PacedVisit, front: GivenFront) -> JSONResponse:
    """Talk to a person. The place in the queue, or when the desk opens, comes as a message."""
    _still_open(visit.conversation.state)
    await front.clerk.call_person(visit.conversation.id)
    now = await front.conversations.get(visit.conversation.id)
    state = (now or visit.conversation).state
    return JSONResponse({"id": visit.conversation.id, "state": state.value}, 202)


@router.post(
    "/proof",
    response_model=ProvenOut,
    responses=told(
        Trouble.TOKEN,
        Trouble.NOT_PROVEN,
        Trouble.CLOSED,
        Trouble.INVALID,
        Trouble.TOO_FAST,
        Trouble.STORE_DOWN,
    ),
)
async def prove_order(proving: Proving, visit: PacedVisit, front: GivenFront) -> JSONResponse:
    """Show that an order is yours. Wrong, another's and tried too often are answered alike."""
    _still_open(visit.conversation.state)
    order_id, contact = proving.order_id.strip(), proving.contact
    if not await front.clerk.prove(visit.conversation.id, order_id=order_id, contact=contact):
        raise Problem(Trouble.NOT_PROVEN)
    return JSONResponse({"proven": True})


@router.put(
    "/messages/{message_id}/feedback",
    status_code=204,
    responses=told(Trouble.TOKEN, Trouble.NO_MESSAGE, Trouble.INVALID, Trouble.TOO_FAST, Trouble.STORE_DOWN),
)
async def rate_message(message_id: Id, rating: Rating, visit: PacedVisit, front: GivenFront) -> Response:
    """A thumb for a reply, and why. Sent again, it replaces what was said before."""
    message = await front.conversations.message(visit.conversation.id, MessageId(message_id))
    if message is None or message.kind != "message" or message.origin is Origin.CUSTOMER:
        raise Problem(Trouble.NO_MESSAGE)
    said = Feedback(
        conversation_id=visit.conversation.id, message_id=message.id, thumb=rating.thumb, text=rating.text
    )
    await front.conversations.feedback(said, now=front.clock())
    if front.on_thumb is not None:
        await front.on_thumb(message.id, rating.thumb)
    return Response(status_code=204)


def _still_open(state: State) -> None:
    if state is State.CLOSED:
        raise Problem(Trouble.CLOSED)


def _told(card: Proposal | None, *, against: frozenset[ProposalState]) -> JSONResponse:
    """`against`: states in which the other answer was given before."""
    if card is None:
        raise Problem(Trouble.NO_CARD)
    if card.state is ProposalState.EXPIRED:
        raise Problem(Trouble.CARD_EXPIRED)
    if card.state in against:
        raise Problem(Trouble.CARD_ANSWERED, state=card.state.value)
    body: dict[str, Any] = {"intent_id": card.id, "state": card.state.value}
    return JSONResponse(body)
