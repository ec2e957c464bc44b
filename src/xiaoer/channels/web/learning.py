"""Learning through the staff API: corrections, and the models that are made of them."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from starlette.responses import JSONResponse

from xiaoer.channels.web.access import GivenStaff
from xiaoer.channels.web.learning_shapes import (
    Confirming,
    CorrectionOut,
    CorrectionsOut,
    IntentsOut,
    Meaning,
    ModelOut,
    ModelsOut,
    RollingBack,
    TrainingOut,
)
from xiaoer.channels.web.problems import Problem, Trouble, told
from xiaoer.domain.ids import MessageId, TurnId
from xiaoer.domain.learning import Correction, CorrectionState
from xiaoer.domain.understanding import Intent
from xiaoer.learn import correcting
from xiaoer.learn import school as schooling
from xiaoer.learn.correcting import Correcting, Spoken
from xiaoer.learn.school import School
from xiaoer.learn.wire import correction_json, model_json, shown_json, trained_json
from xiaoer.understand.catalogue import catalogue

_CorrectionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["7f3c0a1b-0"])]
_NOT_BACK = {
    schooling.No.NOTHING_BEFORE: Trouble.NOTHING_BEFORE,
    schooling.No.NO_MODEL: Trouble.NO_MODEL,
    schooling.No.REFUSED: Trouble.MODEL_REFUSED,
    schooling.No.GONE: Trouble.MODEL_GONE,
    schooling.No.OVERTAKEN: Trouble.OVERTAKEN,
}


class LearningRoutes:
    """The endpoints, over one shop's corrections and models."""

    def __init__(self, by_staff: Correcting, school: School, clock: Callable[[], datetime]) -> None:
        self._by_staff, self._school, self._clock = by_staff, school, clock

    async def list_intents(self, _: GivenStaff) -> JSONResponse:
        """All that a customer can want, to pick from."""
        entries = catalogue().values()
        shown = [
            {"name": e.name, "group": e.group, "means": asdict(e.means), "asks": asdict(e.asks)}
            for e in entries
        ]
        return JSONResponse({"intents": shown})

    async def list_corrections(
        self,
        _: GivenStaff,
        *,
        state: Annotated[CorrectionState, Query()] = CorrectionState.OPEN,
        after: Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> JSONResponse:
        """What somebody says was misunderstood, newest first."""
        found = await self._by_staff.listed(state, limit=limit + 1, after=after)
        shown = [shown_json(one) for one in found[:limit]]
        return JSONResponse({"corrections": shown, "more": len(found) > limit})

    async def correct(self, meaning: Meaning, staff_id: GivenStaff) -> JSONResponse:
        """Say what was meant. It is confirmed with that, and learnt by the next training."""
        spoken = Spoken(
            meant=Intent(meaning.meant),
            turn_id=TurnId(meaning.turn_id) if meaning.turn_id else None,
            message_id=MessageId(meaning.message_id) if meaning.message_id else None,
            place=meaning.wish,
        )
        done = await self._by_staff.say(spoken, staff_id=staff_id, now=self._clock())
        return JSONResponse(correction_json(_done(done)), 201)

    async def confirm_correction(
        self,
        correction_id: _CorrectionId,
        staff_id: GivenStaff,
        confirming: Annotated[Confirming | None, Body()] = None,
    ) -> JSONResponse:
        """Yes, this was meant; or another thing. From now on it may be learnt."""
        meant = Intent(confirming.meant) if confirming and confirming.meant else None
        done = await self._by_staff.confirm(correction_id, meant=meant, staff_id=staff_id, now=self._clock())
        return JSONResponse(correction_json(_done(done)))

    async def reject_correction(self, correction_id: _CorrectionId, staff_id: GivenStaff) -> JSONResponse:
        """It was understood rightly, or teaches nothing. Also of one that was confirmed before."""
        done = await self._by_staff.reject(correction_id, staff_id=staff_id, now=self._clock())
        return JSONResponse(correction_json(_done(done)))

    async def list_models(
        self, _: GivenStaff, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> JSONResponse:
        """The history of models, and whether one is being made."""
        school = self._school
        return JSONResponse(
            {
                "serving": school.model.version,
                "training": school.training,
                "last": trained_json(school.last) if school.last else None,
                "models": [model_json(row) for row in await school.history(limit=limit)],
            }
        )

    async def train_model(self, staff_id: GivenStaff) -> JSONResponse:
        """Learn what is confirmed, behind this request. What is worse where it matters never serves."""
        self._school.train_later(staff_id)
        return JSONResponse({"training": True}, 202)

    async def roll_back_model(
        self, _: GivenStaff, rolling: Annotated[RollingBack | None, Body()] = None
    ) -> JSONResponse:
        """Serve an earlier model again, from the next message on."""
        back = await self._school.rollback(to=(rolling and rolling.to) or "")
        if isinstance(back, schooling.No):
            raise Problem(_NOT_BACK[back])
        return JSONResponse(model_json(back))


def _done(outcome: Correction | correcting.No) -> Correction:
    match outcome:
        case Correction():
            return outcome
        case correcting.No.NO_TURN:
            raise Problem(Trouble.NO_TURN)
        case correcting.No.NO_CORRECTION:
            raise Problem(Trouble.NO_CORRECTION)
        case correcting.No.NO_INTENT | correcting.No.NO_MEANING as why:
            raise Problem(Trouble.INVALID, errors=[{"field": "meant", "problem": why.value}])


def router(by_staff: Correcting, school: School, clock: Callable[[], datetime]) -> APIRouter:
    """The endpoints of what a shop learns."""
    made, routes = APIRouter(prefix="/v1/staff", tags=["learning"]), LearningRoutes(by_staff, school, clock)
    staff, invalid, one = Trouble.STAFF_TOKEN, Trouble.INVALID, Trouble.NO_CORRECTION
    down = Trouble.STORE_DOWN
    back = (staff, invalid, down, *_NOT_BACK.values())
    table: list[tuple[str, int, Callable[..., Any], type, tuple[Trouble, ...]]] = [
        ("GET /intents", 200, routes.list_intents, IntentsOut, (staff,)),
        ("GET /corrections", 200, routes.list_corrections, CorrectionsOut, (staff, invalid, down)),
        ("POST /corrections", 201, routes.correct, CorrectionOut, (staff, invalid, Trouble.NO_TURN, down)),
        (
            "POST /corrections/{correction_id}/confirm",
            200,
            routes.confirm_correction,
            CorrectionOut,
            (staff, invalid, one, down),
        ),
        (
            "POST /corrections/{correction_id}/reject",
            200,
            routes.reject_correction,
            CorrectionOut,
            (staff, one, down),
        ),
        ("GET /models", 200, routes.list_models, ModelsOut, (staff, invalid, down)),
        ("POST /models/train", 202, routes.train_model, TrainingOut, (staff,)),
        ("POST /models/rollback", 200, routes.roll_back_model, ModelOut, back),
    ]
    for line, status, work, out, troubles in table:
        method, path = line.split()
        made.add_api_route(
            path, work, methods=[method], response_model=out, responses=told(*troubles), status_code=status
        )
    return made
