"""Several things of one order, said at once: "the mug and the socks", 第一件和第三件, 1 and 3, 都不要了."""

import re
from collections.abc import Sequence

from xiaoer.actions.lines import SEVERAL
from xiaoer.domain.conversation import Memory
from xiaoer.domain.decision import Choice

JOIN = SEVERAL  # at the end: more may follow
_HAN = "一二三四五六七八九"
_ENGLISH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_PLACE = re.compile(rf"第 ?([{_HAN}1-9])(?!\d)|\b({'|'.join(_ENGLISH)})\b")
_BARE = re.compile(
    r"[\d\s,，、.和跟与及&+]|\b(?:and|number|no|items?)\b|号|件"
)  # nothing but numbers is said
_ALL = re.compile(
    r"全部|全都|所有|每一?[件个]|都(?:不要|取消|去掉|删)|\b(?:all of (?:them|it)|everything|both)\b"
)
_AS_WELL = re.compile(r"还有|也|再|另外|加上|顺便|\b(?:also|too|as well|plus|and)\b")
_ONLY = re.compile(r"[只仅光]|就(?:行|好|可以)|\b(?:only|just)\b")
_OUT = re.compile(r"去掉|取消|删|拿掉|退|不要|\b(?:take|leave|cancel|remove|drop)\b")
_STAYS = re.compile(
    r"[保留]|[只仅](?:想|需)?[要买]|[不别](?:取消|去掉|删|退|动)"
    r"|\b(?:keep|stays?|don't|do not|not|(?:only|just) (?:want|need))\b"
)
_WORD = re.compile(r"[a-z]{3,}")
_HAN_RUN = re.compile(r"[一-鿿]{2,}")


def several(choices: Sequence[Choice], text: str) -> str | None:
    """The ids of all that a text names, where it names more than one; None if it does not."""
    lines = [choice for choice in choices if choice.about]
    named = _by_place(lines, text) or _by_name(lines, text, options=True)
    if not named and _ALL.search(text):
        named = lines
    return joined([line.value for line in named]) if len(named) > 1 else None


def the_one(choices: Sequence[Choice], text: str, *, options: bool) -> str | None:
    """The one that a text names by a part of its name; `options`: or by its colour, its size."""
    named = _by_name([choice for choice in choices if choice.about], text, options=options)
    return closed(named[0].value) if len(named) == 1 else None


def closed(value: str) -> str:
    """What was said in words is all that is meant: nothing more is asked for."""
    return value.rstrip(JOIN)


def on_top(memory: Memory, text: str) -> bool:
    """Whether a text may add to what stands on the open card: "also the socks"."""
    return memory.proposal is not None and memory.last is not None and bool(_AS_WELL.search(text))


def narrows(memory: Memory, text: str, *, stop: bool) -> bool:
    """Whether a text may want less than stands on the open card: "never mind, just take out the pot"."""
    less = bool(_ONLY.search(text)) or (stop and bool(_OUT.search(text)))
    return memory.proposal is not None and memory.last is not None and less and not _STAYS.search(text)


def as_well(value: str, text: str, memory: Memory) -> str:
    """With what stands on the open card, if this is said to come on top of it."""
    if memory.last is None or not on_top(memory, text):
        return value
    return joined([str(memory.last.args.get("line_id", "")), value])


def joined(values: Sequence[str]) -> str:
    """Each id once, in the order they come."""
    return JOIN.join(dict.fromkeys(part for value in values for part in value.split(JOIN) if part))


def _by_place(lines: Sequence[Choice], text: str) -> list[Choice]:
    places = [_place(han or word) for han, word in _PLACE.findall(text)]
    if not places and not _BARE.sub("", text).strip("0123456789"):
        places = [int(digit) for digit in re.findall(r"(?<!\d)[1-9](?!\d)", text)]
    return [lines[place - 1] for place in dict.fromkeys(places) if place <= len(lines)]


def _place(said: str) -> int:
    if said.isdecimal():
        return int(said)
    return _HAN.index(said) + 1 if said in _HAN else _ENGLISH.index(said) + 1


def _by_name(lines: Sequence[Choice], text: str, *, options: bool) -> list[Choice]:
    """By words of their names that no other of them has."""
    names = [_parts(line, options=options) for line in lines]
    said = text.lower()
    found = []
    for number, line in enumerate(lines):
        others = {part for n, parts in enumerate(names) if n != number for part in parts}
        if any(part in said for part in names[number] - others):
            found.append(line)
    return found


def _parts(line: Choice, *, options: bool) -> set[str]:
    """English words, and pairs of characters in a row. Options stand in brackets behind the name."""
    zh, en = line.label.zh, line.label.en
    label = f"{zh} {en}".lower() if options else f"{zh.split('（')[0]} {en.split(' (')[0]}".lower()
    han = {run[n : n + 2] for run in _HAN_RUN.findall(label) for n in range(len(run) - 1)}
    return han | set(_WORD.findall(label))
