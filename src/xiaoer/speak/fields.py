"""The live fields of reply templates: what each means, when it is known, and its value in a turn.

A field is only there while it is true: the day a parcel is expected is known of one that is on its way and in
time, of no other. A template that needs what is not there is not said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.intents import Serves, ToAction, ToArticle, ToColleague, ToSaying, ToSearch
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.policy import Policy
from xiaoer.domain.words import Language, Words
from xiaoer.speak.formats import hours
from xiaoer.speak.render import Renderer

ORDER_LOOKS = frozenset({"look_up_order", "track_parcel"})  # actions that tell an order
REFUND_LOOKS = frozenset({"refund_status"})
MOST_ITEMS = 5  # of an order that are named
_LONGEST_NAME = 40
_IN_TIME = frozenset({"shipped", "out_for_delivery"})
_TO_BE_SENT = frozenset({"paid", "packed"})
_TROUBLES = frozenset(
    {"paid_late", "packed_late", "shipped_late", "lost", "returning", "returned"}
    | {"processing_late", "failed"}
)


class Kind(StrEnum):
    TEXT = "text"
    MONEY = "money"
    MOMENT = "moment"
    LIST = "list"


class Of(StrEnum):
    """What must be known for a field to be there."""

    SHOP = "shop"  # always
    CUSTOMER = "customer"  # signed in
    ORDER = "order"  # an order was looked up
    PARCEL = "parcel"
    REFUND = "refund"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class Field:
    """`spec`: how a moment is written if the template says nothing else."""

    of: Of
    means: Words  # for the staff
    kind: Kind = Kind.TEXT
    spec: str = ""


FIELDS: Mapping[str, Field] = {
    "shop.name": Field(Of.SHOP, Words("店名", "the shop's name")),
    "shop.phone": Field(Of.SHOP, Words("店铺电话（policy.yaml）", "the shop's phone (policy.yaml)")),
    "shop.hours": Field(Of.SHOP, Words("人工客服时间", "when people are at the desk")),
    "policy.return_days": Field(Of.SHOP, Words("一般商品可退货的天数", "days to return most goods")),
    "policy.exchange_days": Field(Of.SHOP, Words("一般商品可换货的天数", "days to exchange most goods")),
    "policy.return_fee": Field(Of.SHOP, Words("退货运费", "what a return costs"), Kind.MONEY),
    "policy.dispatch_hours": Field(Of.SHOP, Words("付款后多少小时内发货", "hours from payment to dispatch")),
    "policy.refund_days": Field(
        Of.SHOP, Words("收到退货后多少天内退款", "days from a returned parcel to its refund")
    ),
    "customer.first_name": Field(
        Of.CUSTOMER, Words("已登录顾客的称呼", "what a signed-in customer is called")
    ),
    "order.id": Field(Of.ORDER, Words("订单号", "the order's number")),
    "order.state": Field(Of.ORDER, Words("订单状态，用文字", "where the order stands, in words")),
    "order.total": Field(Of.ORDER, Words("订单金额", "what the order costs"), Kind.MONEY),
    "order.items": Field(Of.ORDER, Words("商品名称", "names of the goods"), Kind.LIST),
    "order.placed_at": Field(Of.ORDER, Words("下单日期", "when it was placed"), Kind.MOMENT, "day"),
    "order.ship_by": Field(
        Of.ORDER,
        Words("最晚发货日（待发货且没有延迟时）", "day it is sent by (while that can still be kept)"),
        Kind.MOMENT,
        "day",
    ),
    "order.delivered_at": Field(
        Of.ORDER, Words("签收日期（已签收时）", "when it arrived (once it has)"), Kind.MOMENT, "day"
    ),
    "order.problem": Field(
        Of.ORDER,
        Words(
            "出了什么问题：延迟、丢失、退回（没问题时没有）",
            "what went wrong: late, lost, sent back (else not there)",
        ),
    ),
    "order.parcel.carrier": Field(Of.PARCEL, Words("快递公司", "the carrier")),
    "order.parcel.number": Field(Of.PARCEL, Words("快递单号", "the tracking number")),
    "order.parcel.eta": Field(
        Of.PARCEL,
        Words("预计送达日（在路上且没有延迟时）", "day it is expected (on its way and in time)"),
        Kind.MOMENT,
        "day",
    ),
    "order.parcel.last_event": Field(Of.PARCEL, Words("最新物流动态", "the last thing that happened to it")),
    "order.parcel.last_event_at": Field(
        Of.PARCEL, Words("最新物流动态的时间", "when that was"), Kind.MOMENT, "time"
    ),
    "refund.amount": Field(Of.REFUND, Words("退款金额", "what is refunded"), Kind.MONEY),
    "refund.state": Field(Of.REFUND, Words("退款进度，用文字", "where the refund stands, in words")),
    "refund.method": Field(Of.REFUND, Words("退到哪里", "what it is refunded to")),
    "refund.expected_by": Field(
        Of.REFUND,
        Words("预计到账日（处理中且没有延迟时）", "day it is expected (under way and in time)"),
        Kind.MOMENT,
        "day",
    ),
    "refund.done_at": Field(
        Of.REFUND, Words("完成日期（已退款时）", "when it was paid out"), Kind.MOMENT, "day"
    ),
    "refund.problem": Field(
        Of.REFUND,
        Words("出了什么问题：延迟、失败（没问题时没有）", "what went wrong: late, failed (else not there)"),
    ),
    "article.title": Field(Of.ARTICLE, Words("这条知识的标题", "title of the article that answers")),
    "article.text": Field(Of.ARTICLE, Words("这条知识里对应的一段", "the passage that answers")),
}
STATES = frozenset(  # a template with one of them does not say the same whatever happened
    {"order.state", "order.parcel.eta", "order.parcel.last_event", "order.delivered_at", "order.ship_by"}
    | {"refund.state", "refund.expected_by", "refund.done_at"}
)
PROBLEMS = frozenset({"order.problem", "refund.problem"})


def known_for(serves: Serves) -> frozenset[str]:
    """The fields that can be there when an intent is served so; none: the house's own words are said."""
    match serves:
        case ToAction(action) if action in ORDER_LOOKS:
            more = {Of.ORDER, Of.PARCEL}
        case ToAction(action) if action in REFUND_LOOKS:
            return _of({Of.SHOP, Of.CUSTOMER, Of.REFUND}) | {"order.id"}
        case ToArticle() | ToSearch():
            more = {Of.ARTICLE}
        case ToSaying() | ToColleague():
            more = set()
        case _:
            return frozenset()
    return _of({Of.SHOP, Of.CUSTOMER, *more})


