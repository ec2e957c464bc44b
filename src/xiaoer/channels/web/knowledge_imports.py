"""Imports through the staff API: a file or an address is taken up behind the request, and can be watched."""

import tempfile
from pathlib import Path as File
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Path, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from xiaoer.channels.web.access import GivenStaff
from xiaoer.channels.web.knowledge_shapes import Fetching, ImportOut, ImportsOut
from xiaoer.channels.web.problems import Problem, Trouble, told
from xiaoer.channels.web.said import Storable
from xiaoer.domain.words import Language
from xiaoer.knowledge.importing import Full, Importing, Job, Source
from xiaoer.knowledge.wire import import_json

UPLOAD = "/v1/staff/kb/imports/file"  # the one address that takes more than a message (front.py)
_RETRY_S = 60
_Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_RAW: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class ImportRoutes:
    """The endpoints over one shop's imports."""

    def __init__(self, importing: Importing) -> None:
        self._importing = importing

    async def import_address(self, fetching: Fetching, staff_id: GivenStaff) -> JSONResponse:
        """Take a page, or the pages of a sitemap; never from a network of the house's own."""
        source = Source(name=fetching.url, language=fetching.language)
        return await self._later(Job(source, staff_id, fetching.publish))

    async def import_file(
        self,
        request: Request,
        staff_id: GivenStaff,
        *,
        name: Annotated[str, Query(min_length=1, max_length=200, examples=["faq.xlsx"]), Storable],
        language: Annotated[Language | None, Query(description="None: each text tells by itself.")] = None,
        tickets: Annotated[bool, Query(description="The rows are past questions, not a FAQ.")] = False,
        publish: Annotated[bool, Query(description="Live at once; else drafts.")] = False,
    ) -> JSONResponse:
        """Take the file that is the body: CSV, JSON, Excel, Word, PDF, HTML, Markdown, text."""
        path = await _kept(request)
        source = Source(name=name, path=path, passing=True, language=language, tickets=tickets)
        try:
            return await self._later(Job(source, staff_id, publish))
        except BaseException:
            _drop(path)
            raise

    async def list_imports(
        self, _: GivenStaff, limit: Annotated[int, Query(ge=1, le=100)] = 20
    ) -> JSONResponse:
        """What was imported, and what is being."""
        found = await self._importing.latest(limit=limit)
        return JSONResponse({"imports": [import_json(this) for this in found]})

    async def get_import(self, import_id: _Id, _: GivenStaff) -> JSONResponse:
        """How far it is, and what came of it."""
        found = await self._importing.get(import_id)
        if found is None:
            raise Problem(Trouble.NO_IMPORT)
        return JSONResponse(import_json(found))

    async def _later(self, job: Job) -> JSONResponse:
        try:
            begun = await self._importing.later(job)
        except Full:
            raise Problem(Trouble.TOO_MANY_IMPORTS, retry_s=_RETRY_S) from None
        return JSONResponse(import_json(begun), 202)


def router(importing: Importing) -> APIRouter:
    """The endpoints of a shop's imports."""
    made, routes = APIRouter(prefix="/v1/staff/kb/imports", tags=["knowledge"]), ImportRoutes(importing)
    taken = told(Trouble.STAFF_TOKEN, Trouble.INVALID, Trouble.TOO_BIG, Trouble.TOO_MANY_IMPORTS)
    listed, watched = told(Trouble.STAFF_TOKEN, Trouble.INVALID), told(Trouble.STAFF_TOKEN, Trouble.NO_IMPORT)
    made.add_api_route(
        "",
        routes.import_address,
        methods=["POST"],
        status_code=202,
        response_model=ImportOut,
        responses=taken,
    )
    made.add_api_route(
        "/file",
        routes.import_file,
        methods=["POST"],
        status_code=202,
        response_model=ImportOut,
        responses=taken,
        openapi_extra=_RAW,
    )
    made.add_api_route("", routes.list_imports, methods=["GET"], response_model=ImportsOut, responses=listed)
    made.add_api_route(
        "/{import_id}", routes.get_import, methods=["GET"], response_model=ImportOut, responses=watched
    )
    return made


async def _kept(request: Request) -> File:
    """The body on the disk, piece by piece: eight uploads that wait would not fit into memory."""
    handle, name = tempfile.mkstemp(prefix="xiaoer-import-")
    path = File(name)
    try:
        async with await anyio.open_file(handle, "wb") as file:
            async for piece in request.stream():
                await file.write(piece)
    except BaseException as broken_off:
        _drop(path)
        if isinstance(broken_off, ClientDisconnect):  # nobody is there to be told
            raise Problem(Trouble.MALFORMED) from None
        raise
    return path


def _drop(path: File) -> None:
    path.unlink(missing_ok=True)
