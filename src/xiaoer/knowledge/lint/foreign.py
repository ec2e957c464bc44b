"""What does not belong into an article: people's data, orders to a model, text that no eye sees."""

import base64
import binascii
import re
from collections.abc import Iterator

from xiaoer.domain.knowledge import Article
from xiaoer.knowledge.lint.findings import Finding, Kind, Ours
from xiaoer.knowledge.lint.places import Place, places

# --- people ------------------------------------------------------------------------------------

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE | re.ASCII)
_EXAMPLES = ("example.com", "example.org", "example.net")  # RFC 2606
_MOBILE = re.compile(r"(?<![\d.-])(?:\+?86[ -]?)?(1[3-9]\d[ -]?\d{4}[ -]?\d{4})(?![\d-])")
_ABROAD = re.compile(r"(?<![\w+])\+(?!86)\d[\d ()-]{7,18}\d")
_ID_CARD = re.compile(r"(?<!\d)\d{17}[\dX](?![\dA-Z])", re.IGNORECASE)
_BANK_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_ID_CHECKS = "10X98765432"
_CARD_DIGITS = range(15, 20)  # ISO/IEC 7812, without what is too short to be one by design
_SHOWN = 4  # characters of what was found


def personal(article: Article, ours: Ours) -> Iterator[Finding]:
    """E-mails, phones, ID and bank cards; not the shop's own. Hotlines (110, 12315, 400) are no person's."""
    for place in places(article):
        for found in _people(place.text, ours):
            detail = f"{found[:_SHOWN]}… ({len(found)})"
            yield Finding(kind=Kind.PERSONAL_DATA, name=article.name, where=place.where, detail=detail)


def _people(text: str, ours: Ours) -> Iterator[str]:
    for found in _EMAIL.finditer(text):
        if found[1].lower() not in (*_EXAMPLES, *ours.domains):
            yield found[0]
    for found in (*_MOBILE.finditer(text), *_ABROAD.finditer(text)):
        if not {_digits(found[0]), _digits(found[0]).removeprefix("86")} & ours.phones:
            yield found[0]
    yield from (found[0] for found in _ID_CARD.finditer(text) if is_id_card(found[0]))
    for found in _BANK_CARD.finditer(text):
        if len(_digits(found[0])) in _CARD_DIGITS and passes_luhn(_digits(found[0])):
            yield found[0]


def is_id_card(number: str) -> bool:
    """Of the Chinese resident identity card: 17 digits and the right check character."""
    weighed = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return _ID_CHECKS[weighed % 11] == number[-1].upper()


def passes_luhn(digits: str) -> bool:
    doubled = (int(d) * 2 if place % 2 else int(d) for place, d in enumerate(reversed(digits)))
    return len(set(digits)) > 1 and sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0  # noqa: PLR2004


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


# --- orders to a model ---------------------------------------------------------------------------

