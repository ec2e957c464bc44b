"""The JSON of the OpenAI API, as far as it is spoken here. What else a request holds is taken and ignored."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from xiaoer.channels.web.shapes import Out
from xiaoer.domain.reply import Origin

OPENAI = "/v1/openai"
MODEL: Final = "xiaoer"


# --- in -----------------------------------------------------------------------------------------


class StreamOptions(BaseModel):
    include_usage: bool | None = False


class Completing(BaseModel):
    """The talk is kept at the counter: of `messages` only the last of role `user` is read."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {"model": MODEL, "messages": [{"role": "user", "content": "我的订单什么时候发货？"}]}
            ]
        },
    )

    messages: list[Any] = Field(
        min_length=1, description="Of the last with role `user` the text: a string, or its parts of text."
    )
    stream: bool | None = False
    stream_options: StreamOptions | None = None

    @property
    def question(self) -> str | None:
        """What the customer said last, byte for byte; None if there is nothing of theirs."""
        said = (one for one in reversed(self.messages) if isinstance(one, dict) and one.get("role") == "user")
        last = next(said, None)
        return None if last is None else _text_of(last.get("content"))

    @property
    def counts(self) -> bool:
        """A stream shall tell its usage at the end."""
        return bool(self.stream_options and self.stream_options.include_usage)


def _text_of(content: object) -> str:
    """Pictures and files among the parts are not read."""
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    texts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
    return "\n".join(text for text in texts if isinstance(text, str))


# --- out ----------------------------------------------------------------------------------------


class UsageOut(Out):
    """Nothing is metered in tokens."""

    prompt_tokens: Literal[0] = 0
    completion_tokens: Literal[0] = 0
    total_tokens: Literal[0] = 0


class SaidOut(Out):
    role: Literal["assistant"] = "assistant"
    content: str = Field(description="Plain text; no Markdown but dashes before the lines of a card.")
    refusal: None = None


class ChoiceOut(Out):
    index: Literal[0] = 0
    message: SaidOut
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class CompletionOut(Out):
    id: str = Field(examples=["chatcmpl-5b0c"])
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="Seconds since 1970.")
    model: Literal["xiaoer"] = MODEL
    system_fingerprint: str = Field(description="Machine text: xiaoer and its version.")
    origin: Origin = Field(description="`ai` if a language model worded any of it, else `template`.")
    choices: list[ChoiceOut]
    usage: UsageOut = UsageOut()


class ModelOut(Out):
    id: Literal["xiaoer"] = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str


class ModelsOut(Out):
    object: Literal["list"] = "list"
    data: list[ModelOut]


class ErrorOut(Out):
    """May hold more members, such as `limit` or `errors`."""

    model_config = ConfigDict(extra="allow")

    message: str = Field(description="For the customer, in their language.")
    type: Literal["invalid_request_error", "authentication_error", "rate_limit_error", "server_error"]
    param: str | None
    code: str = Field(description="The key; they stand in docs/api.md.")


class ErrorsOut(Out):
    error: ErrorOut


_TYPES: Mapping[int, str] = {401: "authentication_error", 429: "rate_limit_error"}
_SERVER = 500


def error_json(
    status: int, code: str, message: str, facts: Mapping[str, Any], *, param: str | None
) -> dict[str, Any]:
    """An error as clients of the OpenAI API read it. `param`: the first field that is wrong, if one is."""
    kind = "server_error" if status >= _SERVER else _TYPES.get(status, "invalid_request_error")
    wrong = [error["field"] for error in facts.get("errors", ())]
    return {
        "error": {
            **facts,
            "message": message,
            "type": kind,
            "param": wrong[0] if wrong else param,
            "code": code,
        }
    }
