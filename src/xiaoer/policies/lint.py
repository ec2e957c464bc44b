"""What a policy forgets, says twice, or says without effect: for the merchant to read before it serves."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xiaoer.domain.order import OrderState, PayMethod
from xiaoer.domain.policy import Policy
from xiaoer.domain.words import Words

_GONE = frozenset({OrderState.SHIPPED, OrderState.DELIVERED, OrderState.CANCELLED})


class Kind(StrEnum):
    GAP = "gap"  # a case nobody wrote down
    OVERLAP = "overlap"  # two lines that say different things of one case
    NEVER = "never"  # a line that decides nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    kind: Kind
    rule: str
    text: Words


def lint(
    policy: Policy, *, categories: Collection[str], actions: Collection[str], today: date
) -> tuple[Finding, ...]:
    """`categories` are the shop's shelves, `actions` the names in the catalogue."""
    return (
        *_windows(policy, categories),
        *_who_pays(policy),
        *_states(policy),
        *_limits(policy),
        *_people(policy, actions),
        *_days(policy, today),
        *_payments(policy),
        *_cancelled(policy),
    )


def _windows(policy: Policy, categories: Collection[str]) -> Iterator[Finding]:
    back = (policy.return_days, policy.return_days_by_category, policy.return_days_by_tier)
    swap = (policy.exchange_days, policy.exchange_days_by_category, policy.exchange_days_by_tier)
    for part, (days, by_category, by_tier) in (("return", back), ("exchange", swap)):
        for name, own in by_category.items():
            rule = f"{part}.by_category.{name}"
            if _unknown(name, categories):
                yield _no_category(rule, name)
            elif own == days:
                yield _never(rule, f"和 window_days（{days}）一样", f"the same as window_days ({days})")
        every = (days, *by_category.values())
        for tier, own in by_tier.items():
            yield from _member_window(f"{part}.by_tier.{tier.value}", own, min(every), max(every))
    for part, names in (
        ("return.unopened_only", policy.unopened_only),
        ("warranty.months_by_category", policy.warranty_months),
    ):
        yield from (_no_category(f"{part}.{x}", x) for x in sorted(names) if _unknown(x, categories))
    for name in sorted(categories):
        yield from _kept_too_long(policy, name)


def _member_window(rule: str, own: int, shortest: int, longest: int) -> Iterator[Finding]:
    if own <= shortest:
        yield _never(rule, f"每个类目本来就有至少 {own} 天", f"every category has at least {own} days anyway")
    elif own < longest:
        text = Words(
            f"有的类目比会员的 {own} 天还长，取较长的",
            f"some categories are longer than the members' {own} days: the longer holds",
        )
        yield Finding(kind=Kind.OVERLAP, rule=rule, text=text)


def _kept_too_long(policy: Policy, category: str) -> Iterator[Finding]:
    back = policy.return_days_by_category.get(category, policy.return_days)
    swap = policy.exchange_days_by_category.get(category, policy.exchange_days)
    if swap < back:
        text = Words(
            f"{category}：第 {swap + 1} 到 {back} 天能退不能换",
            f"{category}: from day {swap + 1} to {back} it can be returned but not exchanged",
        )
        yield Finding(kind=Kind.GAP, rule="exchange", text=text)


def _unknown(category: str, categories: Collection[str]) -> bool:
    return bool(categories) and category not in categories


def _no_category(rule: str, name: str) -> Finding:
    return _never(rule, f"店里没有类目 {name}", f"the shop has no category {name}")


def _who_pays(policy: Policy) -> Iterator[Finding]:
    if policy.return_free_tiers and policy.return_fee.minor == 0:
        yield _never("return.free_for_tiers", "退货本来就不收运费", "nobody pays for returns anyway")


def _states(policy: Policy) -> Iterator[Finding]:
    for rule, states in (
        ("cancel.states", policy.cancel_states),
        ("change_address.states", policy.change_address_states),
        ("change_items.states", policy.change_items.states),
        ("change_payment.states", policy.change_payment.states),
    ):
        for state in sorted(states & _GONE):
            yield Finding(
                kind=Kind.OVERLAP,
                rule=rule,
                text=Words(
                    f"{state.value} 的订单货已经不在店里，多数订单系统会拒绝",
                    f"goods of an order that is {state.value} have left: most order systems refuse",
                ),
            )
    if policy.change_address_states - policy.cancel_states:
        yield Finding(
            kind=Kind.GAP,
            rule="cancel.states",
            text=Words("有的状态能改地址却不能取消", "some states allow a new address but no cancelling"),
        )


def _cancelled(policy: Policy) -> Iterator[Finding]:
    if policy.cancel_reasons and not policy.cancel_states:
        yield _never("cancel.reasons", "没有能取消的状态", "there is no state in which to cancel")
    if policy.change_items.final and policy.change_items.times > 1:
        yield _never(
            "change_items.times", "final：改过一次就不能再改", "final: after one change there is no other"
        )


def _limits(policy: Policy) -> Iterator[Finding]:
    limits = policy.limits
    order, customer, shop = limits.per_order, limits.per_customer_day, limits.per_shop_day
    if order is None and customer is None and shop is None:
        yield Finding(
            kind=Kind.GAP,
            rule="limits",
            text=Words(
                "退款没有任何额度，多大的金额都不经人工", "no limit at all: any amount goes back unseen"
            ),
        )
    for name, small, large in (
        ("per_order", order, customer),
        ("per_order", order, shop),
        ("per_customer_day", customer, shop),
    ):
        if small is not None and large is not None and small.minor > large.minor:
            yield _never(f"limits.{name}", "比更大范围的额度还高", "higher than the limit of the wider scope")
    if policy.goodwill and order is not None and policy.goodwill.most.minor > order.minor:
        yield Finding(
            kind=Kind.OVERLAP,
            rule="goodwill.most",
            text=Words("超过每单额度，总要人工批准", "above the limit of an order: always asks a colleague"),
        )


def _people(policy: Policy, actions: Collection[str]) -> Iterator[Finding]:
    for name in sorted(policy.people_only - frozenset(actions)):
        yield _never(f"people.always.{name}", f"没有叫 {name} 的操作", f"there is no action {name}")


def _days(policy: Policy, today: date) -> Iterator[Finding]:
    for day in sorted(policy.hours.holidays):
        if day < today:
            yield _never(f"service_hours.holidays.{day}", "已经过去", "is in the past")
        elif day.weekday() not in policy.hours.days:
            yield _never(f"service_hours.holidays.{day}", "那天本来就休息", "nobody works on that day anyway")


def _payments(policy: Policy) -> Iterator[Finding]:
    takes = policy.pay_methods if policy.change_payment.states else frozenset(PayMethod)
    for method in sorted(takes - frozenset(policy.refund_days)):
        yield Finding(
            kind=Kind.GAP,
            rule=f"refund.arrives_within_days.{method.value}",
            text=Words("没写多久到账，回复里说不出日期", "no time is given: replies cannot name a day"),
        )


def _never(rule: str, zh: str, en: str) -> Finding:
    return Finding(kind=Kind.NEVER, rule=rule, text=Words(zh, en))
