"""Money that was paid, charged or refunded: 退了30块, 三块五毛, £4.99, charged 59.90, 一百二.

Limits of what may be spent are not these: see prices.py.
"""

import re
from dataclasses import dataclass
from itertools import islice

from babel.numbers import get_currency_precision

from xiaoer.understand.numbers import ENGLISH, NUMBER, number

Span = tuple[int, int]

_CURRENCIES = {
    "CNY": ("¥", "rmb", "cny", "yuan", "元", "块", "人民币"),
    "USD": ("us$", "$", "usd", "dollar", "dollars", "buck", "bucks", "刀", "美元", "美金"),
    "GBP": ("£", "gbp", "pound", "pounds", "quid", "英镑"),
    "EUR": ("€", "eur", "euro", "euros", "欧元"),
    "HKD": ("hk$", "hkd", "港币", "港元", "港纸"),
    "TWD": ("nt$", "twd", "台币", "新台币"),
    "JPY": ("jpy", "yen", "日元", "日币", "円"),
    "SGD": ("s$", "sgd", "新币"),
    "AUD": ("a$", "au$", "aud", "澳元", "澳币"),
    "CAD": ("c$", "ca$", "cad", "加元", "加币"),
}  # fmt: skip
_CURRENCY = {word: code for code, words in _CURRENCIES.items() for word in words}
_HAN_CENTS = {"毛": "CNY", "角": "CNY", "毛钱": "CNY", "分钱": "CNY"}
_CENTS = {"cent": "USD", "cents": "USD", "pence": "GBP", **_HAN_CENTS}
_LONGEST_FIRST = sorted(_CURRENCY, key=len, reverse=True)
_SIGN = "|".join(re.escape(word) for word in _LONGEST_FIRST if not word.isalpha()) + (
    r"|rmb|cny|usd|gbp|hkd|人民币|港币|美元|美金|eur(?= ?(?:\d{3}|\d+\.\d\d))"  # but EUR 40 is a size
)
_UNIT = "|".join(re.escape(word) for word in _LONGEST_FIRST if word not in ("$", "元", "块"))
_N = rf"({NUMBER})"
_DIGIT = r"[1-9一二三四五六七八九半]"
_NOT_A_THING = r"(?![儿表手布肥地蛋屏香面电木砖玻石糖肉腹钱]|[硬固]盘)"  # 一块表 is a watch, not money

_SIGNED = re.compile(
    rf"(?<![a-z])({_SIGN}) ?(\d{{1,8}}(?:,\d{{3}}){{0,2}}(?:\.\d{{1,2}})?(?: "
    rf"?k(?![a-z]))?)(?! ?(?:-|~|to) ?[\d$£€¥])"
)
_KUAI = re.compile(
    rf"{_N} "
    rf"?(?:块(?:({_DIGIT})(?:[毛角]({_DIGIT})?分?)?(?![\d个件袋斤包瓶双条次只份月天张盒"
    rf"箱点下些])|钱|{_NOT_A_THING})|元(?![旦宵素件气老宝]))"
)
_WORDED = re.compile(
    rf"(?:(one|two|three|four|five|\d{{1,3}}) and a half|{_N}|"
    rf"(?<![a-z])({'|'.join(list(ENGLISH)[:10])})) ?({_UNIT})(?![a-z])"
)
_SMALL = re.compile(
    rf"(?:{_N}|(?<![a-z])({'|'.join(list(ENGLISH)[:10])})) ?(毛钱|分钱|"
    rf"[毛角](?![巾衣线绒笔呢毯落])|cents?|pence)(?![a-z])"
)
_NOT_MONEY = (
    r"(?! ?(?:天|日|号|码|岁|年|月|周|次|件|个|双|条|只|单|人|小时|分钟|公里|厘米|公斤|斤|克|毫升|升|"
    r"寸|米|点|折|期|倍|%|"
    r"days?|weeks?|months?|years?|hours?|minutes?|times?|pairs?|pieces?|items?|percent|people|cm|mm|kg|"
    r"ml|points?|star)(?![a-z]))(?![\d:/-])"
)
_BARE = (
    r"(?<![\d.])\d{1,8}(?:,\d{3}){0,2}(?:\.\d{1,2})?(?: ?k(?![a-z])|[百千万]\d?)?(?![\d.])"
    r"|[一二两三四五六七八九]?[十百千万][零一二两三四五六七八九十百千]{0,7}"
)
_CUED = re.compile(
    r"(?:(?:实?付|支付|花|扣|退|收|赔|补|充|交|返)(?:款|费|钱)?[了过]?(?:[我你]|我们)?|金额|价格|总价|"
    r"原价|每次|多收|少退|差价|运费|定金|押金|尾款|"
    r"\b(?:paid|charged|charge of|refund(?:ed)?(?: me| of)?|cost(?: me)?|costs|total(?: was| is| of)?|"
    r"price (?:is|was)|deducted|"
    rf"spent|overcharged(?: me)?|amount(?: is| was| of)?|fee of|deposit of))(?: ?(?:是|为|:|by|only|"
    rf"just|exactly))? ?({_BARE}){_NOT_MONEY}"
)
_HAN_BIG = (
    r"(?<![零一二两三四五六七八九十百千万])[一二两三四五六七八九][百千万]"
    r"[零一二两三四五六七八九十百千]{0,7}"
)
_BIG = re.compile(rf"((?<![\d.])\d{{1,6}}(?:\.\d{{1,2}})?[千万]\d?|{_HAN_BIG})(?=的(?!人|粉))")
_LEAST, _MOST = 0.01, 100_000_000
_MOST_OF_A_KIND = 6  # in a flood, the rest is not read


