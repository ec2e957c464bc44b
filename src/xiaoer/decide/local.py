"""The local mind: no model, no network. Fills the slots of one action after another."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from xiaoer.actions.base import CATALOGUE, Action, Reach, Risk, lacks
from xiaoer.actions.orders import order_with_parcel
from xiaoer.decide import either, fill
from xiaoer.decide.edits import edited, narrowed
from xiaoer.decide.goals import GUESSED, Goals
from xiaoer.decide.memory import SAID_AGAIN
from xiaoer.decide.mentions import value_in
from xiaoer.decide.mistaken import mistaken
from xiaoer.decide.said import looks_up, remedy_in, says_plainly, words_of
from xiaoer.decide.several import JOIN, several, the_one
from xiaoer.decide.undo import is_undo, no_way_back, undoing
from xiaoer.domain.conversation import Memory, Turn
from xiaoer.domain.decision import (
    EVERY_WISH,
    Ask,
    Choice,
    Chosen,
    Decision,
    Do,
    Drop,
    HandOff,
    Say,
    Suggest,
    Task,
)
from xiaoer.domain.facts import Fact
from xiaoer.domain.intents import Catalogue
from xiaoer.domain.outcome import Done, NeedsConfirm, Refused
from xiaoer.domain.people import Actor, Proof
from xiaoer.domain.ports import Library, ShopError
from xiaoer.domain.understanding import Answer, Intent, Slots, Understanding

MOST_SLOTS = 60  # more than any action has, a variant for each line included; bounds the filling
PLAINLY = 0.85  # confidence from which a message is about something else than what was asked
MOST_SHOWN = 12  # buttons under a question
PHOTO = "photo"  # the slot that is answered by sending one
AGAIN = ":again"  # ends a why: what was said was no answer to our question
PATIENCE = 2  # times a slot is asked again, or a language not read, before a person is brought in
_OFTEN_AN_ANSWER = frozenset(
    map(
        Intent,
        (
            "find_product", "check_stock", "other", "complaint", "likes_style", "colour_question",
            "size_advice", "faulty_item", "wrong_item", "not_wanted", "ordered_by_mistake", "acknowledge",
            "address_correct", "missing_item", "invoice_details", "give_account", "arrived_damaged",
        ),
    )
)  # fmt: skip
# Of those, what may name a product.
_OF_A_PRODUCT = frozenset(
    map(Intent, ("find_product", "check_stock", "other", "likes_style", "colour_question", "size_advice"))
)
_log = structlog.get_logger(__name__)


class LocalMind:
    """`reach_for` gives what the actions of a turn may touch."""

    def __init__(self, *, library: Library, catalogue: Catalogue, reach_for: Callable[[Turn], Reach]) -> None:
        self._goals = Goals(library, catalogue)
        self._catalogue = catalogue
        self._reach_for = reach_for

    async def next(self, turn: Turn) -> Chosen | None:
        """The next decision of this turn, or None when there is nothing more to do now."""
        if (said := mistaken(turn, self._catalogue)) is not None:
            return said
        if _is_unread(turn) and not turn.steps:
            lost = turn.memory.lost >= PATIENCE
            return Chosen(HandOff("lost") if lost else Say("other_language"), "local:other_language")
        try:
            return await (self._first(turn) if not turn.steps else self._after(turn))
        except ShopError as error:
            _log.warning("shop_error", turn_id=turn.id, error=type(error).__name__)
            return None if _said(turn, "shop_down") else Chosen(Say("shop_down"), "local:shop_down")

    async def take_up(self, task: Task, turn: Turn, *, why: str) -> Chosen:
        """What another mind wants done, with what is still missing filled in or asked for. ShopError."""
        return await self._advance(task, turn, why=why, wish=EVERY_WISH)

    # --- the first decision: does the message speak to what was open? ---------------------------

    async def _first(self, turn: Turn) -> Chosen | None:
        heard, memory = turn.understanding, turn.memory
        if (dropped := await self._given_up(turn)) is not None:
            return Chosen(dropped, "local:stop", EVERY_WISH)
        if heard.misunderstood:
            return await self._serve(turn)
        if (shown := await self._shown(turn)) is not None:
            return shown
        if (undone := await self._undone(turn)) is not None:
            return undone
        if (edit := await edited(turn, self._reach_for(turn))) is not None:
            return await self._advance(edit.task, turn, why=f"local:{edit.why}", wish=EVERY_WISH)
        if memory.task is not None and (more := await self._answer(memory.task, turn)) is not None:
            left = fill.left_over(memory.task, heard)
            return await self._advance(more, turn, why="local:slot", wish=EVERY_WISH, slots=left)
        if heard.answer is not None and memory.task is None:
            return Chosen(Say("yes_to_what"), "local:nothing_proposed", EVERY_WISH)
        return await self._serve(turn)

    async def _given_up(self, turn: Turn) -> Decision | None:
        heard, memory = turn.understanding, turn.memory
        gives_up = heard.stop or (heard.answer is Answer.NO and _open_question(memory) != "unopened")
        gives_up = (
            gives_up
            and not _of_another(heard, memory)
            and await narrowed(turn, self._reach_for(turn)) is None
        )
        if gives_up and (dropped := _dropped(memory)) is not None:
            return dropped
        return Drop(memory.waits, memory.waits_for) if self._takes_back(turn) else None

    def _takes_back(self, turn: Turn) -> bool:
        """What a colleague has yet to agree to is not wanted any more: "never mind", or it is denied."""
        heard, memory = turn.understanding, turn.memory
        if memory.waits is None or memory.task is not None or heard.slots.order_ids:
            return False
        just_now = memory.last is not None and memory.last.action == memory.waits_for
        not_wanted = {self._goals.action_of(wish.best.intent) for wish in heard.wishes if wish.negated}
        return memory.waits_for in not_wanted or (just_now and (heard.stop or is_undo(heard)))

    async def _shown(self, turn: Turn) -> Chosen | None:
        """What a photo or a yes says to: a photo that was waited for goes on with what it is for, one that
        came alone is thanked for; a yes takes up what was offered.
        """
        task, offer = turn.memory.task, turn.memory.offer
        if not turn.photos:
            yes = turn.understanding.answer is Answer.YES or _names_remedy(offer, turn)
            return await self._take_up(offer, turn) if offer is not None and yes else None
        if task is not None and task.asked == PHOTO:
            return await self._advance(replace(task, asked=""), turn, why="local:photo", wish=EVERY_WISH)
        return None if turn.understanding.text else Chosen(Say("photo_received"), "local:photo")

    async def _take_up(self, offer: Task, turn: Turn) -> Chosen:
        if offer.action == "call_person":
            return Chosen(HandOff(str(offer.args.get("why", "asked"))), "rule:offer", EVERY_WISH)
        return await self._advance(offer, turn, why="rule:offer", wish=EVERY_WISH)

    async def _undone(self, turn: Turn) -> Chosen | None:
        """What takes back what was done last; None if nothing is open to that, or it is not asked for."""
        if turn.memory.task is not None or turn.memory.proposal is not None:
            return None
        if (task := undoing(turn)) is not None:
            return await self._advance(task, turn, why="local:undo", wish=EVERY_WISH)
        return await no_way_back(turn, self._reach_for(turn))

    async def _answer(self, task: Task, turn: Turn) -> Task | None:
        """The open task with what this message adds to it; None if it is about something else."""
        actor, reach = turn.conversation.actor, self._reach_for(turn)
        choices = task.choices or await CATALOGUE[task.action].choices(task.asked, task.args, actor, reach)
        if fill.refines_a_search(turn.understanding.slots, turn.memory):
            return None
        if (moved := fill.of_another_order(task, choices, turn.understanding)) is not None:
            return None if self._digresses(replace(task, asked="order_id"), turn) else moved
        if (other := either.named(task, turn.understanding.text, actor)) is not None:
            return other
        words = words_of(turn)
        if (value := await self._named(task, task.asked, choices, turn)) is not None:
            args = {**task.args, task.asked: value}
            return Task(action=task.action, args=args, then=task.then, intent=task.intent, asks=task.asks)
        named = fill.is_named(task.asked, choices, turn.understanding) or says_plainly(task, words)
        if not named and self._digresses(task, turn):
            return None
        return fill.answered(task, choices, turn.understanding, turn.memory, words=words)

    # --- the wishes of the message, then what was put aside ---------------------------------------

    async def _after(self, turn: Turn) -> Chosen | None:
        last = turn.steps[-1]
        if isinstance(last.chosen.decision, Ask) or isinstance(last.outcome, NeedsConfirm):
            return None
        if isinstance(last.outcome, Refused) and turn.memory.task is not None:
            again = last.outcome.reason in SAID_AGAIN  # the refusal itself asks: which part of the address?
            if again or turn.memory.task != turn.conversation.memory.task:
                return None
        return await self._serve(turn)

    async def _serve(self, turn: Turn) -> Chosen | None:
        """The next wish: those served at once before those that end in a question or a card."""
        served = {step.chosen.wish for step in turn.steps}
        wishes = () if EVERY_WISH in served or _is_unread(turn) else turn.understanding.wishes
        goals = [(index, self._goals.of(wish, turn)) for index, wish in enumerate(wishes)]
        sure = [(n, goal) for n, goal in goals if goal and not _is_guess(goal)]
        for index, goal in sorted(sure or goals[:1], key=lambda pair: _needs_card(pair[1])):
            if goal and index not in served and not _repeats(turn.memory.task, goal.decision):
                return await self._start(index, goal, turn)
        return await self._come_back(turn)

    async def _start(self, index: int, goal: Chosen, turn: Turn) -> Chosen:
        slots = turn.understanding.wishes[index].slots
        if isinstance(goal.decision, Do):
            task = replace(_as_offered(goal.decision, slots, turn.memory), intent=goal.intent)
            if "order_id" in CATALOGUE[task.action].takes.model_fields:
                task = fill.for_each_order(task, slots, turn.understanding.text)
            return await self._advance(task, turn, why=goal.why, wish=index, slots=slots)
        return replace(goal, wish=index)

    async def _come_back(self, turn: Turn) -> Chosen | None:
        """What was put aside, once nothing is open; else the open question once more."""
        memory = turn.memory
        if memory.task is not None:
            return self._again(memory.task, turn)
        if memory.parked and not _busy(turn):
            return await self._advance(memory.parked[0], turn, why="local:parked")
        return None

    def _again(self, task: Task, turn: Turn) -> Chosen | None:
        if any(isinstance(step.chosen.decision, Ask) for step in turn.steps):
            return None
        if turn.steps and _showed_a_list(turn):
            return None  # "the first one" is now of that list
        if turn.steps:  # a digression was served: back to the question, but nobody is nagged
            return Chosen(Ask(replace(task, backs=task.backs + 1)), "local:back") if not task.backs else None
        if task.tries >= PATIENCE:
            return Chosen(HandOff("lost"), "local:lost_in_slot")
        return Chosen(Ask(replace(task, tries=task.tries + 1)), f"local{AGAIN}")

    def _digresses(self, task: Task, turn: Turn) -> bool:
        """Whether a message is plainly about something else than the open question."""
        heard = turn.understanding
        wish = heard.wishes[0] if heard.wishes else None
        if task.action == "prove_order" and fill.only_proves(heard):
            return False
        if heard.slots.order_ids and CATALOGUE[task.action].risk is not Risk.READ and looks_up(heard.text):
            return task.action != "prove_order"
        if wish is None or wish.best.confidence < PLAINLY:
            return False
        if task.asked == "order_id" and heard.slots.order_ids and not wish.question:
            wanted = self._goals.action_of(wish.best.intent)
            changes = wanted in CATALOGUE and CATALOGUE[wanted].risk is not Risk.READ
            return changes and wanted != task.action  # a number alone reads like a look-up
        if wish.best.intent in _OFTEN_AN_ANSWER:  # "the shoes" is a product too
            another = task.asked == "product" and wish.best.intent not in _OF_A_PRODUCT
            return another or wish.question or bool(wish.slots.price_max_minor or wish.slots.price_min_minor)
        return self._goals.action_of(wish.best.intent) != task.action

    # --- one action's slots ---------------------------------------------------------------------

    async def _advance(
        self, task: Task, turn: Turn, *, why: str, wish: int = -1, slots: Slots | None = None
    ) -> Chosen:
        """Fill what can be filled; then do it, or ask for the first thing that is missing."""
        actor = turn.conversation.actor
        task = either.turned(task)
        if _is_unproven(task, actor):
            task = _prove_first(task, turn.understanding)
        reach, action = self._reach_for(turn), CATALOGUE[task.action]
        named, others = slots or turn.understanding.slots, tuple[Choice, ...]()
        for _ in range(MOST_SLOTS):
            missing = () if lacks(action, reach) else await action.missing(task.args, actor, reach)
            if not missing:
                call = Do(task.action, task.args, others=others, then=task.then, asks=task.asks)
                return Chosen(call, why, wish, task.intent)
            choices: Sequence[Choice] = task.choices if missing[0] == task.asked else ()
            choices = choices or await action.choices(missing[0], task.args, actor, reach)
            choices = either.or_else(task, missing[0], choices, actor, reach)
            if named.other and missing[0] == "order_id":
                choices = [c for c in choices if c.value != turn.memory.order_id] or choices
            value: Fact = await self._named(task, missing[0], choices, turn)
            value = value or await self._by_goods(task, missing[0], choices, named, turn)
            if value is None and missing[0] not in task.args and not _several_lines(task, missing[0]):
                value = self._fitting(action, missing[0], choices, named, turn)  # else more may be chosen
            if missing[0] == "order_id" and named.tracking_numbers and "tax_number" not in task.args:
                value = await order_with_parcel(named.tracking_numbers[0], actor, reach)
            if value is None:
                fit = fill.fitting(fill.by_kind_only(action.name, missing[0]), choices, named)
                shown = tuple(fit or choices)[:MOST_SHOWN]
                asked = replace(task, asked=missing[0], choices=shown, tries=0)
                return Chosen(self._ask_or_tell(asked, action), why, wish)
            if action.risk is Risk.READ and not named.order_ids:
                others = tuple(c for c in choices if c.value != value)
            task = replace(task, args={**task.args, missing[0]: value}, asked="", choices=())
            if value in CATALOGUE:
                return await self._advance(task, turn, why=why, wish=wish, slots=slots)
        raise RuntimeError(f"{task.action} asks for more than {MOST_SLOTS} slots")

    async def _named(self, task: Task, slot: str, choices: Sequence[Choice], turn: Turn) -> str | None:
        """What the message names outright, by full names."""
        lines: Sequence[Choice] = ()
        if slot == "variant_id" and task.action in fill.ANOTHER_VARIANT:
            actor, reach = turn.conversation.actor, self._reach_for(turn)
            lines = await CATALOGUE[task.action].choices("line_id", task.args, actor, reach)
            choices = await CATALOGUE[task.action].choices(slot, task.args, actor, reach)
        return value_in(task, slot, choices, lines, words_of(turn))

    async def _by_goods(
        self, task: Task, slot: str, choices: Sequence[Choice], named: Slots, turn: Turn
    ) -> Fact:
        """The order of a thing that is named and is in none of `choices`: it is told where that stands."""
        if slot != "order_id" or CATALOGUE[task.action].risk is not Risk.READ or named.order_ids:
            return None
        if fill.fitting(slot, choices, named):
            return None
        actor, reach = turn.conversation.actor, self._reach_for(turn)
        every = fill.fitting(slot, await CATALOGUE["look_up_order"].choices(slot, {}, actor, reach), named)
        return every[0].value if every else None

    def _fitting(
        self, action: Action[Any], slot: str, choices: Sequence[Choice], slots: Slots, turn: Turn
    ) -> Fact:
        """A slot that need not be asked for: said, remembered, or without an alternative."""
        memory, text = turn.memory, turn.understanding.text
        if slot == "product_id":
            return memory.product_id or None
        read = action.risk is Risk.READ
        by = fill.by_kind_only(action.name, slot)
        said = several(choices, text) if by == fill.SEVERAL else None
        said = said or fill.pick(by, choices, slots)
        if said is None and slot == "line_id":
            said = the_one(choices, text, options=by == fill.SEVERAL)
        said = said or fill.from_memory(slot, choices, slots, memory, strict=read)
        if said is not None:
            return said
        only = slot in ("order_id", "line_id") and len(choices) == 1
        first = slot == "order_id" and read and bool(choices)
        return choices[0].value if only or first else None

    def _ask_or_tell(self, task: Task, action: Action[Any]) -> Decision:
        """A customer without orders is told so, not asked which one."""
        if task.asked == "order_id" and not task.choices and task.action != "prove_order":
            return Do("list_orders")
        if task.asked == "line_id" and not task.choices:  # of an order that is not theirs: what is to be told
            return Do(task.action, {**task.args, "line_id": ""}, then=task.then)
        if task.asked == "variant_id" and not task.choices:
            return Say("no_variant", {"order_id": task.args.get("order_id", "")})
        return Ask(task)


def _is_unproven(task: Task, actor: Actor) -> bool:
    """Of a guest nothing is known; of one who has proven an order, that order alone."""
    if actor.proof is Proof.SIGNED_IN or "order_id" not in CATALOGUE[task.action].takes.model_fields:
        return False
    named = task.args.get("order_id")
    return actor.proof is Proof.NONE or (bool(named) and named not in actor.proven_orders)


def _prove_first(task: Task, heard: Understanding) -> Task:
    """A guest shows that an order is theirs before anything is said of it."""
    if task.action == "prove_order":
        return task
    args = fill.from_slots("prove_order", heard.slots)
    if order_id := task.args.get("order_id"):
        args["order_id"] = order_id
    if "order_id" in args and (contact := fill.contact_in(heard)):
        args["contact"] = contact
    return Task(action="prove_order", args=args, then=task)


def _several_lines(task: Task, slot: str) -> bool:
    """Each has its own variant: a colour somewhere in the message is not for all of them."""
    return slot == "variant_id" and JOIN in str(task.args.get("line_id", ""))


def _repeats(open_task: Task | None, decision: Decision) -> bool:
    return open_task is not None and isinstance(decision, Do) and decision.action == open_task.action


def _task(call: Do) -> Task:
    return Task(action=call.action, args=call.args, asks=call.asks)


def _as_offered(call: Do, slots: Slots, memory: Memory) -> Task:
    """What was just offered, asked for in words or by its button, is of the order it was offered for."""
    offer, task = memory.offer, _task(call)
    of_another = slots.order_ids or slots.tracking_numbers or slots.other or slots.latest or slots.ordinal
    if offer is None or offer.action != task.action or of_another:
        return task
    return replace(task, args={**offer.args, **task.args})


def _open_question(memory: Memory) -> str:
    return memory.task.asked if memory.task else ""


def _names_remedy(offer: Task | None, turn: Turn) -> bool:
    """ "The money, then": what was offered in place of the other."""
    wanted = offer.args.get("remedy") if offer is not None else None
    return bool(wanted) and remedy_in(words_of(turn)) == wanted


def _of_another(heard: Understanding, memory: Memory) -> bool:
    """ "I'm not sending M2 back after all" gives nothing up that is open for M1."""
    open_ = memory.task or memory.last
    order_id = open_.args.get("order_id") if open_ is not None else None
    return bool(order_id and heard.slots.order_ids) and order_id not in heard.slots.order_ids


def _dropped(memory: Memory) -> Decision | None:
    """What a "never mind" drops: the card, the open task, or what was just offered."""
    if memory.proposal is not None:
        return Drop(memory.proposal, memory.last.action if memory.last else "")
    if memory.task is not None:
        return Drop(None, memory.task.action)
    return Say("all_right") if memory.offer is not None else None


def _is_guess(goal: Chosen) -> bool:
    """Half a sentence beside a clear wish is no wish of its own."""
    return isinstance(goal.decision, Suggest) or goal.why.startswith(GUESSED)


def _is_unread(turn: Turn) -> bool:
    """In a language that is not read here, with nothing else to go by: what it is taken for is noise."""
    heard, before = turn.understanding, turn.conversation.memory
    return heard.foreign is True and before.task is None and not heard.slots.order_ids


def _needs_card(goal: Chosen | None) -> bool:
    if goal is None or not isinstance(goal.decision, Do) or goal.decision.asks:
        return False
    return goal.decision.action in CATALOGUE and CATALOGUE[goal.decision.action].risk >= Risk.WRITE


def _showed_a_list(turn: Turn) -> bool:
    outcome = turn.steps[-1].outcome
    return isinstance(outcome, Done) and bool({"orders", "products"} & set(outcome.facts))


def _busy(turn: Turn) -> bool:
    return turn.memory.proposal is not None or turn.memory.task is not None


def _said(turn: Turn, key: str) -> bool:
    return any(isinstance(s.chosen.decision, Say) and s.chosen.decision.key == key for s in turn.steps)
