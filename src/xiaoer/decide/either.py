"""One thing asked for that may mean either of two: "my address" is an order's, or the one in the account."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xiaoer.actions.base import CATALOGUE, Reach, lacks
from xiaoer.domain.decision import Choice, Task
from xiaoer.domain.people import Actor
from xiaoer.guard.access import signed_in
from xiaoer.speak.book import term


@dataclass(frozen=True, slots=True)
class Other:
    """The account's own, of what is else an order's, and the words that name it."""

    action: str
    words: tuple[str, ...]


_AS_WELL = re.compile(r"也|一起|同时|\b(?:also|too|both|as well)\b")  # then it is no answer
_OTHERS: Mapping[str, Other] = {
    "change_address": Other(
        "change_profile_address", ("默认", "账户", "账号", "default", "account", "profile")
    )
}


def or_else(task: Task, slot: str, choices: Sequence[Choice], actor: Actor, reach: Reach) -> Sequence[Choice]:
    """The orders to choose from, and behind them the other thing; not where one order alone can be meant."""
    other = _OTHERS.get(task.action)
    if other is None or slot != "order_id" or len(choices) == 1 or signed_in(actor) is None:
        return choices
    if lacks(CATALOGUE[other.action], reach) or any(map(is_other, choices)):
        return choices
    return [*choices, Choice(other.action, term(f"try.{other.action}"))]


def is_other(choice: Choice) -> bool:
    return choice.value in CATALOGUE


def named(task: Task, text: str, actor: Actor) -> Task | None:
    """The other thing, if a text says that it is meant: "the one in my account"."""
    other = _OTHERS.get(task.action)
    if other is None or signed_in(actor) is None or _AS_WELL.search(text):
        return None
    if not any(word in text for word in other.words):
        return None
    return turned(Task(action=task.action, args={**task.args, "order_id": other.action}, then=task.then))


def turned(task: Task) -> Task:
    """What was picked for an order may be the other thing: it is done with all that was said."""
    other = task.args.get("order_id")
    if not isinstance(other, str) or other not in CATALOGUE:
        return task
    takes = CATALOGUE[other].takes.model_fields
    args = {name: value for name, value in task.args.items() if name in takes}
    return Task(action=other, args=args, then=task.then)
