"""A token for a program that asks in the customer's name: less than the customer's own."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse

from xiaoer.channels.web.access import PacedVisit
from xiaoer.channels.web.counter import GivenFront
from xiaoer.channels.web.problems import Trouble, told
from xiaoer.guard.identity import AGENT_LIFE, ConversationTokens


class AgentTokenOut(BaseModel):
    token: str
    until: datetime


def router(tokens: ConversationTokens) -> APIRouter:
    routes = APIRouter(prefix="/v1/conversations/{conversation_id}", tags=["conversation"])

    @routes.post(
        "/agent-token",
        status_code=201,
        response_model=AgentTokenOut,
        responses=told(Trouble.TOKEN, Trouble.NO_CONVERSATION, Trouble.TOO_FAST),
    )
    async def issue_agent_token(visit: PacedVisit, front: GivenFront) -> JSONResponse:
        """For the customer's agent: it asks at /mcp in this conversation, and confirms nothing."""
        until = min(visit.until, front.clock() + AGENT_LIFE)
        token = tokens.issue(visit.conversation.id, until=until)
        return JSONResponse({"token": token, "until": until.isoformat()}, 201)

    return routes
