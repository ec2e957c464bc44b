"""Whether a value is what its type says, all the way down. For answers from outside, typed or not."""

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def sound(value: object, form: Any) -> bool:  # noqa: ANN401 - any type of domain/
    """True if `value` has the type `form`, and so have its parts.

    Counts and amounts (int) are not negative, and moments name their zone. Covers what the domain's types
    are made of: dataclasses, enums, unions, tuples, sequences, mappings with text keys, plain values.
    """
    form = getattr(form, "__supertype__", form)  # NewType
    if isinstance(form, type) and is_dataclass(form):
        return isinstance(value, form) and all(
            sound(getattr(value, name, None), part) for name, part in _parts(form).items()
        )
    if get_origin(form) is not None:
        return _generic(value, get_origin(form), get_args(form))
    if form is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if form is datetime:
        return isinstance(value, datetime) and value.tzinfo is not None
    return value is None if form in (None, type(None)) else form is Any or isinstance(value, form)


def _generic(value: object, origin: Any, args: tuple[Any, ...]) -> bool:  # noqa: ANN401
    if origin in (Union, UnionType):
        return any(sound(value, part) for part in args)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            isinstance(key, str) and sound(item, args[1]) for key, item in value.items()
        )
    if origin in (tuple, Sequence):
        return isinstance(value, tuple if origin is tuple else (tuple, list)) and all(
            sound(item, args[0]) for item in value
        )
    raise TypeError(f"no domain type is made of {origin}")


@cache
def _parts(form: Any) -> dict[str, Any]:  # noqa: ANN401
    return get_type_hints(form)
