"""One model for all tests here: training takes seconds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from xiaoer.domain.catalog import Category
from xiaoer.domain.conversation import Conversation, State
from xiaoer.domain.ids import ConversationId, ShopId
from xiaoer.domain.people import Actor, Role
from xiaoer.domain.understanding import Understanding
from xiaoer.domain.words import Language, Words
from xiaoer.understand.classifier import Model
from xiaoer.understand.slots import SlotReader
from xiaoer.understand.train import load_or_train
from xiaoer.understand.understander import LocalUnderstander

ORDER_PATTERN = "M[0-9]{8}"
SHELVES = (
    Category(
        key="running_shoes",
        name=Words("跑鞋", "running shoes"),
        synonyms=("跑步鞋", "运动鞋", "鞋子", "鞋", "running shoe", "sneakers", "shoes"),
    ),
    Category(
        key="bags", name=Words("包", "bags"), synonyms=("背包", "双肩包", "bag", "backpack", "backpacks")
    ),
    Category(key="outdoor", name=Words("户外", "outdoor"), synonyms=("露营", "camping")),
)


@pytest.fixture(scope="session")
def model(template: Path) -> Model:
    return load_or_train(template / "model")


@pytest.fixture(scope="session")
def reader() -> SlotReader:
    return SlotReader(ORDER_PATTERN, SHELVES)


class Listener:
    """Hears a customer: `hear("好的")`, `hear("hi", "where is my order?")`."""

    def __init__(self, model: Model) -> None:
        self._understander = LocalUnderstander(model, order_pattern=ORDER_PATTERN, categories=SHELVES)

    def __call__(self, *texts: str, before: Language = Language.ZH) -> Understanding:
        return self._understander.understand(texts, conversation(before))


@pytest.fixture(scope="session")
def hear(model: Model) -> Listener:
    return Listener(model)


def conversation(language: Language) -> Conversation:
    return Conversation(
        id=ConversationId("c"),
        actor=Actor(shop_id=ShopId("s"), role=Role.CUSTOMER),
        state=State.BOT,
        language=language,
        time_zone="Asia/Shanghai",
        channel="web",
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
