"""What a turn knows, as keys: its receipts first, and if they do not do, its facts and passages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import Answer, Ask, Chosen, Do, Say, Tell
from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.outcome import Done, NeedsApproval, NeedsConfirm, Outcome, Possible, Refused
from xiaoer.domain.reply import Receipt
from xiaoer.domain.words import Language, Words
from xiaoer.guard.claims import Claim, Key, Kind, normal
from xiaoer.guard.figures import figures, id_key
from xiaoer.guard.known import keys_of, keys_of_done, keys_of_mapping, keys_of_reason
from xiaoer.guard.sayings import sayings

_OWNERS = ("order_id",)  # a mapping with one of these is of that order, with all in it
_ALSO = ("tracking_number", "case_id", "refund_id")  # other names of the same order
# Names of things for the code, not words: what they say is read by known.py.
_KEYS = frozenset(
    {"state", "situation", "method", "methods", "reason", "why", "line_id", "product_id", "image"}
)
_WHOLE = 9  # digits of an id that are told without its letters
_SHORT = 60  # characters of a value that is one fact, not a passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a reply may speak of. `now` and `time_zone` (IANA) say what day tomorrow is."""

    now: datetime
    time_zone: str
    outcomes: tuple[Outcome, ...] = ()
    facts: tuple[Facts, ...] = ()  # of decisions that need no tool
    passages: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # of products that are not of this turn: not to be mistaken for one that is
    hosts: frozenset[str] = frozenset()  # that a reply may point at

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def done(self) -> frozenset[str]:
        return frozenset(one.action for one in self.outcomes if isinstance(one, Done))


def evidence_of(turn: Turn, chosen: Chosen | None = None, outcome: Outcome | None = None) -> Evidence:
    """All that the steps of a turn have found, and the one that is being taken."""
    steps = [(step.chosen, step.outcome) for step in turn.steps] + ([(chosen, outcome)] if chosen else [])
    told = [fact for one, _ in steps for fact in _told(one)]
    given = [one.decision for one, _ in steps if isinstance(one.decision, Answer | Tell)]
    passages = [passage for one in given for passage in one.passages]
    return Evidence(
        now=turn.now,
        time_zone=turn.conversation.time_zone,
        outcomes=tuple(outcome for _, outcome in steps if outcome is not None),
        facts=tuple(told),
        passages=tuple(f"{p.title}\n{p.text}" for p in passages),
    )


def _told(chosen: Chosen) -> tuple[Facts, ...]:
    """What a decision brings with it. Its arguments prove nothing: a mind may have made them up."""
    match chosen.decision:
        case Ask(task):
            labels: Fact = tuple(choice.label for choice in task.choices)
            return ({"choices": labels},)
        case Say(_, facts):
            return (facts,)
        case Do(others=others):
            return ({"choices": tuple(choice.label for choice in others), "count": len(others)},)
        case _:
            return ()


@dataclass(frozen=True, slots=True)
class Read:
    """A text, normalised, and what it claims, by where that stands."""

    plain: str
    claims: tuple[Claim, ...]


@lru_cache(maxsize=2_048)
def read(text: str, today: date) -> Read:
    """What tools tell comes again and again: carriers, goods, articles."""
    plain = normal(text)
    found = (*figures(plain, today), *sayings(plain))
    return Read(plain, tuple(sorted(found, key=lambda claim: claim.start)))


