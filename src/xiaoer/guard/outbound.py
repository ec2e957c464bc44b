"""The last look at a reply, whoever wrote it: no word without a receipt, and nothing that may not be said.

Deterministic, without a model. What is claimed is taken out of the text (figures.py, moments.py, sayings.py)
and must stand in a tool's result, a quoted passage or a template of this turn (evidence.py);
said-done needs its action.
"""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import Chosen
from xiaoer.domain.outcome import Outcome
from xiaoer.domain.reply import Reply
from xiaoer.domain.words import Language
from xiaoer.guard.claims import LONGEST, Claim, Found, Kind, Why
from xiaoer.guard.evidence import Evidence, Known, evidence_of, read
from xiaoer.guard.figures import id_key
from xiaoer.guard.links import links
from xiaoer.guard.manner import manner
from xiaoer.guard.names import named

# What is so of one order and not of another.
_OF_AN_ORDER = frozenset({Kind.MONEY, Kind.DATE, Kind.TIME, Kind.STATE, Kind.PRODUCT})


def found_in(
    reply: Reply, turn: Turn, chosen: Chosen | None = None, outcome: Outcome | None = None
) -> tuple[Found, ...]:
    """What keeps a reply from being said in this turn, or with the step of it that is being taken."""
    return look(reply, evidence_of(turn, chosen, outcome), language=turn.understanding.language)


def look(reply: Reply, evidence: Evidence, *, language: Language | None = None) -> tuple[Found, ...]:
    """All that keeps `reply` from being said; empty: it may be. `language`: the customer's."""
    if not reply.text:
        return ()
    if len(reply.text) > LONGEST:
        return (Found(Kind.LENGTH, "", Why.TOO_LONG),)
    return (
        *unproven(reply, evidence),
        *links(reply, evidence.hosts),
        *manner(reply, language or reply.language),
    )


def unproven(reply: Reply, evidence: Evidence) -> tuple[Found, ...]:
    """What is claimed in `reply` and stands nowhere in this turn, in the order it is said."""
    said = read(reply.text, evidence.today)
    made = [*said.claims, *named(said.plain, evidence.names)]
    if not made:
        return ()
    known = Known(evidence.today, ZoneInfo(evidence.time_zone), reply.language)
    known.take_receipts(reply.receipts)
    loose = [claim for claim in made if not known.has(claim.needs, None)]
    if not loose:
        return ()
    _take_all(known, evidence)
    return tuple(_loose(loose, made, known))


def _take_all(known: Known, evidence: Evidence) -> None:
    for outcome in evidence.outcomes:
        known.take_outcome(outcome)
    for facts in evidence.facts:
        known.take_facts(facts)
    for passage in evidence.passages:
        known.take_passage(passage)


def _loose(claims_: Sequence[Claim], made: Sequence[Claim], known: Known) -> Iterator[Found]:
    several = len(set(known.names.values())) > 1
    ids = _named_orders(made, known) if several else []
    for claim in claims_:
        about = _about(claim, ids) if claim.kind in _OF_AN_ORDER else None
        if claim.kind is Kind.PRODUCT:
            proven = known.has_text(claim.said, about)
        else:
            proven = known.has(claim.needs, about)
        if not proven:
            yield Found(claim.kind, claim.said, _why(claim, of_another=proven is None))


def _why(claim: Claim, *, of_another: bool) -> Why:
    if of_another:
        return Why.OF_ANOTHER
    return Why.NOT_DONE if claim.kind is Kind.DONE else Why.NO_RECEIPT


def _named_orders(made: Sequence[Claim], known: Known) -> list[tuple[int, str]]:
    """Which orders are named, and where."""
    owned = ((one.start, known.names.get(id_key(one.said))) for one in made)
    return [(start, owner) for start, owner in owned if owner is not None]


def _about(claim: Claim, ids: Sequence[tuple[int, str]]) -> str | None:
    """The order a claim speaks of: the one named last before it, else the first after."""
    before = [owner for start, owner in ids if start <= claim.start]
    return before[-1] if before else ids[0][1] if ids else None
