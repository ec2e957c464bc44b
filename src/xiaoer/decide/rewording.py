"""LlmVoice: what our own templates say, in words that fit what the customer wrote and how they feel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files

import structlog
from typing_extensions import override

from xiaoer.actions.base import Reach
from xiaoer.decide.briefing import known_of, language_name, manner_of, quiet, whose
from xiaoer.decide.careful import Careful, unwanted
from xiaoer.domain.conversation import Step, Turn
from xiaoer.domain.decision import Do, Say
from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.llm import Brief, FromCustomer, LanguageModel, ModelGone, Purpose
from xiaoer.domain.outcome import Done
from xiaoer.domain.persona import Persona
from xiaoer.domain.ports import Rewording
from xiaoer.domain.reply import Origin, Part, Reply, TextPart
from xiaoer.domain.understanding import Mood
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.claims import Kind, Why
from xiaoer.guard.outbound import found_in
from xiaoer.guard.pseudonyms import Pseudonyms

WITHIN_S = 4.0
LONGEST = 1_500  # characters of a reply that is worth wording anew
_UPSET = frozenset({Mood.WORRIED, Mood.UPSET, Mood.ANGRY})
_log = structlog.get_logger(__name__)


class When(StrEnum):
    NEVER = "never"
    UPSET = "upset"  # where the customer is worried, upset or angry
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmVoice(Rewording):
    """What it says is looked at as everything is; where it fails, the template's own words are said."""

    model: LanguageModel
    persona: Persona
    when: When
    reach_for: Callable[[Turn], Reach]
    key: bytes
    timer: Callable[[], float]
    aloud: Callable[[Turn, str], None] = lambda turn, text: None
    within_s: float = WITHIN_S

    @override
    def wants(self, turn: Turn) -> bool:
        if self.when is When.NEVER or not turn.messages:
            return False
        return self.when is When.ALWAYS or turn.understanding.mood in _UPSET

    @override
    async def reword(self, turn: Turn, reply: Reply) -> Reply | None:
        if not self.wants(turn) or not _may_be_worded(turn, reply):
            return None
        try:
            return await self._reworded(turn, reply)
        except ModelGone as gone:
            _log.warning("voice_gone", turn_id=turn.id, why=gone.why.value)
            return None

    async def _reworded(self, turn: Turn, reply: Reply) -> Reply:
        reach, language = self.reach_for(turn), turn.understanding.language
        names = Pseudonyms(self.key + turn.conversation.id.encode(), await known_of(turn, reach))
        until = self.timer() + self.within_s
        brief = Brief(
            standing=_standing().format(
                shop=reach.policy.shop_name.in_(language),
                name=self.persona.name.in_(language),
                language=language_name(language),
                persona=manner_of(self.persona),
            ),
            lines=(FromCustomer(_told(turn, reply, names)),),
            purpose=Purpose.VOICE,
            whose=whose(turn),
            hidden=names.hidden,
        )
        careful = Careful(
            model=self.model,
            faults=lambda text: self._faults(_with(reply, names.show(text)), turn, reply.text),
            whole=lambda text: _left_out(reply, names.show(text)),
            aloud=lambda sentence: self.aloud(turn, names.show(sentence).strip()),
            left=lambda: until - self.timer(),
        )
        said = await careful.say(brief)
        return _with(reply, names.show(said.text).strip())

    def _faults(self, reply: Reply, turn: Turn, ours: str) -> Sequence[Fault]:
        return [*unwanted(reply.text, self.persona, [ours]), *found_in(reply, turn)]


@cache
def _standing() -> str:
    return (files("xiaoer.decide") / "rewording.md").read_text(encoding="utf-8").strip()


def _may_be_worded(turn: Turn, reply: Reply) -> bool:
    """What was found of one order, or small talk. A no, a rule, a question, a card, a hand-over and the
    merchant's own words stay: turned round by a word, or said of another order, they would still be proven.
    """
    if reply.origin is not Origin.TEMPLATE or reply.templates or not 0 < len(reply.text) <= LONGEST:
        return False
    return bool(turn.steps) and all(map(_is_told, turn.steps)) and len(_orders(turn)) <= 1


def _is_told(step: Step) -> bool:
    match step.chosen.decision:
        case Do():
            return isinstance(step.outcome, Done)
        case Say():
            return not step.chosen.why.startswith("rule:")
        case _:
            return False


def _orders(turn: Turn) -> set[str]:
    """The orders that are spoken of."""
    facts = [step.outcome.facts for step in turn.steps if isinstance(step.outcome, Done)]
    rows = [row for one in facts for row in (one, *_rows(one.get("orders")))]
    return {str(row["order_id"]) for row in rows if row.get("order_id")}


def _rows(value: Fact) -> Sequence[Facts]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, tuple) else ()


def _told(turn: Turn, reply: Reply, names: Pseudonyms) -> str:
    said = quiet(names.hide("\n".join(message.text for message in turn.messages if message.text)))
    mood = turn.understanding.mood.value
    ours = names.hide(reply.text)
    return f"<customer mood={mood}>\n{said}\n</customer>\n<reply>\n{ours}\n</reply>"


def _with(reply: Reply, text: str) -> Reply:
    """The same reply in other words: its cards and citations, and what proves it, stay."""
    rest: list[Part] = [part for part in reply.parts if not isinstance(part, TextPart)]
    return replace(reply, parts=(TextPart(text=text), *rest), origin=Origin.AI)


def _left_out(reply: Reply, text: str) -> Sequence[Fault]:
    """A value of the reply that is not in the text any more."""
    told = {value for receipt in reply.receipts for value in receipt.values}
    kept = "".join(text.split())
    lost = [one for one in told if any(map(str.isdigit, one)) and "".join(one.split()) not in kept]
    return [Fault(Kind.NUMBER, one, Why.LEFT_OUT) for one in sorted(lost) if one in reply.text]
