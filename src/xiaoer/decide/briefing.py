"""What a language model is told of a turn: little, in an order that a provider can cache, and nobody's data.

First what never changes (rules, tools), then the conversation as it grows, last what is of this turn alone.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from xiaoer.actions.base import Reach
from xiaoer.actions.schema import tools
from xiaoer.domain.changes import Can
from xiaoer.domain.conversation import Message, Turn
from xiaoer.domain.facts import Fact
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.llm import FromCustomer, FromUs, Line, Tool, Whose
from xiaoer.domain.money import Money
from xiaoer.domain.order import Invoice, Order
from xiaoer.domain.outcome import Done, Failed, NeedsApproval, NeedsConfirm, Outcome, Possible, Refused
from xiaoer.domain.people import Customer, Proof
from xiaoer.domain.persona import Persona
from xiaoer.domain.policy import Policy
from xiaoer.domain.reply import Origin
from xiaoer.domain.words import Language, Words
from xiaoer.guard.access import owned_orders, signed_in
from xiaoer.guard.pseudonyms import Known, Of, Pseudonyms
from xiaoer.speak.formats import money

LOOKS_BACK = 24  # messages before this turn that are told, or up to STEP more
STEP = 12  # messages by which the first of them moves on: until then a provider knows how it begins
LONGEST_BEFORE = 6_000  # characters of them together
LONGEST_MESSAGE = 4_000  # characters of what the customer says now
SEARCH = "search_articles"
PREVIEW = "preview"
_FOR_SCREENS = frozenset({"image", "link"})
_LANGUAGES = {Language.ZH: "Simplified Chinese", Language.EN: "English"}
_PROOFS = {
    Proof.NONE: "a guest who has not proven any order",
    Proof.ORDER: "a guest who has proven an order",
    Proof.SIGNED_IN: "a signed-in customer",
}


def standing(policy: Policy, persona: Persona, language: Language) -> str:
    """The rules; the same for every turn in a language."""
    return _standing().format(
        shop=policy.shop_name.in_(language),
        name=persona.name.in_(language),
        language=language_name(language),
        persona=manner_of(persona),
    )


def language_name(language: Language) -> str:
    return _LANGUAGES[language]


def manner_of(persona: Persona) -> str:
    """The persona as rules."""
    told = [
        f"- Your manner is {persona.manner.value}.",
        "- One emoji now and then is welcome." if persona.emoji else "- No emoji.",
    ]
    if persona.likes:
        told.append(f"- Words of the house you like to use where they fit: {', '.join(persona.likes)}.")
    if persona.avoid:
        told.append(f"- Never use these words: {', '.join(persona.avoid)}.")
    told += [f"- To a customer who is {mood.value}: {line}" for mood, line in persona.moods.items()]
    return "\n".join(told)


def whose(turn: Turn) -> Whose:
    """Of whom a call is."""
    actor = turn.conversation.actor
    return Whose(
        shop_id=actor.shop_id,
        conversation_id=turn.conversation.id,
        turn_id=turn.id,
        customer_id=signed_in(actor),
    )


@cache
def _standing() -> str:
    return (files("xiaoer.decide") / "standing.md").read_text(encoding="utf-8").strip()


@cache
def tools_for(can: frozenset[Can]) -> tuple[Tool, ...]:
    """The catalogue as this shop's systems can carry it out, and the articles."""
    offered = [
        Tool(name=one.name, about=one.about, parameters=one.parameters) for one in tools(can, in_person=True)
    ]
    question = {"type": "string", "maxLength": 200, "description": "What is to be found, in a few words"}
    search = Tool(
        name=SEARCH,
        about="Search the shop's own articles: rules, shipping, payment, care, sizes.",
        parameters={
            "type": "object",
            "properties": {"question": question},
            "required": ["question"],
            "additionalProperties": False,
        },
    )
    return (*offered, search, _preview())


def _preview() -> Tool:
    return Tool(
        name=PREVIEW,
        about=(
            "Find out whether a change would be possible and what it would come to (money, dates), "
            "when the customer only asks about it. Nothing is prepared."
        ),
        parameters={
            "type": "object",
            "properties": {
                "tool": {"type": "string", "description": "The tool that would make the change"},
                "arguments": {"type": "object", "description": "What that tool would be called with"},
            },
            "required": ["tool", "arguments"],
        },
    )


async def known_of(turn: Turn, reach: Reach) -> list[Known]:
    """What the records say of who speaks: found wherever it stands, however it is written."""
    customer_id = signed_in(turn.conversation.actor)
    customer = await reach.shop.customer(customer_id) if customer_id else None
    orders = await owned_orders(reach.shop, turn.conversation.actor)
    return [
        *(of_customer(customer) if customer else ()),
        *(known for order in (() if isinstance(orders, Refused) else orders) for known in of_order(order)),
    ]


def of_customer(customer: Customer) -> list[Known]:
    found = [
        Known(Of.NAME, customer.name),
        Known(Of.EMAIL, customer.email),
        Known(Of.ACCOUNT, customer.id),
        *_phone(customer.phone),
        *(Known(Of.NUMBER, coupon.code) for coupon in customer.coupons),
    ]
    for address in customer.addresses:
        found += [Known(Of.NAME, address.name), *_phone(address.phone), Known(Of.ADDRESS, address.street)]
    return found


