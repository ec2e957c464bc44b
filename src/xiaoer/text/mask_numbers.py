"""Numbers that are somebody's: phones, cards, IDs, orders, parcels, codes; and numbers that are a thing's.

Prices, sizes, quantities and models stay: an assistant that does not see them is no use.
"""

import re
from itertools import pairwise

from xiaoer.text.form import Form

_ANY_CASE = re.ASCII | re.IGNORECASE
_LONG_RUN = 6  # digits in a row that are nobody's price and nobody's size
_CODE_RUN = 5  # digits in a row, among letters
_CODE_DIGITS = 7  # or as many in all
_LARGEST_SIZE = 999
_SIZE_STEP = 10
_PAIRS_OF_PHONE = 10  # digits of a phone written in pairs: 06 12 34 56 78

DATES = re.compile(
    r"(?<!\d)(?:(?:19|20)\d{2}[-/.年](?:1[0-2]|0?[1-9])[-/.月](?:[12]\d|3[01]|0?[1-9])"
    r"|(?:[12]\d|3[01]|0?[1-9])[-/.](?:[12]\d|3[01]|0?[1-9])[-/.]20\d{2})(?!\d)"
)
_CURRENCY = r"[¥$€£]|rmb|cny|usd|eur|gbp|hkd"
_AMOUNT = r"\d{1,7}(?!\d)(?:[.,]\d{1,3}(?!\d)){0,4}"
_COINS = (
    r"元(?!旦)|块|圆|円|美元|港币|yuan\b|rmb\b|cny\b|usd\b|euros?\b|eur\b|gbp\b|dollars?\b|pounds?\b|bucks\b|"
    r"[€£]"
)
_OF_THINGS = (
    r"mah|wh|btu|rpm|lm|gb|tb|mb|kg|ml|mm|cm|km|hz|miles|steps|points?|pcs|pieces?|sheets|screws|spm|"
    r"hours|days|minutes|thread count"
)
_COUNTED = "毫安|公里|积分|分钟|小时|件|张|片|米|克|斤|毫升|流明|转|瓦|年|步|粒|抽|匹"
_ROUND = r"\d{1,3}(?:00|50|80|88|90|98|99)"
_YEAR = r"(?:19|20)\d\d"
_GOODS = (
    r"款号|货号|型号|色号|款式|sku|style(?: code)?|model|art\.|article|item|colou?r code|coupon|"
    r"promo(?: code)?|lego|isbn|jis|din|iso|gb/t"
)
_THINGS = (
    rf"(?i:(?:{_CURRENCY}) ?{_AMOUNT}(?: ?[-~至到] ?[¥$€£]?{_AMOUNT})?)",
    rf"(?i:(?<![\d.-]){_AMOUNT} ?(?:{_COINS}))",
    rf"(?i:(?<![\d.-])\d{{1,6}}(?:\.\d{{1,2}})?(?: ?(?:{_OF_THINGS})(?![a-z0-9])|(?:{_COUNTED})))",
    r"(?<![\d.-])\d{1,5}\.\d{1,2}(?![\d.])",
    r"(?i:(?<![\da-z])\d{1,5} ?[x×*] ?\d{1,5}(?: ?[x×*] ?\d{1,5})?(?!\d))",
    rf"(?<![\d-])(?:{_YEAR}[-/]{_YEAR}|{_ROUND}[-/~]{_ROUND})(?![\d-])",
    rf"(?i:(?:{_GOODS})(?: ?(?:no\.?|number|#))?[:是为 ]{{0,3}}(?![a-z0-9-]{{0,16}}\d{{8}})"
    r"[a-z0-9]+(?:-[a-z0-9]+){0,3})",
    r"(?<![\d.+-])[1-9]\d{0,2}0{4}(?!\d)",
    r"(?i:(?<![a-z])(?:gb|en|din|iso|astm|jis|qb|fz)(?:/t)? ?\d{3,6}(?!\d)(?:-\d{2,4})?)",
    r"(?i:\bi[3579]-\d{4,5}[a-z]{0,2}\b)",
)
THINGS = re.compile("|".join((DATES.pattern, *_THINGS)))


