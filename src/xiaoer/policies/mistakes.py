"""What pydantic finds wrong with a value, as a merchant reads it."""

import difflib
import reprlib
from collections.abc import Sequence
from typing import Any

from xiaoer.domain.words import Words

_SHORT = reprlib.Repr()
_SHORT.maxlevel = 2  # a name may stand for a name for a name
_WHOLE = Words("要写不带单位的整数，例如 15", "write a whole number without a unit, such as 15")
_AMOUNT = Words(
    "要写不带货币符号和千分位逗号的数字，例如 2000.00",
    "write a plain number without currency sign or thousands separator, such as 2000.00",
)
_DATE = Words("日期要写成 2027-02-05 这样", "write a day as 2027-02-05")
_LIST = Words("要用英文方括号写成一列，例如 [a, b]", "write a list in square brackets, such as [a, b]")
_PART = Words("下面要写成“键: 值”", "write `key: value` under it; the demo shop's policy.yaml shows how")
_PLAIN = {
    "missing": Words(
        "缺少这个键，请补上，写法见演示店铺的 policy.yaml",
        "this key is missing. Add it; the demo shop's policy.yaml shows how.",
    ),
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_type": _WHOLE,
    "int_parsing_size": _WHOLE,
    "float_parsing": _AMOUNT,
    "float_type": _AMOUNT,
    "finite_number": _AMOUNT,
    "bool_parsing": Words("要写 true 或 false", "write true or false"),
    "bool_type": Words("要写 true 或 false", "write true or false"),
    "string_type": Words("要写成文字：加上英文引号", 'this must be text: put it in quotes, such as "15"'),
    "string_too_short": Words("不能空着", "this must not be empty"),
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "date_parsing": _DATE,
    "date_type": _DATE,
    "list_type": _LIST,
    "tuple_type": Words("要写最少和最多，例如 [2, 4]", "write the least and the most, such as [2, 4]"),
    "model_type": _PART,
    "dict_type": _PART,
    "invalid_key": Words(
        "键要写成文字；金额里不要写千分位逗号",
        "a key must be text; write amounts without thousands separators",
    ),
}


def of_value(error: dict[str, Any], keys: Sequence[str]) -> Words:
    """What to write. `keys`: all that the file may hold anywhere; of a misspelt one the nearest is told."""
    kind, found = error["type"], _SHORT.repr(error.get("input"))
    if kind == "extra_forbidden":
        return _unknown(str(error["loc"][-1]), keys)
    if kind == "missing":
        return _PLAIN[kind]
    if kind in ("enum", "literal_error"):
        wanted = error["ctx"]["expected"]
        listed = wanted.replace(" or ", ", ")
        return Words(f"{found} 不能用，可以写：{listed}", f"{found} is not possible. Write {wanted}.")
    said = _PLAIN.get(kind) or _bounded(kind, error) or _own(kind, error)
    if isinstance(error.get("input"), dict):
        return said
    return Words(f"{said.zh}（现在是 {found}）", f"{said.en} (found: {found})")


def _unknown(key: str, keys: Sequence[str]) -> Words:
    if key in keys:
        return Words("这个键不该写在这里，看看缩进", "this key does not belong here: check its indentation")
    near = difflib.get_close_matches(key, keys, n=1)
    zh = f"是不是想写 {near[0]}？" if near else ""
    en = f" Do you mean {near[0]}?" if near else ""
    return Words(
        f"没有这个键，{zh}检查拼写，或者删掉", f"this key is not known.{en} Check its spelling, or remove it."
    )


def _bounded(kind: str, error: dict[str, Any]) -> Words | None:
    limits = error.get("ctx", {})
    match kind:
        case "greater_than_equal":
            return Words(f"不能小于 {limits['ge']}", f"this must be at least {limits['ge']}")
        case "greater_than":
            return Words(f"要大于 {limits['gt']}", f"this must be more than {limits['gt']}")
        case "less_than_equal":
            return Words(f"不能大于 {limits['le']}", f"this must be at most {limits['le']}")
        case "too_short":
            return Words(f"至少写 {limits['min_length']} 个", f"name at least {limits['min_length']}")
        case "too_long" | "string_too_long":
            return Words(f"最多 {limits['max_length']}", f"at most {limits['max_length']}")
        case _:
            return None


def _own(kind: str, error: dict[str, Any]) -> Words:
    """A check of our own says it in both languages already."""
    said = str(error["msg"]).removeprefix("Value error, ")
    zh, _, en = said.partition(" / ")
    return Words(zh, en) if kind == "value_error" and en else Words("写法不对", said)
