"""Help for the people at the desk, put together."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from xiaoer.app.knowledge import Knowledge
from xiaoer.app.modelling import Around, Models
from xiaoer.assist.articles import GapDrafts
from xiaoer.assist.asking import Asking
from xiaoer.assist.copilot import Copilot
from xiaoer.assist.view import LocalView
from xiaoer.settings import Settings
from xiaoer.store.case_files import SqlCaseFiles
from xiaoer.store.engine import Store
from xiaoer.turn import Clerk


@dataclass(frozen=True, slots=True, kw_only=True)
class Assist:
    copilot: Copilot
    gap_drafts: GapDrafts


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
    asking = Asking(
        model=models.small if models else None,
        persona=around.persona,
        policy=house.policy,
        key=around.key,
        reach_for=around.reach_for,
        timer=time.monotonic,
        within_s=settings.llm_assist_s,
        let_in=let_in,
    )
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