def _is_no_size(match: re.Match[str]) -> bool:
    """Of digits in groups: not 38 39 40 41, 128/256/512, 2000-3000, or the 5 6000 32 of DDR5 6000 32G."""
    said = match[0]
    groups = re.findall(r"\d+", said)
    if max(map(len, groups)) >= _LONG_RUN or said[0] in "+(" or said.startswith("00"):
        return True
    if _is_glued(match, groups):
        return False
    if groups[0][0] == "0" and (max(map(len, groups)) > len("06") or len("".join(groups)) >= _PAIRS_OF_PHONE):
        return True
    return not (
        _are_steps([int(group) for group in groups], "/" in said)
        or all(re.fullmatch(_ROUND, group) for group in groups)
        or all(re.fullmatch(_YEAR, group) for group in groups)
    )


def _are_steps(numbers: list[int], slashes: bool) -> bool:
    """As sizes are told: up, by little or by round numbers, or divided by slashes."""
    if len(numbers) <= len(("from", "to")) or numbers != sorted(numbers) or numbers[-1] > _LARGEST_SIZE:
        return False
    steps = [after - before for before, after in pairwise(numbers)]
    return slashes or max(steps) <= _SIZE_STEP or not any(number % 5 for number in numbers)


def _is_glued(match: re.Match[str], groups: list[str]) -> bool:
    """To a Latin letter, by a group as short as a model's."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() : match.end() + 1]
    begins = match[0][0].isalpha() or (before.isascii() and before.isalpha())
    ends = after.isascii() and after.isalpha()
    return (begins and len(groups[0]) <= len("15")) or (ends and len(groups[-1]) <= len("32"))


def _is_a_code(match: re.Match[str]) -> bool:
    """Of letters and digits: not XPS-13-9340, WH-1000XM5 or RTX4090."""
    runs = [len(run) for run in re.findall(r"\d+", match[0])]
    return max(runs) >= _CODE_RUN or sum(runs) >= _CODE_DIGITS


def _is_an_iban(match: re.Match[str]) -> bool:
    """And no xl12 with four-letter words behind it."""
    return sum(char.isdecimal() for char in match[0]) * 2 >= len(match[0].replace(" ", ""))


def _has_three_digits(match: re.Match[str]) -> bool:
    value = match[0].removeprefix(match["kept"])
    return sum(char.isdecimal() for char in value) >= len("123")


_ORDER = r"(?:order|po|invoice|inv|ref|booking|rma|return|tracking|parcel|shipment|ticket|case|订单|单)"
_BARE_ORDER = r"(?<![a-z])(?:order|po|invoice|parcel|订单) ?"
_PHONE = r"(?:电话|手机号码?|座机|联系方式|\b(?:tel|phone|mobile|landline|call me (?:on|at)))\.?"
_NO = r"(?:number|no\.?|nr\.?|num|id|code|ref(?:erence)?|#|号码?|编号|尾号)"
_IS = r"(?: ?(?:is|:|=|是|为))?"
_VALUE = r"#?[a-z0-9]+(?:-[a-z0-9]+){0,6}(?![a-z0-9])"
_PAPER = (
    r"(?:(?<![a-z])(?:passport|driver'?s? licen[cs]e|driving licen[cs]e|licen[cs]e|id(?: card)?|hkid|ni|"
    r"national insurance|tax id|ssn|aadhaar)|护照|证件|身份证|通行证|回乡证|台胞证|永居证|居留证|驾驶证|驾照|"
    "税号)"
)
_NUMERAL = "零〇一二三四五六七八九幺"
_SPOKEN = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_CARRIER = "(?:sf|yt|zto|sto|jt|jdv?[a-z]?|ems|ups|dpk|lp|yd|db|hm|rm|tba?)"

# In this order: what an earlier one takes, no later one sees.
NUMBERS: tuple[Form, ...] = (
    Form(r"\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?\b", _ANY_CASE, _is_an_iban),
    Form(r"\b[a-z]{1,2}\d{6}\([0-9a]\)", _ANY_CASE),  # an ID of Hong Kong
    Form(r"\b1z(?: ?[a-z0-9]){16}\b", _ANY_CASE),
    Form(r"\b[A-Z]{2} ?\d(?: ?\d){8} ?[A-Z]{2}\b", re.ASCII),  # as post offices number parcels
    Form(r"\b[A-Z]{5}\d{4}[A-Z]\b", re.ASCII),  # a tax card of India
    Form(r"(?<=[a-z])[A-Z]{1,4}\d{5,20}", re.ASCII),  # orderM20260001please
    Form(
        rf"(?P<kept>{_BARE_ORDER})(?!{DATES.pattern}|{_YEAR}(?!\d|[ -]\d))\d{{4,}}(?:[ -]\d+){{0,9}}(?!\d)"
        rf"(?! ?(?:{_COINS}|{_COUNTED}))",
        _ANY_CASE,
    ),
    Form(r"(?<![\w/])[A-Z]{1,5}(?:/\d{2,8}){2,4}(?![\w/])", re.ASCII),
    Form(rf"(?P<kept>{_PHONE}[:是 ]{{0,3}})\+?\(?\d(?:[ .()/-]{{0,3}}\d){{4,40}}", _ANY_CASE),
    Form(  # of an order, a parcel, a passport
        r"(?<![a-z0-9])(?=[a-z-]{0,12}\d)(?=[\d-]{0,40}[a-z])[a-z0-9]+(?:-[a-z0-9]+){0,8}",
        _ANY_CASE,
        _is_a_code,
        things=True,
    ),
    Form(rf"\b{_CARRIER}[ -]?\d(?:[ -]?\d){{7,40}}(?: ?[a-z]{{2}}\b)?", _ANY_CASE),
    Form(  # phones, cards, ID numbers, in groups
        r"(?:(?<![a-z0-9])(?!tel|mob|fax|no)[a-z]{1,3})?\+?\(?\d(?:(?: / |[ .()/-]{0,2})\d){6,40}[xX]?",
        _ANY_CASE,
        _is_no_size,
        things=True,
    ),
    Form(r"\d{6,}[xX]?", re.ASCII, things=True),
    Form(
        rf"(?P<kept>{_PAPER}(?: ?{_NO})?{_IS} ?)"
        r"(?:[a-z]{0,3}[ -]?\d(?:[ ().:/-]{0,2}\d){2,20}(?: ?[a-z]\b)?|"
        r"(?=(?:[a-z]{0,6}\d){3})[a-z0-9]{5,20})",
        _ANY_CASE,
    ),
    Form(
        rf"(?P<kept>(?<![a-z])(?:{_ORDER}(?: ?{_NO}){{1,2}}{_IS}|(?:order|reference|订单) ?[:=]) ?)"
        rf"(?!{_YEAR}\b){_VALUE}(?! ?(?:{_COINS}))",
        _ANY_CASE,
        _has_three_digits,
    ),
    Form(rf"(?P<kept>{_BARE_ORDER})#\d{{3,}}(?! ?(?:{_COINS}|{_COUNTED}))", _ANY_CASE),
    Form(
        r"(?P<kept>(?:sort(?: code)?|bsb|routing|acct?|account)(?: (?:number|no\.?))?[: ]{1,2})"
        r"\d(?:[ -]?\d){4,20}",
        _ANY_CASE,
    ),
    Form(
        r"(?P<kept>(?:验证码|动态码|校验码|\botp\b|\bpin\b|\bcvv\b|\bcvc\b)[^\d\n]{0,6})\d{3,8}(?!\d)",
        _ANY_CASE,
    ),
    Form(r"(?P<kept>(?<!color )(?<!colour )\bcode(?: is|:)? )\d{4,8}(?!\d)", _ANY_CASE),
    Form(
        r"(?P<kept>\b(?i:booking|ref|reference) )(?=(?:[A-Z-]{0,8}\d){3})[A-Z0-9]+(?:-[A-Z0-9]+){0,3}\b",
        re.ASCII,
    ),
    Form(
        r"(?P<kept>(?:(?:密码|口令)[^\da-z\n]{0,6}|(?:passcode|password)(?: is|:)? ?))"
        r"(?=[^\d\s]{0,20}\d)[\w!@#$%^&*-]{4,24}",
        _ANY_CASE,
    ),
    Form(r"(?<![\w&])#\d{4,}(?!\w)", re.ASCII),
    Form(r"\b(?=[\d.]{0,9}\d\d)(?:\d{1,3}\.){3}\d{1,3}\b", re.ASCII),
)
SPELT: tuple[Form, ...] = (
    Form(rf"(?!一二三四五六)[{_NUMERAL}两](?:[ -]?[{_NUMERAL}两]){{6,}}"),
    Form(rf"(?=[\d -]{{0,30}}[{_NUMERAL}])[\d{_NUMERAL}](?:[ -]?[\d{_NUMERAL}]){{9,}}"),
    Form(rf"\b{_SPOKEN}(?:[ -]{_SPOKEN}){{6,20}}\b", re.IGNORECASE),
)
