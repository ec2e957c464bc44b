"""What store tests talk about."""

from dataclasses import replace
from datetime import UTC, datetime

from xiaoer.domain.conversation import Conversation, Inbound, Message, Step, Turn, TurnRecord
from xiaoer.domain.decision import Chosen, Do
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import ConversationId, CustomerId, OrderId, ShopId, TurnId
from xiaoer.domain.money import Money
from xiaoer.domain.outcome import Done
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.reply import Origin, Receipt, Reply, TextPart
from xiaoer.domain.understanding import Understanding
from xiaoer.domain.words import Language
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.rows import new_id

NOW = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
SHOP = ShopId("mugua")


def customer(name: str = "c-lin", shop_id: ShopId = SHOP) -> Actor:
    return Actor(shop_id=shop_id, role=Role.CUSTOMER, proof=Proof.SIGNED_IN, customer_id=CustomerId(name))


GUEST = Actor(shop_id=SHOP, role=Role.CUSTOMER)


async def opened(log: SqlConversations, actor: Actor = GUEST, *, now: datetime = NOW) -> Conversation:
    return await log.open(actor, language=Language.ZH, time_zone="Asia/Shanghai", channel="web", now=now)


async def said(
    log: SqlConversations,
    conversation_id: ConversationId,
    text: str,
    *,
    client_id: str = "",
    now: datetime = NOW,
) -> Message:
    inbound = Inbound(conversation_id=conversation_id, client_id=client_id or new_id(), text=text)
    message, _ = await log.receive(inbound, now=NOW)
    return message


def reply(text: str = "已经在路上了。", receipt: str = "SF1024") -> Reply:
    return Reply(
        parts=(TextPart(text=text),),
        receipts=(Receipt(source="action:track_parcel", values=(receipt,)),),
        origin=Origin.TEMPLATE,
        language=Language.ZH,
    )


async def turn(
    log: SqlConversations, conversation_id: ConversationId, answer: Reply | None = None
) -> TurnRecord:
    """What the clerk would hand in after answering all that is pending."""
    conversation, messages = await log.pending(conversation_id)
    spoken = answer or reply()
    text = " ".join(message.text for message in messages)
    facts: Facts = {"order_id": OrderId("M1"), "total": Money(1299, "CNY")}
    chosen = Chosen(Do("look_up_order", {"order_id": "M1"}), "local:0.93")
    step = Step(chosen=chosen, outcome=Done("look_up_order", facts), reply=spoken)
    done = Turn(
        id=TurnId(new_id()),
        conversation=conversation,
        messages=tuple(messages),
        understanding=Understanding(text=text, language=Language.EN, wishes=()),
        memory=replace(conversation.memory, order_id="M1"),
        now=NOW,
        steps=(step,),
    )
    return TurnRecord(turn=done, reply=spoken, timings_ms={"understand": 1.25}, versions={"policy": "1"})
