"""What the local mind remembers of a step. Pure: (memory, decision, outcome) -> memory."""

from collections.abc import Mapping
from dataclasses import replace

from xiaoer.domain.conversation import Memory, Turn
from xiaoer.domain.decision import (
    EVERY_WISH,
    Answer,
    Ask,
    Chosen,
    Decision,
    Do,
    Drop,
    HandOff,
    Say,
    Suggest,
    Task,
    Tell,
)
from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.ids import IntentId
from xiaoer.domain.outcome import (
    Done,
    Failed,
    NeedsApproval,
    NeedsConfirm,
    Outcome,
    Possible,
    Reason,
    Refused,
)
from xiaoer.domain.reply import Reply, TranslationPart

_SAME_ITEM = {"request_exchange", "change_items"}  # one is offered for the other, of the same thing
MOST_PARKED = 3
OFFERS_PERSON = frozenset({"shop_down", "needs_colleague", "not_written"})  # say.<key>: and a yes calls one
SAID_AGAIN = {  # what was wrong is asked for once more
    Reason.BAD_ADDRESS: "address",
    Reason.BAD_TAX_NUMBER: "tax_number",
    Reason.BAD_EMAIL: "email",
    Reason.BAD_PHONE: "phone",
    Reason.BAD_SIZE: "measure",
    Reason.PHOTO_NEEDED: "photo",
}
_REMEDIES = frozenset({"refund", "resend"})
_LATE = frozenset({"paid_late", "packed_late", "shipped_late", "lost", "returning", "returned"})
_TOLD_WITH_A_PERSON = {  # what is told so that a yes calls one: done.<action>.<situation>
    "look_up_order": _LATE,
    "track_parcel": _LATE,
    "refund_status": frozenset({"processing_late", "failed"}),
    "urge_shipping": frozenset({"late"}),
}
LOST = frozenset({"out_of_scope", "unclear", "other_language"})


def remember(memory: Memory, chosen: Chosen, outcome: Outcome | None) -> Memory:
    """A yes speaks only to what the last step proposed: every step forgets the proposal before it."""
    before = replace(memory, proposal=None, offer=None, greeted=True)
    before = replace(before, parked=_without(before.parked, chosen.decision), task=_kept(before.task, chosen))
    match chosen.decision:
        case Ask(task):
            return _asked(before, task)
        case Do() as call:
            return _done(before, call, outcome)
        case Drop(card):
            kept = replace(before, task=None, parked=before.parked if card else (), card=None, lost=0)
            return _settled(kept, card)
        case Suggest():
            return replace(before, lost=before.lost + 1)
        case Say(key) if key in LOST:
            return replace(before, lost=before.lost + 1)
        case _:
            return replace(_said(before, chosen.decision), lost=0)


def let_go(memory: Memory) -> Memory:
    """What was begun or offered on a misunderstanding. A card stays until it is put away."""
    return replace(memory, task=None, parked=(), offer=None)


def tongue_of(turn: Turn, reply: Reply) -> str:
    """What the customer is taken to write from now on: what was found, else what it was before."""
    told = [part.language for part in reply.parts if isinstance(part, TranslationPart)]
    if told:
        return told[0]
    return "" if turn.understanding.foreign is False else turn.memory.tongue


def in_own_words(chosen: Chosen) -> Chosen:
    """What no article answers, the merchant's words did: nothing was missing, and a yes calls nobody."""
    unanswered = isinstance(chosen.decision, Say) and chosen.decision.key == "not_written"
    return replace(chosen, decision=Say("written")) if unanswered else chosen


def _said(memory: Memory, decision: Decision) -> Memory:
    if isinstance(decision, Say) and decision.key in OFFERS_PERSON:
        return replace(memory, offer=Task(action="call_person", args={"why": "shop"}))
    if isinstance(decision, Tell):
        return replace(memory, offer=decision.offer)
    if isinstance(decision, Answer) and decision.offer:
        return replace(memory, offer=Task(action=decision.offer))
    return replace(memory, task=None, parked=()) if isinstance(decision, HandOff) else memory


def _kept(task: Task | None, chosen: Chosen) -> Task | None:
    """An open question that was come back to once is let go when something else is talked of again."""
    if task is None or not task.backs or chosen.wish == EVERY_WISH:
        return task
    decision = chosen.decision
    return (
        task if getattr(decision, "action", task.action) == task.action and isinstance(decision, Do) else None
    )


def _without(parked: tuple[Task, ...], decision: Decision) -> tuple[Task, ...]:
    """A task that is taken up again is not parked any more."""
    match decision:
        case Ask(task):
            taken, args = task.action, task.args
        case Do(action, given) as call if call.confirmed is None:
            taken, args = action, given
        case _:
            return parked
    return tuple(
        task
        for task in parked
        if task.action != taken or any(args.get(name, value) != value for name, value in task.args.items())
    )


def park(memory: Memory, task: Task) -> Memory:
    """Put a task aside, to come back to."""
    return replace(memory, parked=(*memory.parked, task)[:MOST_PARKED])


def _asked(memory: Memory, task: Task) -> Memory:
    values = tuple(choice.value for choice in task.choices)
    return replace(memory, task=task, shown=values, shown_slot=task.asked, lost=0)


def _meant_by(task: Task) -> set[str]:
    """Its action; or another, picked where that was one of the choices."""
    return {task.action, *(choice.value for choice in task.choices)}


