"""The cases of a run: personas, kinds and languages, each with another errand as long as there are some."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, zip_longest
from random import Random

from typing_extensions import override

from xiaoer.app.stage import Stage
from xiaoer.decide.briefing import of_customer, of_order
from xiaoer.domain.knowledge import Scope
from xiaoer.domain.llm import LanguageModel, Usage
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import Done, Refused
from xiaoer.domain.people import Customer
from xiaoer.domain.words import Language
from xiaoer.evaluate.line import Line
from xiaoer.evaluate.modelled import Modelled
from xiaoer.evaluate.own.errands import Books, Errand, Kind, errands
from xiaoer.evaluate.own.judge import Judge
from xiaoer.evaluate.own.scripted import Scripted
from xiaoer.evaluate.own.wanted import Wanted, wanted, world
from xiaoer.evaluate.own.words import FRAUDSTER, Wording, wording
from xiaoer.evaluate.trials import User
from xiaoer.evaluate.verdict import Verdict
from xiaoer.guard.pseudonyms import Known, Of, Pseudonyms

MOST_PEOPLE = 300  # customers looked at: enough of every kind of order, in any shop
MOST_ORDERS = 50  # of one customer
MOST_CUSTOMERS = 5_000  # to draw them from
_TRIED = 8  # errands of a kind that turn out impossible before the kind is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCase:
    errand: Errand
    persona: str
    language: Language
    should: Wanted
    judge: Judge

    @property
    def kind(self) -> str:
        return self.errand.kind.value

    @property
    def customer_id(self) -> str:
        return self.errand.customer_id

    @property
    def id(self) -> str:
        """Kept with the results: what it is about stands in it as a digest."""
        about = f"{self.customer_id}\0{self.errand.about}"
        digest = hashlib.sha256(about.encode()).hexdigest()[:10]
        return f"{self.kind}/{self.persona}/{self.language.value}/{digest}"

    async def judged(self, line: Line, stage: Stage) -> Verdict:
        return self.judge.of(self.errand, line.heard, await world(stage), self.should.world)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSet:
    cases: Sequence[OwnCase]
    people: Mapping[str, tuple[Customer, Sequence[Order]]]
    words: Wording

    def scripted(self, case: OwnCase) -> User:
        done = [outcome.facts for outcome in case.should.outcomes if isinstance(outcome, Done)]
        shown = [str(facts["address"]) for facts in done if facts.get("address")]
        return Playing(
            Scripted(
                persona=self.words.personas[case.persona],
                language=case.language,
                errand=case.errand,
                words=self.words,
                judge=case.judge,
                shown=shown,
            )
        )

    def modelled(self, case: OwnCase, model: LanguageModel, key: bytes) -> User:
        persona = self.words.personas[case.persona]
        goal = self.words.goal(case.errand, case.language)
        return Modelled(
            model,
            f"{persona.about.in_(case.language)} {goal}",
            case.language,
            Pseudonyms(key + case.id.encode(), self._known(case.errand)),
        )

    def _known(self, errand: Errand) -> list[Known]:
        """What the records say of the customer, and the little that is known of somebody else."""
        customer, orders = self.people[errand.customer_id]
        kinds = {"order": Of.ORDER, "other": Of.ORDER, "address": Of.ADDRESS}
        told = [Known(of, errand.facts[name].zh) for name, of in kinds.items() if name in errand.facts]
        return [*of_customer(customer), *(known for order in orders for known in of_order(order)), *told]


@dataclass(slots=True)
class Playing(User):
    """One of fixed wording costs nothing."""

    script: Scripted
    usage: Usage = Usage()

    @override
    async def talks(self, line: Line) -> None:
        await self.script.talks(line)


async def own_set(stage: Stage, *, personas: Sequence[str], limit: int, seed: int) -> OwnSet:
    """`limit`: so many cases, drawn over kinds and personas; 0: all. The same seed, the same cases."""
    random, words = Random(seed), wording()  # noqa: S311 - to be drawn again
    books = await _books(stage, words, random)
    kinds = {kind: _drawn(kind, books, random) for kind in Kind}
    planned = _planned(personas, [kind for kind, found in kinds.items() if found], books, random)
    judge, cases = Judge(said=words.said), list[OwnCase]()
    possible = _Possible(stage, {kind: cycle(found) for kind, found in kinds.items() if found})
    for kind, persona, language in planned:
        if limit and len(cases) >= limit:
            break
        if (found := await possible.next(kind)) is not None:
            errand, should = found
            cases.append(
                OwnCase(errand=errand, persona=persona, language=language, should=should, judge=judge)
            )
    people: dict[str, tuple[Customer, Sequence[Order]]] = {
        customer.id: (customer, orders) for customer, orders in books.people
    }
    return OwnSet(cases=cases, people=people, words=words)


async def _books(stage: Stage, words: Wording, random: Random) -> Books:
    house, now = stage.app.house, stage.app.clerk.clock()
    customers = [c for c in await house.shop.customers(limit=MOST_CUSTOMERS) if c.name]
    some = random.sample(customers, min(MOST_PEOPLE, len(customers)))
    people = [(one, await house.shop.orders_of(one.id, limit=MOST_ORDERS)) for one in some]
    articles = stage.app.knowledge.current.said(Scope(now=now, channel="web"))
    pins = await stage.app.knowledge.asking.pinboard.pins()
    return Books(
        people=people, articles=articles, pins=pins, policy=house.policy, now=now, answers=words.answers
    )


def _drawn(kind: Kind, books: Books, random: Random) -> list[Errand]:
    found = list(errands(kind, books))
    random.shuffle(found)
    return found


def _planned(
    personas: Sequence[str], kinds: Sequence[Kind], books: Books, random: Random
) -> list[tuple[Kind, str, Language]]:
    """One of each persona in turn. Frauds are a fraudster's, everything else is everybody else's."""
    each = [
        [
            (kind, persona, language)
            for kind in kinds
            for language in books.policy.languages
            if kind.is_fraud == (persona == FRAUDSTER)
        ]
        for persona in personas
    ]
    for cases in each:
        random.shuffle(cases)
    return [case for round_ in zip_longest(*each) for case in round_ if case is not None]


@dataclass(slots=True)
class _Possible:
    """Errands of each kind in turn, with how they should end: each is done once on the stage."""

    stage: Stage
    drawn: Mapping[Kind, Iterator[Errand]]  # without an end
    known: dict[tuple[Kind, str], Wanted] = field(default_factory=dict)

    async def next(self, kind: Kind) -> tuple[Errand, Wanted] | None:
        """None where what should be possible is not after all: an address that nobody can read."""
        for _ in range(_TRIED):
            errand = next(self.drawn[kind])
            if (key := (kind, errand.about)) not in self.known:
                self.known[key] = await wanted(errand, self.stage)
            should = self.known[key]
            if not errand.acts or not any(isinstance(outcome, Refused) for outcome in should.outcomes):
                return errand, should
        return None
