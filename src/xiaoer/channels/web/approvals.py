"""What a colleague must agree to: cards that a customer has said yes to, through the staff API."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, Field
from starlette.responses import JSONResponse

from xiaoer.channels.web.access import GivenStaff
from xiaoer.channels.web.counter import GivenFront
from xiaoer.channels.web.problems import Problem, Trouble, told
from xiaoer.channels.web.said import Comment
from xiaoer.channels.web.shapes import CardOut, Out
from xiaoer.domain.decision import Ruling
from xiaoer.domain.ids import IntentId
from xiaoer.domain.money import Money
from xiaoer.domain.outcome import Reason
from xiaoer.domain.ports import Proposal

router = APIRouter(prefix="/v1/staff/approvals", tags=["staff"])

_Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["3f9c0b7d2a"])]
_ENDS = told(Trouble.STAFF_TOKEN, Trouble.NO_CARD, Trouble.BUSY, Trouble.INVALID, Trouble.STORE_DOWN)


class ApprovalOut(Out):
    intent_id: str
    conversation_id: str
    customer_id: str | None = Field(description="Null for a guest.")
    action: str
    order_id: str | None
    refund_minor: int | None = Field(description="What it gives back, in minor units of `currency`.")
    currency: str | None
    reason: Reason = Field(description="Why a colleague is asked.")
    rule: str = Field(description="The line of policy.yaml that says so.")
    asked_at: AwareDatetime = Field(description="When the customer said yes.")


class ApprovalsOut(Out):
    approvals: list[ApprovalOut] = Field(description="Longest waiting first.")


class SayingNo(Out):
    why: Comment = Field(default="", max_length=200, description="Told to the customer, in these words.")


@router.get(
    "",
    response_model=ApprovalsOut,
    responses=told(Trouble.STAFF_TOKEN, Trouble.INVALID, Trouble.STORE_DOWN),
)
async def list_approvals(
    _: GivenStaff, front: GivenFront, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> JSONResponse:
    """What waits for a colleague's word."""
    held = await front.clerk.held(limit=limit)
    return JSONResponse({"approvals": [_json(effect) for effect in held]})


@router.post("/{intent_id}/approve", response_model=CardOut, responses=_ENDS)
async def approve(intent_id: _Id, staff_id: GivenStaff, front: GivenFront) -> JSONResponse:
    """Yes: the world is looked at again, and what the card showed is done, once. The customer is told."""
    return _ruled(await front.clerk.rule(IntentId(intent_id), Ruling(staff_id, yes=True)))


@router.post("/{intent_id}/decline", response_model=CardOut, responses=_ENDS)
async def decline(
    intent_id: _Id, staff_id: GivenStaff, front: GivenFront, saying: SayingNo | None = None
) -> JSONResponse:
    """No: nothing is done. The customer is told, with `why` if it is given."""
    why = saying.why if saying else ""
    return _ruled(await front.clerk.rule(IntentId(intent_id), Ruling(staff_id, yes=False, why=why)))


def _ruled(effect: Proposal | None) -> JSONResponse:
    if effect is None:
        raise Problem(Trouble.NO_CARD)
    return JSONResponse({"intent_id": effect.id, "state": effect.state.value})


def _json(effect: Proposal) -> dict[str, Any]:
    refund = effect.plan.facts.get("refund")
    amount = refund if isinstance(refund, Money) else None
    asked_at = effect.taken_at or effect.created_at
    return {
        "intent_id": effect.id,
        "conversation_id": effect.conversation_id,
        "customer_id": effect.actor.customer_id,
        "action": effect.plan.action,
        "order_id": effect.plan.facts.get("order_id"),
        "refund_minor": amount.minor if amount else None,
        "currency": amount.currency if amount else None,
        "reason": (effect.approval or Reason.NEEDS_COLLEAGUE).value,
        "rule": effect.rule,
        "asked_at": asked_at.isoformat().replace("+00:00", "Z"),
    }
