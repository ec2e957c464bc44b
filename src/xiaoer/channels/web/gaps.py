"""What is not answered well, and whose answers must not change unseen, through the staff API."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from starlette.responses import JSONResponse

from xiaoer.channels.web.access import GivenStaff
from xiaoer.channels.web.gap_shapes import GapsOut, HeldOut, Pinning, PinsOut, Repinning
from xiaoer.channels.web.knowledge_shapes import Moment
from xiaoer.channels.web.problems import Problem, Trouble, also, told
from xiaoer.domain.learning import Pinned
from xiaoer.domain.words import Language
from xiaoer.learn.gap_wire import gap_json, held_json, pin_json
from xiaoer.learn.gaps import MOST_GAPS
from xiaoer.learn.pinning import Declined, Held, No, Pinboard
from xiaoer.learn.survey import Survey

PREFIX = "/v1/staff/kb"
_Id = Annotated[str, Path(pattern=r"^[a-f0-9]{16}$", examples=["9f2c4b1d0a7e6c35"])]
_FIELD = {No.BAD_LINE: "question", No.NO_ARTICLE: "slug", No.TOO_MANY: "question"}


class GapRoutes:
    """The endpoints, over one shop's questions."""

    def __init__(self, survey: Survey, board: Pinboard, clock: Callable[[], datetime]) -> None:
        self._survey, self._board, self._clock = survey, board, clock

    async def list_gaps(
        self,
        _: GivenStaff,
        *,
        since: Annotated[Moment | None, Query(description="None: the last 28 days.")] = None,
        language: Annotated[Language | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_GAPS)] = 50,
    ) -> JSONResponse:
        """Questions that were not answered well, gathered; the most asked first. It takes seconds."""
        gaps = await self._survey.gaps(now=self._clock(), since=since, language=language, limit=limit)
        return JSONResponse({"gaps": [gap_json(gap) for gap in gaps]})

    async def list_pins(
        self,
        _: GivenStaff,
        *,
        check: Annotated[bool, Query(description="With what is answered today.")] = False,
    ) -> JSONResponse:
        """The pinned questions, by language and question."""
        pins = await self._board.pins()
        if not check:
            return JSONResponse({"pins": [pin_json(pinned) for pinned in pins]})
        held = await self._board.held(pins, now=self._clock())
        return JSONResponse({"pins": [held_json(one) for one in held]})

    async def pin_question(self, pinning: Pinning, staff_id: GivenStaff) -> JSONResponse:
        """Pin a question. What breaks its answer cannot be published; the same question again is changed."""
        wanted = Pinned(
            id="",
            question=pinning.question.strip(),
            language=pinning.language,
            slug=pinning.slug,
            says=pinning.says.strip(),
            author=staff_id,
        )
        known = {pinned.id for pinned in await self._board.pins()}
        held = _done(await self._board.pin(wanted, now=self._clock()))
        return JSONResponse(held_json(held), 200 if held.pinned.id in known else 201)

    async def change_pin(self, pin_id: _Id, wanted: Repinning, staff_id: GivenStaff) -> JSONResponse:
        """Another article, or other words, must answer it."""
        changed = await self._board.change(
            pin_id, slug=wanted.slug, says=wanted.says.strip(), author=staff_id, now=self._clock()
        )
        return JSONResponse(held_json(_done(changed)))

    async def unpin_question(self, pin_id: _Id, _: GivenStaff) -> Response:
        """Take it off: its answer may change."""
        if not await self._board.unpin(pin_id):
            raise Problem(Trouble.NO_PIN)
        return Response(status_code=204)


def _done(held: Held | Declined) -> Held:
    if not isinstance(held, Declined):
        return held
    if held.why is No.NO_PIN:
        raise Problem(Trouble.NO_PIN)
    raise Problem(Trouble.INVALID, errors=[{"field": _FIELD[held.why], "problem": held.why.value}])


def router(survey: Survey, board: Pinboard, clock: Callable[[], datetime]) -> APIRouter:
    """The endpoints of a shop's gaps and pins."""
    made, routes = APIRouter(prefix=PREFIX, tags=["knowledge"]), GapRoutes(survey, board, clock)
    staff, invalid, none = Trouble.STAFF_TOKEN, Trouble.INVALID, Trouble.NO_PIN
    made.add_api_route(
        "/gaps", routes.list_gaps, methods=["GET"], response_model=GapsOut, responses=told(staff, invalid)
    )
    made.add_api_route(
        "/pins", routes.list_pins, methods=["GET"], response_model=PinsOut, responses=told(staff, invalid)
    )
    again = also(200, model=HeldOut, description="It was pinned already, and is changed.")
    made.add_api_route(
        "/pins",
        routes.pin_question,
        methods=["POST"],
        status_code=201,
        response_model=HeldOut,
        responses=again | told(staff, invalid),
    )
    made.add_api_route(
        "/pins/{pin_id}",
        routes.change_pin,
        methods=["PUT"],
        response_model=HeldOut,
        responses=told(staff, invalid, none),
    )
    made.add_api_route(
        "/pins/{pin_id}",
        routes.unpin_question,
        methods=["DELETE"],
        status_code=204,
        responses=told(staff, none),
    )
    return made
