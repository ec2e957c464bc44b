"""Whatever is handed through the door: no crash, nothing written, and no word about another's things."""

import asyncio
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.actions.bench import ALEX, ANYTHING, GUEST, MEI, OF_AN_ORDER, WRITES, Bench, order_of, proven
from tests.shops.worlds import world

from xiaoer.actions.base import CATALOGUE
from xiaoer.domain.order import OrderState
from xiaoer.domain.outcome import Done, Failed, NeedsConfirm, Reason, Refused
from xiaoer.domain.people import Actor, Role
from xiaoer.store.codec import dumps

BENCH = Bench()
MINE, FOREIGN = order_of(MEI), order_of(ALEX)
NAMES = sorted({name for action in CATALOGUE.values() for name in action.takes.model_fields})
FORBIDDEN = (
    "customer_id",
    "role",
    "shop_id",
    "price",
    "proof",
    "actor",
    "staff_id",
    "confirmed",
    "refund",
    "fee",
)
ODD: list[Any] = [
    "", " ", "0", "-1", "all", "saved:0", "saved:99", "saved:-1", "saved:١", "null", "M00000000",
    MINE.id, FOREIGN.id, MINE.lines[0].id, FOREIGN.lines[0].id, MINE.id.lower(), f"{FOREIGN.id} ",
    "x" * 9_000, "\u202e1000M\u202c", "\x00", "\ud800", "'; DROP TABLE orders;--", "{order_id}", "{{7*7}}",
    10**12, 10**400, -1, -(10**12), 0, 1.5, math.nan, math.inf, True, None, b"\xff", [], {}, [FOREIGN.id],
    {"$ne": ""}, {"order_id": FOREIGN.id}, object(), "changed_mind", "faulty", "blue", "42", "alipay",
    "2026-11-27", "2026-11-28/2026-11-29", "9999-12-31/0001-01-01",
    ",", f"{MINE.lines[0].id},", ",".join(line.id for line in MINE.lines),
    f"{MINE.lines[0].id},{FOREIGN.lines[0].id}",
]  # fmt: skip
ELSE = {"reason": "faulty", "method": "card", "day": "2026-11-27"}
VALUES = st.sampled_from(ODD) | st.text(max_size=50) | st.integers() | st.floats()
ARGS = st.dictionaries(st.sampled_from([*NAMES, *FORBIDDEN]) | st.text(max_size=9), VALUES, max_size=6)
ACTORS = st.sampled_from([GUEST, MEI, proven(MINE.id)])


def secrets(actor: Actor) -> Iterator[str]:
    """What only others may hear."""
    own = {o.id for o in world().orders if o.id in actor.proven_orders or o.customer_id == actor.customer_id}
    for customer in world().customers:
        if customer.id != actor.customer_id and not any(
            o.id in own for o in world().orders if o.customer_id == customer.id
        ):
            yield customer.email
            yield customer.phone
    for order in world().orders:
        if order.id not in own:
            yield from (p.tracking_number for p in order.parcels)
            yield order.address.street


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([*sorted(CATALOGUE), "confirm", ""]), ARGS, ACTORS)
def test_no_argument_breaks_the_door_or_opens_another_one(
    name: str, args: dict[str, Any], actor: Actor
) -> None:
    outcome = asyncio.run(BENCH.does(name, args, actor))
    assert isinstance(outcome, Done | Refused | NeedsConfirm)
    assert not BENCH.shop.writes
    said = dumps(outcome)  # and whatever comes of it can be kept
    asked = " ".join(str(value) for value in args.values())
    assert not [secret for secret in secrets(actor) if secret and secret in said and secret not in asked]


@pytest.mark.parametrize("name", sorted(CATALOGUE))
@pytest.mark.parametrize("extra", FORBIDDEN)
async def test_nobody_says_who_they_are_in_an_argument(name: str, extra: str) -> None:
    assert extra not in CATALOGUE[name].takes.model_fields
    args = dict.fromkeys(CATALOGUE[name].takes.model_fields, MINE.id)
    outcome = await BENCH.does(name, {**args, extra: ALEX.customer_id})
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.BAD_ARGUMENTS


