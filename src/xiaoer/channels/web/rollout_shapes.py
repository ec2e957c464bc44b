"""The JSON of how far the language model is let in, and of its trials, as OpenAPI tells it."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from xiaoer.channels.web.said import Storable
from xiaoer.channels.web.shapes import In, Out
from xiaoer.domain.rollout import Judged, Mode, Verdict

Why = Annotated[str, Field(max_length=400), Storable]


class Switching(In):
    intent: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$", examples=["order_status"])] = Field(
        description="One of GET /v1/staff/intents, not_understood, or all."
    )
    mode: Mode
    anyway: bool = Field(default=False, description="Up although the trials are not enough; say why.")
    why: Why = ""


class Saying(In):
    why: Why = ""


class Judging(In):
    judged: Judged


class BarOut(Out):
    trials: int
    good: float = Field(description="Least lower bound of the 95 % interval of the share of good trials.")
    held: float = Field(description="Largest share that our guards held back.")
    unsure: int = Field(
        description="Before automatic: trials of turns the local engine was not sure of, as good as `good`."
    )


class LackOut(Out):
    what: str = Field(description="trials, good, held, unsure or unsure_good.")
    found: float
    wanted: float


class TurnedOut(Out):
    intent: str = Field(description="* is the whole shop.")
    mode: Mode
    by: str
    at: AwareDatetime
    why: str
    anyway: bool
    figures: dict[str, Any] | None = Field(description="What it was based on.")


class PlaceOut(Out):
    intent: str
    mode: Mode
    n: int = Field(description="Trials of which it is known whether they were good.")
    good: float | None = Field(description="Their share.")
    low: float | None = Field(description="Lower bound of its 95 % interval (Wilson).")
    held: float
    p95_ms: int
    micros: int = Field(description="Cost, millionths of the currency the prices are in.")
    asked: int
    unsure: int = Field(description="Of n: turns the local engine was not sure of.")
    unsure_good: int = Field(description="Of these, good ones.")
    judged: int = Field(description="By a person.")
    lacks: list[LackOut] = Field(description="What keeps it from the next mode up.")
    turned: TurnedOut | None = Field(description="The last switch; null: as a shop begins.")


class RolloutOut(Out):
    model: str = Field(description="That is asked now; trials of another do not count. Empty: there is none.")
    whole_shop: Mode = Field(description="No intent is let in further than this.")
    begins: Mode
    bar: BarOut
    intents: list[PlaceOut] = Field(description="Those that were tried or switched.")


class KeptOut(Out):
    intent: str
    lacks: list[LackOut]


class RuledOut(Out):
    turned: list[TurnedOut]
    kept: list[KeptOut] = Field(
        description="Of all: those that do not reach the bar and stay where they are."
    )


class WholeShopOut(Out):
    whole_shop: Mode


class DeedOut(Out):
    action: str
    order_id: str = Field(description="Empty: of no order.")


class MeantOut(Out):
    actions: list[DeedOut]
    articles: list[str]


class TrialOut(Out):
    id: str = Field(description="Of the turn it stands beside.")
    conversation_id: str
    intent: str
    mode: Mode
    sure: bool = Field(description="The local engine was.")
    model: str
    at: AwareDatetime
    meant: MeantOut
    really: MeantOut = Field(description="What it was compared with, as far as it is known.")
    words: str = Field(description="With pseudonyms.")
    verdict: Verdict
    why: str
    ms: int
    micros: int
    judged: Judged | None
    judged_by: str


class ShownTrialOut(TrialOut):
    asked: str = Field(description="What the customer wrote.")


class TrialsOut(Out):
    trials: list[ShownTrialOut] = Field(description="First those of which nothing is known, newest first.")


class SuggestionOut(Out):
    id: str
    after: int = Field(description="Seq of the customer's message that it answers.")
    text: str
    meant: MeantOut
    at: AwareDatetime


class SuggestionsOut(Out):
    suggestions: list[SuggestionOut] = Field(description="Newest first.")
