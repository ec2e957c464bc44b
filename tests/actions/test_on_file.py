"""Several items at once, ways to pay on file, listed reasons: with the rules of the imported shop."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.actions.bench import Bench

from xiaoer.actions.base import CATALOGUE
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import CustomerId, OrderId, WayId
from xiaoer.domain.order import CaseKind, Order, OrderState
from xiaoer.domain.outcome import Done, NeedsConfirm, Outcome, Reason, Refused
from xiaoer.domain.people import Actor, Customer, Proof, Role
from xiaoer.domain.policy import Policy
from xiaoer.policies.file import load_policy
from xiaoer.shops.imported.tau_retail import PLACED, read
from xiaoer.shops.memory import MemoryShop, Stock

POLICY = load_policy(Path(str(files("xiaoer.policies"))) / "tau-retail.yaml")
FOLDER = Path(__file__).parents[1] / "shops" / "tau"
ADA = Actor(
    shop_id=POLICY.shop_id,
    role=Role.CUSTOMER,
    proof=Proof.SIGNED_IN,
    customer_id=CustomerId("ada_quill_1001"),
)
BEN = replace(ADA, customer_id=CustomerId("ben_moss_1002"))
CARD, GIFT, PAYPAL = "credit_card_1000001", "gift_card_1000002", "paypal_1000003"
PENDING, DELIVERED, GIFT_PAID = "W1000001", "W1000002", "W1000006"


def _bench(policy: Policy = POLICY) -> Bench:
    made = read(FOLDER, POLICY.currency)
    stock = Stock(
        customers=made.customers, orders=made.orders, products=made.products, categories=made.categories
    )
    return Bench(
        shop=MemoryShop(stock, POLICY, clock=lambda: PLACED), policy=policy, now=PLACED.replace(day=15)
    )


async def _does(bench: Bench, action: str, actor: Actor = ADA, /, **args: Any) -> Outcome:
    outcome = await bench.does(action, args, actor)
    return await bench.says_yes(outcome.intent_id, actor) if isinstance(outcome, NeedsConfirm) else outcome


async def _order(bench: Bench, number: str) -> Order:
    order: Order | None = await bench.shop.order(OrderId(number))
    assert order is not None
    return order


async def _balance(bench: Bench) -> int:
    customer: Customer | None = await bench.shop.customer(ADA.customer_id)
    ways = customer.ways if customer else ()
    return next(way.balance.minor for way in ways if way.id == GIFT and way.balance)


async def _asks(bench: Bench, action: str, known: Facts, actor: Actor = ADA) -> tuple[list[str], list[str]]:
    """What is asked next, and the values to choose from."""
    missing = list(await CATALOGUE[action].missing(known, actor, bench.reach()))
    if not missing:
        return [], []
    picked = await CATALOGUE[action].choices(missing[0], known, actor, bench.reach())
    return missing, [choice.value for choice in picked]


def _refused(outcome: Outcome, reason: Reason) -> None:
    assert isinstance(outcome, Refused), outcome
    assert outcome.reason is reason


SWAPS: dict[str, Any] = {
    "order_id": PENDING,
    "line_ids": (f"{PENDING}-1", f"{PENDING}-2"),
    "variant_ids": ("1000000013", "1000000022"),
}


async def test_several_items_are_changed_at_once_and_settled_by_the_way_that_is_named() -> None:
    bench = _bench()
    outcome = await _does(bench, "change_items", **SWAPS, way_id=GIFT)
    assert isinstance(outcome, Done), outcome
    order = await _order(bench, PENDING)
    assert [line.variant_id for line in order.lines] == ["1000000013", "1000000022"]
    assert order.payments[-1].way_id == GIFT
    assert order.payments[-1].amount.minor == 2040  # 65.50 + 49.90 instead of 40 + 55
    assert order.total.minor == 11540
    assert await _balance(bench) == 6050 - 2040


async def test_after_that_nothing_of_the_order_is_changed_any_more() -> None:
    bench = _bench()
    await _does(bench, "change_items", **SWAPS, way_id=GIFT)
    moved = "1 Other Street, Salem, OR 97301, USA"
    for action, args in (
        ("cancel_order", {"reason": "no longer needed"}),
        ("change_address", {"address": moved}),
        ("change_payment", {"way_id": PAYPAL}),
        ("change_items", {"line_id": f"{PENDING}-1", "variant_id": "1000000011", "way_id": GIFT}),
    ):
        _refused(await _does(bench, action, order_id=PENDING, **args), Reason.CHANGED_BEFORE)


async def test_what_is_cheaper_goes_to_the_way_that_is_named() -> None:
    bench = _bench()
    args: dict[str, Any] = {"order_id": PENDING, "line_id": f"{PENDING}-2", "variant_id": "1000000022"}
    assert isinstance(await _does(bench, "change_items", **args, way_id=GIFT), Done)
    refund = (await _order(bench, PENDING)).refunds[-1]
    assert (refund.way_id, refund.amount.minor) == (GIFT, 510)
    assert await _balance(bench) == 6050 + 510


async def test_it_is_asked_which_way_only_where_money_moves_and_there_are_several() -> None:
    bench = _bench()
    known: dict[str, Any] = {"order_id": PENDING, "line_id": f"{PENDING}-1"}
    assert await _asks(bench, "change_items", {**known, "variant_id": "1000000013"}) == (
        ["way_id"],
        [CARD, GIFT, PAYPAL],
    )
    assert await _asks(bench, "change_items", {**known, "variant_id": "1000000012"}) == ([], [])
    _refused(await _does(bench, "change_items", **known, variant_id="1000000013"), Reason.BAD_ARGUMENTS)
    alone: dict[str, Any] = {"order_id": "W1000005", "line_id": "W1000005-1", "variant_id": "1000000012"}
    assert await _asks(bench, "request_exchange", alone, BEN) == ([], [])
    assert isinstance(await _does(bench, "request_exchange", BEN, **alone), Done)
    assert (await _order(bench, "W1000005")).cases[0].way_id == "credit_card_1000009"


async def test_of_several_items_each_variant_is_asked_for_in_turn() -> None:
    bench = _bench()
    known: dict[str, Any] = {"order_id": DELIVERED, "line_id": f"{DELIVERED}-1,{DELIVERED}-3"}
    missing, first = await _asks(bench, "request_exchange", known)
    assert missing == ["variant_id"]
    assert "1000000013" in first
    missing, second = await _asks(bench, "request_exchange", {**known, "variant_id": "1000000013"})
    assert missing == ["variant_id"]
    assert second == ["1000000013,1000000021", "1000000013,1000000022"]  # the last is the very same again
    assert (await _asks(bench, "request_exchange", {**known, "variant_id": second[0]}))[0] == ["way_id"]


async def test_an_exchange_of_several_for_dearer_ones_is_paid_when_they_are_sent() -> None:
    bench = _bench()
    outcome = await _does(
        bench,
        "request_exchange",
        order_id=DELIVERED,
        line_ids=(f"{DELIVERED}-1", f"{DELIVERED}-3"),
        variant_ids=("1000000013", "1000000021"),
        way_id=CARD,
    )
    assert isinstance(outcome, Done), outcome
    case = (await _order(bench, DELIVERED)).cases[0]
    assert case.kind is CaseKind.EXCHANGE
    assert case.new_variant_ids == ("1000000013", "1000000021")
    assert case.extra is not None
    assert (case.extra.minor, case.way_id) == (2550 + 510, CARD)
    again: dict[str, Any] = {"order_id": DELIVERED, "line_id": f"{DELIVERED}-2", "way_id": GIFT}
    _refused(await _does(bench, "request_return", **again), Reason.CASE_OPEN)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"line_ids": ()}, Reason.NO_SUCH_LINE),
        ({"line_ids": (f"{PENDING}-1", f"{PENDING}-1")}, Reason.NO_SUCH_LINE),
        ({"line_ids": (f"{PENDING}-1", "W1000003-1")}, Reason.NO_SUCH_LINE),
        ({"variant_ids": ("1000000013",)}, Reason.BAD_ARGUMENTS),
        ({"variant_ids": ("1000000022", "1000000013")}, Reason.NO_SUCH_VARIANT),
        ({"variant_ids": ("1000000015", "1000000022")}, Reason.OUT_OF_STOCK),
        ({"variant_ids": ("1000000014", "1000000022")}, Reason.GIFT_CARD_TOO_SMALL),
        ({"way_id": "credit_card_1000009"}, Reason.NO_SUCH_WAY),
        ({"order_id": "W1000003"}, Reason.NO_SUCH_ORDER),
        ({"order_id": "W1000004"}, Reason.ALREADY_CANCELLED),
    ],
)
async def test_a_change_that_is_not_to_be(changes: dict[str, Any], reason: Reason) -> None:
    bench = _bench()
    _refused(await _does(bench, "change_items", **{**SWAPS, "way_id": GIFT, **changes}), reason)
    assert await _order(bench, PENDING) == read(FOLDER, "USD").orders[0]


@pytest.mark.parametrize(
    ("order_id", "action", "over", "instead"),
    [
        (PENDING, "change_items", POLICY, "cancel_order"),
        (PENDING, "change_items", replace(POLICY, cancel_states=frozenset()), "call_person"),
        (DELIVERED, "request_exchange", POLICY, "request_return"),
        (DELIVERED, "request_exchange", replace(POLICY, return_days=0), "call_person"),
    ],
)
async def test_of_what_is_sold_out_only_what_is_possible_is_offered_instead(
    order_id: str, action: str, over: Policy, instead: str
) -> None:
    bench = _bench(over)
    known = {"order_id": order_id, "line_id": f"{order_id}-1", "variant_id": "1000000015"}
    outcome = await _does(bench, action, **known, way_id=PAYPAL)
    _refused(outcome, Reason.OUT_OF_STOCK)
    assert isinstance(outcome, Refused)
    assert outcome.facts["instead"] == instead


async def test_a_refund_goes_the_way_it_was_paid_or_to_a_gift_card() -> None:
    bench = _bench()
    known: dict[str, Any] = {"order_id": DELIVERED, "line_id": "all"}
    assert await _asks(bench, "request_return", known) == (["way_id"], [PAYPAL, GIFT])
    _refused(await _does(bench, "request_return", **known, way_id=CARD), Reason.WAY_NOT_TAKEN)
    _refused(await _does(bench, "request_return", **known), Reason.BAD_ARGUMENTS)
    assert isinstance(await _does(bench, "request_return", **known, way_id=GIFT), Done)
    refunds = (await _order(bench, DELIVERED)).refunds
    assert [(r.way_id, r.amount.minor) for r in refunds] == [(GIFT, 4000 + 4000 + 4990)]
    assert await _balance(bench) == 6050  # not before the goods are back


async def test_an_order_is_paid_with_another_way_on_file() -> None:
    bench = _bench()
    assert (await _asks(bench, "change_payment", {"order_id": GIFT_PAID})) == (["way_id"], [CARD, PAYPAL])
    _refused(await _does(bench, "change_payment", order_id=GIFT_PAID, way_id=GIFT), Reason.SAME_METHOD)
    _refused(await _does(bench, "change_payment", order_id=PENDING, way_id=GIFT), Reason.GIFT_CARD_TOO_SMALL)
    assert isinstance(await _does(bench, "change_payment", order_id=GIFT_PAID, way_id=PAYPAL), Done)
    order = await _order(bench, GIFT_PAID)
    assert order.payments[-1].way_id == WayId(PAYPAL)
    assert await _balance(bench) == 6050 + 4000


async def test_it_is_cancelled_for_a_listed_reason_only() -> None:
    bench = _bench()
    assert await _asks(bench, "cancel_order", {"order_id": PENDING}) == (
        ["reason"],
        ["no_longer_needed", "ordered_by_mistake"],
    )
    cancel: dict[str, Any] = {"order_id": PENDING}
    _refused(await _does(bench, "cancel_order", **cancel), Reason.BAD_ARGUMENTS)
    _refused(await _does(bench, "cancel_order", **cancel, reason="too dear"), Reason.REASON_NOT_TAKEN)
    assert isinstance(await _does(bench, "cancel_order", **cancel, reason="下错单了"), Done)
    assert (await _order(bench, PENDING)).state is OrderState.CANCELLED


async def test_a_guest_with_an_order_is_not_told_of_ways_on_file() -> None:
    bench = _bench()
    guest = replace(ADA, proof=Proof.ORDER, customer_id=None, proven_orders=frozenset({OrderId(PENDING)}))
    _refused(await _does(bench, "change_items", guest, **SWAPS, way_id=GIFT), Reason.SIGN_IN_NEEDED)
    _refused(
        await _does(bench, "change_payment", guest, order_id=PENDING, way_id=GIFT), Reason.SIGN_IN_NEEDED
    )
    assert (await _asks(bench, "change_payment", {"order_id": PENDING}, guest)) == ([], [])
