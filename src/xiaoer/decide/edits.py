"""What a message puts right in what is open: less of it, something else, or one thing more."""

from dataclasses import dataclass

from xiaoer.actions.base import CATALOGUE, Reach
from xiaoer.decide import fill
from xiaoer.decide.several import as_well, narrows, on_top, several, the_one
from xiaoer.decide.variants import edit_of, rather
from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import Task
from xiaoer.domain.facts import Facts

_NARROWER = frozenset({"cancel_order", "cancel_items"})  # on a card: less of it may be wanted


@dataclass(frozen=True, slots=True)
class Edit:
    """The task as it is wanted now, and what kind of change that is."""

    task: Task
    why: str


async def edited(turn: Turn, reach: Reach) -> Edit | None:
    """None if the message changes nothing that is open. ShopError."""
    for edit, why in ((narrowed, "narrowed"), (_put_right, "correction"), (_on_top, "on_top")):
        if (task := await edit(turn, reach)) is not None:
            return Edit(task, why)
    return None


async def narrowed(turn: Turn, reach: Reach) -> Task | None:
    """Of the order on the open card only the items that are named now; None if none is."""
    heard, last = turn.understanding, turn.memory.last
    if last is None or last.action not in _NARROWER or heard.slots.order_ids:
        return None
    if not narrows(turn.memory, heard.text, stop=heard.stop):
        return None
    known: Facts = {"order_id": last.args.get("order_id", "")}
    actor = turn.conversation.actor
    choices = await CATALOGUE["cancel_items"].choices("line_id", known, actor, reach)
    named = several(choices, heard.text) or the_one(choices, heard.text, options=True)
    return Task(action="cancel_items", args={**known, "line_id": named}) if named else None


async def _put_right(turn: Turn, reach: Reach) -> Task | None:
    """The open task or card with what the message puts right; None: nothing of the kind."""
    heard, memory = turn.understanding, turn.memory
    if (task := fill.other_phone(heard, memory) or await _swapped(turn, reach)) is not None:
        return task
    task = memory.task or memory.last
    return fill.corrected(task, heard.slots) if heard.correction and task is not None else None


async def _swapped(turn: Turn, reach: Reach) -> Task | None:
    """The swap on the open card, for another size or colour than it shows."""
    last, wanted = turn.memory.last, edit_of(turn.understanding, turn.memory)
    if last is None or wanted is None:
        return None
    known = {name: value for name, value in last.args.items() if name != "variant_id"}
    actor = turn.conversation.actor
    variants = await CATALOGUE[last.action].choices("variant_id", known, actor, reach)
    other = rather(str(last.args.get("variant_id", "")), wanted, variants)
    return Task(action=last.action, args={**known, "variant_id": other}) if other else None


async def _on_top(turn: Turn, reach: Reach) -> Task | None:
    """The items on the open card, and the one that is said to go as well; None if none is."""
    heard, last = turn.understanding, turn.memory.last
    if last is None or last.action not in fill.OF_SEVERAL or not on_top(turn.memory, heard.text):
        return None
    if heard.slots.order_ids or any(wish.question for wish in heard.wishes):
        return None
    known: Facts = {"order_id": last.args.get("order_id", "")}
    actor = turn.conversation.actor
    choices = await CATALOGUE[last.action].choices("line_id", known, actor, reach)
    more = several(choices, heard.text) or the_one(choices, heard.text, options=True)
    if more is None:
        return None
    return Task(action=last.action, args={**known, "line_id": as_well(more, heard.text, turn.memory)})
