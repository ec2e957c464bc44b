"""Sizes and counts: 42码, EU 42, UK 8, 脚长265mm, XL, 加大, a medium, 两双, 3 pairs."""

import re
from dataclasses import dataclass
from itertools import islice

from xiaoer.text.clean import clean
from xiaoer.understand.numbers import ENGLISH, number
from xiaoer.understand.shoes import Scale, converted
from xiaoer.understand.vocabulary import vocabulary

Span = tuple[int, int]

_REGION = re.compile(
    r"(?<![a-z0-9])(eur?|uk|us|欧码|英码|美码) ?(?:size |码 ?)?(\d{1,2}(?:\.5)?)(?![\d.%]|[a-z])|"
    r"(?<![\d.])(\d{1,2}(?:\.5)?) ?(eur?|uk|us)(?![a-z0-9])"
)
_FOOT = re.compile(
    r"(?<![\d.-])(2\d\d)(?:\.0)? ?(?:mm\b|毫米|码|的?(?:女|男|童)?鞋)|"
    r"(?<![\d.-])(2\d(?:\.\d)?) ?(?:cm\b|厘米|公分)",
    re.ASCII,
)
_ABOUT_FEET = re.compile(r"脚|鞋|\b(?:foot|feet|shoes?|boots?|sneakers|trainers|insole)\b|码")
_HEIGHT = re.compile(
    r"(?<![\d.])(1[4-9][05])(?:/\d{2,3}[abcy]?)?(?= ?(?:码|的(?:衣|裤|裙|上衣|外套|"
    r"校服|卫衣)))"
)
_SHOE = re.compile(
    r"(?<![\d.a-z-])(?:(\d{2}(?:\.5)?) ?码|((?:3[4-9]|4[0-8])(?:\.5)?) ?号(?!楼|院|路|线|门|店|单|之前|"
    r"前|左右|到|发|下单))"
    r"|(?:sizes?|尺码|鞋码|码数|尺寸) ?(?:是|为|of|:)? ?(\d{1,2}(?:\.5)?)(?!\d|\.\d)"
    r"|(?:换成?|要|有|穿|买|in|for|take|got|need|is|are|a) ?((?:3[4-9]|4[0-8])(?:\.5)?)"
    r"(?=[^\d.]|\.(?!\d)|$)(?! ?(?:天|日|元|块|件|个|双|days?|weeks?|hours?|yuan|dollars?|pairs?|"
    r"items?|pieces?|"
    r"street|st\b|[a-z]{2,} (?:st|street|road|rd|ave|lane)))"
)
_HAN_SHOE = re.compile(r"([三四]十[一二三四五六七八九]?)(点五|半)?(?= ?码)")
_LETTER = r"(xxs|xs|xxxl|xxl|xl|[2345]xl)"
_LETTERS = re.compile(
    rf"(?<![a-z0-9]){_LETTER}(?![a-z0-9]) ?(?:码|号)?"
    r"|(?<![a-z0-9'])([sml]) ?[码号]"
    r"|(?:(?<![a-z])(?:sizes?|in|in an?|for an?|to) |尺码|换成?|要|有|穿|换个) ?([sml])(?![a-z0-9'])"
)
_ENGLISH = re.compile(
    r"(?:sizes?|in an?|in|for an?|need an?|want an?|get an?|to an?|available in|have an?|take an?) ?"
    r"(extra large|extra small|small|medium|large)(?! (?:one|amount|order|bag|box|number))\b"
    r"|^an? (small|large)\b(?= would| please| fits?| instead)|\b(medium|extra large|extra small)\b"
)
_ALONE = re.compile(
    r"(?:size )?(xxs|xs|s|m|l|xl|xxl|xxxl|[2345]xl|(?:3[4-9]|4[0-8])(?:\.5)?|small|medium|large)[.!? ]*"
)
_SPOKEN = {"extra small": "XS", "small": "S", "medium": "M", "large": "L", "extra large": "XL"}
_SCALES = {
    "eu": Scale.EU,
    "eur": Scale.EU,
    "uk": Scale.UK,
    "欧码": Scale.EU,
    "英码": Scale.UK,
}  # us: by whose shoe
_WRITTEN = {"英码": "UK", "美码": "US", "欧码": "EU", "eur": "EU"}
_WOMAN = re.compile(r"女|\b(?:women|woman|ladies|lady|female|girl)(?:'?s)?\b|\bher\b")
_CLOTHES = re.compile(
    r"裙|裤|衣|外套|夹克|衬衫|卫衣|毛衫|文胸|\b(?:dress|skirt|jeans|trousers|pants|shirt|t-?shirt|top|"
    r"blouse|jacket|coat|"
    r"hoodie|sweater|jumper|shorts|suit|bra)(?:es|s)?\b"
)
_RELATIVE = re.compile(r"[大小](?:半|[一1两2]半?)[号码]")  # 大一号 is no size

