"""What a mind may propose, whoever's mind it is: a wish. Never a yes, never a colleague's word.

A model that answers its own card, or says that a colleague agreed, has proposed it once more and no more
than that. What cannot be kept with the turn is left out: the door then asks for it.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import Ask, Chosen, Do
from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.money import Money
from xiaoer.domain.understanding import Answer
from xiaoer.domain.words import Words

LONGEST = 2_000  # characters of an argument; the door takes 600, and every turn is kept for good
MOST_BITS = 64  # of a whole number
MOST_ARGS = 16
_DEEPEST = 4


def proposed(chosen: Chosen, turn: Turn) -> Chosen:
    chosen = replace(chosen, beside=tuple(proposed(one, turn) for one in chosen.beside))
    match chosen.decision:
        case Do() as call:
            given = call.confirmed if _said_yes(call, turn) else None
            return replace(chosen, decision=replace(call, args=kept(call.args), confirmed=given, ruling=None))
        case Ask(task):
            return replace(chosen, decision=Ask(replace(task, args=kept(task.args))))
        case _:
            return chosen


def _said_yes(call: Do, turn: Turn) -> bool:
    """By the customer, to this very card, as the first thing that is done about it."""
    return (
        turn.understanding.answer is Answer.YES and call.confirmed == turn.memory.proposal and not turn.steps
    )


def kept(args: Facts) -> dict[str, Fact]:
    """Those that the record of a turn can hold."""
    fit = [(name, fact) for name, fact in args.items() if is_text(name) and is_fact(fact)]
    return dict(fit[:MOST_ARGS])


def is_fact(value: object, depth: int = 0) -> bool:
    match value:
        case None | bool() | Money() | date():
            return True
        case str():
            return is_text(value)
        case int():
            return value.bit_length() <= MOST_BITS
        case float():
            return math.isfinite(value)
        case Words(zh, en):
            return is_text(zh) and is_text(en)
        case tuple() | list():
            return depth < _DEEPEST and all(is_fact(one, depth + 1) for one in value)
        case Mapping():
            return depth < _DEEPEST and all(is_text(k) and is_fact(v, depth + 1) for k, v in value.items())
        case _:
            return False


def is_text(value: object) -> bool:
    """No NUL and no half of a character: no database takes those."""
    if not isinstance(value, str) or len(value) > LONGEST or "\0" in value:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in value)