@dataclass(slots=True)
class Known:
    """Keys, and of which orders they hold; None: of no order in particular."""

    today: date
    zone: ZoneInfo
    language: Language
    keys: dict[Key, set[str | None]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # any id of an order -> its own
    texts: list[tuple[str, str | None]] = field(default_factory=list)

    def add(self, key: Key, owner: str | None = None) -> None:
        self.keys.setdefault(key, set()).add(owner)

    def has(self, needs: Sequence[Key], about: str | None) -> bool | None:
        """None: so it is, but of another order."""
        found = False
        for key in needs:
            owners = self.keys.get(key)
            if owners is not None:
                if about is None or None in owners or about in owners:
                    return True
                found = True
        return None if found else False

    def has_text(self, said: str, about: str | None) -> bool | None:
        owners = {owner for text, owner in self.texts if said in text}
        if not owners:
            return False
        return True if about is None or None in owners or about in owners else None

    # --- receipts ---------------------------------------------------------------------------------

    def take_receipts(self, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            quoted = receipt.source.startswith("article:")
            for value in receipt.values:
                if quoted and len(value) > _SHORT:
                    self.take_passage(value)
                else:
                    self.take_text(value, None, bare=True)
            if receipt.words:
                self.take_text(receipt.words, None, bare=True)

    def take_passage(self, text: str) -> None:
        """A state in it is of no order: only the clause itself may be repeated."""
        found = read(text, self.today)
        self.texts.append((found.plain, None))
        for claim in found.claims:
            if claim.kind is Kind.STATE:
                self.add(claim.needs[-1])
            elif claim.kind is not Kind.DONE:
                for key in claim.gives:
                    self.add(key)

    def take_text(self, text: str, owner: str | None, *, bare: bool = False) -> None:
        """`bare`: its numbers were written for this very place, and prove whatever stands around them."""
        found = read(text, self.today)
        self.texts.append((found.plain, owner))
        for claim in found.claims:
            if claim.kind is Kind.STATE and not bare:
                self.add(claim.needs[-1], owner)  # of an event on the way: it may be repeated
                continue
            for key in claim.gives:
                self.add(key, owner)
                if bare and key[0] == "number":
                    self.add(("bare", key[1]), owner)
            if claim.kind is Kind.ID:
                self._id(claim.said, owner)

    def _id(self, said: str, owner: str | None) -> None:
        key = id_key(said)
        self.add(("id", key), owner)
        digits = re.sub(r"\D", "", key)
        if len(digits) >= _WHOLE:
            self.add(("id", digits), owner)
        for length in (4, 5, 6):
            self.add(("tail", digits[-length:]), owner)

    # --- facts ------------------------------------------------------------------------------------

    def take_outcome(self, outcome: Outcome) -> None:
        match outcome:
            case Done(action, facts):
                self.take_facts(facts)
                self.add(("done", action))
                owner = _owner(facts)
                for key in keys_of_done(action, facts):
                    self.add(key, owner)
            case Refused(reason, facts):
                self.take_facts(facts)
                for key in keys_of_reason(reason):
                    self.add(key, _owner(facts))
            case NeedsConfirm(plan=plan) | NeedsApproval(plan=plan) | Possible(plan=plan):
                self.take_facts(plan.facts)
            case _:
                pass

    def take_facts(self, facts: Facts, owner: str | None = None) -> None:
        owner = _owner(facts) or owner
        if owner is not None:
            self.names[owner] = owner
            self.names |= {id_key(str(facts[name])): owner for name in _ALSO if facts.get(name)}
        for key in keys_of_mapping(facts):
            self.add(key, owner)
        for name, fact in facts.items():
            self._fact(name, fact, owner)

    def _fact(self, name: str, fact: Fact, owner: str | None) -> None:
        if name in _KEYS:
            return
        if isinstance(fact, str) and name.endswith(("_id", "_number")):
            self._id(fact, owner)
        elif isinstance(fact, str):
            self.take_text(fact, owner)
        elif isinstance(fact, Words):
            self.take_text(fact.in_(self.language), owner)
        elif isinstance(fact, Mapping):
            self.take_facts(fact, owner)
        elif isinstance(fact, tuple):
            self.add(("number", Decimal(len(fact))), owner)
            for one in fact:
                self._fact(name, one, owner)
        else:
            for key in keys_of(name, fact, self.today, self.zone):
                self.add(key, owner)


def _owner(facts: Facts) -> str | None:
    found = next((facts[name] for name in _OWNERS if facts.get(name)), None)
    return id_key(str(found)) if found is not None else None
