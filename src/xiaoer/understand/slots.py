"""What the words name: orders, things, limits, addresses, reasons. Whose they are is checked elsewhere."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from xiaoer.domain.catalog import Category
from xiaoer.domain.understanding import Slots
from xiaoer.understand import codes
from xiaoer.understand.amounts import amounts_in
from xiaoer.understand.dates import dates_in
from xiaoer.understand.numbers import ENGLISH, HAN_NUMBER, number
from xiaoer.understand.patterns import one_of
from xiaoer.understand.pay_methods import pay_method_in
from xiaoer.understand.places import address_in
from xiaoer.understand.prices import prices_in
from xiaoer.understand.shoes import Scale
from xiaoer.understand.sizes import quantity_in, sizes_in
from xiaoer.understand.vocabulary import Pattern, vocabulary

Span = tuple[int, int]

_ORDINALS = {
    w: i + 1
    for i, w in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
    )
}
_PLACE = re.compile(
    rf"第 ?(\d{{1,2}}|{HAN_NUMBER})(?:个|单|双|件|款|条|项|种|笔|张)?(?!次|天|时间|[a-z\d]|方)"
    rf"|\b(?:the )?({'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)) (?:one|order|item|pair|option|product|"
    rf"parcel|of)\b"
    rf"|\b(?:number|option|no\.|#) ?(\d{{1,2}}|{'|'.join(list(ENGLISH)[:10])})(?![\d.])"
)
_PLACE_ALONE = re.compile(
    rf"(?:the )?({'|'.join(_ORDINALS)})|([1-9]|{'|'.join(list(ENGLISH)[:10])})|选?([一二三四五六七八九])"
)
_LAST = re.compile(
    r"最后(?:那?一?[个单双件款条]|面那个)|倒数第一|\bthe last (?:one|of them|item|option)\b|"
    r"^(?:the )?last$|最末"
)
_NEW_VALUE = re.compile(
    r"换成|换为|换个|改成|改为|要换|想换|能换|可以换|换(?=[a-z\d ])|\bto (?:an? |the )?|\bfor (?:an? |"
    r"the )?|\binstead\b|\bneed (?:an? |the )?|"
    r"\bin "
)
_SPLIT = re.compile(r"[^\w%+-]+|_")
_BAG, _AS_A_BAG = "包", r"(?<![打红面])包(?![裹邮装含括退换赔机车])"  # but 包裹, 打包, 包邮, 面包机
_PARTICLES = re.compile(r"[的了吗呢吧啊呀嘛么]")
_LONGEST_SAID, _LONGEST_WORDS = 300, 60  # characters a thing is named in; of a search


@dataclass(frozen=True, slots=True)
class SlotReader:
    """Reads slots as this shop writes them: its order numbers, its shelves, the scale of its shoes."""

    order_pattern: str
    categories: Sequence[Category]
    shoes: Scale = Scale.EU
    _shelves: "dict[str, str]" = field(init=False)
    _shelf: Pattern = field(init=False)

    def __post_init__(self) -> None:
        words = {word.lower(): c.key for c in self.categories for word in (*c.synonyms, c.name.zh, c.name.en)}
        object.__setattr__(self, "_shelves", words)
        object.__setattr__(self, "_shelf", _shelf(words))

    def read(self, tidied: str, text: str, *, today: date | None = None, day_first: bool = False) -> Slots:
        """`tidied` keeps the customer's case and script; `text` is fold(tidied).

        Dates are read against `today`, the customer's; without it there are none. `day_first`: see dates.py.
        """
        words = vocabulary()
        orders = codes.order_ids(text, self.order_pattern)
        rest = _without(text, *(span for _, span in orders))
        phone, email = codes.phone_in(rest), codes.email_in(rest)
        rest = _without(rest, *(hit[1] for hit in (phone, email) if hit))
        tracking = codes.tracking_numbers(rest)
        rest = _without(rest, *(span for _, span in tracking))
        if address := address_in(text):
            rest = _without(rest, address)
        dates = dates_in(rest, today, day_first=day_first) if today else []
        rest = _without(rest, *(span for _, span in dates))
        return replace(
            self._goods(rest),
            dates=tuple(found for found, _ in dates),
            order_ids=tuple(value for value, _ in orders),
            tracking_numbers=tuple(value for value, _ in tracking),
            phone=phone[0] if phone else "",
            email=email[0] if email else "",
            address=tidied[slice(*address)].strip(" ,:;\n") if address else "",
            ordinal=_ordinal(rest),
            that=bool(words.that.search(words.latest.sub(" ", rest))),
            other=bool(words.other.search(rest)),
            latest=bool(words.latest.search(rest)),
            reason=_reason(rest),
            pay_method=pay_method_in(rest),
            unopened=_unopened(rest),
        )

    def _goods(self, text: str) -> Slots:
        """What kind of thing, with which limits, and the words that are left to search for."""
        prices = prices_in(text)
        rest = _without(text, *prices.spans)
        amounts = amounts_in(rest)
        rest = _without(rest, *(amount.span for amount in amounts))
        sizes, quantity = sizes_in(rest, shelf=self.shoes), quantity_in(rest)
        rest = _without(rest, *(size.span for size in sizes), *([quantity[1]] if quantity else []))
        colours = [
            (vocabulary().colours[hit[0]], hit[0], hit.span()) for hit in vocabulary().colour.finditer(rest)
        ]
        rest = _without(rest, *(span for *_, span in colours))
        shelves = list(self._shelf.finditer(rest))
        rest = _without(rest, *(hit.span() for hit in shelves))
        colour, colour_said = _meant(text, colours)
        size, size_said = _meant(text, [(size.value, size.said, size.span) for size in sizes])
        return Slots(
            product_words=_search_words(rest),
            category=self._shelves[max((hit[0] for hit in shelves), key=len)] if shelves else "",
            colour=colour,
            colour_said=colour_said,
            size=size,
            size_said=size_said,
            quantity=quantity[0] if quantity else None,
            amount_minor=amounts[0].minor if amounts else None,
            currency=amounts[0].currency if amounts else "",
            price_min_minor=prices.low_minor,
            price_max_minor=prices.high_minor,
        )


def _shelf(words: Collection[str]) -> Pattern:
    plain = one_of(word for word in words if word != _BAG)
    return re.compile(rf"{plain.pattern}|{_AS_A_BAG}") if _BAG in words else plain


def _meant(text: str, named: Sequence[tuple[str, str, Span]]) -> tuple[str, str]:
    """Of several colours or sizes the one to change to: "from black to white" is white. Else the first.

    Each is its value, what was said, and where; of the one meant, value and what was said.
    """
    if not named:
        return "", ""
    changes = [hit.end() for hit in _NEW_VALUE.finditer(text)]
    after = [one for one in named if changes and one[2][1] > changes[-1]]
    return (after if len(named) > 1 and after else named)[0][:2]


def _search_words(text: str) -> str:
    words = vocabulary()
    rest = words.noise.sub(" ", text[:_LONGEST_SAID])
    segments = [_peeled(segment) for segment in _SPLIT.split(_PARTICLES.sub(" ", rest))]
    kept = [s for s in segments if s and not s.isdecimal()]
    names = [s for s in kept if len(s) > 1 or s in words.short_names]
    return " ".join(names)[:_LONGEST_WORDS].strip()


def _peeled(segment: str) -> str:
    """Without the characters at its ends that cannot be part of a name; English words stay whole."""
    words = vocabulary()
    if segment.isascii():
        return segment
    while segment and segment[0] in words.noise_before:
        segment = segment[1:]
    while segment and segment[-1] in words.noise_after:
        segment = segment[:-1]
    return segment


def _ordinal(text: str) -> int | None:
    if alone := _PLACE_ALONE.fullmatch(text.strip(" .!?,。")):
        return _counted(next(filter(None, alone.groups())))
    if _LAST.search(text.strip()):
        return -1
    found = _PLACE.search(text)
    return _counted(next(filter(None, found.groups()))) if found else None


def _counted(word: str) -> int | None:
    word = (
        word.removesuffix("st").removesuffix("nd").removesuffix("rd").removesuffix("th")
        if word[0].isdecimal()
        else word
    )
    value = _ORDINALS.get(word) or ENGLISH.get(word) or number(word)
    return int(value) if value else None


# What is wrong with a voucher or an address is no fault of goods, and one's age is not their size.
_NO_REASON = re.compile(
    r"券[^,。.]{0,8}(?:不能用|用不了|没法用)|地址[^,。.]{0,3}(?:拍|下|买|填|写)错|(?:岁数|年纪|年龄)[^,。.]{0,3}大"
)


def _reason(text: str) -> str:
    text = _NO_REASON.sub(" ", text)
    return next((reason.value for reason, words in vocabulary().reasons if words.search(text)), "")


def _unopened(text: str) -> bool | None:
    if vocabulary().unopened.search(text):
        return True
    return False if vocabulary().opened.search(text) else None


def _without(text: str, *spans: Span) -> str:
    """The text with blanks in the places given: positions stay."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
