"""A reply in the language of a customer who writes neither of the house's: beside its own words, which count.

What is said in it no rule here can read: its figures, names, links and letters are looked at, and what was
looked at as ever stands below it. Without a model, or when it is gone, the house's words stand alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from typing_extensions import override

from xiaoer.assist.asking import Asking, Ready, Wanted, linked, standing
from xiaoer.assist.marks import Marks, is_tag, locale_of
from xiaoer.assist.translating import names_kept, other_letters, too_long
from xiaoer.decide.briefing import quiet, whose
from xiaoer.decide.careful import avoided
from xiaoer.domain.conversation import Turn
from xiaoer.domain.llm import Purpose
from xiaoer.domain.ports import Rewording
from xiaoer.domain.reply import Part, Reply, TranslationPart
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.claims import Kind, Why
from xiaoer.guard.pseudonyms import Pseudonyms
from xiaoer.speak.book import book

_OUR_OWN = frozenset(Language)
_SAMPLE = 1_000  # characters of what the customer wrote, to tell the language by


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter(Rewording):
    """`voice` words what is said in a language of the house; `may`: whether the model is heard in a turn."""

    voice: Rewording
    asking: Asking
    may: Callable[[Turn], bool]

    @override
    def wants(self, turn: Turn) -> bool:
        return not _is_foreign(turn) and self.voice.wants(turn)

    @override
    async def reword(self, turn: Turn, reply: Reply) -> Reply | None:
        if not _is_foreign(turn):
            return await self.voice.reword(turn, reply)
        if not reply.text or not self.may(turn):
            return None
        source = _source(turn, reply)

        def wanted(names: Pseudonyms) -> Wanted:
            return _Asked(self.asking, turn, source, names, names.hide(source)).wanted

        worded = await self.asking.worded(turn, wanted)
        if worded.state is not Ready.READY:
            return None
        tag, text = _split(worded.text)
        if _primary(tag) in _OUR_OWN or not text:
            return None
        translated: Part = TranslationPart(text=text, language=tag)
        return replace(reply, parts=(translated, *reply.parts))


def _is_foreign(turn: Turn) -> bool:
    """By what was written now; where that does not tell, by what was written before."""
    heard = turn.understanding.foreign
    return bool(turn.memory.tongue) if heard is None else heard


def _source(turn: Turn, reply: Reply) -> str:
    """The first time with a word on which of the two counts."""
    note = () if turn.memory.tongue else book(reply.language).phrases["translated"][:1]
    return "\n\n".join((reply.text, *note))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request. The answer begins with a line that names the language."""

    asking: Asking
    turn: Turn
    source: str
    names: Pseudonyms
    hidden: str  # the source with pseudonyms

    @property
    def wanted(self) -> Wanted:
        turn, marked = self.turn, self._marks("").put(self.hidden)
        written = "\n".join(message.text for message in turn.messages if message.text)[:_SAMPLE]
        return Wanted(
            standing=standing("interpret").format(
                shop=self.asking.policy.shop_name.in_(turn.conversation.language)
            ),
            told=(
                f"<customer before={turn.memory.tongue or 'unknown'}>\n{quiet(self.names.hide(written))}\n"
                f"</customer>\n<text>\n{quiet(marked)}\n</text>"
            ),
            hidden=self.names.hidden,
            show=self._shown,
            faults=self._faults,
            whole=self._whole,
            length=3 * len(self.source),
            purpose=Purpose.VOICE,
            whose=whose(turn),
        )

    def _marks(self, tag: str) -> Marks:
        """The same figures in the same order, written as that language writes them."""
        today = self.turn.now.astimezone(ZoneInfo(self.turn.conversation.time_zone)).date()
        return Marks(today, locale_of(tag))

    def _shown(self, said: str) -> str:
        tag, text = _split(said)
        marks = self._marks(tag)
        marks.put(self.hidden)
        return f"{tag}\n{self.names.show(marks.back(text))}"

    def _faults(self, said: str) -> Sequence[Fault]:
        _, text = _split(self._shown(said))
        return [*too_long(self.source, text), *avoided(text, self.asking.persona), *linked(_split(said)[1])]

    def _whole(self, said: str) -> Sequence[Fault]:
        tag, text = _split(said)
        if not is_tag(tag) or (not text and _primary(tag) not in _OUR_OWN):
            return [Fault(Kind.LANGUAGE, tag, Why.WRONG_LANGUAGE)]
        if _primary(tag) in _OUR_OWN:
            return []  # it was no other language after all
        marks = self._marks(tag)
        marked = marks.put(self.hidden)
        own = [Fault(Kind.NUMBER, "", Why.NO_RECEIPT)] if marks.own_digits(text) else []
        letters = other_letters(self.source, self.names.show(marks.back(text)), tag)
        return [*marks.faults(text), *own, *names_kept(marked, text), *letters]


def _split(said: str) -> tuple[str, str]:
    tag, _, text = said.strip().partition("\n")
    return tag.strip(), text.strip()


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
