"""Whether a value is what its type says, all the way down. For answers from outside, typed or not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Check = Callable[[object], bool]


def sound(value: object, form: Any) -> bool:  # noqa: ANN401 - any type of domain/
    """True if `value` has the type `form`, and so have its parts.

    Counts and amounts (int) are not negative, and moments name their zone. Covers what the domain's types
    are made of: dataclasses, enums, unions, tuples, sequences, mappings with text keys, plain values.
    """
    return _check(form)(value)


@cache
def _check(form: Any) -> Check:  # noqa: ANN401
    """The check of a type, made once: a list of fifty orders has tens of thousands of parts."""
    form = getattr(form, "__supertype__", form)  # NewType
    if isinstance(form, type) and is_dataclass(form):
        return _fields(form)
    if get_origin(form) is not None:
        return _generic(get_origin(form), get_args(form))
    if form is int:
        return lambda value: type(value) is int and value >= 0
    if form is datetime:
        return lambda value: isinstance(value, datetime) and value.tzinfo is not None
    if form is date:
        return lambda value: type(value) is date
    kind = {None: type(None), Any: object}.get(form, form)
    return lambda value: isinstance(value, kind)


def _fields(form: type) -> Check:
    parts = [(name, _check(part)) for name, part in get_type_hints(form).items()]
    return lambda value: (
        isinstance(value, form) and all(check(getattr(value, name, None)) for name, check in parts)
    )


def _generic(origin: Any, args: tuple[Any, ...]) -> Check:  # noqa: ANN401
    if origin in (Union, UnionType):
        ways = [_check(part) for part in args]
        return lambda value: any(way(value) for way in ways)
    if origin is Mapping:
        item = _check(args[1])
        return lambda value: (
            isinstance(value, Mapping)
            and all(isinstance(key, str) and item(part) for key, part in value.items())
        )
    if origin in (tuple, Sequence):
        kinds, each = (tuple,) if origin is tuple else (tuple, list), _check(args[0])
        return lambda value: isinstance(value, kinds) and all(map(each, value))
    raise TypeError(f"no domain type is made of {origin}")
