"""A model that fails again and again is left alone for a while; one that asks for time is given it."""

from collections.abc import Callable
from enum import StrEnum

import structlog
from typing_extensions import override

from xiaoer.domain.llm import Brief, Gone, Heard, LanguageModel, ModelGone, Said

FAILURES = 5  # in a row
RESTS_S = 30.0
LONGEST_WAIT_S = 600.0  # whatever it asks for
_OF_THE_OPERATOR = frozenset({401, 402, 403, 404})  # nothing gets through until somebody mends it
_log = structlog.get_logger(__name__)


class Standing(StrEnum):
    OPEN = "open"  # it is asked
    RESTING = "resting"  # it is not
    TRYING = "trying"  # one request tries whether it is back


class Breaker(LanguageModel):
    """`timer` gives seconds, only ever forward. After a rest one request tries; the others go without."""

    def __init__(self, model: LanguageModel, *, timer: Callable[[], float]) -> None:
        self._model = model
        self._timer = timer
        self._failed = 0
        self._rests_until: float | None = None
        self._trying = False

    @property
    @override
    def name(self) -> str:
        return self._model.name

    @property
    def standing(self) -> Standing:
        if self._rests_until is None:
            return Standing.OPEN
        return Standing.TRYING if self._timer() >= self._rests_until else Standing.RESTING

    @override
    async def ask(self, brief: Brief, *, within_s: float, heard: Heard | None = None) -> Said:
        standing = self.standing
        if standing is Standing.RESTING or (standing is Standing.TRYING and self._trying):
            raise ModelGone(Gone.RESTING)
        self._trying = standing is Standing.TRYING
        try:
            said = await self._model.ask(brief, within_s=within_s, heard=heard)
        except ModelGone as gone:
            self._fails(gone)
            raise
        finally:
            self._trying = False
        self._failed, self._rests_until = 0, None
        return said

    def _fails(self, gone: ModelGone) -> None:
        ours = gone.why is Gone.REFUSED and gone.status not in _OF_THE_OPERATOR
        if gone.why is Gone.SPENT or ours:
            return  # our budget, or this one request
        self._failed += 1
        rests_s = min(gone.after_s or 0.0, LONGEST_WAIT_S)
        if self._failed >= FAILURES or self._rests_until is not None:
            rests_s = max(rests_s, RESTS_S)
        if rests_s:
            self._rests_until = self._timer() + rests_s
            _log.warning("model_rests", model=self.name, why=gone.why.value, seconds=rests_s)
