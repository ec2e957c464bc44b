"""Unlawful neighbours of the listed writes: one thing of each is made wrong, and must be refused for that."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from _aftersales.house import Door, Doors
from xiaoer.domain.outcome import Done, Outcome, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.evaluate.tau import reference
from xiaoer.evaluate.tau.compare import Pristine, differences
from xiaoer.evaluate.tau.files import Database, Raw, Write, database, tasks
from xiaoer.evaluate.tau.reference import cents

CANCEL, ADDRESS, PAYMENT, ITEMS = (
    "cancel_pending_order",
    "modify_pending_order_address",
    "modify_pending_order_payment",
    "modify_pending_order_items",
)
RETURN, EXCHANGE = "return_delivered_order_items", "exchange_delivered_order_items"
ON_PENDING = frozenset({CANCEL, ADDRESS, PAYMENT, ITEMS})
WITH_ITEMS = frozenset({ITEMS, RETURN, EXCHANGE})
WITH_SWAPS = frozenset({ITEMS, EXCHANGE})
LATE = {
    "processed": Reason.ALREADY_PACKED,
    "delivered": Reason.ALREADY_DELIVERED,
    "cancelled": Reason.ALREADY_CANCELLED,
}
EARLY = {
    "pending": Reason.NOT_DELIVERED_YET,
    "processed": Reason.NOT_DELIVERED_YET,
    "cancelled": Reason.ALREADY_CANCELLED,
}
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Neighbour:
    kind: str
    user_id: str
    write: Write
    reason: Reason
    before: tuple[str, Write] | None = (
        None  # what is done first, and by whom: the neighbour is of the order after it
    )


@dataclass(slots=True)
class Tally:
    kinds: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)  # where a refusal changed something

    def as_json(self) -> dict[str, Any]:
        kinds = {kind: f"{c['right']} of {c['all']}" for kind, c in sorted(self.kinds.items())}
        return {
            "neighbours": sum(c["all"] for c in self.kinds.values()),
            "refused_rightly": sum(c["right"] for c in self.kinds.values()),
            "kinds": kinds,
            "wrong": self.wrong,
            "written": self.written,
        }

    @property
    def holds(self) -> bool:
        return bool(self.kinds) and not self.wrong and not self.written

    def count(self, neighbour: Neighbour, outcome: Outcome) -> None:
        counts = self.kinds[neighbour.kind]
        counts["all"] += 1
        if isinstance(outcome, Refused) and outcome.reason is neighbour.reason:
            counts["right"] += 1
        elif counts["all"] - counts["right"] <= SHOWN:
            self.wrong.append(f"{neighbour.kind} {neighbour.write}: {outcome} instead of {neighbour.reason}")


async def neighbours(data: Path, doors: Doors, progress: Callable[[str], None]) -> Tally:
    raw, tally = database(data), Tally()
    every = list(of_all(data, raw))
    alone = [n for n in every if n.before is None]
    async with doors.fresh() as door:  # refusals write nothing: one copy serves them all
        for n, neighbour in enumerate(alone):
            progress(f"neighbours: {n + 1} of {len(every)}")
            tally.count(neighbour, await _asked(door, neighbour))
        tally.written += differences(door.file, raw, since=Pristine(doors.pristine, raw))[:SHOWN]
    after = [n for n in every if n.before is not None]
    for n, (_, some) in enumerate(groupby(after, key=lambda n: str(n.before)), start=1):
        progress(f"neighbours: after write {n}")
        await _after(doors, raw, list(some), tally)
    return tally


async def _after(doors: Doors, raw: Database, some: Sequence[Neighbour], tally: Tally) -> None:
    """All that follow the same write, on one copy."""
    who, first = some[0].before or ("", some[0].write)
    wanted = raw.copy_for(who)
    async with doors.fresh() as door:
        if not reference.applied(wanted, who, first):
            return
        outcome = await door.writes(door.actor(who), first)
        if not isinstance(outcome, Done):
            tally.wrong.append(f"{some[0].kind}: {first} came to {outcome}")
        for neighbour in some:
            tally.count(neighbour, await _asked(door, neighbour))
        tally.written += differences(door.file, wanted, since=Pristine(doors.pristine, raw))[:SHOWN]


async def _asked(door: Door, neighbour: Neighbour) -> Outcome:
    actor = door.actor(neighbour.user_id) if neighbour.user_id else _guest(door)
    return await door.writes(actor, neighbour.write)


def _guest(door: Door) -> Actor:
    known = door.actor("")
    return Actor(shop_id=known.shop_id, role=known.role)


# --- which there are ------------------------------------------------------------------------------


def of_all(data: Path, raw: Database) -> Iterator[Neighbour]:
    """Of each listed write that is lawful on the order as it was imported, each once."""
    seen: set[str] = set()
    for n, task in enumerate(tasks(data)):
        for write in task.writes:
            key = f"{write.name} {sorted(write.args.items())}"
            if key in seen or not reference.applied(raw.copy_for(task.user_id), task.user_id, write):
                continue
            seen.add(key)
            if write.name != "modify_user_address":
                yield from of_one(raw, task.user_id, write, n)


def of_one(raw: Database, user_id: str, write: Write, n: int) -> Iterator[Neighbour]:
    """`n` picks among what would do: always the same for the same task."""
    yield Neighbour("foreign order", _other(raw, user_id, n), write, Reason.NO_SUCH_ORDER)
    yield Neighbour("guest", "", write, Reason.NOT_PROVEN)
    yield Neighbour("no such order", user_id, _with(write, order_id="#W0000000"), Reason.NO_SUCH_ORDER)
    yield from _wrong_state(raw, write, n)
    if write.name == CANCEL:
        yield Neighbour("bad reason", user_id, _with(write, reason="too expensive"), Reason.REASON_NOT_TAKEN)
        yield Neighbour("no reason", user_id, _with(write, reason=""), Reason.BAD_ARGUMENTS)
    if write.name in WITH_ITEMS:
        yield from _bad_items(user_id, write)
    if write.name in WITH_SWAPS:
        yield from _bad_swaps(raw, user_id, write, n)
    if "payment_method_id" in write.args:
        yield from _bad_ways(raw, user_id, write, n)
    yield from _afterwards(raw, user_id, write)


def _wrong_state(raw: Database, write: Write, n: int) -> Iterator[Neighbour]:
    """The same asked of an order in a state that does not allow it, by its own customer."""
    for state, reason in (LATE if write.name in ON_PENDING else EARLY).items():
        orders = [o for o in raw.orders.values() if o["status"] == state]
        order = orders[n % len(orders)]
        yield Neighbour(f"wrong state: {state}", order["user_id"], _moved(raw, write, order), reason)


def _bad_items(user_id: str, write: Write) -> Iterator[Neighbour]:
    items = write.args["item_ids"]
    strange = {"item_ids": ["0000000000", *items[1:]]}
    yield Neighbour("item not in the order", user_id, _with(write, **strange), Reason.NO_SUCH_LINE)
    none: Raw = {"item_ids": []} | ({"new_item_ids": []} if write.name in WITH_SWAPS else {})
    yield Neighbour("empty list", user_id, _with(write, **none), Reason.NO_SUCH_LINE)


def _bad_swaps(raw: Database, user_id: str, write: Write, n: int) -> Iterator[Neighbour]:
    news, variants = write.args["new_item_ids"], raw.variants()
    product = variants[news[0]][0]
    others = [item_id for item_id, (of, v) in variants.items() if of != product and v["available"]]
    swapped = _with(write, new_item_ids=[others[n % len(others)], *news[1:]])
    yield Neighbour("other product", user_id, swapped, Reason.NO_SUCH_VARIANT)
    unknown = _with(write, new_item_ids=["0000000000", *news[1:]])
    yield Neighbour("no such variant", user_id, unknown, Reason.NO_SUCH_VARIANT)
    gone = [item_id for item_id, (of, v) in variants.items() if of == product and not v["available"]]
    if gone:
        sold_out = _with(write, new_item_ids=[gone[n % len(gone)], *news[1:]])
        yield Neighbour("unavailable variant", user_id, sold_out, Reason.OUT_OF_STOCK)
    uneven = _with(write, new_item_ids=[*news, news[0]])
    yield Neighbour("uneven lists", user_id, uneven, Reason.BAD_ARGUMENTS)


def _bad_ways(raw: Database, user_id: str, write: Write, n: int) -> Iterator[Neighbour]:
    order, theirs = raw.orders[write.args["order_id"]], raw.users[user_id]["payment_methods"]
    original = order["payment_history"][0]["payment_method_id"]
    strange = raw.users[_other(raw, user_id, n)]["payment_methods"]
    for way in list(strange)[:1]:
        yield Neighbour("way not owned", user_id, _with(write, payment_method_id=way), Reason.NO_SUCH_WAY)
    no_way = _with(write, payment_method_id="gift_card_0000000")
    yield Neighbour("no such way", user_id, no_way, Reason.NO_SUCH_WAY)
    if write.name == PAYMENT:
        same = _with(write, payment_method_id=original)
        yield Neighbour("same payment method", user_id, same, Reason.SAME_METHOD)
    if write.name == RETURN:
        for way_id, way in theirs.items():
            if way_id != original and way["source"] != "gift_card":
                other = _with(write, payment_method_id=way_id)
                yield Neighbour("refund to another way", user_id, other, Reason.WAY_NOT_TAKEN)
    yield from _too_small(raw, user_id, write)


def _too_small(raw: Database, user_id: str, write: Write) -> Iterator[Neighbour]:
    """The customer's gift card for more than it holds: the dearest variants that can be had."""
    order, theirs = raw.orders[write.args["order_id"]], raw.users[user_id]["payment_methods"]
    original = order["payment_history"][0]["payment_method_id"]
    cards = [way for way in theirs.values() if way["source"] == "gift_card"]
    if not cards or write.name == RETURN:
        return
    card, reason = cards[0], Reason.GIFT_CARD_TOO_SMALL
    asked = _with(write, payment_method_id=card["id"])
    needed = cents(order["payment_history"][0]["amount"])
    if write.name == PAYMENT and card["id"] == original:
        return
    if write.name in WITH_SWAPS:
        news, needed = _dearest(raw, order, write)
        asked = _with(asked, new_item_ids=news)
    if cents(card["balance"]) < needed:
        yield Neighbour("gift card too small", user_id, asked, reason)


