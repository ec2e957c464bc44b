"""How a long conversation began, for a language model that is shown only its end: rows of the records."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from xiaoer.assist.summary import Records, Row, summary_of
from xiaoer.domain.case_ports import CaseFile, CaseFiles
from xiaoer.domain.conversation import Turn
from xiaoer.speak.formats import Calendar

LONGEST = 1_500  # characters
_OF_NOW = frozenset({Row.MOOD, Row.WAITS})  # told with the turn itself


def earlier_in(cases: CaseFiles) -> Callable[[Turn, datetime], Awaitable[str]]:
    """What had been wanted, done, refused and promised by then; empty: nothing had."""

    async def told(turn: Turn, until: datetime) -> str:
        case = _by(await cases.of(turn.conversation.id), until)
        calendar = Calendar(turn.understanding.language, turn.conversation.time_zone, turn.now)
        summary = summary_of(Records(case=case, conversation=turn.conversation), calendar)
        return "\n".join(summary.lines(without=_OF_NOW))[:LONGEST]

    return told


def _by(case: CaseFile, until: datetime) -> CaseFile:
    return replace(
        case,
        turns=tuple(turn for turn in case.turns if turn.at < until),
        effects=tuple(one for one in case.effects if (one.taken_at or one.created_at) < until),
        promises=tuple(one for one in case.promises if one.made_at < until),
    )
