"""Whether the process lives, whether it can serve, and what its API is."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from xiaoer.channels.web.counter import Check, GivenFront
from xiaoer.channels.web.problems import Problem, Trouble, told
from xiaoer.channels.web.shapes import AliveOut, ReadyOut

CHECK_S = 2.0  # a load balancer asks every few seconds and waits about as long

router = APIRouter(tags=["operation"])


@router.get("/healthz", response_model=AliveOut)
async def alive() -> JSONResponse:
    """The process answers. Says nothing of what it depends on: a restart would not mend that."""
    return JSONResponse({"alive": True})


@router.get("/readyz", response_model=ReadyOut, responses=told(Trouble.NOT_READY))
async def ready(front: GivenFront) -> JSONResponse:
    """Database, shop and search index answer."""
    standing = await asyncio.gather(*(_stands(check) for check in front.checks.values()))
    found: Mapping[str, bool] = dict(zip(front.checks, standing, strict=True))
    if not all(standing):
        raise Problem(Trouble.NOT_READY, checks=found)
    return JSONResponse({"ready": True, "checks": found})


@router.get("/v1/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> JSONResponse:
    """The description of this API. There is no page for it here: it would load scripts from elsewhere."""
    return JSONResponse(request.app.openapi())


async def _stands(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_S):
            await check()
    except Exception:  # noqa: BLE001 - whatever it is, it does not stand
        return False
    return True
