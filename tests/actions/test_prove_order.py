"""A guest proves an order: one answer for wrong, unknown and too often."""

from datetime import timedelta

import pytest
from tests.actions.bench import ALEX, ELSEWHERE, GUEST, Bench, order_of
from tests.shops.worlds import world

from xiaoer.domain.ids import ConversationId
from xiaoer.domain.outcome import Done, Outcome, Reason, Refused
from xiaoer.domain.ports import ShopUnreachable

ORDER = order_of(ALEX)
OWNER = next(c for c in world().customers if c.id == ALEX.customer_id)
TAIL = ORDER.address.phone[-4:]
WRONG = next(f"{n:04}" for n in range(10) if f"{n:04}" not in (TAIL, OWNER.phone[-4:]))
NO = Refused(Reason.NOT_PROVEN, {"order_id": ORDER.id, "situation": "wrong"})


async def tries(bench: Bench, contact: str, *, order_id: str = ORDER.id, at: str = "here") -> Outcome:
    args = {"order_id": order_id, "contact": contact}
    return await bench.does("prove_order", args, GUEST, at=ConversationId(at))


@pytest.mark.parametrize(
    "contact",
    [TAIL, f" {TAIL} ", f"尾号{TAIL}", ORDER.address.phone, OWNER.phone, OWNER.email, OWNER.email.upper()],
)
async def test_what_stands_on_the_order_proves_it(contact: str) -> None:
    bench = Bench()
    assert isinstance(await tries(bench, contact), Done)
    assert bench.house.proofs == [ORDER.id]


@pytest.mark.parametrize(
    "contact",
    ["", WRONG, TAIL[1:], "@", f"x{OWNER.email}", f"{TAIL}@", "١٢٣٤", "x" * 254, f"{TAIL}{WRONG}"],
)
async def test_anything_else_does_not(contact: str) -> None:
    bench = Bench()
    assert await tries(bench, contact) == NO
    assert not bench.house.proofs


async def test_wrong_unknown_and_too_often_are_one_answer() -> None:
    bench = Bench()
    assert await tries(bench, WRONG) == NO
    unknown = await tries(bench, TAIL, order_id="M99999999")
    assert unknown == Refused(Reason.NOT_PROVEN, {"order_id": "M99999999", "situation": "wrong"})
    for _ in range(4):
        assert await tries(bench, WRONG) == NO
    assert await tries(bench, TAIL, at=ELSEWHERE) == NO  # right, but the sixth; and not from here
    assert not bench.house.proofs


async def test_the_hour_is_over() -> None:
    bench = Bench()
    for _ in range(5):
        await tries(bench, WRONG)
    bench.now += timedelta(minutes=59)
    assert await tries(bench, TAIL) == NO
    bench.now += timedelta(minutes=1)
    assert isinstance(await tries(bench, TAIL), Done)


async def test_right_tries_count_too() -> None:
    bench = Bench()
    said = [await tries(bench, TAIL, at=f"c{n}") for n in range(6)]
    assert [isinstance(o, Done) for o in said] == [True] * 5 + [False]


async def test_one_conversation_does_not_lock_many_orders() -> None:
    bench = Bench()
    for n in range(40):
        await tries(bench, WRONG, order_id=f"M{n:08}")
    for _ in range(9):
        assert await tries(bench, WRONG) == NO
    assert isinstance(await tries(bench, TAIL, at=ELSEWHERE), Done)


async def test_a_shop_that_is_down_proves_nothing() -> None:
    bench = Bench()
    bench.shop.before["order"] = ShopUnreachable("down")
    assert not isinstance(await tries(bench, TAIL), Done)
    assert not bench.house.proofs


async def test_another_shops_tries_are_its_own() -> None:
    bench = Bench()
    await tries(bench, WRONG)
    assert all(key.startswith(f"{GUEST.shop_id}:") for key in bench.house.tries)
