"""wording.yaml, read once."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from xiaoer.text.own_yaml import own_yaml


@cache
def words() -> Mapping[str, Any]:
    found: Mapping[str, Any] = own_yaml((files("xiaoer.evaluate.tau") / "wording.yaml").read_text("utf-8"))
    return found


@cache
def asks() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(form, re.IGNORECASE) for name, form in words()["asks"].items()}
