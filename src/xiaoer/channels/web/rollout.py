"""How far the language model is let in, its trials and its suggestions, through the staff API."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from starlette.responses import JSONResponse

from xiaoer.channels.web.access import GivenServed, GivenStaff
from xiaoer.channels.web.problems import Problem, Trouble, told
from xiaoer.channels.web.rollout_shapes import (
    Judging,
    RolloutOut,
    RuledOut,
    Saying,
    SuggestionsOut,
    Switching,
    TrialOut,
    TrialsOut,
    WholeShopOut,
)
from xiaoer.decide.suggested import Suggested, Suggestion
from xiaoer.domain.rollout import Mode
from xiaoer.learn.rollout import ALL, Asked, Gate, No
from xiaoer.learn.rollout_wire import (
    lack_json,
    meant_json,
    moment_json,
    ruled_json,
    shown_json,
    table_json,
    trial_json,
)

MOST_SUGGESTED = 5
_TrialId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["7f3c0a1b"])]


class RolloutRoutes:
    """The endpoints, over one shop's gate. `look`: this process follows what was switched at once."""

    def __init__(
        self,
        gate: Gate,
        suggested: Suggested,
        clock: Callable[[], datetime],
        look: Callable[[], Awaitable[None]],
    ) -> None:
        self._gate, self._suggested, self._clock, self._look = gate, suggested, clock, look

    async def show_rollout(self, _: GivenStaff) -> JSONResponse:
        """Which intents the model is let in to, and how it does in each."""
        return JSONResponse(table_json(await self._gate.table()))

    async def switch_rollout(self, switching: Switching, staff_id: GivenStaff) -> JSONResponse:
        """Set a mode. Down at once; up where the trials are enough, or anyway and why."""
        asked = Asked(
            intent=switching.intent,
            mode=switching.mode,
            by=staff_id,
            why=switching.why,
            anyway=switching.anyway,
        )
        ruled = await self._gate.turn(asked, now=self._clock())
        if isinstance(ruled, No):
            field = "intent" if ruled is No.NO_INTENT else "why"
            raise Problem(Trouble.INVALID, errors=[{"field": field, "problem": ruled.value}])
        if ruled.kept and switching.intent != ALL:
            raise Problem(Trouble.TOO_EARLY, lacks=[lack_json(lack) for lack in ruled.kept[0].lacks])
        await self._look()
        return JSONResponse(ruled_json(ruled))

    async def switch_off(
        self, staff_id: GivenStaff, saying: Annotated[Saying | None, Body()] = None
    ) -> JSONResponse:
        """The one switch back: no message is answered by the model, in any process, within seconds."""
        return await self._whole_shop(Mode.OFF, staff_id, saying)

    async def switch_on(
        self, staff_id: GivenStaff, saying: Annotated[Saying | None, Body()] = None
    ) -> JSONResponse:
        """Each intent is as it was set again."""
        return await self._whole_shop(Mode.AUTOMATIC, staff_id, saying)

    async def list_trials(
        self,
        _: GivenStaff,
        *,
        intent: Annotated[str, Query(pattern=r"^[a-z0-9_]{0,64}$")] = "",
        every: Annotated[bool, Query(description="Also those that need no judgement.")] = False,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> JSONResponse:
        """What the model would have done, to be judged."""
        found = await self._gate.listed(intent=intent, to_judge=not every, limit=limit)
        return JSONResponse({"trials": [shown_json(one) for one in found]})

    async def judge_trial(self, trial_id: _TrialId, judging: Judging, staff_id: GivenStaff) -> JSONResponse:
        """Good or bad; it counts over the automatic verdict, and the last word counts."""
        done = await self._gate.judge(trial_id, judging.judged, by=staff_id, now=self._clock())
        if isinstance(done, No):
            raise Problem(Trouble.NO_TRIAL)
        return JSONResponse(trial_json(done))

    async def list_suggestions(self, served: GivenServed) -> JSONResponse:
        """Words the model would have said, for the person who has the conversation. No customer sees them."""
        found = await self._suggested.of(served.id, limit=MOST_SUGGESTED)
        return JSONResponse({"suggestions": [_suggestion_json(one) for one in found]})

    async def _whole_shop(self, mode: Mode, by: str, saying: Saying | None) -> JSONResponse:
        await self._gate.whole_shop(mode, by=by, now=self._clock(), why=saying.why if saying else "")
        await self._look()
        return JSONResponse({"whole_shop": mode.value})


def _suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    trial = suggestion.trial
    return {
        "id": trial.turn_id,
        "after": suggestion.seq,
        "text": suggestion.text,
        "meant": meant_json(trial.meant),
        "at": moment_json(trial.at),
    }


def router(
    gate: Gate, suggested: Suggested, clock: Callable[[], datetime], look: Callable[[], Awaitable[None]]
) -> APIRouter:
    """The endpoints of how far the model is let in."""
    made = APIRouter(prefix="/v1/staff", tags=["model"])
    routes = RolloutRoutes(gate, suggested, clock, look)
    staff, invalid, down = Trouble.STAFF_TOKEN, Trouble.INVALID, Trouble.STORE_DOWN
    there = (staff, Trouble.NO_CONVERSATION, Trouble.SHOP_DOWN, down)
    table: list[tuple[str, Callable[..., Any], type, tuple[Trouble, ...]]] = [
        ("GET /llm/rollout", routes.show_rollout, RolloutOut, (staff, down)),
        ("POST /llm/rollout", routes.switch_rollout, RuledOut, (staff, invalid, Trouble.TOO_EARLY, down)),
        ("POST /llm/off", routes.switch_off, WholeShopOut, (staff, invalid, down)),
        ("POST /llm/on", routes.switch_on, WholeShopOut, (staff, invalid, down)),
        ("GET /llm/trials", routes.list_trials, TrialsOut, (staff, invalid, down)),
        (
            "POST /llm/trials/{trial_id}/judge",
            routes.judge_trial,
            TrialOut,
            (staff, invalid, Trouble.NO_TRIAL, down),
        ),
        ("GET /conversations/{conversation_id}/suggestions", routes.list_suggestions, SuggestionsOut, there),
    ]
    for line, work, out, troubles in table:
        method, path = line.split()
        made.add_api_route(path, work, methods=[method], response_model=out, responses=told(*troubles))
    return made