def _dearest(raw: Database, order: Raw, write: Write) -> tuple[list[str], int]:
    news, difference = [], 0
    for item_id in write.args["item_ids"]:
        item = next(item for item in order["items"] if item["item_id"] == item_id)
        variants = [v for v in raw.products[item["product_id"]]["variants"].values() if v["available"]]
        best = max(variants, key=lambda v: v["price"])
        news.append(best["item_id"])
        difference += cents(best["price"]) - cents(item["price"])
    return news, difference


def _afterwards(raw: Database, user_id: str, write: Write) -> Iterator[Neighbour]:
    """What is asked after the write was carried out."""
    order, before = raw.orders[write.args["order_id"]], (user_id, write)
    if write.name == CANCEL:
        yield Neighbour("already cancelled", user_id, write, Reason.ALREADY_CANCELLED, before)
        for name in (ADDRESS, ITEMS, PAYMENT):
            late = _made(raw, name, order)
            yield Neighbour(f"{name} after cancelling", user_id, late, Reason.ALREADY_CANCELLED, before)
    if write.name == ITEMS:
        yield Neighbour("second item change", user_id, _made_after(raw, write), Reason.CHANGED_BEFORE, before)
        for name in (CANCEL, ADDRESS, PAYMENT):
            late = _made(raw, name, order)
            yield Neighbour(f"{name} after an item change", user_id, late, Reason.CHANGED_BEFORE, before)
    if write.name in (RETURN, EXCHANGE):
        for name in (RETURN, EXCHANGE):
            again = _made(raw, name, order)
            yield Neighbour("second return or exchange", user_id, again, Reason.CASE_OPEN, before)


