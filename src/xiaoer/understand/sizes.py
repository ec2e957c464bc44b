"""Sizes and counts: 42码, EU 42, UK 8, XL, 加大, a medium, 两双, 3 pairs."""

import re

from xiaoer.understand.numbers import ENGLISH, number
from xiaoer.understand.vocabulary import vocabulary

Span = tuple[int, int]

_REGION = re.compile(
    r"(?<![a-z0-9])(eu|eur|uk|us|欧码|英码|美码) ?(?:size |码 ?)?(\d{1,2}(?:\.5)?)(?![\d.%]|[a-z])|"
    r"(?<![\d.])(\d{1,2}(?:\.5)?) ?(eu|uk|us)(?![a-z0-9])"
)
_SHOE = re.compile(
    r"(?<![\d.a-z-])(\d{2}(?:\.5)?) ?(?:码|号(?!楼|院|路|线|门|店|单|之前|前|左右|到|发|下单))"
    r"|(?:sizes?|尺码|鞋码|码数|尺寸) ?(?:是|为|of|:)? ?(\d{1,2}(?:\.5)?)(?!\d|\.\d)"
    r"|(?:换成?|要|有|穿|买|in|for|take|got|is|are|a) ?((?:3[4-9]|4[0-8])(?:\.5)?)"
    r"(?=[^\d.]|\.(?!\d)|$)(?! ?(?:天|日|元|块|件|个|双|days?|weeks?|hours?|yuan|dollars?|pairs?|items?|"
    r"street|st\b|[a-z]{2,} (?:st|street|road|rd|ave|lane)))"
)
_LETTER = r"(xxs|xs|xxxl|xxl|xl|[2345]xl)"
_LETTERS = re.compile(
    rf"(?<![a-z0-9]){_LETTER}(?![a-z0-9]) ?(?:码|号)?"
    r"|(?<![a-z0-9'])([sml]) ?[码号]"
    r"|(?:sizes?|尺码|in|in an?|for an?|换成?|要|有|穿|换个) ?([sml])(?![a-z0-9'])"
)
_ENGLISH = re.compile(
    r"(?:sizes?|in an?|in|for an?|need an?|want an?|get an?|to an?|available in|have an?|take an?) ?"
    r"(extra large|extra small|small|medium|large)(?! (?:one|amount|order|bag|box|number))\b"
    r"|\b(medium|extra large|extra small)\b"
)
_ALONE = re.compile(
    r"(?:size )?(xxs|xs|s|m|l|xl|xxl|xxxl|[2345]xl|(?:3[4-9]|4[0-8])(?:\.5)?|small|medium|large)[.!? ]*"
)
_SPOKEN = {"extra small": "XS", "small": "S", "medium": "M", "large": "L", "extra large": "XL"}
_REGIONS = {"eu": "", "eur": "", "欧码": "", "uk": "UK ", "英码": "UK ", "us": "US ", "美码": "US "}
_RELATIVE = re.compile(r"[大小](?:半|[一1两2]半?)[号码]")  # 大一号 is no size

_COUNT = re.compile(
    r"(?<![第另那这哪几每后前下一])(\d{1,3}|[二两三四五六七八九十]{1,2}) ?(?:件|双|个(?!月|小时|订单|字|人|"
    r"单)|条|只|份|套|盒|瓶|包|支|台)(?!以上)"
    r"|\bx ?(\d{1,3})\b|\b(\d{1,3}) ?x(?= |$)"
    r"|\b(\d{1,3}|two|three|four|five|six|seven|eight|nine|ten) (?:pairs?|pieces?|pcs|units|items|"
    r"of (?:them|these|those|it))\b"
)
_ONE = re.compile(r"(?<![第另那这哪几每后前下换取退买拍])[一1](?:双|件|条|只|套|盒|瓶|支|台)(?!就)")


def sizes_in(text: str) -> list[tuple[str, Span]]:
    """Sizes as a shop writes them ("42", "XL", "UK 8"), in their order in a cleaned text."""
    plain = _RELATIVE.sub(lambda found: " " * len(found[0]), text)
    if alone := _ALONE.fullmatch(plain.strip()):
        return [(_SPOKEN.get(alone[1], alone[1].upper()), (0, len(text)))]
    found = [*_regional(plain), *_numbered(plain), *_lettered(plain)]
    kept: list[tuple[str, Span]] = []
    for size, span in sorted(found, key=lambda hit: hit[1]):
        if not kept or span[0] >= kept[-1][1][1]:
            kept.append((size, span))
    return kept


def quantity_in(text: str) -> tuple[int, Span] | None:
    for found in _COUNT.finditer(text):
        said = next(group for group in found.groups() if group)
        value = ENGLISH.get(said) or number(said)
        if value:
            return int(value), found.span()
    if one := _ONE.search(text):
        return 1, one.span()
    return None


def _regional(text: str) -> list[tuple[str, Span]]:
    return [(f"{_REGIONS[hit[1] or hit[4]]}{hit[2] or hit[3]}", hit.span()) for hit in _REGION.finditer(text)]


def _numbered(text: str) -> list[tuple[str, Span]]:
    return [(hit[1] or hit[2] or hit[3], hit.span()) for hit in _SHOE.finditer(text)]


def _lettered(text: str) -> list[tuple[str, Span]]:
    letters = [((hit[1] or hit[2] or hit[3]).upper(), hit.span()) for hit in _LETTERS.finditer(text)]
    spoken = [(_SPOKEN[hit[1] or hit[2]], hit.span()) for hit in _ENGLISH.finditer(text)]
    words = vocabulary().size_words
    named = [(words[word], (at, at + len(word))) for word in words if (at := text.find(word)) >= 0]
    return [*letters, *spoken, *named]