async def test_the_name_of_a_strange_argument_is_not_repeated() -> None:
    outcome = await BENCH.does("look_up_order", {"x" * 9_000: 1})
    assert outcome == Refused(Reason.BAD_ARGUMENTS, {"fields": "order_id"})


async def test_an_action_that_is_not_there() -> None:
    for name in ("confirm", "refund", "__class__", ""):
        outcome = await BENCH.does(name, {})
        assert isinstance(outcome, Refused)
        assert outcome.reason is Reason.NO_SUCH_ACTION


@pytest.mark.parametrize("name", sorted(set(OF_AN_ORDER) | {"list_orders"}))
async def test_a_guest_hears_nothing_personal(name: str) -> None:
    fields = CATALOGUE[name].takes.model_fields
    for order_id in (FOREIGN.id, "M99999999"):
        args = {**ANYTHING, "order_id": order_id, "line_id": FOREIGN.lines[0].id, **ELSE}
        outcome = await Bench().does(name, {k: v for k, v in args.items() if k in fields}, GUEST)
        assert isinstance(outcome, Refused)
        assert outcome.reason is Reason.NOT_PROVEN
        assert set(outcome.facts) <= {"order_id"}


@pytest.mark.parametrize("actor", [MEI, proven(MINE.id)], ids=["signed in", "one order proven"])
@pytest.mark.parametrize("name", OF_AN_ORDER)
@pytest.mark.parametrize("state", OrderState)
async def test_somebody_elses_order_is_no_order(name: str, actor: Actor, state: OrderState) -> None:
    foreign = next(
        (o for o in world().orders if o.customer_id != MEI.customer_id and o.state is state), FOREIGN
    )
    heard = [await _asked(name, order_id, actor) for order_id in (foreign.id, "M99999999")]
    assert heard[0] == heard[1]
    assert heard[0] == (Reason.NO_SUCH_ORDER, {"order_id"})


async def _asked(name: str, order_id: str, actor: Actor) -> tuple[Reason, set[str]]:
    fields = CATALOGUE[name].takes.model_fields
    args = {**ANYTHING, "order_id": order_id, "line_id": f"{order_id}-1", **ELSE}
    outcome = await Bench().does(name, {k: v for k, v in args.items() if k in fields}, actor)
    assert isinstance(outcome, Refused)
    return outcome.reason, set(outcome.facts)


@pytest.mark.parametrize("name", [*OF_AN_ORDER, "list_orders"])
async def test_choices_are_the_customers_own(name: str) -> None:
    bench, own = Bench(), {o.id for o in world().orders if o.customer_id == MEI.customer_id}
    for slot in CATALOGUE[name].takes.model_fields:
        known = {"order_id": FOREIGN.id, "line_id": FOREIGN.lines[0].id}
        heard = await CATALOGUE[name].choices(slot, known, GUEST, bench.reach())
        assert not heard or slot in ("reason", "unopened", "kind")
        values = {c.value for c in await CATALOGUE[name].choices(slot, known, MEI, bench.reach())}
        assert slot != "order_id" or values <= own
        assert not {line.id for line in FOREIGN.lines} & values


async def test_staff_see_any_order() -> None:
    staff = Actor(shop_id=MEI.shop_id, role=Role.STAFF)
    assert isinstance(await Bench().does("look_up_order", {"order_id": FOREIGN.id}, staff), Done)


async def test_writes_and_reads_are_all_covered() -> None:
    assert set(WRITES) - set(OF_AN_ORDER) == {"change_contact", "change_profile_address"}
    assert not isinstance(await Bench().does("list_orders", {}), Failed)


async def test_what_is_too_long_is_not_carried_any_further() -> None:
    for length, reason in ((600, Reason.NO_SUCH_ORDER), (601, Reason.BAD_ARGUMENTS)):
        outcome = await BENCH.does("look_up_order", {"order_id": "x" * length})
        assert isinstance(outcome, Refused)
        assert outcome.reason is reason
