"""One of many: what breaks in it keeps no other waiting."""

from collections.abc import Awaitable

import structlog

from xiaoer.domain.ports import StoreDown
from xiaoer.turn import where

_log = structlog.get_logger(__name__)


async def alone(
    part: str, work: Awaitable[object], *, let: tuple[type[Exception], ...] = (StoreDown,), **ids: str
) -> bool:
    """Whether it ended well. A bug in it is logged, with the ids; what is `let` through is for the caller."""
    try:
        await work
    except let:
        raise
    except Exception as bug:  # noqa: BLE001 - the edge of a look
        _log.error("upkeep_broke", part=part, error=type(bug).__name__, at=where(bug), **ids)
        return False
    return True
