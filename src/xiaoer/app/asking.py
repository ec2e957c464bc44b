"""What customers ask, put together: the gaps it leaves, the pins, and the gate that asks it again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from xiaoer.decide.replay import Replay
from xiaoer.domain.knowledge_ports import Articles
from xiaoer.domain.policy import Policy
from xiaoer.learn.gate import QuestionGate
from xiaoer.learn.pinning import Pinboard
from xiaoer.learn.school import School
from xiaoer.learn.survey import Survey
from xiaoer.store.engine import Store
from xiaoer.store.questions import SqlPins, SqlQuestions
from xiaoer.understand.catalogue import catalogue
from xiaoer.understand.classifier import Model
from xiaoer.understand.glance import glance

Serving = Callable[[], Awaitable[Model]]  # gives the classifier that serves


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    survey: Survey
    pinboard: Pinboard
    gate: QuestionGate


def asking(
    store: Store,
    articles: Articles,
    policy: Policy,
    *,
    model: Serving,
    clock: Callable[[], datetime],
) -> Asking:
    pins, questions, shop_id = SqlPins(store), SqlQuestions(store), policy.shop_id

    async def replays() -> Replay:
        serving = await model()
        return Replay(
            lambda question, language: glance(question, language, serving),
            catalogue(),
            shop_id=shop_id,
            clock=clock,
        )

    return Asking(
        survey=Survey(questions, articles, shop_id),
        pinboard=Pinboard(pins, articles, shop_id, replays=replays),
        gate=QuestionGate(shop_id=shop_id, pins=pins, questions=questions, replays=replays),
    )


def served_by(school: School) -> Serving:
    """The model a started school serves at the moment it is asked."""

    async def serving() -> Model:
        return school.model

    return serving
