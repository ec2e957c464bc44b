"""Reply templates through the staff API: write, try on real orders, publish, take back, measure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse

from xiaoer.channels.web.access import GivenStaff
from xiaoer.channels.web.problems import Problem, Trouble, told
from xiaoer.channels.web.template_shapes import (
    FieldsOut,
    HistoryOut,
    IntentName,
    KeptOut,
    PreviewsOut,
    ReportOut,
    TemplateOut,
    TemplatesOut,
    Trying,
    Writing,
)
from xiaoer.domain.ids import TemplateId
from xiaoer.domain.templates import Finding, Template, TemplateState, WantedTemplates, Way
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.templates import wire
from xiaoer.templates.editor import Declined, No, Refused, TemplateEditor
from xiaoer.templates.trial import On

T = TypeVar("T")
_Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["7f3c0a1b"])]
_TROUBLE = {
    No.NO_TEMPLATE: Trouble.NO_TEMPLATE,
    No.NOT_A_DRAFT: Trouble.TEMPLATE_STATE,
    No.NOTHING_TO_ARCHIVE: Trouble.TEMPLATE_STATE,
    No.ALREADY_SAID: Trouble.TEMPLATE_STATE,
    No.NOTHING_TO_TRY_ON: Trouble.NOTHING_TO_TRY_ON,
}


class TemplateRoutes:
    """The endpoints, over one shop's editor."""

    def __init__(self, editor: TemplateEditor, clock: Callable[[], datetime]) -> None:
        self._editor = editor
        self._clock = clock

    async def list_templates(
        self,
        _: GivenStaff,
        *,
        intent: Annotated[IntentName | None, Query()] = None,
        language: Annotated[Language | None, Query()] = None,
        state: Annotated[TemplateState | None, Query()] = None,
        after: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
    ) -> JSONResponse:
        """Versions of templates, by intent, language, mood, variant and number."""
        wanted = WantedTemplates(
            states=(state,) if state else (),
            intent=Intent(intent) if intent else None,
            language=language,
        )
        behind = TemplateId(after) if after else None
        found = await self._editor.templates(wanted, limit=limit + 1, after=behind)
        shown = [wire.template_json(one) for one in found[:limit]]
        return JSONResponse({"templates": shown, "more": len(found) > limit})

    async def write_template(self, writing: Writing, staff_id: GivenStaff) -> JSONResponse:
        """A draft: a new version that nobody hears yet. `findings` tells what is to be said of it."""
        way = Way(
            intent=Intent(writing.intent),
            language=writing.language,
            mood=writing.mood,
            variant=writing.variant,
        )
        kept = _done(await self._editor.write(way, writing.text, author=staff_id, now=self._clock()))
        return JSONResponse(wire.kept_json(kept), 201)

    async def get_template(self, template_id: _Id, _: GivenStaff) -> JSONResponse:
        """One version, and all versions of the same way of saying it."""
        found = await self._found(template_id)
        history = [wire.template_json(one) for one in await self._editor.history(found.way)]
        return JSONResponse({"template": wire.template_json(found), "history": history})

    async def publish_template(self, template_id: _Id, _: GivenStaff) -> JSONResponse:
        """Say this draft from now on. It is tried on recent orders first."""
        kept = _done(await self._editor.publish(TemplateId(template_id), now=self._clock()))
        return JSONResponse(wire.kept_json(kept))

    async def archive_template(self, template_id: _Id, _: GivenStaff) -> JSONResponse:
        """Say it no more, or drop a draft."""
        gone = _done(await self._editor.archive(TemplateId(template_id), now=self._clock()))
        return JSONResponse(wire.template_json(gone))

    async def roll_back_template(self, template_id: _Id, staff_id: GivenStaff) -> JSONResponse:
        """Say an earlier version again: its text becomes a new version and is published."""
        back = await self._editor.roll_back(TemplateId(template_id), author=staff_id, now=self._clock())
        return JSONResponse(wire.kept_json(_done(back)))

    async def preview_template(self, trying: Trying, _: GivenStaff) -> JSONResponse:
        """How it reads on a real order, in each language. Nothing is said to anybody."""
        if trying.template_id is not None:
            found = await self._found(trying.template_id)
            way, text = found.way, found.text
        else:
            way = Way(intent=Intent(trying.intent or ""), language=trying.language, mood=trying.mood)
            text = trying.text or ""
        on = On(order_id=trying.order_id, email=trying.email, state=trying.state)
        previews = _done(await self._editor.preview(way, text, on))
        return JSONResponse({"previews": [wire.preview_json(one) for one in previews]})

    async def list_template_fields(
        self, intent: Annotated[str, Path(pattern=r"^[a-z0-9_]{1,64}$")], _: GivenStaff
    ) -> JSONResponse:
        """What a template of this intent may name."""
        fields = self._editor.fields(Intent(intent))
        if isinstance(fields, Finding):
            raise _refused((fields,))
        return JSONResponse({"fields": [wire.field_json(name, one) for name, one in fields.items()]})

    async def report_templates(
        self, _: GivenStaff, days: Annotated[int, Query(ge=1, le=365)] = 90
    ) -> JSONResponse:
        """How each version did in the last days."""
        rows = await self._editor.report(self._clock() - timedelta(days=days))
        return JSONResponse({"rows": [wire.row_json(row) for row in rows]})

    async def _found(self, template_id: str) -> Template:
        found = await self._editor.template(TemplateId(template_id))
        if found is None:
            raise Problem(Trouble.NO_TEMPLATE)
        return found