_COUNT = re.compile(
    r"(?<![第另那这哪几每后前下一.\d])(\d{1,3}|[二两三四五六七八九十百]{1,4}) ?(?:件|双(?!十)|个(?!月|"
    r"小时|订单|字|人|"
    r"单|号|星期|礼拜)|条|只|份|套|盒|瓶|包|支|台|罐|袋|箱|组|副|对(?![吧吗的不么])|块(?=毛巾|肥皂|"
    r"地垫))(?!以上)"
    r"|(?<![a-z])x ?(\d{1,3})\b|\b(\d{1,3}) ?x(?= |$)"
    r"|\b(\d{1,3}|two|three|four|five|six|seven|eight|nine|ten) (?:pairs?|pieces?|pcs|units|items|"
    r"boxes|sets|packs|bottles|"
    r"of (?:them|these|those|it))\b"
    r"|\b(?:ordered|order|bought|buy|purchased|need|want|wanted|received|got|get|add|take|sent me|only got) "
    r"(\d{1,3}|two|three|four|five|six|seven|eight|nine|ten) (?:(?!more |"
    r"other )[a-z-]{2,15} )?(?!times|days|weeks|months|hours|"
    r"minutes|years|stars|emails|messages|calls|orders|texts|dollars|bucks|pounds|euros|percent|points|"
    r"different)[a-z]{3,15}s\b"
)
_ONE = re.compile(
    r"(?<![第另那这哪几每后前下换取退买拍])[一1](?:双|件|条|只|套|盒|瓶|支|台|罐|袋|"
    r"箱)(?!就坏|多|有|子|几|\d|净|是|怎)|\bjust one\b(?! (?:more|question|thing))"
)
_DOZEN = re.compile(r"\b(?:a|one) dozen\b|[一1]打(?![开电折])")
_DOUBLE = re.compile(r"双份")
_MOST_OF_A_KIND = 8  # in a flood, the rest is not read
_FIRST_EU, _LAST_EU = 34, 50


@dataclass(frozen=True, slots=True)
class Size:
    value: str  # as the shop writes it: "42", "XL"
    said: str  # "uk 8"
    span: Span


def sizes_in(text: str, *, shelf: Scale = Scale.EU) -> list[Size]:
    """In their order in a cleaned text. Shoe sizes of other regions are turned into those of the `shelf`."""
    plain = _RELATIVE.sub(lambda found: " " * len(found[0]), text)
    if alone := _ALONE.fullmatch(plain.strip()):
        return [Size(_SPOKEN.get(alone[1], alone[1].upper()), text.strip(), (0, len(text)))]
    found = [*_regional(plain, shelf), *_by_foot(plain, shelf), *_numbered(plain, shelf), *_lettered(plain)]
    kept: list[Size] = []
    for size in sorted(found, key=lambda one: (one.span[0], -one.span[1])):
        if not kept or size.span[0] >= kept[-1].span[1]:
            kept.append(size)
    return kept


def quantity_in(text: str) -> tuple[int, Span] | None:
    for found in islice(_COUNT.finditer(text), _MOST_OF_A_KIND):
        said = next(group for group in found.groups() if group)
        value = ENGLISH.get(said) or number(said)
        if value:
            return int(value), found.span()
    for pattern, count in ((_DOZEN, 12), (_DOUBLE, 2), (_ONE, 1)):
        if one := pattern.search(text):
            return count, one.span()
    return None


