"""A release of six intents, fitted in a blink, and a shop that puts things right."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from xiaoer.domain.ids import ConversationId, ShopId, StaffId, TurnId
from xiaoer.domain.learning import By, Correction, CorrectionState, Verdict, correction_id
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.learn.memory import MemoryCorrections, MemoryModels
from xiaoer.learn.school import School
from xiaoer.learn.training import Syllabus
from xiaoer.text.clean import clean
from xiaoer.understand.classifier import Model
from xiaoer.understand.lessons import Lesson

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SHOP, LIN = ShopId("mugua"), StaffId("lin")
ZH, EN = Language.ZH, Language.EN
THINGS = {
    ZH: ["鞋子", "水壶", "外套", "台灯", "书包", "耳机", "裤子", "杯子", "手表", "毛巾", "帽子", "枕头"],
    EN: ["shoes", "kettle", "jacket", "lamp", "backpack", "headphones", "trousers", "mug", "watch"]
    + ["towel", "hat", "pillow"],
}
WISHES = {
    "track_parcel": {
        ZH: ["我的{}快递到哪了", "{}的物流走到哪里", "{}什么时候送到"],
        EN: ["where is the parcel with my {}", "track the {} please", "when will the {} be delivered"],
    },
    "request_return": {
        ZH: ["这个{}我要退货", "{}不合适，退掉", "帮我把{}退了"],
        EN: ["I want to return the {}", "send the {} back, refund me", "take back the {} please"],
    },
    "cancel_order": {
        ZH: ["取消{}的订单", "{}不买了，取消", "把{}那单撤销"],
        EN: ["cancel my order of the {}", "call off the order for the {}", "stop the {} order"],
    },
    "call_person": {
        ZH: ["转人工问问{}", "{}的事我要找真人", "叫客服来说{}"],
        EN: ["get me a human about the {}", "a real person for the {} please", "agent, it is about the {}"],
    },
    "how_to_use": {
        ZH: ["{}怎么用", "{}的说明书在哪", "{}怎么安装"],
        EN: ["how do I use the {}", "manual for the {}", "how to install the {}"],
    },
    "other": {
        ZH: ["给我唱首{}的歌", "写一首关于{}的诗", "{}用法语怎么讲"],
        EN: ["sing a song about a {}", "write a poem on the {}", "say {} in french"],
    },
}
MATTER = frozenset(map(Intent, ["request_return", "cancel_order", "call_person", "other"]))


def _said(things: slice) -> list[Lesson]:
    return [
        Lesson(clean(form.format(thing)), Intent(intent), language)
        for intent, forms in WISHES.items()
        for language in Language
        for form in forms[language]
        for thing in THINGS[language][things]
    ]


TAUGHT, FROZEN = _said(slice(0, 9)), _said(slice(9, 12))


def syllabus(base: str = "small", taught: Sequence[Lesson] = TAUGHT) -> Syllabus:
    return Syllabus(
        base=base,
        taught=lambda: taught,
        frozen=lambda language: [row for row in FROZEN if row.language is language],
        known=frozenset(map(Intent, WISHES)),
        matter=MATTER,
    )


@dataclass
class Pupil:
    """Remembers every model it was given."""

    models: list[Model] = field(default_factory=list)

    def swap(self, model: Model) -> None:
        self.models.append(model)


@dataclass
class Shop:
    """Corrections and models of one shop, and the processes that stand on them."""

    corrections: MemoryCorrections = field(default_factory=MemoryCorrections)
    models: MemoryModels = field(default_factory=MemoryModels)
    now: datetime = NOON
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def school(self, *, folder: Path | None = None, of: Syllabus | None = None) -> School:
        """One process of the service."""
        return School(
            self.corrections, self.models, SHOP, clock=self.tick, folder=folder, of=of or syllabus()
        )

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    async def says(
        self,
        text: str,
        meant: str | None,
        *,
        language: Language = ZH,
        state: CorrectionState = CorrectionState.CONFIRMED,
    ) -> Correction:
        """A customer's wish that was misunderstood, and what became of it at the desk."""
        number = next(self._numbers)
        conversation_id, turn_id = ConversationId(f"c{number}"), TurnId(f"t{number:05d}")
        self.corrections.conversations[conversation_id] = SHOP
        made = await self.corrections.add(
            Correction(
                id=correction_id(turn_id, 0),
                shop_id=SHOP,
                conversation_id=conversation_id,
                turn_id=turn_id,
                text=clean(text),
                language=language,
                guessed=Intent("other"),
                meant=Intent(meant) if meant else None,
                made_by=By.CUSTOMER,
                state=CorrectionState.OPEN,
                model="small",
                at=self.now,
            )
        )
        if state is CorrectionState.OPEN:
            return made
        decided = await self.corrections.decide(
            SHOP, made.id, Verdict(state=state, staff_id=LIN, at=self.tick())
        )
        assert decided is not None
        return decided


def guessed(model: Model, text: str, language: Language = ZH) -> str:
    return model.guesses(clean(text), language)[0].intent
