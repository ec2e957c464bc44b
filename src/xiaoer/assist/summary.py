"""A conversation as it is handed over: fixed rows, from its records alone. No model has a part in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from xiaoer.actions.base import reads_only
from xiaoer.assist.words import StaffWords, action_name, staff_words
from xiaoer.domain.case_ports import CaseFile, KeptTurn
from xiaoer.domain.conversation import Conversation, Message, State, Step
from xiaoer.domain.decision import Do, HandOff
from xiaoer.domain.facts import Facts
from xiaoer.domain.money import Money
from xiaoer.domain.outcome import Done, Outcome, Reason, Refused
from xiaoer.domain.ports import Proposal, ProposalState
from xiaoer.domain.reply import Origin
from xiaoer.domain.understanding import OTHER
from xiaoer.domain.words import Language
from xiaoer.guard.evidence import Evidence
from xiaoer.speak.formats import Calendar
from xiaoer.speak.render import Renderer
from xiaoer.understand.catalogue import catalogue

MOST_WISHES = 6  # of a conversation that are named, the latest
MOST_ITEMS = 12  # of any other row
LONGEST_QUOTE = 300  # characters of what the customer said last
SLOT = "slot"  # a question of ours that may repeat what the customer said
_JOINT = " · "
_NO_ANSWER = frozenset(  # of a call, not of a wish
    {
        Reason.BAD_ARGUMENTS,
        Reason.NO_SUCH_ACTION,
        Reason.CARD_USED,
        Reason.CARD_UNDER_WAY,
        Reason.CARD_UNKNOWN,
    }
)
_AMOUNTS = ("refund", "amount", "value")


class Row(StrEnum):
    WANTED = "wanted"
    DONE = "done"
    REFUSED = "refused"
    MOOD = "mood"
    PROMISED = "promised"
    WAITS = "waits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing of a row: `text` for who reads it, the rest for a program."""

    text: str
    key: str  # intent, action, reason, mood, kind of promise, what waits
    action: str = ""
    order_id: str = ""
    amount: Money | None = None
    at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Every row is there, also an empty one. `said`: the customer's last words, which prove nothing."""

    calendar: Calendar  # of who reads it
    rows: tuple[tuple[Row, tuple[Item, ...]], ...]
    outcomes: tuple[Outcome, ...]  # what proves the rows
    said: str

    @property
    def language(self) -> Language:
        return self.calendar.language

    def row(self, wanted: Row) -> tuple[Item, ...]:
        return dict(self.rows)[wanted]

    def lines(self, *, without: frozenset[Row] = frozenset()) -> list[str]:
        """The rows as text, a line each; those that are empty left out."""
        names = staff_words(self.language).rows
        told = [(row, items) for row, items in self.rows if items and row not in without]
        return [f"{names[row.value]}: {'; '.join(item.text for item in items)}" for row, items in told]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What a summary is made of. `unanswered`: messages without a reply; `last`: the customer's latest."""

    case: CaseFile
    conversation: Conversation
    unanswered: int = 0
    last: str = ""


def records_of(case: CaseFile, conversation: Conversation, events: Sequence[Message]) -> Records:
    """`events`: the latest of the conversation, oldest first."""
    said = [one for one in events if one.kind == "message"]
    mine = [one for one in said if one.origin is Origin.CUSTOMER]
    answered = max((one.seq for one in said if one.origin is not Origin.CUSTOMER), default=0)
    last = next((one.text for one in reversed(mine) if one.text), "")  # a photo has no words
    return Records(
        case=case,
        conversation=conversation,
        unanswered=sum(one.seq > answered for one in mine),
        last=" ".join(last.split())[:LONGEST_QUOTE],
    )