# --- how they are made ----------------------------------------------------------------------------


def _with(write: Write, **args: Any) -> Write:
    return Write(write.name, {**deepcopy(dict(write.args)), **args})


def _other(raw: Database, user_id: str, n: int) -> str:
    """Another customer."""
    users = list(raw.users)
    at = (users.index(user_id) + 1 + n) % len(users)
    return users[at] if users[at] != user_id else users[at - 1]


def _moved(raw: Database, write: Write, order: Raw) -> Write:
    """The same kind of write of another order."""
    if write.name in (CANCEL, ADDRESS):
        return _with(write, order_id=order["order_id"])
    return _made(raw, write.name, order)


def _made(raw: Database, name: str, order: Raw) -> Write:
    """A write of this kind that would fit the order, but for its state."""
    args: Raw = {"order_id": order["order_id"]}
    if name == CANCEL:
        return Write(name, {**args, "reason": reference.REASONS[0]})
    if name == ADDRESS:
        return Write(name, {**args, **order["address"], "address1": "1 Other Street"})
    args["payment_method_id"] = order["payment_history"][0]["payment_method_id"]
    if name == PAYMENT:
        return Write(name, args)
    item = order["items"][-1]
    args["item_ids"] = [item["item_id"]]
    if name == RETURN:
        return Write(name, args)
    variants = raw.products[item["product_id"]]["variants"].values()
    return Write(name, {**args, "new_item_ids": [next(v["item_id"] for v in variants if v["available"])]})


def _made_after(raw: Database, write: Write) -> Write:
    """The new items asked to be changed once more."""
    return _with(write, item_ids=list(write.args["new_item_ids"]), new_item_ids=list(write.args["item_ids"]))
