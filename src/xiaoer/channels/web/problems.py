"""Every error as application/problem+json (RFC 9457), in the customer's language, and never with a trace."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from xiaoer.channels.web.openai_shapes import OPENAI, error_json
from xiaoer.channels.web.said import LONGEST_MESSAGE
from xiaoer.channels.web.shapes import ProblemOut
from xiaoer.channels.web.words import Text, preferred, words
from xiaoer.domain.ports import Busy, ShopError, StoreDown
from xiaoer.domain.words import Language

_AGAIN_S = 2  # a restart of the database takes about so long


class Trouble(StrEnum):
    """The last part of a problem's `type`. Texts: words/{zh,en}.yaml."""

    MALFORMED = "malformed"
    INVALID = "invalid"
    TOO_LONG = "too_long"
    TOO_BIG = "too_big"
    PHOTO_TOO_BIG = "photo_too_big"
    PHOTO_UNREADABLE = "photo_unreadable"
    PHOTO_TOO_LARGE = "photo_too_large"
    TOO_MANY_PHOTOS = "too_many_photos"
    BLANK = "blank"
    NO_QUESTION = "no_question"
    NUL = "nul"
    LONE_SURROGATE = "lone_surrogate"
    SIGN_IN = "sign_in"
    TOKEN = "token"  # noqa: S105
    API_KEY = "api_key"
    STAFF_TOKEN = "staff_token"  # noqa: S105
    ORIGIN = "origin"
    NOT_FOUND = "not_found"
    NO_CONVERSATION = "no_conversation"
    NO_CARD = "no_card"
    NO_MESSAGE = "no_message"
    NO_PHOTO = "no_photo"
    NO_VERSION = "no_version"
    NO_IMPORT = "no_import"
    NO_TURN = "no_turn"
    NO_CORRECTION = "no_correction"
    NO_MODEL = "no_model"
    NOTHING_BEFORE = "nothing_before"
    MODEL_REFUSED = "model_refused"
    MODEL_GONE = "model_gone"
    OVERTAKEN = "overtaken"
    NO_TRIAL = "no_trial"
    TOO_EARLY = "too_early"
    NO_PIN = "no_pin"
    NO_GAP = "no_gap"
    NO_TEMPLATE = "no_template"
    NOTHING_TO_TRY_ON = "nothing_to_try_on"
    METHOD = "method"
    DIFFERENT_BODY = "different_body"
    CLOSED = "closed"
    CARD_ANSWERED = "card_answered"
    CARD_EXPIRED = "card_expired"
    NOT_PROVEN = "not_proven"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    NOT_A_DRAFT = "not_a_draft"
    NOTHING_TO_ARCHIVE = "nothing_to_archive"
    GATE_BLOCKED = "gate_blocked"
    TOO_MANY_IMPORTS = "too_many_imports"
    TEMPLATE_STATE = "template_state"
    TEMPLATE_REFUSED = "template_refused"
    TOO_FAST = "too_fast"
    BUSY = "busy"
    STORE_DOWN = "store_down"
    SHOP_DOWN = "shop_down"
    NOT_READY = "not_ready"
    BROKE = "broke"


STATUS: Mapping[Trouble, int] = {
    Trouble.MALFORMED: 400,
    Trouble.INVALID: 422,
    Trouble.TOO_LONG: 422,
    Trouble.TOO_BIG: 413,
    Trouble.PHOTO_TOO_BIG: 413,
    Trouble.PHOTO_UNREADABLE: 422,
    Trouble.PHOTO_TOO_LARGE: 422,
    Trouble.TOO_MANY_PHOTOS: 429,
    Trouble.BLANK: 422,
    Trouble.NO_QUESTION: 422,
    Trouble.NUL: 422,
    Trouble.LONE_SURROGATE: 422,
    Trouble.SIGN_IN: 401,
    Trouble.TOKEN: 401,
    Trouble.API_KEY: 401,
    Trouble.STAFF_TOKEN: 401,
    Trouble.ORIGIN: 403,
    Trouble.NOT_FOUND: 404,
    Trouble.NO_CONVERSATION: 404,
    Trouble.NO_CARD: 404,
    Trouble.NO_MESSAGE: 404,
    Trouble.NO_PHOTO: 404,
    Trouble.NO_VERSION: 404,
    Trouble.NO_IMPORT: 404,
    Trouble.NO_TURN: 404,
    Trouble.NO_CORRECTION: 404,
    Trouble.NO_MODEL: 404,
    Trouble.NOTHING_BEFORE: 409,
    Trouble.MODEL_REFUSED: 409,
    Trouble.MODEL_GONE: 409,
    Trouble.OVERTAKEN: 409,
    Trouble.NO_TRIAL: 404,
    Trouble.TOO_EARLY: 409,
    Trouble.NO_PIN: 404,
    Trouble.NO_GAP: 404,
    Trouble.NO_TEMPLATE: 404,
    Trouble.NOTHING_TO_TRY_ON: 404,
    Trouble.METHOD: 405,
    Trouble.DIFFERENT_BODY: 409,
    Trouble.CLOSED: 409,
    Trouble.CARD_ANSWERED: 409,
    Trouble.CARD_EXPIRED: 410,
    Trouble.NOT_PROVEN: 403,
    Trouble.TAKEN: 409,
    Trouble.NOT_TAKEN: 409,
    Trouble.NOT_A_DRAFT: 409,
    Trouble.NOTHING_TO_ARCHIVE: 409,
    Trouble.GATE_BLOCKED: 409,
    Trouble.TOO_MANY_IMPORTS: 429,
    Trouble.TEMPLATE_STATE: 409,
    Trouble.TEMPLATE_REFUSED: 422,
    Trouble.TOO_FAST: 429,
    Trouble.BUSY: 503,
    Trouble.STORE_DOWN: 503,
    Trouble.SHOP_DOWN: 503,
    Trouble.NOT_READY: 503,
    Trouble.BROKE: 500,
}

