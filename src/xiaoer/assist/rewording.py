"""What somebody at the desk has written, in other words: every figure in it, and none besides."""

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from xiaoer.assist.asking import Asking, Wanted, Worded, linked, standing
from xiaoer.assist.same import added, left_out, turned
from xiaoer.decide.careful import avoided
from xiaoer.domain.conversation import Turn
from xiaoer.domain.persona import Persona
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.claims import Kind, Why
from xiaoer.guard.concessions import conceded
from xiaoer.guard.evidence import read
from xiaoer.guard.pseudonyms import PSEUDONYM, Of, Pseudonyms
from xiaoer.text.clean import clean
from xiaoer.text.language import language_of


class How(StrEnum):
    WARMER = "warmer"
    SHORTER = "shorter"
    FORMAL = "formal"
    CLEARER = "clearer"


_WHEN = frozenset({Kind.DATE, Kind.DURATION, Kind.TIME})
_ARRIVES = re.compile("送到|到货|送达|到账|发出|寄出|发货|deliver|there|arrive|reach|ship")
_HOW = {
    How.WARMER: "warmer and kinder, at most one sentence longer",
    How.SHORTER: "shorter: as few words as it can be said in without being curt",
    How.FORMAL: "more formal: as a careful business letter would say it",
    How.CLEARER: "clearer: plain words, short sentences, the most important thing first",
}


async def reworded(asking: Asking, turn: Turn, text: str, how: How) -> Worded:
    """`turn`: of the conversation it is written in."""
    language = language_of(clean(text), turn.conversation.language)
    today = turn.now.astimezone(ZoneInfo(turn.conversation.time_zone)).date()
    rules = standing("rewrite").format(
        shop=asking.policy.shop_name.in_(language),
        how=_HOW[how],
        avoid=", ".join(asking.persona.avoid) or "-",
    )

    def wanted(names: Pseudonyms) -> Wanted:
        hidden = names.hide(text)

        return Wanted(
            standing=rules,
            told=f"<text>\n{hidden}\n</text>",
            hidden=names.hidden,
            show=names.show,
            faults=lambda said: [*more_in(names.show(said), text, asking.persona, today), *linked(said)],
            whole=lambda said: [
                *_lost(hidden, said),
                *less_in(names.show(said), text, today),
                *_translated(names.show(said), language),
            ],
            length=2 * len(text),
        )

    return await asking.worded(turn, wanted)


def more_in(shown: str, text: str, persona: Persona, today: date) -> Sequence[Fault]:
    """What `text` does not say, and what the shop never says."""
    return [*avoided(shown, persona), *added(text, shown, today), *_granted(text, shown, today)]


def less_in(shown: str, text: str, today: date) -> Sequence[Fault]:
    """What `text` says and `shown` does not: a figure, a no."""
    return [*left_out(text, shown, today), *turned(text, shown)]


def _translated(shown: str, language: Language) -> Sequence[Fault]:
    """Chinese that became English or the other way round; other languages are not told apart."""
    same = language_of(clean(shown), language) is language
    return [] if same else [Fault(Kind.LANGUAGE, language.value, Why.WRONG_LANGUAGE)]


def _granted(text: str, shown: str, today: date) -> Sequence[Fault]:
    """A grant where the person wrote none; that something arrives where they wrote when is theirs."""
    if any(conceded(text, [])):
        return []
    timed = any(claim.kind in _WHEN for claim in read(text, today).claims)
    return [one for one in conceded(shown, []) if not (timed and _ARRIVES.search(one.said))]


def _lost(hidden: str, said: str) -> Sequence[Fault]:
    """Someone's data that is not in it any more; a name may be left out."""
    kept = {found.upper() for found in PSEUDONYM.findall(said)}
    told = {found.upper() for found in PSEUDONYM.findall(hidden)}
    return [Fault(Kind.ID, one, Why.LEFT_OUT) for one in sorted(told - kept) if not one.startswith(Of.NAME)]