def _done(memory: Memory, call: Do, outcome: Outcome | None) -> Memory:
    mine = memory.task is not None and call.action in _meant_by(memory.task)
    then = call.then or (memory.task.then if mine and memory.task else None)
    task = Task(action=call.action, args=call.args, then=then, asks=call.asks)
    after = replace(memory, lost=0, last=task, task=None if mine else memory.task)
    if call.confirmed is not None:  # whatever came of it, it cannot be pressed again
        after = replace(after, card=None)
    after = _held(_settled(after, call.confirmed), call, outcome)
    if isinstance(outcome, NeedsConfirm):
        next_ = (call.then,) if call.then else ()  # a further wish: its card comes when this one is answered
        shown = replace(after, proposal=outcome.intent_id, card=outcome.intent_id)
        shown = replace(shown, parked=(*next_, *shown.parked)[:MOST_PARKED])
        return _spoken_of(shown, outcome.plan.facts)
    if isinstance(outcome, Possible):  # a yes now means: do it, then
        return _spoken_of(replace(after, offer=Task(action=call.action, args=call.args)), outcome.plan.facts)
    if isinstance(outcome, Refused) and outcome.reason is Reason.CARD_EXPIRED:
        return replace(after, card=None, offer=_anew(call, memory.last))
    if isinstance(outcome, Refused):
        if then is not None and outcome.reason is not Reason.NOT_PROVEN and call.action != "prove_order":
            after = replace(after, parked=(then, *after.parked)[:MOST_PARKED])  # a wish of its own
        return _refused(after, task, outcome)
    if isinstance(outcome, Failed):
        return replace(after, offer=Task(action="call_person", args={"why": "shop"}))
    if then is not None:
        after = replace(after, parked=(then, *after.parked)[:MOST_PARKED])
    return _told(after, outcome) if isinstance(outcome, Done) else after


def _held(memory: Memory, call: Do, outcome: Outcome | None) -> Memory:
    if not isinstance(outcome, NeedsApproval):
        return memory
    return replace(memory, waits=outcome.intent_id, waits_for=call.action)


def _settled(memory: Memory, card: IntentId | None) -> Memory:
    """A colleague has decided on it, or it was taken back."""
    return replace(memory, waits=None, waits_for="") if card is not None and card == memory.waits else memory


def _told(memory: Memory, done: Done) -> Memory:
    """With the colleague that is offered in the same breath."""
    after = _spoken_of(memory, done.facts)
    if done.facts.get("situation") not in _TOLD_WITH_A_PERSON.get(done.action, frozenset()):
        return after
    return replace(after, offer=Task(action="call_person", args={"why": "asked"}))


def _anew(call: Do, shown: Task | None) -> Task | None:
    """A card that ran out is made afresh by a yes: it has to be confirmed like the first."""
    same = shown is not None and shown.action == call.action and bool(shown.args)
    return replace(shown, then=None) if same and shown is not None else None


def _refused(memory: Memory, task: Task, no: Refused) -> Memory:
    if no.reason is Reason.NOT_PROVEN:
        then, args = (task.then, _order_of(task)) if task.action == "prove_order" else (task, {})
        return replace(memory, task=Task(action="prove_order", args=args, asked="order_id", then=then))
    if (slot := SAID_AGAIN.get(no.reason)) is not None:
        args = {name: value for name, value in task.args.items() if name != slot}
        person = Task(action="call_person") if no.facts.get("instead") == "call_person" else None
        return replace(memory, task=Task(action=task.action, args=args, asked=slot), offer=person)
    instead = str(no.facts.get("instead", ""))
    same = _same_order(instead, no.facts)
    if {task.action, instead} == _SAME_ITEM and "line_id" in task.args:
        same["line_id"] = task.args["line_id"]
    offer = Task(action=instead, args=same) if instead else _other_remedy(task, no.facts)
    return _spoken_of(replace(memory, offer=offer), no.facts)


def _other_remedy(task: Task, facts: Facts) -> Task | None:
    """Told that the money can be had where nothing can be sent again, a yes takes it."""
    could = facts.get("could")
    other = next((name for name in could if name in _REMEDIES), "") if isinstance(could, tuple) else ""
    return replace(task, args={**task.args, "remedy": other}, then=None) if other else None


def _order_of(task: Task) -> dict[str, Fact]:
    """Kept: whoever mistyped the phone says the phone again."""
    return {name: value for name, value in task.args.items() if name == "order_id"}


def _same_order(action: str, facts: Facts) -> dict[str, Fact]:
    if action == "call_person" or "order_id" not in facts:
        return {}
    return {"order_id": facts["order_id"]}


def _spoken_of(memory: Memory, facts: Facts) -> Memory:
    """Keep what "it" and "the second one" mean from here on."""
    order = facts.get("order_id")
    after = replace(memory, order_id=str(order)) if order else memory
    product = facts.get("product_id")
    after = replace(after, product_id=str(product)) if product else after
    for name, slot in (("orders", "order_id"), ("products", "product_id")):
        shown = _ids(facts.get(name), slot)
        if shown:
            after = replace(after, shown=shown, shown_slot=slot)
            if slot == "product_id" and not product:
                after = replace(after, product_id=shown[0] if len(shown) == 1 else "")
    return after


def _ids(rows: Fact, slot: str) -> tuple[str, ...]:
    if not isinstance(rows, tuple):
        return ()
    return tuple(str(row[slot]) for row in rows if isinstance(row, Mapping) and slot in row)
