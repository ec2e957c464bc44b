"""One model after another: the next is asked where the one before is gone and nobody has heard it yet."""

from collections.abc import Callable, Sequence

import structlog
from typing_extensions import override

from xiaoer.domain.llm import Brief, Gone, Heard, LanguageModel, ModelGone, Said

SHARE = 0.6  # of the time that is left, for each but the last
_OURS = frozenset({Gone.SPENT})  # another model would cost as much
_log = structlog.get_logger(__name__)


class Fallback(LanguageModel):
    """`timer` gives seconds, only ever forward."""

    def __init__(self, models: Sequence[LanguageModel], *, timer: Callable[[], float]) -> None:
        self._models = models
        self._timer = timer

    @property
    @override
    def name(self) -> str:
        return self._models[0].name

    @override
    async def ask(self, brief: Brief, *, within_s: float, heard: Heard | None = None) -> Said:
        until, spoken = self._timer() + within_s, False

        def hears(piece: str) -> bool:
            nonlocal spoken
            spoken = True
            return heard(piece) if heard is not None else True

        *others, last = self._models
        for model in others:
            try:
                return await model.ask(brief, within_s=(until - self._timer()) * SHARE, heard=hears)
            except ModelGone as gone:
                if spoken or gone.why in _OURS:
                    raise
                _log.warning("model_falls_back", model=model.name, why=gone.why.value)
        return await last.ask(brief, within_s=max(until - self._timer(), 0.0), heard=hears)