def summary_of(records: Records, calendar: Calendar) -> Summary:
    """In the language of who reads it, times as they have them."""
    made = _Rows(records, calendar)
    rows = [
        (Row.WANTED, [*made.wanted()]),
        (Row.DONE, [*made.done()]),
        (Row.REFUSED, [*made.refused()]),
        (Row.MOOD, [*made.mood()]),
        (Row.PROMISED, [*made.promised()]),
        (Row.WAITS, [*made.waits()]),
    ]
    return Summary(
        calendar=calendar,
        rows=tuple((row, tuple(items[-MOST_ITEMS:])) for row, items in rows),
        outcomes=tuple(outcome for _, outcome in _outcomes(records.case)),
        said=records.last,
    )


def evidence_of(summary: Summary, *, customers_too: bool) -> Evidence:
    """What may be said of it; the names of rows are our own, and prove nothing.

    `customers_too`: also what the customer claims, to who knows it for a claim.
    """
    items = [item for row, items in summary.rows if customers_too or row is not Row.WANTED for item in items]
    return Evidence(
        now=summary.calendar.now,
        time_zone=summary.calendar.time_zone,
        outcomes=summary.outcomes,
        passages=tuple(item.text for item in items if customers_too or item.key != SLOT),
    )


class _Rows:
    def __init__(self, records: Records, calendar: Calendar) -> None:
        self._case, self._conversation = records.case, records.conversation
        self._records, self._calendar = records, calendar
        self._words: StaffWords = staff_words(calendar.language)

    def wanted(self) -> Iterator[Item]:
        entries, seen = catalogue(), dict[str, datetime]()
        for turn in self._case.turns:
            for wish in turn.understanding.wishes:
                if wish.best.intent != OTHER and not wish.negated and wish.best.intent in entries:
                    seen.pop(wish.best.intent, None)  # named where it was said last
                    seen[wish.best.intent] = turn.at
        known = {str(name): entry for name, entry in entries.items()}
        for name, at in [*seen.items()][-MOST_WISHES:]:
            yield Item(text=known[name].means.in_(self._calendar.language), key=name, at=at)
        if self._records.last:
            yield Item(text=self._words.says.format(text=self._records.last), key="said")

    def done(self) -> Iterator[Item]:
        for at, outcome in _outcomes(self._case):
            if isinstance(outcome, Done):
                yield self._item(outcome.action, outcome.action, outcome.facts, at)

    def refused(self) -> Iterator[Item]:
        seen = set[tuple[str, str, str]]()
        for turn in self._case.turns:
            for step in turn.steps:
                refusal = step.outcome
                if not isinstance(refusal, Refused) or refusal.reason in _NO_ANSWER:
                    continue
                action = _action_of(step)
                one = (action, refusal.reason.value, str(refusal.facts.get("order_id", "")))
                if one not in seen:
                    seen.add(one)
                    item = self._item(refusal.reason.value, action, refusal.facts, turn.at)
                    yield replace(item, text=_joined(item.text, self._why(action, refusal, turn)))

    def mood(self) -> Iterator[Item]:
        memory, words = self._conversation.memory, self._words
        if not memory.moods:
            return
        now = memory.moods[-1].value
        often = words.upset_turns.format(count=memory.upset) if memory.upset else ""
        yield Item(text=_joined(words.moods[now], often), key=now)

    def promised(self) -> Iterator[Item]:
        for one in self._case.promises:
            about = str(one.subject.get("order_id") or "")
            due = self._until(one.due_at)
            text = _joined(self._words.promises[one.kind.value], about, due)
            yield Item(text=text, key=one.kind.value, order_id=about, at=one.made_at, due_at=one.due_at)

    def waits(self) -> Iterator[Item]:
        words = self._words
        if (handed := self._case.handed_over) is not None and self._conversation.state is State.WAITING:
            why = words.after.format(why=words.handed.get(handed.why, handed.why))
            text = _joined(words.waits["person"], why, self._calendar.time(handed.since))
            yield Item(text=text, key="person", at=handed.since)
        for effect in self._case.effects:
            if (key := self._waiting(effect)) is not None:
                item = self._item(
                    key, effect.plan.action, effect.plan.facts, effect.taken_at or effect.created_at
                )
                due = effect.expires_at if key == "card" else None
                yield replace(item, text=_joined(words.waits[key], item.text), due_at=due)
        if (task := self._conversation.memory.task) is not None and task.asked:
            keys = [f"ask.{task.action}.{task.asked}", f"ask.{task.asked}"]
            asks = self._ours(keys, task.args, seed=self._conversation.id)
            name = action_name(task.action, self._calendar.language)
            yield Item(text=_joined(words.waits[SLOT], name, asks), key=SLOT, action=task.action)
        for ticket in self._case.tickets:
            kind, due = ticket.asked.kind.value, ticket.asked.due_at
            number = words.waits["ticket"].format(number=ticket.number)
            text = _joined(number, words.tickets[kind], self._until(due))
            yield Item(text=text, key="ticket", action=kind, at=ticket.made_at, due_at=due)
        if self._records.unanswered:
            yield Item(
                text=words.waits["unanswered"].format(count=self._records.unanswered), key="unanswered"
            )

    def _waiting(self, effect: Proposal) -> str | None:
        match effect.state:
            case ProposalState.OPEN if effect.expires_at > self._calendar.now:
                return "card"
            case ProposalState.NEEDS_STAFF:
                return "approval"
            case ProposalState.UNCLEAR | ProposalState.TAKEN:
                return "unclear"
            case _:
                return None

    def _item(self, key: str, action: str, facts: Facts, at: datetime) -> Item:
        order_id = str(facts.get("order_id") or "")
        amount = next((fact for name in _AMOUNTS if isinstance(fact := facts.get(name), Money)), None)
        say = Renderer(self._calendar, seed="")
        back = self._words.back.format(amount=say.fact(amount)) if amount and amount.minor else ""
        name = action_name(action, self._calendar.language)
        text = _joined(name, order_id, back, self._calendar.time(at))
        return Item(text=text, key=key, action=action, order_id=order_id, amount=amount, at=at)

    def _why(self, action: str, refusal: Refused, turn: KeptTurn) -> str:
        reason = refusal.reason.value
        keys = [f"refused.{reason}.{refusal.facts.get('situation', action)}", f"refused.{reason}"]
        return self._ours(keys, refusal.facts, seed=turn.id) or reason

    def _ours(self, keys: Sequence[str], facts: Facts, *, seed: str) -> str:
        """The house's own words for it; empty: an older record may lack what today's phrase says."""
        try:
            return Renderer(self._calendar, seed=seed).phrase(keys, facts).text
        except KeyError:
            return ""

    def _until(self, due: datetime) -> str:
        return self._words.until.format(when=self._calendar.time(due))


def _outcomes(case: CaseFile) -> list[tuple[datetime, Outcome]]:
    """What was carried out, by the ledger; and what is of our own house, or was refused, by the turns."""
    found: list[tuple[datetime, Outcome]] = []
    kept = set[str]()
    for effect in case.effects:
        if effect.state is ProposalState.DONE and isinstance(effect.outcome, Done):
            kept.add(effect.plan.action)
            facts = {**effect.plan.facts, **effect.outcome.facts}
            found.append((effect.taken_at or effect.created_at, Done(effect.plan.action, facts)))
    for turn in case.turns:
        for step in turn.steps:
            outcome = step.outcome
            if isinstance(outcome, Refused) or (isinstance(outcome, Done) and _is_ours(outcome, kept)):
                found.append((turn.at, outcome))
    return sorted(found, key=lambda one: one[0])


def _is_ours(done: Done, kept: set[str]) -> bool:
    """What changed something and stands in no ledger."""
    return not reads_only(done.action) and done.action not in kept and done.action != "call_person"


def _action_of(step: Step) -> str:
    match step.chosen.decision:
        case Do(action):
            return action
        case HandOff():
            return "call_person"
        case _:
            return ""


def _joined(*told: str) -> str:
    return _JOINT.join(filter(None, told))
