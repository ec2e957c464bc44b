"""The JSON of help for the desk, as OpenAPI tells it."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from xiaoer.assist.articles import From
from xiaoer.assist.asking import Ready
from xiaoer.assist.marks import TAG
from xiaoer.assist.rewording import How
from xiaoer.assist.summary import Row
from xiaoer.channels.web.said import Said
from xiaoer.channels.web.shapes import In, Out
from xiaoer.domain.words import Language

_LAST_SEQ = 2**31 - 1  # what the column holds


class Rewriting(In):
    """What somebody at the desk has written, to be said in other words."""

    text: Said
    how: How


class Translating(In):
    """A text, or what was said in this conversation."""

    text: Said | None = Field(default=None, description="What is to be translated; or name a `seq`.")
    seq: Annotated[int, Field(ge=1, le=_LAST_SEQ)] | None = Field(
        default=None, description="Of a message of this conversation."
    )
    to: str = Field(
        pattern=TAG, max_length=35, description="Language to translate into, BCP 47.", examples=["en", "ja"]
    )

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.text is None) == (self.seq is None):
            raise PydanticCustomError("text_or_seq", "either text or seq")
        return self


class WordedOut(Out):
    state: Ready = Field(
        description="ready: `text` is the model's, proven; no_model: none is set up; model_gone: no answer "
        "now; unsafe: what it said may not be shown; nothing: there is nothing to word."
    )
    note: str = Field(description="What that means, for who reads it; empty where it is ready.")
    text: str = Field(description="Empty unless it is ready.")


class ItemOut(Out):
    text: str
    key: str = Field(description="Intent, action, reason, mood, kind of promise, or what waits.")
    action: str
    order_id: str
    amount_minor: int | None = Field(description="Minor units of `currency`.")
    currency: str | None
    at: AwareDatetime | None
    due_at: AwareDatetime | None


class RowOut(Out):
    row: Row
    name: str
    items: list[ItemOut]


class SummaryOut(Out):
    language: Language
    rows: list[RowOut] = Field(description="Always all of them, in this order; built from the records.")
    wording: WordedOut = Field(description="Two or three sentences that say nothing else than the rows.")


class CitedOut(Out):
    slug: str
    title: str
    language: Language


class DraftOut(Out):
    text: str
    by: Literal["model", "rules"]
    cited: list[CitedOut] = Field(description="Articles it says something of.")


class DraftsOut(Out):
    language: Language = Field(description="The customer's.")
    drafts: list[DraftOut] = Field(description="At most three. Nothing of it was sent.")
    dropped: int = Field(description="Sentences of the model that nothing proves: they were left out.")
    state: Ready = Field(description="Of the model's part.")
    note: str


class SentenceOut(Out):
    text: str
    supported: bool = Field(description="Nothing was found in it that none of the sources says.")


class ArticleDraftOut(Out):
    state: Ready
    note: str
    draft: Literal[True] = Field(description="For a person to read, mend and save: it is kept nowhere.")
    slug: str
    language: Language
    title: str
    group: str
    questions: list[str]
    body: str
    sentences: list[SentenceOut] = Field(description="Of the body, in their order.")
    unsupported: int


class SourceOut(Out):
    kind: From
    text: str = Field(description="Personal data masked.")
    language: Language
    slug: str = Field(description="Of an article; else empty.")


class GapDraftOut(Out):
    gap_id: str
    drafts: list[ArticleDraftOut] = Field(description="One a language.")
    sources: list[SourceOut]
