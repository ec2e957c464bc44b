"""What was just done is to be taken back: "can I undo that?", 那我能反悔吗."""

import re

from xiaoer.actions.base import Reach
from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import EVERY_WISH, Chosen, Say, Task
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import OrderState
from xiaoer.domain.outcome import Refused
from xiaoer.domain.understanding import Understanding
from xiaoer.guard.access import owned_order

LONGEST = 60  # characters: whoever says more says something else besides
_UNDO = re.compile(
    r"反悔|后悔了|撤[回销]|恢复|还原"
    r"|\bundo\b|\btake (?:it|that|this) back\b|\bchange my mind (?:again|back|now)\b"
    r"|\b(?:reverse|restore|revert|reinstate|un-?cancel) (?:it|that|this|the (?:order|cancellation))\b"
)
_OF_SOMETHING_ELSE = re.compile(
    r"[不没别]后悔|积分|密码|账[号户]|券|地址|出厂|原价|\b(?:points?|password|account|coupons?|vouchers?|address)\b"
)
_BY = {
    "request_return": "cancel_return",
    "request_exchange": "cancel_return",
    "notify_restock": "cancel_restock",
}


def is_undo(heard: Understanding) -> bool:
    text = heard.text
    return len(text) <= LONGEST and bool(_UNDO.search(text)) and not _OF_SOMETHING_ELSE.search(text)


def undoing(turn: Turn) -> Task | None:
    """The task that takes back what was asked for last; None if nothing does."""
    last = turn.memory.last
    if last is None or last.action not in _BY or not is_undo(turn.understanding):
        return None
    return Task(action=_BY[last.action], args=_of_order(last, turn))


def _of_order(last: Task, turn: Turn) -> Facts:
    """Of a card that was confirmed the order is kept as the one spoken of."""
    order_id = last.args.get("order_id") or turn.memory.order_id
    return {"order_id": order_id} if order_id and last.action != "notify_restock" else {}


async def no_way_back(turn: Turn, reach: Reach) -> Chosen | None:
    """Of an order that was just cancelled, that it stays so. ShopError."""
    last = turn.memory.last
    if last is None or last.action != "cancel_order" or not is_undo(turn.understanding):
        return None
    order_id = str(_of_order(last, turn).get("order_id", ""))
    order = await owned_order(reach.shop, turn.conversation.actor, OrderId(order_id))
    if isinstance(order, Refused) or order.state is not OrderState.CANCELLED:
        return None
    return Chosen(Say("no_way_back", {"order_id": order.id}), "local:undo", EVERY_WISH)
