"""From what the words name to arguments of an action."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from xiaoer.actions.change_address import SAVED
from xiaoer.decide import either
from xiaoer.decide.said import answer, named
from xiaoer.decide.several import closed, several, the_one
from xiaoer.domain.conversation import Memory
from xiaoer.domain.decision import Choice, Task
from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.understanding import Slots, Understanding
from xiaoer.understand.codes import phone_in

MOST_IN_A_ROW = 5  # orders of one message that are seen to one after the other
SEVERAL = "several"  # a line of which more than one may be meant: goes by all that was said of it
CLOSE = 72  # token_set_ratio from which a name means a thing; below, "bag" meets "big"
_JOINS = re.compile(
    r"\s*(?:[,，、和跟与及&+]|以及|还有|and|(?:,\s*)?and(?: also)?|as well as)?\s*(?:订单|order)?(?:号)?\s*"
)
_INSTEAD = re.compile(r"换|改|\b(?:in|into|to|for)\b")  # what follows is what is wanted, not what was bought
_PROOF = re.compile(
    r"[\w.+-]{1,64}@[\w.-]{1,190}|[a-z]{0,4}[\d-]+|[+()\s,，。.:：]+|尾号|手机|电话|号码?|后四位|邮箱|订单|下单|是|的|我"
    r"|\b(?:order|number|phone|mobile|e-?mail|last|four|digits|my|is|the|it|its|it's|and)\b"
)
_TAIL = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
_FINDS: tuple[str, ...] = ("category", "colour", "size", "price_min_minor", "price_max_minor")


def from_slots(action: str, slots: Slots) -> dict[str, Fact]:
    """The arguments a wish names outright; what must be picked from choices is left to `pick`."""
    if action == "find_product":
        return search(slots)
    found: dict[str, Fact] = {}
    for name in _NAMES.get(action, ()):
        value = _READ[name](slots)
        if value not in ("", None):
            found[name] = value
    return found


def search(slots: Slots) -> dict[str, Fact]:
    """A product search: words and limits, only those that were said."""
    limits: dict[str, Fact] = {name: getattr(slots, name) for name in _FINDS}
    limits["words"] = slots.product_words
    return {name: value for name, value in limits.items() if value not in ("", None)}


def _contact(slots: Slots) -> Fact:
    return slots.email or slots.phone


def _day(slots: Slots) -> Fact:
    """The first that was named: a day, or the first and the last of some with a / between."""
    if not slots.dates:
        return ""
    first, last = slots.dates[0].start.isoformat(), slots.dates[0].end.isoformat()
    return first if first == last else f"{first}/{last}"


_READ: Mapping[str, Callable[[Slots], Fact]] = {
    "order_id": lambda s: s.order_ids[0] if s.order_ids else "",
    "address": lambda s: s.address,
    "reason": lambda s: s.reason,
    "unopened": lambda s: s.unopened,
    "contact": _contact,
    "colour": lambda s: s.colour,
    "size": lambda s: s.size,
    "method": lambda s: s.pay_method,
    "day": _day,
}
_NAMES: Mapping[str, tuple[str, ...]] = {
    "look_up_order": ("order_id",),
    "track_parcel": ("order_id",),
    "refund_status": ("order_id",),
    "return_status": ("order_id",),
    "cancel_order": ("order_id",),
    "cancel_items": ("order_id",),
    "cancel_return": ("order_id",),
    "change_items": ("order_id",),
    "change_payment": ("order_id", "method"),
    "change_delivery": ("order_id", "day"),
    "urge_shipping": ("order_id",),
    "change_address": ("order_id", "address"),
    "request_return": ("order_id", "reason", "unopened"),
    "request_exchange": ("order_id", "reason"),
    "price_protection": ("order_id",),
    "report_lost": ("order_id",),
    "report_damage": ("order_id",),
    "give_goodwill": ("order_id",),
    "give_coupon": ("order_id",),
    "change_profile_address": ("address",),
    "request_invoice": ("order_id",),
    "warranty": ("order_id",),
    "check_stock": ("colour", "size"),
    "notify_restock": ("colour", "size"),
    "prove_order": ("order_id", "contact"),
}


def answer_to(slot: str, choices: Sequence[Choice], heard: Understanding, *, by: str = "") -> Fact:
    """What a message says to the question for `slot`; None if it does not answer it.

    `by`: the slot whose way of naming choices is used, if it is another.
    """
    slots = heard.slots
    if slot == "contact":
        return contact_in(heard) or None
    if slot == "unopened" and slots.unopened is None and heard.answer is not None:
        return heard.answer.value == "yes"
    if slot in _READ and (value := _READ[slot](slots)) not in ("", None):
        return value
    if by == SEVERAL and (ids := several(choices, heard.text)) is not None:
        return ids
    if (picked := said(choices, heard.text, slots.ordinal)) is not None:
        return picked
    picked = pick(by or slot, choices, slots)
    if picked is None and slot == "line_id":
        bought = by == SEVERAL or _INSTEAD.search(heard.text) is None  # "the pink ones", not "in pink"
        picked = the_one(choices, heard.text, options=bought)
    if picked is None and slot == "address" and len(heard.text) > 12 and _has_digit(heard.text):  # noqa: PLR2004
        return heard.text  # a street and a number; what is missing is asked for after parsing
    return picked


def left_over(task: Task, heard: Understanding) -> Slots:
    """What a message says besides the answer: the colour by which an item was named is not the one wanted."""
    if task.asked != "line_id" or task.action not in ANOTHER_VARIANT or _INSTEAD.search(heard.text):
        return heard.slots
    return replace(heard.slots, colour="", size="")


def contact_in(heard: Understanding) -> str:
    """The e-mail, the phone or the last four digits of it in a message."""
    tail = _TAIL.search(heard.text)
    return heard.slots.email or heard.slots.phone or (tail.group() if tail else "")


def only_proves(heard: Understanding) -> bool:
    """Whether a message is a number, an e-mail, a phone and what one calls them, and nothing else."""
    return not _PROOF.sub("", heard.text) and bool(contact_in(heard) or heard.slots.order_ids)


def said(choices: Sequence[Choice], text: str, ordinal: int | None) -> str | None:
    """The choice meant by its place ("the second") or by its own words."""
    if ordinal is not None and choices:
        place = ordinal - 1 if ordinal > 0 else len(choices) + ordinal
        return closed(choices[place].value) if 0 <= place < len(choices) else None
    plain = _plain(text)
    exact = [c for c in choices if plain in (_plain(c.label.zh), _plain(c.label.en), c.value.lower())]
    if exact:
        return exact[0].value if len(exact) == 1 else None
    part = [c for c in choices if plain in _plain(c.label.zh) or plain in _plain(c.label.en)]
    return closed(part[0].value) if len(plain) > 1 and len(part) == 1 else None


def answered(
    task: Task, choices: Sequence[Choice], heard: Understanding, memory: Memory, *, words: str
) -> Task | None:
    """The open task with what a message adds: the answer, other slots, fewer choices; None: nothing.

    `words`: the message in the customer's own case and script.
    """
    value = answer_to(task.asked, choices, heard, by=by_kind_only(task.action, task.asked))
    if task.asked == "address" and value == heard.text:
        value = words.strip()  # as it is to stand on the parcel
    if value is None:
        value = answer(task.asked, words)
    if value is None and task.asked == "order_id":
        value = from_memory("order_id", choices, heard.slots, memory, strict=True)
    found = {**from_slots(task.action, heard.slots), **named(task.action, words)}
    more = {k: v for k, v in found.items() if k != task.asked}
    if task.action == "prove_order" and (contact := contact_in(heard)):
        more["contact"] = contact
    if value is not None:
        args = {**task.args, **more, task.asked: value}
        return Task(action=task.action, args=args, then=task.then, intent=task.intent, asks=task.asks)
    if more.get("kind") not in (None, task.args.get("kind")):  # another's name is not this one's
        return replace(task, args=_without(task.args, "title", "tax_number") | more, asked="", choices=())
    left = fitting(by_kind_only(task.action, task.asked), choices, heard.slots)
    if 1 < len(left) < len(choices):
        return replace(task, args={**task.args, **more}, choices=tuple(left))
    return replace(task, args={**task.args, **more}, choices=tuple(choices)) if more else None


def is_named(slot: str, choices: Sequence[Choice], heard: Understanding) -> bool:
    """Whether a message is the very words of a choice, or a reason where a reason was asked for."""
    question = any(wish.question for wish in heard.wishes)
    plain = slot in ("reason", "unopened", "address") and _READ[slot](heard.slots) not in ("", None)
    part = slot == "line_id" and the_one(choices, heard.text, options=False) is not None
    return not question and (plain or part or said(choices, heard.text, None) is not None)


def pick(slot: str, choices: Sequence[Choice], slots: Slots) -> str | None:
    """The one choice that fits all that was said of it: number, size, colour, kind, name."""
    left = fitting(slot, choices, slots)
    # Variants come likest first: "in 43" keeps the colour that was bought.
    return closed(left[0].value) if len(left) == 1 or (left and slot == "variant_id") else None


def other_phone(heard: Understanding, memory: Memory) -> Task | None:
    """The address on the open card with another phone; None if that is not all that is put right."""
    last, slots = memory.last, heard.slots
    if memory.proposal is None or last is None or not slots.phone or slots.address:
        return None
    address = str(last.args.get("address", ""))
    if not address or address.startswith(SAVED):
        return None
    before = phone_in(address)
    start, end = before[1] if before else (len(address), len(address))
    return replace(last, args={**last.args, "address": f"{address[:start]}，{slots.phone}{address[end:]}"})


def refines_a_search(slots: Slots, memory: Memory) -> bool:
    """ "In white?" under a list of products speaks of the list, whatever was asked before it."""
    limits = slots.colour or slots.size or slots.price_max_minor or slots.price_min_minor
    return memory.shown_slot == "product_id" and bool(limits) and not (slots.product_words or slots.category)


ANOTHER_VARIANT = frozenset({"request_exchange", "change_items"})
OF_SEVERAL = frozenset({"cancel_items"})  # lines of an order, one or more at once


def by_kind_only(action: str, slot: str) -> str:
    """In an exchange a size or colour is what is wanted, not what was bought: an order goes by its goods."""
    if action in OF_SEVERAL and slot == "line_id":
        return SEVERAL
    return "line_id" if action in ANOTHER_VARIANT and slot == "order_id" else slot


def fitting(slot: str, choices: Sequence[Choice], slots: Slots) -> list[Choice]:
    """The choices that fit all that was said of them; none if nothing was said."""
    if numbered := [c for c in choices if c.value in slots.order_ids]:
        return numbered[:1]
    left, wants = list(choices), _wants(slot, slots)
    for want in wants:
        left = [c for c in left if want in c.about]
    if slots.product_words and slot != "variant_id":
        left, wants = _nearest(left, slots.product_words), [*wants, slots.product_words]
    return left if wants else []


def _wants(slot: str, slots: Slots) -> list[str]:
    """An exchange names the item by its kind and the new variant by its size and colour."""
    options = [slots.colour, slots.size.lower()]
    kinds = [slots.category]
    wants = options if slot == "variant_id" else kinds if slot == "line_id" else kinds + options
    return [want for want in wants if want]


def _nearest(choices: Sequence[Choice], words: str) -> list[Choice]:
    scored = [(max((_alike(words, about) for about in c.about), default=0), c) for c in choices]
    best = max((score for score, _ in scored), default=0)
    return [c for score, c in scored if score == best and score >= CLOSE]


def _without(args: Facts, *names: str) -> dict[str, Fact]:
    return {name: value for name, value in args.items() if name not in names}


def _alike(words: str, about: str) -> float:
    """0 to 100. Chinese has no blanks between its words: 睡袋 is all said of 三季信封睡袋."""
    if any(len(word) > 1 and not word.isascii() and word in about for word in words.split()):
        return 100
    return fuzz.token_set_ratio(words, about)


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _has_digit(text: str) -> bool:
    return any(c.isdecimal() for c in text)


def from_memory(
    slot: str, choices: Sequence[Choice], slots: Slots, memory: Memory, *, strict: bool
) -> str | None:
    """What "it", "the second one" or nothing at all means, after what was last spoken of.

    `strict`: only one of `choices`. Otherwise "it" may be what cannot be done, and the customer hears why.
    """
    values = [c.value for c in choices if not either.is_other(c)]
    if slots.ordinal is not None and memory.shown_slot == slot and memory.shown:
        place = slots.ordinal - 1 if slots.ordinal > 0 else len(memory.shown) + slots.ordinal
        return memory.shown[place] if 0 <= place < len(memory.shown) else None
    if slot == "line_id" and memory.last is not None and memory.last.args.get("order_id") == memory.order_id:
        line = str(memory.last.args.get("line_id", ""))
        return line if line in values else None
    if slot != "order_id":
        return None
    if slots.latest and values:
        return max(values)
    kept = memory.order_id
    if slots.other:  # "the other one" after one of two
        rest = [value for value in values if value != kept]
        return rest[0] if len(rest) == 1 else None
    return kept if kept and (kept in values or (slots.that and not strict)) else None


def corrected(task: Task, slots: Slots) -> Task:
    """The task with what the customer put right; what hung on the old value is asked or found anew."""
    args = {**task.args, **from_slots(task.action, slots)}
    moved = args.get("order_id") != task.args.get("order_id")
    if slots.other or slots.latest or slots.ordinal is not None or not _names_something(slots):
        args.pop("order_id", None)
        moved = True
    if moved:
        kept = {k: v for k, v in args.items() if k not in _HANGS_ON_ORDER}
        return Task(action=task.action, args=kept, asks=task.asks)
    if slots.colour or slots.size:
        args.pop("variant_id" if task.action in ANOTHER_VARIANT else "line_id", None)
    elif slots.category or slots.product_words:
        args = {k: v for k, v in args.items() if k not in ("line_id", "variant_id")}
    return Task(action=task.action, args=args, asks=task.asks)


_HANGS_ON_ORDER = frozenset({"line_id", "variant_id", "case_id"})


def of_another_order(task: Task, choices: Sequence[Choice], heard: Understanding) -> Task | None:
    """The open task for the order a message names, if that is another than its question is about."""
    numbers = heard.slots.order_ids
    known = task.args.get("order_id")
    if not numbers or not known or known in numbers or task.action == "prove_order":
        return None
    if any(choice.value in numbers for choice in choices):
        return None
    return replace(corrected(task, heard.slots), then=task.then, intent=task.intent)


def for_each_order(task: Task, slots: Slots, text: str) -> Task:
    """The task of the first order, and behind it the same for those named in a row with it: M1 和 M2."""
    row = [number for number in slots.order_ids if number in _in_a_row(slots.order_ids, text)]
    if task.args.get("order_id") not in row[:1]:
        return task
    then = task.then
    for number in reversed(row[1:MOST_IN_A_ROW]):
        args = {k: v for k, v in task.args.items() if k not in _HANGS_ON_ORDER}
        then = replace(task, args={**args, "order_id": number}, then=then)
    return replace(task, then=then)


def _in_a_row(numbers: Sequence[str], text: str) -> set[str]:
    """Those with nothing but a joining word between them."""
    plain = text.casefold()
    places = [(plain.find(number.casefold()), number) for number in numbers]
    found = sorted((start, number) for start, number in places if start >= 0)
    row: list[str] = []
    for (start, one), (after, other) in zip(found, found[1:], strict=False):
        if _JOINS.fullmatch(plain[start + len(one) : after]):
            row += [one, other]
    return set(row)


def _names_something(slots: Slots) -> bool:
    things = (slots.order_ids, slots.colour, slots.size, slots.category, slots.product_words, slots.address)
    said = (slots.reason, slots.pay_method, slots.dates)
    return any(things) or any(said) or slots.price_max_minor is not None
