"""Numbers as customers write them: 500, 1.5k, 三百, 两千五, 2百, ten."""

import re

ENGLISH = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "thousand": 1000,
}  # fmt: skip
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "〇": 0}
_PLACES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_SUFFIXES = {"k": 1_000, "w": 10_000, **_PLACES}

HAN_NUMBER = r"[零〇一二两俩三四五六七八九十百千万]{1,9}"
NUMBER = (
    rf"(?:(?<![\d.])\d{{1,8}}(?:,\d{{3}}){{0,2}}(?:\.\d{{1,2}})?(?: ?[kw](?![a-z])| ?[十百千万]\d?)?(?!\d)|"
    rf"{HAN_NUMBER}"
    r"|(?<![a-z])(?:(?:a|one|two|three|four|five) (?:hundred|thousand)|twenty|thirty|fifty|ten|"
    r"hundred)(?![a-z]))"
)
_LATIN = re.compile(r"([\d.]+) ?([kw十百千万])?(\d)?")


def number(text: str) -> float | None:
    """The value of a text that NUMBER matched; None if it is none."""
    plain = text.replace(",", "").strip()
    if found := _LATIN.fullmatch(plain):
        return _latin(found)
    if plain.isascii():
        return _english(plain)
    return _han(plain)


def _latin(found: re.Match[str]) -> float:
    """2千5 is 2500: the digit behind counts the next place."""
    value, suffix, tail = float(found[1]), found[2], found[3]
    if not suffix:
        return value
    place = _SUFFIXES[suffix]
    return value * place + (int(tail) * place / 10 if tail else 0)


def _english(text: str) -> float | None:
    words = text.split()
    values = [1 if word == "a" else ENGLISH.get(word) for word in words]
    if not values or any(value is None for value in values):
        return None
    product = 1
    for value in values:
        product *= value or 1
    return float(product)


def _han(text: str) -> float | None:
    """两千五 is 2500, 三百零五 is 305, 一五 is none."""
    total, digit, place = 0, None, 1
    for char in text:
        if char in _PLACES:
            place = _PLACES[char]
            total = (total + (digit or 0)) * place if place == _PLACES["万"] else total + (digit or 1) * place
            digit = None
        elif char in _DIGITS and (digit in (None, 0)):
            digit = _DIGITS[char]
            place = 1 if digit == 0 else place
        else:
            return None
    if digit is not None:
        total += digit * (place // 10 if place > _PLACES["十"] else 1)
    return float(total)