def _of(groups: set[Of]) -> frozenset[str]:
    return frozenset(name for name, one in FIELDS.items() if one.of in groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All a template of one step may speak of."""

    policy: Policy
    first_name: str = ""
    facts: Facts = field(default_factory=dict)  # of the order or the refund that was looked up
    passage: Passage | None = None

    @property
    def troubled(self) -> bool:
        """Something went wrong: only words written for that are said."""
        return self.facts.get("situation") in _TROUBLES


def values(known: Known, say: Renderer) -> dict[str, Fact]:
    """What is known, by field; a field without a value is not there."""
    found = {
        **_of_the_shop(known.policy, say),
        "customer.first_name": known.first_name,
        "order.id": known.facts.get("order_id"),
        **(_of_the_order(known.facts, say) if "lines" in known.facts else {}),
        **(_of_the_refund(known.facts, say) if "refund" in known.facts else {}),
        **_of_the_article(known.passage, say.language),
    }
    return {name: value for name, value in found.items() if value not in _NOTHING}


_NOTHING = (None, "", (), Words("", ""))


def first_name(name: str) -> str:
    """How somebody is called in a greeting; empty if it does not look like a name. Han names stay whole."""
    words = name.split()
    plain = "".join(words)
    if not plain.translate(_IN_NAMES).isalpha() or len(plain) > _LONGEST_NAME:
        return ""
    return words[0] if plain.isascii() or not _is_han(plain) else plain


_IN_NAMES = str.maketrans("", "", "-'’·.")


def _is_han(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def _of_the_shop(policy: Policy, say: Renderer) -> dict[str, Fact]:
    return {
        "shop.name": policy.shop_name,
        "shop.phone": policy.phone,
        "shop.hours": hours(policy.hours, say.calendar, every_day=say.term("hours.every_day")),
        "policy.return_days": policy.return_days,
        "policy.exchange_days": policy.exchange_days,
        "policy.return_fee": policy.return_fee,
        "policy.dispatch_hours": policy.dispatch_hours,
        "policy.refund_days": policy.refund_after_receipt_days,
    }


def _of_the_order(facts: Facts, say: Renderer) -> dict[str, Fact]:
    situation = str(facts["situation"])
    told = say.term(f"situation.{situation}")
    return {
        "order.state": told,
        "order.total": facts["total"],
        "order.items": _items(facts["lines"]),
        "order.placed_at": facts["placed_at"],
        "order.ship_by": facts["ship_by"] if situation in _TO_BE_SENT else None,
        "order.delivered_at": facts["delivered_at"] if situation == "delivered" else None,
        "order.problem": told if situation in _TROUBLES else None,
        "order.parcel.carrier": facts["carrier"],
        "order.parcel.number": facts["tracking_number"],
        "order.parcel.eta": _ahead(facts["eta"], say) if situation in _IN_TIME else None,
        "order.parcel.last_event": facts["last_event"],
        "order.parcel.last_event_at": facts["last_event_at"],
    }


def _of_the_refund(facts: Facts, say: Renderer) -> dict[str, Fact]:
    situation = str(facts["situation"])
    told = say.term(f"refund.{situation}")
    return {
        "refund.amount": facts["refund"],
        "refund.state": told,
        "refund.method": say.term(f"method.{facts['method']}"),
        "refund.expected_by": _ahead(facts["expected_by"], say) if situation == "processing" else None,
        "refund.done_at": facts["done_at"] if situation == "done" else None,
        "refund.problem": told if situation in _TROUBLES else None,
    }


def _of_the_article(passage: Passage | None, language: Language) -> dict[str, Fact]:
    """A passage in the other language would need its own introduction: the house's words have one."""
    if passage is None or passage.language is not language:
        return {}
    return {"article.title": passage.title, "article.text": passage.text}


def _items(lines: Fact) -> tuple[Fact, ...]:
    titles = (
        tuple(line["title"] for line in lines if isinstance(line, Mapping))
        if isinstance(lines, tuple)
        else ()
    )
    return titles if len(titles) <= MOST_ITEMS else (*titles[:MOST_ITEMS], "…")


def _ahead(moment: Fact, say: Renderer) -> Fact:
    """A day that was promised and is past is no promise any more."""
    return moment if isinstance(moment, datetime) and moment >= say.calendar.now else None
