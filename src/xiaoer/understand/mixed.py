"""One language within the other: words of the trade that customers borrow, put into the language around."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xiaoer.domain.words import Language
from xiaoer.understand.patterns import one_of
from xiaoer.understand.vocabulary import Pattern, load

_FILE = Path(__file__).parent / "vocabulary" / "mixed.yaml"


@dataclass(frozen=True, slots=True)
class _Borrowed:
    said: Pattern  # with the blanks around it
    called: Mapping[str, str]  # word -> what it is called in the language around it


def in_one(text: str, language: Language) -> str:
    """A cleaned text of `language` without borrowed words: "帮我 cancel 一下" becomes 帮我取消一下.

    For what reads the wish alone: characters move, and a name may have been among those words.
    """
    borrowed, gap = _borrowed()[language], " " if language is Language.EN else ""
    if not borrowed.said.search(text):
        return text
    return borrowed.said.sub(lambda hit: f"{gap}{borrowed.called[hit[1]]}{gap}", text).strip()


@cache
def _borrowed() -> Mapping[Language, _Borrowed]:
    read = load(_FILE)
    return {language: _of(read[language.value]) for language in Language}


def _of(words: Mapping[str, list[str]]) -> _Borrowed:
    called = {word: ours for ours, others in words.items() for word in others}
    return _Borrowed(re.compile(rf" ?({one_of(called).pattern}) ?"), called)
