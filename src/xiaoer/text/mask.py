"""A text without what belongs to one person: what was said is kept, not by whom or of which parcel.

Masked by form: e-mails, links, phones, cards, ID and account numbers, order and tracking numbers, every run
of six digits or more, names where the words say that one follows (我叫, my name is, Mr), and addresses that
have the usual marks (路 … 号, 12 … Street). A name or an address merely mentioned stays: no form tells it.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from xiaoer.text.words import HAN


class Kind(StrEnum):
    EMAIL = "email"
    LINK = "link"
    ACCOUNT = "account"
    NUMBER = "number"
    NAME = "name"
    ADDRESS = "address"


_DATE = r"(?<!\d)(?:19|20)\d{2}[-/.年](?:1[0-2]|0?[1-9])[-/.月](?:[12]\d|3[01]|0?[1-9])(?!\d)"
_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩"
    "冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷"
    "侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤張劉陳楊黃趙吳孫馬鄭許馮鄧蔣葉蘇呂盧鐘譚陸賈韋鄒龍賀顧錢嚴])"
)
_GIVEN = "[^\\W\\d_a-zA-Z我你他她它您咱的了是在想要买退换查问来请帮把和跟说有没不可能怎就也还给到电手地]"
_SAYS_NAME_ZH = (
    "(?:我叫|名字叫|名字是|我姓名是|"
    "(?:姓名|收件人|收货人|联系人|寄件人|户名|持卡人)(?:[是为叫:：]|改成|换成){0,2})"
)
_SAYS_NAME_EN = (
    r"(?:my name is|my name's|my full name is|i am called|i'm called|name:|mrs?\.?|ms\.?|miss|"
    r"(?:recipient|receiver|cardholder)(?: is|:)?)"
)
_STREET = (
    "(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|close|square|terrace|place|way|"
    "crescent)"
)
_FLAT = r"(?:,? (?:apt|flat|suite|unit|no)\.? ?\w{1,5})"
_BEFORE_STREET = "[^\\W\\d_a-zA-Z到在是寄给成址为]"
_NOT_A_NAME = "(?!(?:and|but|i|my|the|a|an|on|in|not|is|it|to|please|with|wrong|for|of)\\b)"
_LATIN_NAME = rf"{_NOT_A_NAME}[^\W\d_]+(?:[-'’.][^\W\d_]+)*"

# In this order: what an earlier one takes, no later one sees. A date stays: it is a parcel's.
_FORMS: tuple[tuple[Kind, str, re.RegexFlag], ...] = (
    (Kind.EMAIL, r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII),
    (Kind.LINK, r"(?:https?://|www\.)[^\s，。；！？）)\]】>\"']{1,2000}", re.IGNORECASE),
    (
        Kind.ACCOUNT,
        r"(?:(?<=微信号)|(?<=微信)|(?<=wechat)|(?<=qq号)|(?<=qq)|(?<=vx)|(?<=wx)|(?<=支付宝))"
        r"[:：是为 ]{0,3}(?=[a-z_-]{0,29}\d)[a-z0-9_-]{5,30}",
        re.ASCII | re.IGNORECASE,
    ),
    (
        Kind.NUMBER,
        r"\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?\b",
        re.ASCII | re.IGNORECASE,
    ),  # IBAN
    (
        Kind.NUMBER,  # of an order, a parcel, a passport: letters and at least five digits
        r"(?<![a-z0-9])(?=[a-z-]{0,12}\d)(?=(?:[a-z-]{0,12}\d){5})[a-z0-9]+(?:-[a-z0-9]+){0,8}",
        re.ASCII | re.IGNORECASE,
    ),
    (
        Kind.NUMBER,
        r"\+?\(?\d(?:[ .()/-]{0,2}\d){6,40}[xX]?",
        re.ASCII,
    ),  # phones, cards, ID numbers, in groups
    (Kind.NUMBER, r"\d{6,}[xX]?", re.ASCII),
    (Kind.NUMBER, "[零〇一二三四五六七八九幺两]{7,}", re.NOFLAG),
    (Kind.NUMBER, r"\b(?:\d{1,3}\.){3}\d{1,3}\b", re.ASCII),
    (
        Kind.ADDRESS,
        rf"{_BEFORE_STREET}{{1,20}}?(?:路|街|巷|弄|胡同|大道|村|小区|花园|公寓|大厦|苑)[{HAN}]{{0,6}}?"
        rf"\d{{1,5}}(?:号|弄|栋|幢|座|单元|室|楼|层|-)(?:[{HAN}]{{0,6}}?\d{{1,5}}(?:号楼|号|弄|栋|幢|座|单元|室|楼|层)?){{0,4}}",
        re.NOFLAG,
    ),
    (
        Kind.ADDRESS,
        rf"\b\d{{1,5}}[a-z]?,? (?:[^\W\d_]+[ -]){{1,3}}{_STREET}\b\.?{_FLAT}?",
        re.IGNORECASE,
    ),
    (Kind.ADDRESS, r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.IGNORECASE | re.ASCII),  # a British postcode
    (Kind.NAME, rf"(?<=我是){_SURNAME}{_GIVEN}{{1,2}}(?=$|[\s，。,.！!；;])", re.NOFLAG),
    (Kind.NAME, rf"{_SURNAME}(?=先生|女士|小姐|太太|同学|阿姨|老师)", re.NOFLAG),
    (
        Kind.NAME,
        rf"(?P<kept>{_SAYS_NAME_ZH}[ ]?)(?:{_SURNAME}{_GIVEN}{{1,2}}|{_GIVEN}{{2,3}}(?=$|[\s，。,.！!；;]))",
        re.NOFLAG,
    ),
    (
        Kind.NAME,
        rf"(?P<kept>\b{_SAYS_NAME_EN} ){_LATIN_NAME}(?: {_LATIN_NAME}){{0,2}}",
        re.IGNORECASE,
    ),
    (
        Kind.NAME,  # only capitals tell these from "i'm angry"
        r"(?P<kept>\b(?:I'm|I’m|I am|[Tt]his is|[Rr]egards,?|[Ss]incerely,?|[Cc]heers,?)\s)"
        r"[A-Z][a-zà-ÿ'’-]+(?: [A-Z][a-zà-ÿ'’-]+){0,2}",
        re.NOFLAG,
    ),
)
_TAKEN = "\ufffc"  # no letter, no digit, no space
_COMPILED = tuple((kind, re.compile(f"(?P<date>{_DATE})|{form}", flags)) for kind, form, flags in _FORMS)


@dataclass(frozen=True, slots=True)
class Find:
    """Where in a text something of a person stands."""

    kind: Kind
    start: int
    end: int


def finds(text: str) -> list[Find]:
    """In the order they stand; none overlaps another."""
    letters, found = [_plain(char) for char in text], list[Find]()
    for kind, pattern in _COMPILED:
        matches = [match for match in pattern.finditer("".join(letters)) if not match["date"]]
        for match in matches:
            kept = match.groupdict().get("kept") or ""
            find = Find(kind, match.start() + len(kept), match.end())
            letters[find.start : find.end] = _TAKEN * (find.end - find.start)  # no later form sees it
            found.append(find)
    return sorted(found, key=lambda one: one.start)


def masked(text: str, *, shown: Callable[[Kind], str] = "[{}]".format) -> str:
    """Of each find, only its kind: `shown(kind)`, [name] or [number] unless told otherwise."""
    made, at = list[str](), 0
    for find in finds(text):
        made += ["".join(map(_plain, text[at : find.start])), shown(find.kind)]
        at = find.end
    return "".join([*made, *map(_plain, text[at:])])


def _plain(char: str) -> str:
    """Digits of any script, letters and @ of full width, as what they are; every other character stays.

    One character becomes one character: what is found in the plain text stands there in the other too.
    """
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return unicodedata.normalize("NFKC", char) if "\uff20" <= char <= "\uff5a" else char
