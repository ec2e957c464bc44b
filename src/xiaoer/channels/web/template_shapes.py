"""The JSON of reply templates, in and out, as OpenAPI tells it."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from xiaoer.channels.web.said import Storable
from xiaoer.channels.web.shapes import In, Out
from xiaoer.domain.order import OrderState
from xiaoer.domain.templates import TemplateState
from xiaoer.domain.understanding import Mood
from xiaoer.domain.words import Language
from xiaoer.speak.template_text import LONGEST

IntentName = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$", examples=["track_parcel"])]
TemplateText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST,
        description="Text with live fields; docs/templates.md has them all.",
        examples=["您的包裹 {{ order.parcel.number }} 预计{{ order.parcel.eta }}送到。"],
    ),
    Storable,
]


class Writing(In):
    """A new version of a way of saying one thing."""

    intent: IntentName
    language: Language
    mood: Mood | None = Field(default=None, description="Left out: whatever the mood.")
    variant: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")] = "a"
    text: TemplateText


class Trying(In):
    """A template that is kept, or a text for an intent; and what to try it on: else any recent order."""

    template_id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = None
    intent: IntentName | None = None
    language: Language = Language.ZH
    mood: Mood | None = None
    text: TemplateText | None = None
    order_id: Annotated[str, Field(max_length=64), Storable] = ""
    email: Annotated[str, Field(max_length=254), Storable] = Field(
        default="", description="Of a customer: their orders."
    )
    state: OrderState | None = Field(default=None, description="The newest order in this state.")

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if self.template_id is None and (self.intent is None or self.text is None):
            raise PydanticCustomError("no_template", "template_id, or intent and text")
        return self


class SaysOut(Out):
    zh: str
    en: str


class FindingOut(Out):
    rule: str
    blocks: bool = Field(description="It cannot be published like this.")
    says: SaysOut


class TemplateOut(Out):
    id: str
    intent: str
    language: Language
    mood: Mood | None
    variant: str
    number: int = Field(description="1, 2, 3 ... of its intent, language, mood and variant.")
    text: str
    state: TemplateState
    author: str
    created_at: datetime
    published_at: datetime | None
    archived_at: datetime | None


class TemplatesOut(Out):
    templates: list[TemplateOut]
    more: bool = Field(description="There are later ones: ask again with `after` the last id.")


class HistoryOut(Out):
    template: TemplateOut
    history: list[TemplateOut] = Field(description="All versions of the same way, oldest first.")


class KeptOut(Out):
    template: TemplateOut
    findings: list[FindingOut]


class PreviewOut(Out):
    language: Language
    text: str
    order_id: str
    said: str = Field(description="Empty: the house's own words would be said.")
    fields: dict[str, str] = Field(description="What was filled in.")
    missing: list[str]
    why: str | None = Field(description="refused, problem or missing, if nothing is said.")
    findings: list[FindingOut]


class PreviewsOut(Out):
    previews: list[PreviewOut] = Field(description="One a language.")


class FieldOfTemplateOut(Out):
    name: str
    kind: str = Field(description="text, money, moment or list: says which filters it takes.")
    means: SaysOut


class FieldsOut(Out):
    fields: list[FieldOfTemplateOut]


class ShareOut(Out):
    share: float
    low: float = Field(description="Of the 95 % interval.")
    high: float


class RowOut(Out):
    template: TemplateOut
    uses: int
    up: int = Field(description="Thumbs up of replies it was said in.")
    down: int
    liked: ShareOut | None = Field(description="Thumbs up among thumbs.")
    handed_off: int = Field(description="A person had to take over within the three turns that followed.")
    handed_off_share: ShareOut | None


class ReportOut(Out):
    rows: list[RowOut]
