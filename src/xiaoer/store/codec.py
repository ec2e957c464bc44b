"""JSON of domain values, exact both ways: what was a tuple of Words or a Money is one again.

A domain object is `{"$": "money.Money", ...its fields}`, an enum or a moment `{"$": ..., "=": value}`.
Reading is forgiving: a field this version does not know is left out, one it misses takes its default.
"""

import dataclasses
import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Any, TypeVar

from xiaoer.domain import (
    conversation,
    decision,
    knowledge,
    money,
    order,
    outcome,
    people,
    reply,
    understanding,
    words,
)

T = TypeVar("T")

_MODULES = (conversation, decision, knowledge, money, order, outcome, people, reply, understanding, words)
_PLAIN = (str, int, float, bool, type(None))
_NOW_TEXT = frozenset({"understanding.Intent"})  # enums of earlier versions that are plain text today


def _named(module: ModuleType) -> dict[str, type[Any]]:
    short = module.__name__.rpartition(".")[2]
    return {
        f"{short}.{name}": kind
        for name, kind in vars(module).items()
        if isinstance(kind, type)
        and kind.__module__ == module.__name__
        and (dataclasses.is_dataclass(kind) or issubclass(kind, Enum))
    }


_KINDS = {name: kind for module in _MODULES for name, kind in _named(module).items()}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def dumps(value: object) -> str:
    """TypeError for what is no domain value; ValueError for a NaN or an infinity."""
    return json.dumps(_packed(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def loads(text: str, kind: type[T]) -> T:
    """The value, as `kind`. ValueError if it is not one."""
    value = _unpacked(json.loads(text))
    if not isinstance(value, kind):
        raise ValueError(f"stored JSON is a {type(value).__name__}, not a {kind.__name__}")
    return value


def _packed(value: object) -> object:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, tuple | list):
        return [_packed(item) for item in value]
    if isinstance(value, Mapping):
        packed = {key: _packed(item) for key, item in value.items()}
        return {"$": "map", "=": packed} if "$" in packed else packed
    return _tagged(value, _NAMES.get(kind))


def _tagged(value: object, name: str | None) -> object:
    if name is not None and isinstance(value, Enum):
        return {"$": name, "=": value.value}
    if name is not None:
        return {"$": name} | {field: _packed(getattr(value, field)) for field in _fields(name)}
    if isinstance(value, datetime):
        return {"$": "time", "=": value.isoformat()}
    if isinstance(value, date):
        return {"$": "day", "=": value.isoformat()}
    if isinstance(value, frozenset):
        return {"$": "set", "=": sorted(value)}
    if isinstance(value, str):  # an enum of another module
        return str(value)
    raise TypeError(f"no JSON for {type(value).__qualname__}")


def _unpacked(value: object) -> object:
    if isinstance(value, list):
        return tuple([_unpacked(item) for item in value])
    if not isinstance(value, dict):
        return value
    name = value.get("$")
    if name is None:
        return {key: _unpacked(item) for key, item in value.items()}
    return _restored(name, value)


def _restored(name: str, value: dict[str, Any]) -> object:
    match name:
        case "time":
            return datetime.fromisoformat(value["="])
        case "day":
            return date.fromisoformat(value["="])
        case "set":
            return frozenset(value["="])
        case "map":
            return {key: _unpacked(item) for key, item in value["="].items()}
    kind = str if name in _NOW_TEXT else _KINDS.get(name)
    if kind is None:
        raise ValueError(f"stored JSON of an unknown kind: {name}")
    if issubclass(kind, str | Enum):
        return kind(value["="])
    return kind(**{field: _unpacked(value[field]) for field in _fields(name) if field in value})


@cache
def _fields(name: str) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(_KINDS[name]))
