"""How the shop should be in the end: the errand's own actions are done on the copy, and what changed is kept.

What the policy forbids changes nothing there, so nothing may have changed after the conversation either.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from xiaoer.actions.base import Reach
from xiaoer.actions.run import run
from xiaoer.app.stage import Change, Stage
from xiaoer.domain.decision import Do
from xiaoer.domain.ids import CustomerId
from xiaoer.domain.outcome import NeedsConfirm, Outcome
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.words import Language
from xiaoer.evaluate.own.errands import Errand


@dataclass(frozen=True, slots=True)
class Row:
    """A change in a form in which two ways to the same end are equal."""

    now: bool
    table: str
    fields: tuple[tuple[str, str], ...]

    @property
    def named(self) -> str:
        known = dict(self.fields)
        return f"{self.table.removeprefix('demo_')} {known.get('id') or known.get('order_id', '')}"


World = Counter[Row]  # how often

_NOT_COMPARED = frozenset({"demo_effect", "demo_view", "demo_cart_item", "demo_search"})
_COUNTS = frozenset({"version", "place"})  # how it came about, not what it is
_OWN_WORDS = "cancel_reason"  # the customer's, where the shop lists none
_IDS = ("id", "case_id")


@dataclass(frozen=True, slots=True)
class Wanted:
    world: World
    outcomes: tuple[Outcome, ...]


async def wanted(errand: Errand, stage: Stage) -> Wanted:
    """Leaves the stage as it was."""
    await stage.put_back()
    actor = Actor(
        shop_id=stage.app.policy.shop_id,
        role=Role.CUSTOMER,
        proof=Proof.SIGNED_IN,
        customer_id=CustomerId(errand.customer_id),
    )
    reach, outcomes = await _reach(actor, stage), list[Outcome]()
    for action, args in errand.does:
        outcome = await run(Do(action, args), actor, reach)
        if isinstance(outcome, NeedsConfirm):
            outcome = await run(Do(action, confirmed=outcome.intent_id), actor, reach)
        outcomes.append(outcome)
    found = await world(stage)
    await stage.put_back()
    return Wanted(found, tuple(outcomes))


async def world(stage: Stage) -> World:
    """What is not as it was."""
    changes = [change for change in await stage.changes() if change.table not in _NOT_COMPARED]
    own_words = not stage.app.policy.cancel_reasons
    new = _new_ids(changes)
    rows = Counter(_row(change, new, own_words=own_words) for change in changes)
    return _without_what_only_counts(rows)


async def _reach(actor: Actor, stage: Stage) -> Reach:
    house, now = stage.app.house, stage.app.clerk.clock()
    opened = await house.conversations.open(
        actor, language=Language.EN, time_zone=house.policy.time_zone, channel="web", now=now
    )
    return house.reach_in(opened.id, Language.EN, now=now)


def _new_ids(changes: Sequence[Change]) -> set[str]:
    """Of what was not there before: another try gives it another number."""
    ids = {
        now: {str(c.row["id"]) for c in changes if c.now is now and "id" in c.row} for now in (True, False)
    }
    return ids[True] - ids[False]


def _row(change: Change, new: set[str], *, own_words: bool) -> Row:
    left_out = _COUNTS | ({_OWN_WORDS} if own_words else frozenset())
    kept = sorted((name, value) for name, value in change.row.items() if name not in left_out)
    return Row(change.now, change.table, tuple((name, _told(name, value, new)) for name, value in kept))


def _told(name: str, value: Any, new: set[str]) -> str:  # noqa: ANN401 - what a database holds
    if name in _IDS and str(value) in new:
        return "new"
    text = str(value)
    return re.sub(r"[\W_]+", "", text.casefold()) if name.startswith("to_") else text


def _without_what_only_counts(rows: World) -> World:
    """A row of which only such columns changed stands on both sides, and is the same."""
    both = {row for row in rows if replace(row, now=not row.now) in rows}
    return Counter({row: n for row, n in rows.items() if row not in both})


def differences(got: World, should: World) -> list[str]:
    """What is otherwise, by table and columns. It is kept: no value is named, nor whose it is."""
    sides = [{row.named: row for row in (one - other) if row.now} for one, other in _pairs(got, should)]
    more, less = sides
    touched = {row.named for one, other in _pairs(got, should) for row in one - other}
    told = [f"{name.split()[0]}: {_otherwise(more.get(name), less.get(name))}" for name in sorted(touched)]
    return list(dict.fromkeys(told))


def _pairs(got: World, should: World) -> tuple[tuple[World, World], tuple[World, World]]:
    return (got, should), (should, got)


def _otherwise(is_now: Row | None, should_be: Row | None) -> str:
    if is_now is None or should_be is None:
        return "not done" if is_now is None else "done, and should not have been"
    return ", ".join(name for name, value in should_be.fields if dict(is_now.fields).get(name) != value)
