"""Another size or colour, said by what differs: "42 rather", "in grey", "one size up"."""

import re
from collections.abc import Sequence

from xiaoer.domain.conversation import Memory
from xiaoer.domain.decision import Choice
from xiaoer.domain.understanding import Slots, Understanding

SWAPS = frozenset({"request_exchange", "change_items"})
_BARE = re.compile(
    r"(?:(?:no|actually|rather|sorry|oh|maybe|make it|还是|不|要|换|改|成|来)[ ,]*)*"
    r"(\d\d(?:\.5)?)(?:[码号]的?)?(?:吧|了)?(?: (?:please|then|instead|rather))*[ .!]*"
)
_UP = re.compile(
    r"大(?:一|1)[码号]|大一?点|大些|\b(?:a|one|next|1) size (?:up|bigger|larger)\b|\b(?:bigger|larger)\b"
)
_DOWN = re.compile(r"小(?:一|1)[码号]|小一?点|小些|\b(?:a|one|next|1) size (?:down|smaller)\b|\bsmaller\b")
_SIZE = re.compile(r"size (?:(\d+(?:\.\d)?)|(xxs|xs|s|m|l|xl|xxl|xxxl))")
_LETTERS = ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl")


def edit_of(heard: Understanding, memory: Memory) -> Slots | None:
    """What a message under the card of a swap wants instead, if a size or a colour is all it names."""
    slots, last = heard.slots, memory.last
    if memory.proposal is None or memory.task is not None or last is None or last.action not in SWAPS:
        return None
    if slots.order_ids or slots.category or slots.product_words or any(w.question for w in heard.wishes):
        return None
    bare = _BARE.fullmatch(heard.text)
    size = slots.size or (bare[1] if bare else "")
    return Slots(colour=slots.colour, size=size) if size or slots.colour else None


def rather(before: str, wanted: Slots, variants: Sequence[Choice]) -> str | None:
    """The variant with what is wanted now and, for the rest, what was chosen before."""
    chosen = next((set(v.about) for v in variants if v.value == before), set[str]())
    said = {word for word in (wanted.colour, wanted.size.lower()) if word}
    fit = [v for v in variants if said <= set(v.about)]
    return max(fit, key=lambda v: len(chosen & set(v.about))).value if fit and chosen else None


def next_size(line: Choice, variants: Sequence[Choice], text: str) -> str | None:
    """One size up or down from what was bought, as like it as there is; None if none is said, or there."""
    up, down = _UP.search(text) is not None, _DOWN.search(text) is not None
    mine = _size(line)
    if up == down or mine is None:
        return None
    sizes = {v.value: size for v in variants if (size := _size(v)) is not None}
    beyond = [size for size in sizes.values() if (size > mine if up else size < mine)]
    step = min(beyond, key=lambda size: abs(size - mine), default=mine)
    if not 0 < abs(step - mine) <= 1:
        return None
    fit = [v for v in variants if sizes.get(v.value) == step]
    return max(fit, key=lambda v: len(set(line.about) & set(v.about))).value


def _size(choice: Choice) -> float | None:
    for about in choice.about:
        if found := _SIZE.fullmatch(about):
            return float(found[1]) if found[1] else float(_LETTERS.index(found[2]))
    return None
