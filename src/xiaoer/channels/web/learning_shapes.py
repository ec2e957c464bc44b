"""The JSON of corrections and models, in and out, as OpenAPI tells it."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from xiaoer.channels.web.shapes import In, Out
from xiaoer.domain.learning import By, CorrectionState, ModelState
from xiaoer.domain.words import Language
from xiaoer.learn.school import Ended

Intent = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$", examples=["return_shipping_cost"])]
Ref = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["7f3c0a1b"])]


class Meaning(In):
    """What was meant: by a customer's message, its reply, or a turn. One of the two ids."""

    meant: Intent
    message_id: Ref | None = None
    turn_id: Ref | None = None
    wish: Annotated[int, Field(ge=0, le=4)] | None = Field(
        default=None, description="Which wish of the turn; left out: the one that was least sure."
    )

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.message_id is None) == (self.turn_id is None):
            raise PydanticCustomError("no_turn", "message_id or turn_id, one of them")
        return self


class Confirming(In):
    meant: Intent | None = Field(default=None, description="Left out: as it says there.")


class RollingBack(In):
    to: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = Field(
        default=None, description="Version; left out: the one before."
    )


class WordsOut(Out):
    zh: str
    en: str


class IntentOut(Out):
    name: str
    group: str
    means: WordsOut
    asks: WordsOut = Field(description="How a customer says it in short.")


class IntentsOut(Out):
    intents: list[IntentOut]


class GuessOut(Out):
    intent: str
    confidence: float


class CorrectionOut(Out):
    id: str
    conversation_id: str
    turn_id: str | None
    text: str = Field(description="What the customer wrote, personal data masked.")
    language: Language
    guessed: str
    meant: str | None = Field(description="Null: not said yet.")
    made_by: By
    state: CorrectionState
    model: str
    at: datetime
    staff_id: str | None
    decided_at: datetime | None


class ShownOut(CorrectionOut):
    guesses: list[GuessOut] = Field(description="What the turn took it for, best first.")
    suggestions: list[str] = Field(description="Likely meanings.")


class CorrectionsOut(Out):
    corrections: list[ShownOut]
    more: bool = Field(description="There are earlier ones: ask again with `after` the last id.")


class ModelOut(Out):
    version: str
    state: ModelState
    before: str = Field(description="The version that served when it was made.")
    learnt: int = Field(description="Corrections it learnt.")
    made_by: str
    made_at: datetime
    served_from: datetime | None
    served_until: datetime | None
    report: dict[str, Any] = Field(description="Its figures and the serving model's; docs/api.md tells them.")


class TrainedOut(Out):
    ended: Ended
    version: str
    before: str
    more: bool
    report: dict[str, Any]
    left: list[dict[str, Any]]


class ModelsOut(Out):
    serving: str = Field(description="Version that serves in this process.")
    training: bool = Field(description="One is under way behind a request.")
    last: TrainedOut | None = Field(description="How the latest training of this process ended.")
    models: list[ModelOut] = Field(description="Newest first.")


class TrainingOut(Out):
    training: bool
