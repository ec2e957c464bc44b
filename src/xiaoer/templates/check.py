"""What is said of a template before it is published, by its text alone."""

import re
from collections.abc import Mapping

from xiaoer.domain.intents import Catalogue
from xiaoer.domain.templates import Finding, Way
from xiaoer.domain.words import Language, Words
from xiaoer.speak.fields import FIELDS, PROBLEMS, STATES, Field, Of, known_for
from xiaoer.speak.template_text import Written
from xiaoer.speak.templates import read

_VARIANT = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_DIGIT = re.compile(r"\d")
# What nothing of a turn can prove, and a shop may be held to.
_PROMISES: Mapping[Language, re.Pattern[str]] = {
    Language.ZH: re.compile(
        r"保证|一定|必定|肯定会|绝对|百分之?百|承诺|免费|包退|包换|包邮|永久|最低价|全网最低"
    ),
    Language.EN: re.compile(
        r"\b(?:guarantee[ds]?|promise[ds]?|always|never|definitely|certainly|absolutely|free|forever"
        r"|lowest price|best price|no questions asked)\b|\b100 ?%",
        re.IGNORECASE,
    ),
}


def fields_for(way: Way, catalogue: Catalogue) -> Mapping[str, Field]:
    """The fields that can be known when this is asked; none if the house's own words are always said."""
    entry = catalogue.get(way.intent)
    known = known_for(entry.serves) if entry else frozenset()
    return {name: field for name, field in FIELDS.items() if name in known}


def of_way(way: Way, catalogue: Catalogue) -> Finding | None:
    """Why nothing can be written for it, if so."""
    if way.intent not in catalogue:
        zh, en = f"没有 {way.intent} 这个意图。", f"There is no intent {way.intent}."
        return Finding("intent", Words(zh, en), blocks=True)
    if not fields_for(way, catalogue):
        zh = f"{way.intent} 由小二自己的话来回答：谈定的事情必须一字不差。"
        en = f"{way.intent} is answered in the house's own words: what is agreed must be said exactly."
        return Finding("house_words", Words(zh, en), blocks=True)
    if not _VARIANT.fullmatch(way.variant):
        zh, en = (
            "变体名用小写字母、数字和短横线，如 a、warm-2。",
            "Name a variant in a-z, 0-9 and -: a, warm-2.",
        )
        return Finding("variant", Words(zh, en), blocks=True)
    return None


def of_text(way: Way, text: str, catalogue: Catalogue) -> tuple[Written | None, tuple[Finding, ...]]:
    """The template, if it is one, and all that is to be said of it."""
    if (wrong := of_way(way, catalogue)) is not None:
        return None, (wrong,)
    written = read(text, fields_for(way, catalogue))
    if isinstance(written, tuple):
        return None, written
    return written, (*_promises(way, text), *_numbers(written), *_same_in_any_state(way, written, catalogue))


def _promises(way: Way, text: str) -> tuple[Finding, ...]:
    found = ", ".join(dict.fromkeys(_PROMISES[way.language].findall(text)))
    zh = f"“{found}”是一个承诺，没有单据能证明它，店铺要负责兑现。"
    en = f"“{found}” is a promise that nothing here proves: the shop will have to keep it."
    return (Finding("promise", Words(zh, en), blocks=False),) if found else ()


def _numbers(written: Written) -> tuple[Finding, ...]:
    found = " ".join(text.strip() for text in written.numbers if _DIGIT.search(text))[:80]
    zh = f"模板里写了数字（{found}）：规则变了它也不会变。能用字段就用字段，如 {{{{ policy.return_days }}}}。"
    en = (
        f"Numbers stand in it ({found}): they stay when the rules change. "
        f"Take a field where there is one, such as {{{{ policy.return_days }}}}."
    )
    return (Finding("number", Words(zh, en), blocks=False),) if found else ()


def _same_in_any_state(way: Way, written: Written, catalogue: Catalogue) -> tuple[Finding, ...]:
    told = {field.of for field in fields_for(way, catalogue).values()} & {Of.ORDER, Of.REFUND}
    if not told or written.fields & (STATES | PROBLEMS):
        return ()
    some = "order.state, order.parcel.eta" if Of.ORDER in told and Of.PARCEL in told else "refund.state"
    return (_says_the_same(some),)


def _says_the_same(some: str) -> Finding:
    zh = f"不管订单处在什么状态，它都说同样的话。请用上 {some} 之类的字段。"
    en = f"It says the same wherever the order stands. Name a field such as {some}."
    return Finding("any_state", Words(zh, en), blocks=False)
