"""The desk's side through the API: see who waits, take, answer, close. The desk itself comes later."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from xiaoer.channels.web.access import GivenServed, GivenStaff
from xiaoer.channels.web.counter import GivenFront
from xiaoer.channels.web.problems import Problem, Trouble, also, told
from xiaoer.channels.web.shapes import Closing, MessageOut, MessagesOut, QueueOut, Saying, StateOut
from xiaoer.channels.web.talk import After, page, receive
from xiaoer.domain.conversation import Conversation, State
from xiaoer.domain.ids import StaffId
from xiaoer.domain.ports import Waiting

router = APIRouter(prefix="/v1/staff", tags=["staff"])


@router.get("/queue", response_model=QueueOut, responses=told(Trouble.STAFF_TOKEN, Trouble.INVALID))
async def list_queue(
    _: GivenStaff, front: GivenFront, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> JSONResponse:
    """Who waits for a person, and who has one."""
    waiting = await front.desk.waiting(front.policy.shop_id, limit=limit)
    return JSONResponse({"waiting": [_waiting_json(w) for w in waiting]})


@router.post(
    "/conversations/{conversation_id}/take",
    response_model=StateOut,
    responses=told(Trouble.STAFF_TOKEN, Trouble.NO_CONVERSATION, Trouble.TAKEN),
)
async def take_conversation(staff_id: GivenStaff, served: GivenServed, front: GivenFront) -> JSONResponse:
    """From now on this person answers and the assistant is silent."""
    if served.state is State.CLOSED:
        raise Problem(Trouble.CLOSED)
    if not await front.desk.take(served.id, staff_id, now=front.clock()):
        raise Problem(Trouble.TAKEN)
    return JSONResponse({"id": served.id, "state": State.HUMAN.value})


@router.get(
    "/conversations/{conversation_id}/messages",
    response_model=MessagesOut,
    responses=told(Trouble.STAFF_TOKEN, Trouble.NO_CONVERSATION, Trouble.INVALID),
)
async def list_messages_for_staff(
    served: GivenServed, front: GivenFront, after: After = 0, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> JSONResponse:
    """What was said, oldest first."""
    return JSONResponse(await page(front, served, after, limit))


@router.post(
    "/conversations/{conversation_id}/messages",
    status_code=202,
    response_model=MessageOut,
    responses=also(200, model=MessageOut, description="It was here already.")
    | told(
        Trouble.STAFF_TOKEN,
        Trouble.NO_CONVERSATION,
        Trouble.NOT_TAKEN,
        Trouble.DIFFERENT_BODY,
        Trouble.TOO_LONG,
    ),
)
async def answer_as_person(
    saying: Saying, staff_id: GivenStaff, served: GivenServed, front: GivenFront
) -> JSONResponse:
    """Answer the customer, as a person."""
    _mine(served, staff_id)
    return await receive(front, saying, served, staff_id=staff_id)


@router.post(
    "/conversations/{conversation_id}/close",
    response_model=StateOut,
    responses=told(Trouble.STAFF_TOKEN, Trouble.NO_CONVERSATION, Trouble.NOT_TAKEN, Trouble.INVALID),
)
async def close_conversation(
    closing: Closing, staff_id: GivenStaff, served: GivenServed, front: GivenFront
) -> JSONResponse:
    """Give the conversation back to the assistant, or end it."""
    if served.state is not closing.to:
        if served.state is not State.WAITING:
            _mine(served, staff_id)
        await front.desk.close(served.id, now=front.clock(), to=closing.to)
    return JSONResponse({"id": served.id, "state": closing.to.value})


def _mine(served: Conversation, staff_id: StaffId) -> None:
    if served.state is not State.HUMAN or served.staff_id != staff_id:
        raise Problem(Trouble.NOT_TAKEN)


def _waiting_json(waiting: Waiting) -> dict[str, str | None]:
    return {
        "conversation_id": waiting.conversation_id,
        "why": waiting.why,
        "since": waiting.since.isoformat().replace("+00:00", "Z"),
        "state": waiting.state.value,
        "language": waiting.language.value,
        "last_text": waiting.last_text,
        "staff_id": waiting.staff_id,
    }
