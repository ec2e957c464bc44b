"""The JSON of gaps and pins, as OpenAPI tells it."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from xiaoer.channels.web.said import Storable
from xiaoer.channels.web.shapes import In, Out
from xiaoer.domain.learning import Asked
from xiaoer.domain.words import Language
from xiaoer.knowledge.sound import LONGEST_SLUG, SLUG
from xiaoer.learn.gate import Fault
from xiaoer.learn.pinning import LONGEST_LINE

_Line = Annotated[str, Field(max_length=LONGEST_LINE, pattern=r"^[^\r\n]*$"), Storable]
_Slug = Annotated[str, Field(max_length=LONGEST_SLUG, pattern=f"{SLUG}|^$")]


class Pinning(In):
    """A question whose answer must not change unseen."""

    question: Annotated[_Line, Field(min_length=1, examples=["几天内可以退货？"])]
    language: Language
    slug: _Slug = Field(
        description="The article that must answer; empty: none may.", examples=["return-window"]
    )
    says: _Line = Field(default="", description="Words the answer must hold.", examples=["15 天"])


class Repinning(In):
    """What its answer must be from now on."""

    slug: _Slug = Field(description="The article that must answer; empty: none may.")
    says: _Line = ""


class PassageOut(Out):
    slug: str
    language: Language
    title: str
    text: str
    score: float


class SuggestionOut(Out):
    """An article that would fill the gap, but for its body."""

    slug: str
    language: Language
    title: str
    group: str
    questions: list[str]


class GapOut(Out):
    id: str = Field(description="As long as its most central question is the same.")
    title: str = Field(description="The most central question; personal data masked, as in every text here.")
    language: Language
    intent: str
    count: int
    conversations: int
    languages: dict[Language, int]
    results: dict[Asked, int]
    disliked: int = Field(description="Answers with a thumb down.")
    this_week: int
    week_before: int
    last_at: AwareDatetime
    examples: list[str]
    nearest: PassageOut | None = Field(description="An article that could be extended, with its score.")
    filled: bool = Field(description="An article answers it by now.")
    suggestions: list[SuggestionOut]


class GapsOut(Out):
    gaps: list[GapOut]


class PinOut(Out):
    id: str
    question: str
    language: Language
    slug: str
    says: str
    author: str


class HeldOut(PinOut):
    fault: Fault | None = Field(description="What is wrong with today's answer; null: it holds.")
    answer: PassageOut | None = Field(description="What is answered today.")


class PinsOut(Out):
    pins: list[PinOut | HeldOut]