# pydantic's names of what was wrong with a message's text
_OF_TEXT: Mapping[str, Trouble] = {
    "nul": Trouble.NUL,
    "lone_surrogate": Trouble.LONE_SURROGATE,
    "string_unicode": Trouble.LONE_SURROGATE,
    "blank": Trouble.BLANK,
    "string_too_short": Trouble.BLANK,
    "string_too_long": Trouble.TOO_LONG,
}

_BYSTATUS: Mapping[int, Trouble] = {
    HTTPStatus.BAD_REQUEST: Trouble.MALFORMED,
    HTTPStatus.NOT_FOUND: Trouble.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: Trouble.METHOD,
}

_OUTAGES: Mapping[type[Exception], Trouble] = {
    StoreDown: Trouble.STORE_DOWN,
    ShopError: Trouble.SHOP_DOWN,
    Busy: Trouble.BUSY,
}


class TooBig(HTTPException):
    """A body grew beyond its limit. An HTTPException: FastAPI lets only those pass while it reads one."""

    def __init__(self, most: int) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        self.most = most


class Problem(Exception):
    """Ends a request. `facts` fill the text and stand in the answer; they hold nothing personal."""

    def __init__(self, trouble: Trouble, *, retry_s: int | None = None, **facts: object) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.facts: dict[str, object] = facts
        self.headers: dict[str, str] = {}
        if retry_s is not None:
            self.headers["Retry-After"] = str(retry_s)
            self.facts["retry_after_s"] = retry_s
        if STATUS[trouble] == HTTPStatus.UNAUTHORIZED:
            self.headers["WWW-Authenticate"] = "Bearer"


def too_big(path: str, most: int) -> Problem:
    """What was sent to this address is larger than it takes."""
    if path.endswith("/photos"):
        return Problem(Trouble.PHOTO_TOO_BIG, limit=most, mb=most // 1_000_000)
    return Problem(Trouble.TOO_BIG, limit=most)


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    form = "application/json" if _openai(request) else "application/problem+json"
    body = problem_json(request, problem)
    return JSONResponse(body, STATUS[problem.trouble], headers=problem.headers, media_type=form)


def problem_json(request: Request, problem: Problem) -> dict[str, Any]:
    """In the form its caller reads."""
    key, status = problem.trouble.value, STATUS[problem.trouble]
    text = _text(problem.trouble, _language(request))
    detail = text.detail.format_map(problem.facts)
    if _openai(request):
        of_text = problem.trouble in (Trouble.NO_QUESTION, *_OF_TEXT.values())
        return error_json(status, key, detail, problem.facts, param="messages" if of_text else None)
    return {
        "type": f"urn:xiaoer:problem:{key}",
        "title": text.title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        **problem.facts,
    }


PROBLEM_SCHEMAS: Mapping[str, Any] = models_json_schema(
    [(ProblemOut, "serialization")], ref_template="#/components/schemas/{model}"
)[1]["$defs"]


def told(*troubles: Trouble) -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for OpenAPI."""
    by_status: dict[int | str, list[str]] = {}
    for trouble in (*troubles, Trouble.BROKE):
        by_status.setdefault(STATUS[trouble], []).append(trouble.value)
    schema = {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
    return {
        status: {"description": " | ".join(keys), "content": {"application/problem+json": schema}}
        for status, keys in by_status.items()
    }


def also(status: int, **how: object) -> dict[int | str, dict[str, Any]]:
    """Another good answer of a route, for OpenAPI."""
    return {status: dict(how)}


def catch(app: FastAPI) -> None:
    """Nothing leaves the app but an answer or a problem."""
    for kind in (Problem, RequestValidationError, HTTPException, *_OUTAGES, Exception):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> JSONResponse:
    return problem_response(request, _problem_of(error))


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _what_is_wrong(error.errors())
    if isinstance(error, HTTPException):
        return _of_framework(error)
    for kind, trouble in _OUTAGES.items():
        if isinstance(error, kind):
            return Problem(trouble, retry_s=_AGAIN_S)
    return Problem(Trouble.BROKE)


def _of_framework(error: HTTPException) -> Problem:
    if isinstance(error, TooBig):
        return Problem(Trouble.TOO_BIG, limit=error.most)
    problem = Problem(_BYSTATUS.get(error.status_code, Trouble.BROKE))
    problem.headers.update(error.headers or {})
    return problem


def _what_is_wrong(errors: Sequence[Any]) -> Problem:
    """Never with the input itself: it may hold anything, also what JSON cannot say."""
    if any(e["type"] == "json_invalid" for e in errors):
        return Problem(Trouble.MALFORMED)
    if all(e["loc"][0] == "path" for e in errors):
        return Problem(Trouble.NOT_FOUND)
    first = errors[0]
    if first["loc"] == ("body", "text") and first["type"] in _OF_TEXT:
        limit = (first.get("ctx") or {}).get("max_length", LONGEST_MESSAGE)
        return Problem(_OF_TEXT[first["type"]], limit=limit)
    wrong = [{"field": ".".join(map(str, e["loc"][1:])), "problem": e["type"]} for e in errors]
    return Problem(Trouble.INVALID, errors=wrong)


def _language(request: Request) -> Language:
    """The conversation's, once it is known; before that the browser's."""
    known = getattr(request.state, "language", None)
    return known if isinstance(known, Language) else preferred(request.headers.get("accept-language", ""))


def _openai(request: Request) -> bool:
    return request.url.path.startswith(f"{OPENAI}/")


def _text(trouble: Trouble, language: Language) -> Text:
    return words(language).problems[trouble.value]
