"""The JSON that comes in, and that which goes out, as OpenAPI tells it."""

from dataclasses import fields
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from xiaoer.channels.web.said import ClientId, Comment, Said, Storable
from xiaoer.domain.conversation import State
from xiaoer.domain.ports import ProposalState
from xiaoer.domain.reply import Origin, Part
from xiaoer.domain.words import Language
from xiaoer.speak.wire import KINDS


class In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


def _zone(name: str) -> str | None:
    """Some browsers name zones nobody knows (Etc/Unknown): that must not keep anybody from talking."""
    return name if name in _ZONES else None


_ZONES = available_timezones()


# --- in -----------------------------------------------------------------------------------------


class Opening(In):
    """How to begin. Everything may be left out."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"language": "zh", "time_zone": "Asia/Shanghai", "resume": True}]}
    )

    language: Language | None = Field(default=None, description="Of the page; otherwise Accept-Language.")
    time_zone: Annotated[str | None, Field(max_length=64), AfterValidator(_zone)] = Field(
        default=None,
        description="IANA name; times are told in it. An unknown one counts as none.",
        examples=["Asia/Shanghai"],
    )
    resume: bool = Field(
        default=False, description="Go on with the customer's open conversation, if there is one."
    )


class Saying(In):
    client_id: ClientId
    text: Said


class Proving(In):
    """An order, and one thing that only its buyer knows."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"order_id": "M20260001", "phone_tail": "8000"}]}
    )

    order_id: Annotated[str, Field(min_length=1, max_length=64), Storable]
    phone_tail: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = Field(
        default=None, description="The last four digits of the phone on the order."
    )
    email: (
        Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"), Storable] | None
    ) = Field(
        default=None, description="The e-mail of the account that ordered.", examples=["mei@example.com"]
    )

    @model_validator(mode="after")
    def _shows_one(self) -> Self:
        if not self.contact:
            raise PydanticCustomError("no_contact", "phone_tail or email")
        return self

    @property
    def contact(self) -> str:
        return self.phone_tail or self.email or ""


class Rating(In):
    thumb: Literal[1, -1] = Field(description="1: helpful, -1: not")
    text: Comment = ""


class Closing(In):
    to: Literal[State.BOT, State.CLOSED] = Field(description="bot: give it back to the assistant")


# --- out ----------------------------------------------------------------------------------------

Seq = Annotated[int, Field(description="Grows by one; the id of the event in the stream.", examples=[7])]


def _part(kind: str, shape: type[Part]) -> type[BaseModel]:
    """The part of a reply as speak/wire.py writes it: its kind and the dataclass's fields."""
    told: dict[str, Any] = {field.name: (field.type, ...) for field in fields(shape)}
    return create_model(f"{kind.title().replace('_', '')}Part", **{"kind": (Literal[kind], ...), **told})


if TYPE_CHECKING:
    AnyPart = Any
else:
    AnyPart = Annotated[
        reduce(or_, (_part(kind, shape) for shape, kind in KINDS.items())), Field(discriminator="kind")
    ]


class MessageOut(Out):
    id: str
    seq: Seq
    kind: Literal["message", "state", "card"]
    origin: Origin
    machine: bool = Field(description="No person wrote it: show it as a machine's.")
    author: Literal["customer", "assistant", "staff", "system"]
    text: str = Field(description="Plain text, never markup. Of a `state` event: the new state.")
    parts: list[AnyPart]
    at: datetime
    client_id: str = Field(description="As it was sent; empty if the message is not a client's.")


class MessagesOut(Out):
    messages: list[MessageOut]
    more: bool = Field(description="There are later ones: ask again with `after` the last seq.")


class CustomerOut(Out):
    name: str


class ConversationOut(Out):
    id: str
    language: Language
    time_zone: str
    state: State
    notice: str = Field(description="Says that a machine answers. Show it before the first message.")
    customer: CustomerOut | None = Field(description="Null for a guest.")
    suggestions: list[str] = Field(description="Questions to try.")
    last_event_id: int = Field(ge=0)


class OpenedOut(ConversationOut):
    token: str = Field(description="Bearer token of this conversation alone.")


class CardOut(Out):
    intent_id: str
    state: ProposalState


class ProvenOut(Out):
    proven: Literal[True]


class WaitingOut(Out):
    conversation_id: str
    why: str
    since: datetime
    state: State
    language: Language
    last_text: str
    staff_id: str | None


class QueueOut(Out):
    waiting: list[WaitingOut] = Field(description="Longest waiting first.")


class PhotoOut(Out):
    id: str
    at: datetime
    width: int
    height: int
    order_id: str | None = Field(description="The order it was evidence for.")
    number: str | None = Field(description="Of the case or the ticket it belongs to.")


class PhotosOut(Out):
    photos: list[PhotoOut] = Field(description="Newest first.")


class StateOut(Out):
    id: str
    state: State


class FieldOut(Out):
    field: str
    problem: str


class ProblemOut(Out):
    """RFC 9457. May hold more members, such as `limit` or `errors`."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:xiaoer:problem:too_long",
                    "title": "消息太长",
                    "status": 422,
                    "detail": "一条消息最多 4000 个字，请分几条发送。",
                    "instance": "/v1/conversations/7f3c/messages",
                    "limit": 4000,
                }
            ]
        },
    )

    type: str = Field(description="urn:xiaoer:problem:KEY; the keys stand in docs/api.md.")
    title: str
    status: int
    detail: str = Field(description="For the customer, in the customer's language.")
    instance: str
    errors: list[FieldOut] | None = None


class AliveOut(Out):
    alive: Literal[True]


class ReadyOut(Out):
    ready: Literal[True]
    checks: dict[str, bool]
