"""What was promised to customers, and what is done by the clock, through the staff API."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from starlette.responses import JSONResponse

from xiaoer.channels.web.access import GivenStaff
from xiaoer.channels.web.knowledge_shapes import Moment
from xiaoer.channels.web.problems import Trouble, told
from xiaoer.channels.web.shapes import Out
from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import JobState
from xiaoer.domain.job_ports import Jobs
from xiaoer.domain.promise import PromiseKind, PromiseState
from xiaoer.domain.promise_ports import Promises
from xiaoer.jobs.wire import job_json, promise_json

_Limit = Annotated[int, Query(ge=1, le=500)]


class PromiseOut(Out):
    id: str
    kind: PromiseKind
    state: PromiseState
    about: str = Field(description="The order's number; of `call_back_by` the conversation.")
    conversation_id: str
    customer_id: str | None = Field(description="Null for a guest.")
    due_at: AwareDatetime
    made_at: AwareDatetime
    made_by: str = Field(description="The turn that said it.")
    put_off: int = Field(description="How often the customer was told a new date.")
    closed_at: AwareDatetime | None
    why: str = Field(description="It ended so; empty while it is open.")


class PromisesOut(Out):
    promises: list[PromiseOut] = Field(description="Soonest due first.")


class JobOut(Out):
    id: str
    kind: str
    key: str
    state: JobState
    run_at: AwareDatetime
    every_s: int | None = Field(description="Of a schedule.")
    tries: int
    most_tries: int
    lease_until: AwareDatetime | None = Field(description="A worker has it until then.")
    error: str = Field(description="Class and place of what went wrong last.")
    made_at: AwareDatetime
    finished_at: AwareDatetime | None


class JobsOut(Out):
    jobs: list[JobOut] = Field(description="Latest first.")


class ClockworkRoutes:
    """The endpoints, over one shop's books."""

    def __init__(self, promises: Promises, jobs: Jobs, shop_id: ShopId) -> None:
        self._promises, self._jobs, self._shop_id = promises, jobs, shop_id

    async def list_promises(
        self,
        _: GivenStaff,
        *,
        state: Annotated[list[PromiseState] | None, Query(description="Several; none: open")] = None,
        due_before: Annotated[Moment | None, Query()] = None,
        limit: _Limit = 100,
    ) -> JSONResponse:
        """What is owed to customers, and what became of it."""
        found = await self._promises.listed(
            self._shop_id, states=state or [PromiseState.OPEN], due_before=due_before, limit=limit
        )
        return JSONResponse({"promises": [promise_json(promise) for promise in found]})

    async def list_jobs(
        self,
        _: GivenStaff,
        *,
        state: Annotated[
            list[JobState] | None, Query(description="Several; none: ready, running and dead")
        ] = None,
        limit: _Limit = 100,
    ) -> JSONResponse:
        """What is to be done later, what is under way, and what was given up on."""
        wanted = state or [JobState.READY, JobState.RUNNING, JobState.DEAD]
        found = await self._jobs.listed(self._shop_id, states=wanted, limit=limit)
        return JSONResponse({"jobs": [job_json(job) for job in found]})


def router(promises: Promises, jobs: Jobs, shop_id: ShopId) -> APIRouter:
    """The endpoints of what happens by the clock."""
    made, routes = APIRouter(prefix="/v1/staff", tags=["staff"]), ClockworkRoutes(promises, jobs, shop_id)
    table: list[tuple[str, Callable[..., Any], type]] = [
        ("/promises", routes.list_promises, PromisesOut),
        ("/jobs", routes.list_jobs, JobsOut),
    ]
    for path, work, out in table:
        made.add_api_route(
            path,
            work,
            methods=["GET"],
            response_model=out,
            responses=told(Trouble.STAFF_TOKEN, Trouble.INVALID, Trouble.STORE_DOWN),
        )
    return made