def _done(outcome: T | Refused | Declined) -> T:
    if isinstance(outcome, Refused):
        raise _refused(outcome.findings)
    if isinstance(outcome, Declined):
        raise Problem(_TROUBLE[outcome.why], why=outcome.why.value)
    return outcome


def _refused(findings: tuple[Finding, ...]) -> Problem:
    return Problem(Trouble.TEMPLATE_REFUSED, findings=[wire.finding_json(finding) for finding in findings])


def router(editor: TemplateEditor, clock: Callable[[], datetime]) -> APIRouter:
    """The endpoints of a shop's reply templates."""
    made, routes = APIRouter(prefix="/v1/staff", tags=["templates"]), TemplateRoutes(editor, clock)
    staff, invalid, refused = Trouble.STAFF_TOKEN, Trouble.INVALID, Trouble.TEMPLATE_REFUSED
    one, state, down = Trouble.NO_TEMPLATE, Trouble.TEMPLATE_STATE, Trouble.SHOP_DOWN
    publishing = (staff, one, state, refused, down)
    trying = (staff, invalid, refused, one, Trouble.NOTHING_TO_TRY_ON, down)
    table: list[tuple[str, Callable[..., Any], type, tuple[Trouble, ...]]] = [
        ("GET /templates", routes.list_templates, TemplatesOut, (staff, invalid)),
        ("POST /templates", routes.write_template, KeptOut, (staff, invalid, refused, Trouble.TOO_LONG)),
        ("GET /templates/{template_id}", routes.get_template, HistoryOut, (staff, one)),
        ("POST /templates/{template_id}/publish", routes.publish_template, KeptOut, publishing),
        ("POST /templates/{template_id}/archive", routes.archive_template, TemplateOut, (staff, one, state)),
        ("POST /templates/{template_id}/rollback", routes.roll_back_template, KeptOut, publishing),
        ("POST /template-preview", routes.preview_template, PreviewsOut, trying),
        ("GET /template-fields/{intent}", routes.list_template_fields, FieldsOut, (staff, refused)),
        ("GET /template-report", routes.report_templates, ReportOut, (staff, invalid)),
    ]
    for line, work, out, troubles in table:
        method, path = line.split()
        status = 201 if work == routes.write_template else 200
        made.add_api_route(
            path, work, methods=[method], response_model=out, responses=told(*troubles), status_code=status
        )
    return made
