"""Drafts a language model makes for the person at the desk: what is proven of them, and how much was not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from xiaoer.assist.asking import Asking, Ready, Wanted, brief_of, standing
from xiaoer.assist.summary import Row, Summary, evidence_of
from xiaoer.assist.view import Draft, View
from xiaoer.decide.briefing import before, language_name, manner_of, numbered, quiet
from xiaoer.decide.careful import unwanted
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.llm import Line, ModelGone
from xiaoer.domain.ports import ShopError
from xiaoer.domain.reply import Citation, Origin, Receipt, Reply, TextPart
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.evidence import Evidence
from xiaoer.guard.outbound import look
from xiaoer.guard.pseudonyms import Pseudonyms

MOST_DRAFTS = 2
MOST_SENTENCES = 12  # of a draft that are looked at
LONGEST_SAID = 4_000  # characters of what the customer said last
_PARTED = re.compile(r"^\s*-{3,}\s*$", re.MULTILINE)
_CITED = re.compile(r"\s?\[(\d{1,2})\]")
_MARKDOWN = re.compile(r"\*\*|__|^#+ |^[-*] ", re.MULTILINE)
_ENDS = re.compile(r"(?<=[。！？!?\n])(?!\s?\[\d)|(?<=[.;])(?=\s(?!\[))")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Drafted:
    """`dropped`: sentences that nothing proves."""

    state: Ready
    drafts: tuple[Draft, ...] = ()
    dropped: int = 0


async def drafted(asking: Asking, view: View, summary: Summary) -> Drafted:
    """From the conversation, the facts of it, and the passages that were found."""
    if (model := asking.at_hand) is None:
        return Drafted(Ready.NO_MODEL)
    turn = view.turn
    if not turn.messages:
        return Drafted(Ready.NOTHING)
    try:
        names = await asking.names(turn)
        lines = await before(turn, asking.reach_for(turn), names)
        brief = brief_of(turn, _wanted(asking, view, summary, names, tuple(lines)))
        said = await model.ask(brief, within_s=asking.within_s)
    except ShopError as error:
        _log.warning("shop_error", turn_id=turn.id, error=type(error).__name__)
        return Drafted(Ready.GONE)
    except ModelGone as gone:
        _log.warning("assist_gone", turn_id=turn.id, why=gone.why.value)
        return Drafted(Ready.GONE)
    whole = said.text if said.whole else "".join(_ENDS.split(said.text)[:-1])  # its last sentence was cut off
    sieve = _Sieve(asking, view, summary)
    parts = [part.strip() for part in _PARTED.split(names.show(whole)) if part.strip()]
    drafts = [draft for part in parts[:MOST_DRAFTS] if (draft := sieve.proven(part)) is not None]
    return Drafted(Ready.READY if drafts else Ready.UNSAFE, tuple(drafts), sieve.dropped)


def _wanted(
    asking: Asking, view: View, summary: Summary, names: Pseudonyms, lines: tuple[Line, ...]
) -> Wanted:
    language = view.turn.understanding.language
    said = "\n".join(message.text for message in view.turn.messages if message.text)[:LONGEST_SAID]
    facts = "\n".join(summary.lines(without=frozenset({Row.WANTED})))
    ours = "\n".join(draft.text for draft in view.drafts if not draft.cited)
    told = [f"<facts>\n{quiet(names.hide(facts))}\n</facts>", f"<ours>\n{quiet(names.hide(ours))}\n</ours>"]
    if view.passages:
        told.append(f"<articles>\n{numbered(view.passages)}\n</articles>")
    told.append(f"<customer>\n{quiet(names.hide(said))}\n</customer>")
    rules = standing("suggest").format(
        shop=asking.policy.shop_name.in_(language),
        language=language_name(language),
        persona=manner_of(asking.persona),
    )
    return Wanted(
        standing=rules,
        told="\n".join(told),
        hidden=names.hidden,
        show=names.show,
        faults=lambda text: (),
        before=lines,
        length=1_200,
    )


class _Sieve:
    """Lets through what may be said, sentence by sentence."""

    def __init__(self, asking: Asking, view: View, summary: Summary) -> None:
        self._persona, self._passages = asking.persona, view.passages
        self._language = view.turn.understanding.language
        ours = tuple(draft.text for draft in view.drafts)
        self._evidence = _evidence(view, summary, ours)
        self._sources = [*self._evidence.passages, *ours]
        self.dropped = 0

    def proven(self, text: str) -> Draft | None:
        kept = list[str]()
        for sentence in [one for one in _ENDS.split(text) if one.strip()][:MOST_SENTENCES]:
            if self._faults("".join([*kept, sentence])):
                self.dropped += 1
            else:
                kept.append(sentence)
        whole = "".join(kept)
        plain = _plain(whole)
        return Draft(plain, self._cited(whole)) if plain else None

    def _faults(self, text: str) -> Sequence[Fault]:
        plain, cited = _plain(text), self._cited(text)
        reply = Reply(
            parts=(TextPart(text=plain),),
            receipts=tuple(Receipt(source=f"article:{one.slug}") for one in cited),
            origin=Origin.AI,
            language=self._language,
        )
        not_wanted = unwanted(plain, self._persona, self._sources)
        return [*not_wanted, *look(reply, self._evidence, language=self._language)]

    def _cited(self, text: str) -> tuple[Citation, ...]:
        numbers = sorted({int(found) for found in _CITED.findall(text)})
        named = [self._passages[n - 1] for n in numbers if 0 < n <= len(self._passages)]
        return tuple({one.slug: citation(one) for one in named}.values())


def _evidence(view: View, summary: Summary, ours: tuple[str, ...]) -> Evidence:
    """What the customer claims is none."""
    known = evidence_of(summary, customers_too=False)
    read = tuple(f"{passage.title}\n{passage.text}" for passage in view.passages)
    return replace(
        known,
        outcomes=(*known.outcomes, *view.outcomes),
        passages=(*known.passages, *read, *ours),
    )


def citation(passage: Passage) -> Citation:
    return Citation(slug=passage.slug, title=passage.title, language=passage.language)


def _plain(text: str) -> str:
    return _MARKDOWN.sub("", _CITED.sub("", text)).strip()
