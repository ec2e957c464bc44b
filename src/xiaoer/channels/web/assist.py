"""Help for the people at the desk, through the staff API. Nothing of it is sent or kept by itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse

from xiaoer.assist.articles import GapDrafts
from xiaoer.assist.asking import Ready, Worded
from xiaoer.assist.copilot import Copilot
from xiaoer.assist.summary import Item, Summary
from xiaoer.assist.translating import Source
from xiaoer.assist.view import Draft
from xiaoer.assist.wire import gap_draft_json
from xiaoer.assist.words import staff_words
from xiaoer.channels.web.access import GivenServed, GivenStaff
from xiaoer.channels.web.assist_shapes import (
    DraftsOut,
    GapDraftOut,
    Rewriting,
    SummaryOut,
    Translating,
    WordedOut,
)
from xiaoer.channels.web.counter import Front, GivenFront
from xiaoer.channels.web.knowledge_shapes import Moment
from xiaoer.channels.web.problems import Problem, Trouble, told
from xiaoer.channels.web.words import preferred, words
from xiaoer.domain.words import Language

_GapId = Annotated[str, Path(pattern=r"^[a-f0-9]{16}$", examples=["9f2c4b1d0a7e6c35"])]


class AssistRoutes:
    """The endpoints, over one shop's conversations and gaps."""

    def __init__(self, copilot: Copilot, drafts: GapDrafts) -> None:
        self._copilot, self._drafts = copilot, drafts

    async def summarise(
        self,
        request: Request,
        served: GivenServed,
        front: GivenFront,
        language: Annotated[
            Language | None, Query(description="Of who reads it; none: Accept-Language")
        ] = None,
    ) -> JSONResponse:
        """What is wanted, what was done or refused and why, the mood, what is promised, what waits."""
        reads = language or _reader(request, front)
        summed = await self._copilot.summary(served, reads, now=front.clock())
        rows = _rows_json(summed.summary)
        wording = _worded_json(summed.wording, reads)
        return JSONResponse({"language": reads.value, "rows": rows, "wording": wording})

    async def suggest(self, request: Request, served: GivenServed, front: GivenFront) -> JSONResponse:
        """Up to three drafts to send, change or throw away, in the customer's language."""
        made = await self._copilot.suggestions(served, now=front.clock())
        drafts = [_draft_json(one, "model") for one in made.by_model]
        drafts += [_draft_json(one, "rules") for one in made.by_rules]
        state = made.drafted.state
        return JSONResponse(
            {
                "language": made.language.value,
                "drafts": drafts,
                "dropped": made.drafted.dropped,
                "state": state.value,
                "note": words(_reader(request, front)).assist[state.value],
            }
        )

    async def rewrite(
        self, request: Request, rewriting: Rewriting, served: GivenServed, front: GivenFront
    ) -> JSONResponse:
        """A colleague's own text in other words: no figure, day, id or amount more in it, and none less."""
        made = await self._copilot.rewrite(served, rewriting.text, rewriting.how, now=front.clock())
        return JSONResponse(_worded_json(made, _reader(request, front)))

    async def translate(
        self, request: Request, translating: Translating, served: GivenServed, front: GivenFront
    ) -> JSONResponse:
        """Into any language the model speaks: figures, days, order numbers and links come back unchanged."""
        source = Source(text=translating.text) if translating.text else None
        if translating.seq is not None:
            source = await self._copilot.source(served, translating.seq)
        if source is None:
            raise Problem(Trouble.NO_MESSAGE)
        made = await self._copilot.translate(served, source, translating.to, now=front.clock())
        reads = _reader(request, front)
        said = _worded_json(made, reads)
        if made.state is Ready.UNSAFE:
            said["note"] = words(reads).assist["untranslated"]
        return JSONResponse(said)

    async def draft_article(
        self,
        request: Request,
        gap_id: _GapId,
        _: GivenStaff,
        front: GivenFront,
        *,
        since: Annotated[Moment | None, Query(description="As the gap was listed with.")] = None,
        language: Annotated[Language | None, Query(description="As the gap was listed with.")] = None,
    ) -> JSONResponse:
        """An article that would fill the gap, for a person to read, mend and save. It takes seconds."""
        made = await self._drafts.of(gap_id, now=front.clock(), since=since, language=language)
        if made is None:
            raise Problem(Trouble.NO_GAP)
        reads = words(_reader(request, front)).assist
        return JSONResponse(gap_draft_json(made, lambda state: reads[state.value]))


def router(copilot: Copilot, drafts: GapDrafts) -> APIRouter:
    """The endpoints of what helps the desk."""
    made, routes = APIRouter(prefix="/v1/staff", tags=["staff"]), AssistRoutes(copilot, drafts)
    staff, invalid, down = Trouble.STAFF_TOKEN, Trouble.INVALID, Trouble.STORE_DOWN
    there = (staff, Trouble.NO_CONVERSATION, down)
    text = (*there, Trouble.TOO_LONG, Trouble.BLANK, Trouble.NUL, Trouble.TOO_BIG, invalid)
    talk = "/conversations/{conversation_id}"
    table: list[tuple[str, Callable[..., Any], type, tuple[Trouble, ...]]] = [
        (f"GET {talk}/summary", routes.summarise, SummaryOut, (*there, invalid)),
        (f"POST {talk}/suggestions", routes.suggest, DraftsOut, there),
        (f"POST {talk}/rewrite", routes.rewrite, WordedOut, text),
        (f"POST {talk}/translate", routes.translate, WordedOut, (*text, Trouble.NO_MESSAGE)),
        (
            "POST /kb/gaps/{gap_id}/draft",
            routes.draft_article,
            GapDraftOut,
            (staff, invalid, Trouble.NO_GAP, down),
        ),
    ]
    for line, work, out, troubles in table:
        method, path = line.split()
        made.add_api_route(path, work, methods=[method], response_model=out, responses=told(*troubles))
    return made


def _reader(request: Request, front: Front) -> Language:
    """The language of who is at the desk."""
    asked = request.headers.get("accept-language", "")
    return preferred(asked, otherwise=front.policy.languages[0])


def _worded_json(made: Worded, reads: Language) -> dict[str, Any]:
    return {"state": made.state.value, "note": words(reads).assist[made.state.value], "text": made.text}


def _rows_json(summary: Summary) -> list[dict[str, Any]]:
    names = staff_words(summary.language).rows
    return [
        {"row": row.value, "name": names[row.value], "items": [_item_json(item) for item in items]}
        for row, items in summary.rows
    ]


def _item_json(item: Item) -> dict[str, Any]:
    return {
        "text": item.text,
        "key": item.key,
        "action": item.action,
        "order_id": item.order_id,
        "amount_minor": item.amount.minor if item.amount else None,
        "currency": item.amount.currency if item.amount else None,
        "at": _moment(item.at),
        "due_at": _moment(item.due_at),
    }


def _draft_json(draft: Draft, by: str) -> dict[str, Any]:
    cited = [{"slug": one.slug, "title": one.title, "language": one.language.value} for one in draft.cited]
    return {"text": draft.text, "by": by, "cited": cited}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
