"""A thousand texts of made-up customers, written in every way we know: nothing leaves, all comes back."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from xiaoer.guard.pseudonyms import PSEUDONYM, Known, Of, Pseudonyms

SEED, TEXTS = 20261127, 1_000
LONGEST_REST = 4  # digits of a number that may be left: fewer than a tail on a receipt
_HAN_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Person:
    """As the shop has them; card and ID the shop has not."""

    name: str
    phone: str
    email: str
    street: str
    order: str
    parcel: str
    card: str
    id: str

    def known(self) -> list[Known]:
        return [
            Known(Of.NAME, self.name),
            Known(Of.PHONE, self.phone),
            Known(Of.EMAIL, self.email),
            Known(Of.ADDRESS, self.street),
            Known(Of.ORDER, self.order),
            Known(Of.PARCEL, self.parcel),
        ]


PEOPLE = [
    Person(
        "林梅", "13800138000", "mei.lin@example.com", "文三路 100 号 2 幢 301",
        "M20260001", "SF1234567890123", "6222021234567890123", "33010619900307123X",
    ),
    Person(
        "歐陽晴", "15921044738", "qing_ouyang88@example.cn", "彌敦道688號15樓1503室",
        "TB-2026-77341", "YT7729018834521", "6217001210048839275", "440305198807125618",
    ),
    Person(
        "张伟", "+8618721559034", "z.wei@mail.example.org", "朝阳村八组16号",
        "3857201946620174385", "75893011284467", "4392258811047763", "51010719900123061x",
    ),
    Person(
        "Grace Okafor", "+447700900123", "grace.okafor@example.co.uk", "48 Sycamore Avenue, Flat 2",
        "ORD-2026-0417", "1Z999AA10123456784", "4716220893410057", "219-09-9412",
    ),
    Person(
        "Lukas Weiß", "+493023125447", "LUKAS@example.de", "Kastanienallee 17",
        "112-7748213-0093461", "JD000228394471", "5425233430109903", "E12340567",
    ),
    Person(
        "José Li", "+15125550176", "jose-li+shop@example.com", "815 W Maple St Apt 4C",
        "W88213047", "EA203948571CN", "374245455400126", "078-05-1120",
    ),
]  # fmt: skip

_ZH = [
    "你好我是{name}，{order}怎么还没到",
    "收件人{name} 电话{phone} 地址{street}",
    "快递{parcel}送错了，我住{street}，打{phone}",
    "麻烦把{order}退到卡{card}，户名{name}",
    "报关要身份证 {id} 名字{name}",
    "邮箱{email}收不到发票 订单是{order}",
    "{name}{phone}",
    "{street}，{name}收，单号{parcel}",
    "iPhone 15 Pro 的单{order}不要了，¥1,299.00退{card}",
    "号码{phone}或者{email}都行，38 39码都要",
]
_EN = [
    "hi this is {name}, where is {order}?",
    "ship {order} to {street}, call {phone}",
    "my parcel {parcel} went to {street} and not to {name}",
    "refund {order} to card {card} please, {email}",
    "customs wants my passport number {id} - {name}",
    "{email}\n{phone}\n{street}",
    "{name}, {phone}, size 38 or 39, XPS-13-9340",
    "I paid $1,299.00 with {card} for {order} on 2026-11-18",
    "tracking {parcel} says delivered, {name} got nothing",
    "帮我查一下 {order}, my email is {email} 谢谢",
]


def wide(value: str, _: Random) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in value)


def parted(value: str, rng: Random) -> str:
    """Digits in groups, as people part them; Chinese characters now and then too."""
    gap, every = rng.choice([" ", "-", ".", "  ", "－", "\u00a0"]), rng.choice([3, 4])
    return re.sub(rf"\d{{{every + 2},}}", lambda run: gap.join(re.findall(rf".{{1,{every}}}", run[0])), value)


def cased(value: str, rng: Random) -> str:
    return rng.choice([str.upper, str.lower, str.title])(value)


def tight(value: str, _: Random) -> str:
    return value.replace(" ", "")


def plain(value: str, _: Random) -> str:
    return value


def spoken(value: str, _: Random) -> str:
    """138 in Chinese numerals; @ and dots in words."""
    if "@" in value:
        return value.replace("@", " at ").replace(".", " dot ")
    if re.fullmatch(r"\d{11}", value):
        return "".join(_HAN_DIGITS[int(digit)] for digit in value).replace("一", "幺", 1)
    return value


def glued(value: str, rng: Random) -> str:
    """To the words around it. A Latin name is then another word: only what has digits, or is Chinese."""
    if not re.search(r"\d", value) and value[0].isascii():
        return value
    before, after = rng.choice([("是", "啊"), ("号码", "谢谢"), ("tel", "thx"), ("no", "pls"), ("", "麻烦")])
    return f"{before}{value}{after}"


WAYS: list[Callable[[str, Random], str]] = [plain, plain, wide, parted, cased, tight, spoken, glued]


def told(rng: Random, who: Person) -> tuple[str, list[str]]:
    """A text, and the names of what is in it."""
    template = rng.choice(_ZH + _EN)
    fields = re.findall(r"{(\w+)}", template)
    said = {field: rng.choice(WAYS)(getattr(who, field), rng) for field in fields}
    return template.format(**said), fields


def bare(text: str) -> str:
    """Nothing but its letters and digits, as they compare."""
    digits = str.maketrans("〇幺" + _HAN_DIGITS, "01" + "0123456789")
    text = unicodedata.normalize("NFKD", text).casefold().replace(" at ", "@").replace(" dot ", ".")
    text = text.translate(str.maketrans("歐陽彌號樓", "欧阳弥号楼"))
    return re.sub(r"[\W_]", "", text.translate(digits))


def rests(value: str, left: str) -> Sequence[str]:
    """What of a value still stands in a text: all of it, or a run of its digits, or a street's name."""
    whole = bare(value)
    runs = [whole[at : at + LONGEST_REST + 1] for at in range(len(whole) - LONGEST_REST)]
    names = re.findall(r"[^\W\d_]{5,}", value) if " " in value else []
    return [
        one for one in [whole, *(run for run in runs if run.isdecimal()), *map(bare, names)] if one in left
    ]


def test_of_a_thousand_texts_nothing_of_the_customer_leaves_and_all_of_it_comes_back() -> None:
    rng, leaks, lost = Random(SEED), list[object](), list[object]()
    for _ in range(TEXTS):
        who = rng.choice(PEOPLE)
        text, fields = told(rng, who)
        names = Pseudonyms(b"k", who.known())
        hidden = names.hide(text)
        left, back = bare(PSEUDONYM.sub(" ", hidden)), bare(names.show(hidden))
        for field in fields:
            value = getattr(who, field)
            leaks += [(text, hidden, rest) for rest in rests(value, left)]
            lost += [(text, hidden, value)] if bare(value).removeprefix("86") not in back else []
    assert not leaks, f"{len(leaks)}, the first: {leaks[:3]}"
    assert not lost, f"{len(lost)}, the first: {lost[:3]}"
