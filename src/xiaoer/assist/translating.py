"""A message in another language, for the customer or for who is at the desk: with every figure as it was."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from xiaoer.assist.asking import Asking, Wanted, Worded, linked, standing
from xiaoer.assist.marks import Marks, locale_of
from xiaoer.assist.same import added, come_about, left_out
from xiaoer.decide.briefing import quiet
from xiaoer.decide.careful import avoided
from xiaoer.domain.conversation import Turn
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.claims import Kind, Why
from xiaoer.guard.pseudonyms import PSEUDONYM, Pseudonyms
from xiaoer.text.clean import clean
from xiaoer.text.language import language_of
from xiaoer.text.words import HAN

_LONGEST_TIMES, _LONGEST_MORE = 5, 200  # an answer longer than that is no translation
_EQUAL = frozenset({Kind.MONEY, Kind.PERCENT, Kind.DURATION, Kind.DATE})  # also where they are words
_NO_MORE = _EQUAL | {Kind.PROMISE, Kind.DONE}
_HAN = re.compile(f"[{HAN}]")
_WITH_HAN = frozenset({"zh", "yue", "ja"})
_KANA_OR_HANGUL = re.compile("[\u3041-\u30ff\u1100-\u11ff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is to be translated. `customers`: it was written by the customer, and proves nothing."""

    text: str
    customers: bool = False


async def translated(asking: Asking, turn: Turn, source: Source, tag: str) -> Worded:
    """Into the language that `tag` (BCP 47) names."""
    language = language_of(clean(source.text), turn.conversation.language)
    to, today = locale_of(tag), turn.now.astimezone(ZoneInfo(turn.conversation.time_zone)).date()
    rules = standing("translate").format(
        shop=asking.policy.shop_name.in_(language),
        language=f"{to.english_name or tag} ({tag})" if to else f"the language with the BCP 47 tag {tag}",
        writer="the customer" if source.customers else "the staff",
    )

    def wanted(names: Pseudonyms) -> Wanted:
        marks = Marks(today, to)
        hidden = marks.put(names.hide(source.text))

        def show(text: str) -> str:
            return names.show(marks.back(text))

        return Wanted(
            standing=rules,
            told=f"<text>\n{quiet(hidden)}\n</text>",
            hidden=names.hidden,
            show=show,
            faults=lambda said: [*_odd(source, show(said), asking), *linked(said)],
            whole=lambda said: [
                *marks.faults(said),
                *names_kept(hidden, said),
                *other_letters(source.text, show(said), tag),
                *claims_in_words(source.text, show(said), tag, today, own=marks.own_digits(said)),
            ],
            length=3 * len(source.text),
        )

    return await asking.worded(turn, wanted)


def _odd(source: Source, shown: str, asking: Asking) -> Sequence[Fault]:
    """Longer than any translation; to a customer a word the shop never says."""
    if long := too_long(source.text, shown):
        return long
    return [] if source.customers else avoided(shown, asking.persona)


def too_long(text: str, shown: str) -> list[Fault]:
    """Longer than any translation."""
    most = _LONGEST_TIMES * len(text) + _LONGEST_MORE
    return [Fault(Kind.LENGTH, "", Why.TOO_LONG)] if len(shown) > most else []


def names_kept(hidden: str, said: str) -> Sequence[Fault]:
    """Each of what was hidden is there, and nothing else is."""
    told = {found.upper() for found in PSEUDONYM.findall(hidden)}
    there = {found.upper() for found in PSEUDONYM.findall(said)}
    lost = [Fault(Kind.ID, one, Why.LEFT_OUT) for one in sorted(told - there)]
    return [*lost, *(Fault(Kind.ID, one, Why.NO_RECEIPT) for one in sorted(there - told))]


def other_letters(text: str, shown: str, tag: str) -> Sequence[Fault]:
    """Whether it is in another language than was asked for, as far as letters tell."""
    primary, han = tag.partition("-")[0].lower(), len(_HAN.findall(shown))
    letters = sum(char.isalpha() for char in shown)
    left = primary not in _WITH_HAN and han * 3 > letters
    strange = primary in ("zh", "en") and len(_KANA_OR_HANGUL.findall(shown)) * 3 > letters
    missing = (
        primary == "zh" and not han and language_of(clean(text), Language.ZH) is Language.EN and letters > han
    )
    return [Fault(Kind.LANGUAGE, tag, Why.WRONG_LANGUAGE)] if left or strange or missing else []


def claims_in_words(text: str, shown: str, tag: str, today: date, *, own: bool) -> Sequence[Fault]:
    """What is told in words, where both languages are read here. `own`: digits that the model wrote itself,
    which elsewhere nothing can prove.
    """
    primary = tag.partition("-")[0].lower()
    if primary in set(Language) and not _KANA_OR_HANGUL.search(text):
        kinds = _NO_MORE | {Kind.NUMBER} if own else _NO_MORE
        more = added(text, shown, today, kinds=kinds)
        lost = left_out(text, shown, today, kinds=_EQUAL)
        return [*more, *lost, *come_about(text, shown, today)]
    return [Fault(Kind.NUMBER, "", Why.NO_RECEIPT)] if own else []