_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override)\s+(?:\w+\s+){0,3}(?:previous|prior|above|earlier|preceding|system)\s+"
        r"(?:\w+\s+)?(?:instructions?|prompts?|rules|directions|guidelines|messages? from (?:the )?system)",
        r"\b(?:system|developer|hidden)\s+(?:prompt|message|instructions?)\b",
        r"\byou are (?:now|no longer) (?:an? |the |in )?(?:\w+ ){0,3}"
        r"(?:ai|assistant|chatbot|model|dan|jailbroken|unrestricted|developer mode|admin(?:istrator)?)\b",
        r"\b(?:act|behave|respond|pretend) as (?:if you (?:are|were) )?(?:an? |the )?(?:\w+ ){0,3}"
        r"(?:ai|assistant|chatbot|language model|dan|admin(?:istrator)?)\b",
        r"\b(?:assistant|ai|bot|model|llm)s?\b[^.\n]{0,30}\b(?:must|should|shall|always|never)\b[^.\n]{0,40}"
        r"\b(?:say|answer|reply|reveal|tell|grant|approve|offer|output)\b",
        r"\b(?:do not|don't|never) (?:tell|inform|mention (?:this|it) to) the (?:customer|user|buyer)s?\b",
        r"<\|(?:im_start|im_end|system|endoftext)\|>|\[/?INST\]|<</?SYS>>|^\s*#{2,}\s*(?:system|instructions?)\s*:",
        r"\b(?:reveal|print|repeat|show) (?:me )?(?:your|the) (?:system )?(?:prompt|instructions)\b",
        r"(?:忽略|无视|忘记|忘掉|不要理会|不用遵守)(?:掉)?(?:你)?(?:以上|之前|上面|前面|先前|此前|原来|系统)(?:的|所有|全部|一切|给你|收到|任何)*"
        r"(?:指令|指示|提示词?|设定|规则|命令|要求|限制)",
        r"系统(?:提示词|指令)|提示词注入|开发者模式|越狱模式",
        r"你(?:现在|从现在起|从此|将)(?:不再)?(?:是|扮演|作为)(?:一?[个名位])?[^，。！\n]{0,8}(?:AI|助手|机器人|模型|DAN|管理员|开发者|没有限制)",
        r"(?:AI|小二|助手|机器人|模型)[^，。\n]{0,6}(?:必须|务必|只能|一律|永远)[^，。\n]{0,10}(?:回答|回复|说|答应|批准|退款|输出)",
        r"(?:不要|别|不得)(?:告诉|透露给|让)(?:顾客|客户|用户|买家)(?:知道)?",
        r"(?:输出|说出|重复|透露|打印)(?:一遍)?(?:你的)(?:系统)?(?:提示词|指令|设定|规则)",
    )
)


def orders(article: Article) -> Iterator[Finding]:
    """Text that speaks to a model; not what mentions AI, or tells a customer to ignore something."""
    for place in places(article):
        for pattern in _ORDERS:
            if found := pattern.search(place.text):
                yield _found(Kind.INSTRUCTION, article, place, found[0])
                break


# --- what no eye sees ----------------------------------------------------------------------------

_UNSEEN = re.compile("[\u200b\u200e\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
_JOINER = re.compile("(?<![\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])[\u200c\u200d]")  # of emoji it is seen
_HIDDEN = re.compile(
    r"<[a-z][^>]*(?:\bhidden\b|style\s*=\s*[\"'][^\"']*(?:display\s*:\s*none|visibility\s*:\s*hidden"
    r"|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])"
    r"|color\s*:\s*(?:#fff(?:fff)?\b|white\b|transparent|rgb\(255, ?255, ?255\))))[^>]*>",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--(?P<said>.*?)-->", re.DOTALL)
_BLOB = re.compile(r"(?<![\w/+.-])(?=[\w/+]*[a-z])(?=[\w/+]*[A-Z])(?=[\w/+]*\d)[A-Za-z0-9+/]{60,}={0,2}")
_LONGEST_COMMENT = 40  # characters: a note to colleagues


def hidden(article: Article) -> Iterator[Finding]:
    """Characters without a shape, HTML that is not shown, long comments, encoded strings."""
    for place in places(article):
        if found := _UNSEEN.search(place.text) or _JOINER.search(place.text):
            yield _found(Kind.HIDDEN_TEXT, article, place, f"U+{ord(found[0]):04X}")
        if tag := _HIDDEN.search(place.text):
            yield _found(Kind.HIDDEN_TEXT, article, place, tag[0])
        for comment in _COMMENT.finditer(place.text):
            if len(comment["said"].strip()) > _LONGEST_COMMENT:
                yield _found(Kind.HIDDEN_TEXT, article, place, comment[0])
        for blob in _BLOB.finditer(place.text):
            if _decodes(blob[0]):
                yield _found(Kind.BLOB, article, place, blob[0])


def _decodes(blob: str) -> bool:
    try:
        return bool(base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True))
    except (binascii.Error, ValueError):
        return False


_LONGEST_DETAIL = 80


def _found(kind: Kind, article: Article, place: Place, what: str) -> Finding:
    shown = what if len(what) <= _LONGEST_DETAIL else what[:_LONGEST_DETAIL] + "…"
    return Finding(kind=kind, name=article.name, where=place.where, detail=shown)
