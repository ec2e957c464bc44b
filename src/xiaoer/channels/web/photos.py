"""Photos a customer sends: taken in as images or not at all, shown to them and to staff, to nobody else."""

import hashlib
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from xiaoer.channels.web.access import GivenServed, GivenStaff, GivenVisit, Id, PacedVisit
from xiaoer.channels.web.counter import Front, GivenFront, GivenTurns
from xiaoer.channels.web.problems import Problem, Trouble, also, told
from xiaoer.channels.web.said import ClientId
from xiaoer.channels.web.shapes import MessageOut, PhotosOut
from xiaoer.domain.conversation import Conversation, Inbound, State
from xiaoer.domain.ids import ConversationId, PhotoId
from xiaoer.domain.photos import MOST_KEPT, Photo, TooManyPhotos, UnfitPhoto
from xiaoer.domain.ports import DifferentBody
from xiaoer.domain.reply import PhotoPart
from xiaoer.guard.images import FORMATS, photo_of
from xiaoer.speak.wire import message_json

UPLOAD = "/v1/conversations/*/photos"  # takes more than a message (front.py)
AN_HOUR = 10  # of one conversation
_HOUR_S = 3_600
_AT_ONCE = anyio.CapacityLimiter(2)  # decoders: each takes a processor and some 100 MB
_DECLARED = [f"image/{name.lower()}" for name in FORMATS]
_RAW: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _DECLARED},
    }
}
_JPEG = also(
    200, description="A JPEG.", content={"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}
)
# Never run, never sniffed, never shown as a page of ours: also if it is opened by its address.
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-site",
    "Cache-Control": "private, no-store",
}

router = APIRouter(tags=["conversation"])


@router.post(
    "/v1/conversations/{conversation_id}/photos",
    status_code=202,
    response_model=MessageOut,
    openapi_extra=_RAW,
    responses=also(200, model=MessageOut, description="It was here already.")
    | told(
        Trouble.TOKEN,
        Trouble.NO_CONVERSATION,
        Trouble.CLOSED,
        Trouble.DIFFERENT_BODY,
        Trouble.PHOTO_TOO_BIG,
        Trouble.PHOTO_UNREADABLE,
        Trouble.PHOTO_TOO_LARGE,
        Trouble.TOO_MANY_PHOTOS,
        Trouble.TOO_FAST,
        Trouble.STORE_DOWN,
    ),
)
async def send_photo(
    request: Request,
    visit: PacedVisit,
    front: GivenFront,
    turns: GivenTurns,
    *,
    client_id: Annotated[ClientId, Query()],
) -> JSONResponse:
    """Send the photo that is the body. It is encoded anew: nothing but its pixels is kept."""
    conversation = visit.conversation
    if conversation.state is State.CLOSED:
        raise Problem(Trouble.CLOSED)
    upload = await request.body()
    await _paced(front, conversation.id)
    stored = await _stored(front, conversation, client_id, upload)
    turns.soon(conversation.id)
    return stored


@router.get(
    "/v1/conversations/{conversation_id}/photos/{photo_id}",
    response_class=Response,
    responses=_JPEG | told(Trouble.TOKEN, Trouble.NO_CONVERSATION, Trouble.NO_PHOTO),
)
async def get_photo(photo_id: Id, visit: GivenVisit, front: GivenFront) -> Response:
    """A photo of this conversation."""
    return await _shown(front, visit.conversation.id, photo_id)


@router.get(
    "/v1/staff/conversations/{conversation_id}/photos",
    response_model=PhotosOut,
    tags=["staff"],
    responses=told(Trouble.STAFF_TOKEN, Trouble.NO_CONVERSATION),
)
async def list_photos_for_staff(served: GivenServed, front: GivenFront) -> JSONResponse:
    """What the customer has sent in, newest first, and the order and case each belongs to."""
    found = await front.photos.of(served.id, limit=MOST_KEPT)
    return JSONResponse({"photos": [_photo_json(photo) for photo in found]})


@router.get(
    "/v1/staff/conversations/{conversation_id}/photos/{photo_id}",
    response_class=Response,
    tags=["staff"],
    responses=_JPEG | told(Trouble.STAFF_TOKEN, Trouble.NO_CONVERSATION, Trouble.NO_PHOTO),
)
async def get_photo_for_staff(
    photo_id: Id, _: GivenStaff, served: GivenServed, front: GivenFront
) -> Response:
    """The photo itself."""
    return await _shown(front, served.id, photo_id)


async def _paced(front: Front, conversation_id: ConversationId) -> None:
    allowed = await front.tries.allow(
        f"photo:{conversation_id}", limit=AN_HOUR, window_s=_HOUR_S, now=front.clock()
    )
    if not allowed:
        raise Problem(Trouble.TOO_MANY_PHOTOS, retry_s=_HOUR_S, limit=AN_HOUR)


async def _stored(front: Front, conversation: Conversation, client_id: str, upload: bytes) -> JSONResponse:
    """The photo first, then the message that speaks of it: sent again after a break, both are found."""
    try:
        image = await anyio.to_thread.run_sync(partial(photo_of, upload), limiter=_AT_ONCE)
        digest = hashlib.sha256(upload).hexdigest()
        kept = await front.photos.add(conversation.id, client_id, digest, image, now=front.clock())
        part = PhotoPart(photo_id=kept.id, width=kept.width, height=kept.height)
        inbound = Inbound(conversation_id=conversation.id, client_id=client_id, text="", photo=part)
        message, new = await front.conversations.receive(inbound, now=front.clock())
    except UnfitPhoto as unfit:
        raise Problem(Trouble(unfit.why.value)) from None
    except TooManyPhotos:
        raise Problem(Trouble.TOO_MANY_PHOTOS, retry_s=_HOUR_S, limit=MOST_KEPT) from None
    except DifferentBody:
        raise Problem(Trouble.DIFFERENT_BODY) from None
    return JSONResponse(message_json(message), 202 if new else 200)


async def _shown(front: Front, conversation_id: ConversationId, photo_id: str) -> Response:
    jpeg = await front.photos.image(conversation_id, PhotoId(photo_id))
    if jpeg is None:
        raise Problem(Trouble.NO_PHOTO)
    named = {"Content-Disposition": f'attachment; filename="photo-{photo_id[:8]}.jpg"'}
    return Response(jpeg, media_type="image/jpeg", headers={**_SAFE, **named})


def _photo_json(photo: Photo) -> dict[str, str | int | None]:
    return {
        "id": photo.id,
        "at": photo.at.isoformat().replace("+00:00", "Z"),
        "width": photo.width,
        "height": photo.height,
        "order_id": photo.order_id,
        "number": photo.number or None,
    }
