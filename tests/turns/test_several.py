"""Several items of one order in one sentence. Their names are the demo world's, so they are read from it."""

from typing import Any

import pytest
from tests.clock import Clock
from tests.turns.counter import Talk
from tests.turns.house import HouseUrl, Opened

from xiaoer.app import App
from xiaoer.domain.ids import IntentId
from xiaoer.domain.order import CaseKind, Order, OrderState
from xiaoer.domain.people import Customer
from xiaoer.domain.reply import ConfirmCard
from xiaoer.domain.rules.returns import return_until

SAID = {
    "zh": ("订单{order}的{one}和{two}我要退货", "不想要了", "还没拆封", "确认"),
    "zh, 退 first": ("我要退订单{order}里的{one}和{two}", "不想要了", "还没拆封", "确认"),
    "en": (
        "I'd like to return the {one} and the {two} from order {order}",
        "I changed my mind",
        "sealed",
        "yes",
    ),
}


@pytest.mark.parametrize("said", SAID)
async def test_two_of_an_orders_items_go_back_at_once(said: str, opened: Opened, house_url: HouseUrl) -> None:
    language = said[:2]
    clock = Clock()
    async with opened(clock, 20.0, house_url("sqlite")) as (app, _):
        owner, order = await with_several(app, clock)
        talk = await Talk.start(app, clock, email=owner.email, language=language)
        one, two = (line.title.zh if language == "zh" else line.title.en for line in order.lines[:2])
        wish, why, sealed, yes = SAID[said]
        reply = await talk.says(wish.format(order=order.id, one=one, two=two))
        for answer in (why, sealed):
            if kind_of(reply) != "needsconfirm":
                reply = await talk.says(answer)
        assert kind_of(reply) == "needsconfirm", reply["text"]
        assert kind_of(await talk.says(yes)) == "done"
        [case] = (await talk.order(order.id)).cases
        assert case.kind is CaseKind.RETURN
        assert set(case.line_ids) == {line.id for line in order.lines[:2]}


def kind_of(reply: dict[str, Any]) -> str:
    return str((reply["outcome"] or {}).get("kind", ""))


async def with_several(app: App, clock: Clock) -> tuple[Customer, Order]:
    """A customer, and an order of two things or more that can still be sent back."""
    shop, policy = app.house.shop, app.policy
    for customer in await shop.customers(limit=100):
        for order in await shop.orders_of(customer.id, limit=50):
            fits = order.state is OrderState.DELIVERED and not order.cases and len(order.lines) > 1
            titles = {line.title for line in order.lines}
            bound = any(x.final_sale or x.category in policy.unopened_only for x in order.lines)
            late = any(clock.now > return_until(order, x, policy) for x in order.lines)
            if fits and not (bound or late) and len(titles) == len(order.lines):
                return customer, order
    raise LookupError("the demo world has no such order")


async def test_the_card_of_a_whole_order_is_gone_when_less_of_it_is_wanted(
    opened: Opened, house_url: HouseUrl
) -> None:
    clock = Clock()
    async with opened(clock, 20.0, house_url("sqlite")) as (app, _):
        talk = await Talk.start(app, clock, email="alex.morgan@example.com", language="en")
        order = next(o for o in talk.orders if o.state is OrderState.PAID and len(o.lines) > 1)
        await talk.says(f"cancel {order.id}")
        assert kind_of(await talk.says(f"just the {order.lines[-1].title.en}")) == "needsconfirm"
        whole = next(part for part in talk.records[0].reply.parts if isinstance(part, ConfirmCard))
        await app.clerk.press(talk.conversation_id, IntentId(whole.intent_id), yes=True)
        assert (await talk.order(order.id)).state is OrderState.PAID