def _regional(text: str, shelf: Scale) -> list[Size]:
    return [
        Size(_in_region(hit[1] or hit[4], hit[2] or hit[3], text, shelf), hit[0].upper(), hit.span())
        for hit in islice(_REGION.finditer(text), _MOST_OF_A_KIND)
    ]


def _in_region(region: str, digits: str, text: str, shelf: Scale) -> str:
    """Of clothes, and where no shoe has such a number, as it was said."""
    us = Scale.US_WOMEN if _WOMAN.search(text) else Scale.US_MEN
    scale = _SCALES.get(region, us)
    if scale is shelf:
        return digits
    fit = None if _CLOTHES.search(text) else converted(float(digits), scale, shelf)
    return fit or f"{_WRITTEN.get(region, region.upper())} {digits}"


def _by_foot(text: str, shelf: Scale) -> list[Size]:
    """脚长265mm, 26.5 cm, 245码的女鞋; and of clothes the height they are cut for, 170."""
    heights = [Size(hit[1], hit[0], hit.span()) for hit in islice(_HEIGHT.finditer(text), _MOST_OF_A_KIND)]
    if not _ABOUT_FEET.search(text):
        return heights
    found: list[Size] = []
    for hit in islice(_FOOT.finditer(text), _MOST_OF_A_KIND):
        length = float(hit[1]) if hit[1] else float(hit[2]) * 10
        if fit := converted(length, Scale.MM, shelf):
            found.append(Size(fit, hit[0], (hit.start(), hit.end(1) if hit[1] else hit.end())))
    return [*heights, *found]


def _numbered(text: str, shelf: Scale) -> list[Size]:
    digits = [
        (hit[1] or hit[2] or hit[3] or hit[4], hit) for hit in islice(_SHOE.finditer(text), _MOST_OF_A_KIND)
    ]
    spoken = [(_han(hit), hit) for hit in islice(_HAN_SHOE.finditer(text), _MOST_OF_A_KIND)]
    return [Size(_on_shelf(value, shelf), _said(hit), hit.span()) for value, hit in (*digits, *spoken)]


def _said(hit: re.Match[str]) -> str:
    """The size itself, without the 换成 or "in a" that led to it."""
    start = min(hit.start(number) for number in range(1, len(hit.groups()) + 1) if hit[number])
    return hit.string[start : hit.end()].strip()


def _han(hit: re.Match[str]) -> str:
    return f"{number(hit[1]) or 0:g}" + (".5" if hit[2] else "")


def _on_shelf(value: str, shelf: Scale) -> str:
    """42码 is a European size wherever it is said; what can be none stays as it is."""
    is_eu = _FIRST_EU <= float(value) <= _LAST_EU and shelf is not Scale.EU
    return (converted(float(value), Scale.EU, shelf) if is_eu else None) or value


def _lettered(text: str) -> list[Size]:
    letters = [
        ((hit[1] or hit[2] or hit[3]).upper(), hit)
        for hit in islice(_LETTERS.finditer(text), _MOST_OF_A_KIND)
    ]
    spoken = [
        (_SPOKEN[hit[1] or hit[2] or hit[3]], hit) for hit in islice(_ENGLISH.finditer(text), _MOST_OF_A_KIND)
    ]
    words = vocabulary().size_words
    named = [Size(words[word], word, (at, at + len(word))) for word in words if (at := text.find(word)) >= 0]
    said = [Size(value, _said(hit), hit.span()) for value, hit in (*letters, *spoken)]
    return said or named  # 最小号L is an L


def shoe_size_in(text: str) -> Size | None:
    """The European size of a foot's length or of a shoe size of any region; None: no adult's shoe."""
    plain = clean(text)
    for size in (*sizes_in(plain), *sizes_in("脚 " + plain)):  # 26.5 cm alone may be anything but of a foot
        number = size.value if size.value.replace(".", "", 1).isdecimal() else ""
        if number and _FIRST_EU <= float(number) <= _LAST_EU:
            return size
    return None
