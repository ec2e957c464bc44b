"""What the channel itself says to an agent."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from xiaoer.domain.words import Language
from xiaoer.text.own_yaml import own_yaml


@cache
def words(language: Language) -> Mapping[str, str]:
    raw: Mapping[str, str] = own_yaml((files(__package__) / f"{language.value}.yaml").read_text("utf-8"))
    return raw


def in_both(key: str) -> str:
    """For whom no language is known."""
    return " / ".join(words(language)[key] for language in (Language.EN, Language.ZH))
