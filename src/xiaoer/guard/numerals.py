"""Numbers written as words: 一千二百九十九, 两万, 三五, twenty-five, two hundred."""

from decimal import Decimal

HAN = "零〇一二两三四五六七八九十百千万亿"
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_PLACES = {"十": 10, "百": 100, "千": 1_000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}
_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1_000}
ENGLISH = rf"(?:{'|'.join(sorted([*_WORDS, *_SCALES], key=len, reverse=True))})"
# Words that are a number with what stands behind them: a couple of weeks, half a dozen.
ABOUT = {"a couple of ": 2, "couple of ": 2, "half a dozen": 6, "a dozen": 12, "dozen": 12}
AND_A_HALF = " and a half"
_ONE_TO_NINE = "一二三四五六七八九"
_SCALES_ZH = {"": 1, "十": 10, "百": 100, "千": 1_000, "万": 10_000}
LONGEST_HAN = 20  # characters of a number; the longest real one has 15


def han(text: str) -> Decimal | None:
    """两千五 is 2500, 三百零五 is 305, 二〇二六 is 2026; None for what is no number."""
    if len(text) > LONGEST_HAN:
        return None
    if all(c in _DIGITS for c in text):
        return Decimal("".join(str(_DIGITS[c]) for c in text))
    total = group = 0
    digit, last = -1, 1
    for char in text:
        if char in _DIGITS:
            if digit > 0:
                return None
            digit, last = _DIGITS[char], 1 if _DIGITS[char] == 0 else last
        elif char in _PLACES:
            last = _PLACES[char]
            group += (1 if digit < 0 else digit) * last
            digit = -1
        else:
            total = (total + group + max(digit, 0)) * _GROUPS[char]
            group, digit, last = 0, -1, _GROUPS[char]
    if digit > 0:  # 两千五: the last digit counts the next place
        group += digit * (last // 10 if last > _PLACES["十"] else 1)
    return Decimal(total + group)


def english(text: str) -> Decimal | None:
    """twenty-five is 25, two hundred and five is 205, two and a half is 2.5."""
    total = current = 0
    half = text.endswith(AND_A_HALF)
    for word in text.removesuffix(AND_A_HALF).replace("-", " ").split():
        if word in _WORDS:
            current += _WORDS[word]
        elif word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if word == "thousand":
                total, current = total + current, 0
        elif word != "and":
            return None
    return Decimal(total + current) + (Decimal("0.5") if half else 0)


def either(text: str) -> tuple[Decimal, Decimal] | None:
    """两三 is two or three, 三五 three to five; None for what is not said so."""
    pair, place = text[:2].replace("两", "二", 1), text[2:]
    if len(pair) < len(("one", "other")) or not set(pair) <= set(_ONE_TO_NINE) or place not in _SCALES_ZH:
        return None
    one, other = (_DIGITS[char] for char in pair)
    scale = _SCALES_ZH[place]
    return (Decimal(one * scale), Decimal(other * scale)) if other == one + 1 or pair == "三五" else None


def some(text: str) -> range | None:
    """十几 is 11 to 19, 几十 20 to 99; None for what is not said so."""
    if text == "几十":
        return range(20, 100)
    tens = han(text.removesuffix("几")) if text.endswith("几") and len(text) > 1 else None
    return range(int(tens) + 1, int(tens) + 10) if tens is not None and tens % 10 == 0 and tens else None