def of_order(order: Order) -> list[Known]:
    return [
        Known(Of.ORDER, order.id),
        Known(Of.NAME, order.address.name),
        *_phone(order.address.phone),
        Known(Of.ADDRESS, order.address.street),
        *(Known(Of.PARCEL, parcel.tracking_number) for parcel in order.parcels),
        *(Known(Of.CASE, case.id) for case in order.cases),
        *(_of_invoice(order.invoice) if order.invoice else ()),
    ]


def _of_invoice(invoice: Invoice) -> list[Known]:
    told = [(Of.NAME, invoice.title), (Of.NUMBER, invoice.tax_number), (Of.EMAIL, invoice.email)]
    return [Known(of, value) for of, value in told if value]


def _phone(phone: str) -> list[Known]:
    """With and without what stands before it for the country."""
    bare = phone.removeprefix("+86") if phone.startswith("+86") else phone
    return [Known(Of.PHONE, phone), Known(Of.PHONE, bare)] if phone else []


Earlier = Callable[[Turn, datetime], Awaitable[str]]


async def before(turn: Turn, reach: Reach, names: Pseudonyms, earlier: Earlier | None = None) -> list[Line]:
    """What was said before this turn: the latest of it, beginning with the customer; of what came before that
    what the records say.
    """
    conversation, most = turn.conversation, LOOKS_BACK + len(turn.messages)
    since = max(0, conversation.last_seq - most) // STEP * STEP
    said = await reach.conversations.after(conversation.id, since, limit=most + STEP)
    told = _latest(said, turn, names)
    if since and told and earlier and (text := await earlier(turn, said[0].at)):
        told[0] = FromCustomer(f"<earlier>\n{quiet(names.hide(text))}\n</earlier>\n{told[0].text}")
    return told


def _latest(said: Sequence[Message], turn: Turn, names: Pseudonyms) -> list[Line]:
    now = {message.seq for message in turn.messages}
    told, long = list[Line](), 0
    for message in reversed([one for one in said if one.seq not in now and one.kind == "message"]):
        line = _line(message, names)
        long += len(line.text)
        if long > LONGEST_BEFORE:
            break
        if line.text:
            told.insert(0, line)
    while told and not isinstance(told[0], FromCustomer):
        told.pop(0)
    return told


def _line(message: Message, names: Pseudonyms) -> FromCustomer | FromUs:
    text = names.hide(message.text)
    return FromCustomer(quiet(text)) if message.origin is Origin.CUSTOMER else FromUs(text)


def of_now(turn: Turn, passages: Sequence[Passage], names: Pseudonyms) -> FromCustomer:
    """What the customer says, and what is so of this turn alone."""
    heard, memory = turn.understanding, turn.memory
    local = turn.now.astimezone(ZoneInfo(turn.conversation.time_zone))
    about = [
        f"now: {local:%A, %d %B %Y, %H:%M} ({turn.conversation.time_zone})",
        f"the customer: {_PROOFS[turn.conversation.actor.proof]}; mood: {heard.mood.value}",
    ]
    if memory.order_id:
        about.append(f"order last spoken of: {memory.order_id}")
    if memory.task is not None:
        about.append(f"an open question of ours: {memory.task.asked} for {memory.task.action}")
    if memory.card is not None and memory.last is not None:
        about.append(f"a card waits for the customer's yes: {memory.last.action}")
    if turn.photos:
        about.append("the customer has just sent a photo, which you cannot see")
    said = "\n".join(message.text for message in turn.messages if message.text)[:LONGEST_MESSAGE]
    told = [f"<about>\n{names.hide(chr(10).join(about))}\n</about>"]
    if passages:
        told.append(f"<articles>\n{numbered(passages)}\n</articles>")
    return FromCustomer("\n".join([*told, f"<customer>\n{quiet(names.hide(said))}\n</customer>"]))


def numbered(passages: Sequence[Passage], *, first: int = 1) -> str:
    return "\n".join(f"[{n}] {one.title}: {one.text}" for n, one in enumerate(passages, first))


def came_of(outcome: Outcome, time_zone: str, language: Language) -> dict[str, Any]:
    """What a tool found, as JSON: amounts, days and words as a customer reads them."""
    plain = partial(_plain, zone=ZoneInfo(time_zone), language=language)
    match outcome:
        case Done(_, facts):
            return {"result": "done", "facts": plain(facts)}
        case Possible(plan):
            return {"result": "possible; nothing is prepared yet", "facts": plain(plan.facts)}
        case Refused(reason, facts):
            return {"result": "refused", "why": reason.value, "facts": plain(facts)}
        case NeedsConfirm() | NeedsApproval():
            return {"result": "waits for the customer's yes"}
        case Failed():
            return {"result": "failed: the shop's system did not answer"}
        case _ as never:
            assert_never(never)


def _plain(fact: Fact, *, zone: ZoneInfo, language: Language) -> Any:  # noqa: ANN401 - JSON is whatever it is
    again = partial(_plain, zone=zone, language=language)
    match fact:
        case Money():
            return money(fact, language)
        case Words():
            return fact.in_(language)
        case datetime():
            return f"{fact.astimezone(zone):%Y-%m-%d %H:%M}"
        case date():
            return fact.isoformat()
        case tuple() | list():
            return [again(one) for one in fact]
        case Mapping():
            told = {name: one for name, one in fact.items() if one is not None and name not in _FOR_SCREENS}
            return {name: again(one) for name, one in told.items()}
        case _:
            return fact


def quiet(text: str) -> str:
    """No words of a customer's end the place that is marked as theirs."""
    return text.replace("<", "‹").replace(">", "›")
