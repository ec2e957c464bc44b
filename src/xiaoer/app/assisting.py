"""Help for the people at the desk, put together."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from xiaoer.app.knowledge import Knowledge
from xiaoer.app.modelling import Around, Models, voice_of
from xiaoer.assist.articles import GapDrafts
from xiaoer.assist.asking import Asking
from xiaoer.assist.copilot import Copilot
from xiaoer.assist.interpreting import Interpreter
from xiaoer.assist.view import LocalView
from xiaoer.decide.rollout import Rollout, Switched
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Rewording
from xiaoer.settings import Settings
from xiaoer.store.case_files import SqlCaseFiles
from xiaoer.store.engine import Store
from xiaoer.turn import Clerk


@dataclass(frozen=True, slots=True, kw_only=True)
class Assist:
    copilot: Copilot
    gap_drafts: GapDrafts


def voice_in_any_language(
    models: Models, around: Around, rollout: Rollout, policy: Policy, settings: Settings
) -> Rewording:
    """What our templates say, worded anew; to who writes neither language of the house, translated."""
    return Interpreter(
        voice=Switched(voice_of(models, around, settings), rollout),
        asking=replace(_asking(models, around, policy), within_s=settings.llm_voice_s),
        may=rollout.speaks,
    )


def _asking(models: Models | None, around: Around, policy: Policy) -> Asking:
    return Asking(
        model=models.small if models else None,
        persona=around.persona,
        policy=policy,
        key=around.key,
        reach_for=around.reach_for,
        timer=time.monotonic,
    )


def furnish_assist(  # noqa: PLR0913 - what it is made of
    store: Store,
    clerk: Clerk,
    around: Around,
    *,
    models: Models | None,
    knowledge: Knowledge,
    settings: Settings,
    let_in: Callable[[], bool],
) -> Assist:
    """With a model the small one words it; without one there is what the records and the local mind say."""
    house = clerk.house
    asking = replace(_asking(models, around, house.policy), within_s=settings.llm_assist_s, let_in=let_in)
    view = LocalView(
        local=around.local,
        library=around.library,
        understander=clerk.understander,
        voice=clerk.voice,
        reach_for=around.reach_for,
    )
    return Assist(
        copilot=Copilot(
            asking=asking, cases=SqlCaseFiles(store), conversations=house.conversations, view=view
        ),
        gap_drafts=GapDrafts(
            asking=asking,
            survey=knowledge.asking.survey,
            conversations=house.conversations,
            library=lambda: around.library,
        ),
    )
