"""What somebody at the desk has written, in other words: every figure in it, and none besides."""

from collections.abc import Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo

from xiaoer.assist.asking import Asking, Wanted, Worded, linked, standing
from xiaoer.assist.same import added, left_out, turned
from xiaoer.decide.briefing import language_name
from xiaoer.decide.careful import avoided
from xiaoer.domain.conversation import Turn
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.claims import Kind, Why
from xiaoer.guard.concessions import conceded
from xiaoer.guard.pseudonyms import PSEUDONYM, Of, Pseudonyms
from xiaoer.text.language import language_of


class How(StrEnum):
    WARMER = "warmer"
    SHORTER = "shorter"
    FORMAL = "formal"
    CLEARER = "clearer"


_HOW = {
    How.WARMER: "warmer and kinder, at most one sentence longer",
    How.SHORTER: "shorter: as few words as it can be said in without being curt",
    How.FORMAL: "more formal: as a careful business letter would say it",
    How.CLEARER: "clearer: plain words, short sentences, the most important thing first",
}


async def reworded(asking: Asking, turn: Turn, text: str, how: How) -> Worded:
    """`turn`: of the conversation it is written in."""
    language = language_of(text, turn.conversation.language)
    today = turn.now.astimezone(ZoneInfo(turn.conversation.time_zone)).date()
    rules = standing("rewrite").format(
        shop=asking.policy.shop_name.in_(language),
        language=language_name(language),
        how=_HOW[how],
        avoid=", ".join(asking.persona.avoid) or "-",
    )

    def wanted(names: Pseudonyms) -> Wanted:
        hidden = names.hide(text)

        def faults(said: str) -> Sequence[Fault]:
            shown = names.show(said)
            new = [*avoided(shown, asking.persona), *added(text, shown, today), *_granted(text, shown)]
            return [*new, *linked(said)]

        def whole(said: str) -> Sequence[Fault]:
            shown = names.show(said)
            return [*_lost(hidden, said), *left_out(text, shown, today), *turned(text, shown)]

        return Wanted(
            standing=rules,
            told=f"<text>\n{hidden}\n</text>",
            hidden=names.hidden,
            show=names.show,
            faults=faults,
            whole=whole,
            length=2 * len(text),
        )

    return await asking.worded(turn, wanted)


def _granted(text: str, shown: str) -> Sequence[Fault]:
    """A grant where the person wrote none."""
    return [] if any(conceded(text, [])) else [*conceded(shown, [])]


def _lost(hidden: str, said: str) -> Sequence[Fault]:
    """Someone's data that is not in it any more; a name may be left out."""
    kept = {found.upper() for found in PSEUDONYM.findall(said)}
    told = {found.upper() for found in PSEUDONYM.findall(hidden)}
    return [Fault(Kind.ID, one, Why.LEFT_OUT) for one in sorted(told - kept) if not one.startswith(Of.NAME)]