@dataclass(frozen=True, slots=True)
class Amount:
    """`currency` is empty if it was not said: the shop's own is meant, and counted as having cents."""

    minor: int
    currency: str
    span: Span


def amounts_in(text: str) -> list[Amount]:
    """Of a cleaned text without its dates, codes and price limits; in its order."""
    found = [amount for read in (_signed, _kuai, _worded, _small, _cued, _big) for amount in read(text)]
    kept: list[Amount] = []
    for amount in sorted(found, key=lambda one: (one.span[0], -one.span[1])):
        if not kept or amount.span[0] >= kept[-1].span[1]:
            kept.append(amount)
    return kept


def _amount(value: float | None, currency: str, span: Span) -> list[Amount]:
    if value is None or not _LEAST <= value <= _MOST:
        return []
    cents = 10 ** get_currency_precision(currency) if currency else 100
    return [Amount(round(value * cents), currency, span)]


def _signed(text: str) -> list[Amount]:
    return [
        one for hit in islice(_SIGNED.finditer(text), _MOST_OF_A_KIND)
        for one in _amount(number(hit[2]), _CURRENCY[hit[1]], hit.span())
    ]  # fmt: skip


def _kuai(text: str) -> list[Amount]:
    """八块五 is 8.50, 三块五毛二 3.52."""
    found: list[Amount] = []
    for hit in islice(_KUAI.finditer(text), _MOST_OF_A_KIND):
        whole = number(hit[1])
        if whole is not None:
            value = whole + _tenths(hit[2]) / 10 + _tenths(hit[3]) / 100
            found += _amount(value, "CNY", hit.span())
    return found


def _tenths(said: str | None) -> float:
    if not said:
        return 0
    return 5 if said == "半" else number(said) or 0


def _worded(text: str) -> list[Amount]:
    found: list[Amount] = []
    for hit in islice(_WORDED.finditer(text), _MOST_OF_A_KIND):
        value = _spoken(hit[1]) + 0.5 if hit[1] else number(hit[2] or hit[3])
        found += _amount(value, _CURRENCY[hit[4]], hit.span())
    return found


def _spoken(said: str) -> int:
    return int(said) if said.isdecimal() else ENGLISH[said]


def _small(text: str) -> list[Amount]:
    found: list[Amount] = []
    for hit in islice(_SMALL.finditer(text), _MOST_OF_A_KIND):
        value = number(hit[1] or hit[2])
        if value is not None:
            found += _amount(value / (10 if hit[3][0] in "毛角" else 100), _CENTS[hit[3]], hit.span())
    return found


def _cued(text: str) -> list[Amount]:
    hits = islice(_CUED.finditer(text), _MOST_OF_A_KIND)
    return [one for hit in hits for one in _amount(number(hit[1]), "", hit.span(1))]


def _big(text: str) -> list[Amount]:
    hits = islice(_BIG.finditer(text), _MOST_OF_A_KIND)
    return [one for hit in hits for one in _amount(number(hit[1]), "", hit.span())]
