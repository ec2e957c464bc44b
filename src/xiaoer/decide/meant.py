"""What a turn comes to, so that two minds can be compared: actions with their orders, articles."""

from collections.abc import Iterator, Sequence

from xiaoer.actions.base import reads_only
from xiaoer.domain.conversation import Step
from xiaoer.domain.decision import Answer, Ask, Do, HandOff, Task, Tell
from xiaoer.domain.facts import Facts
from xiaoer.domain.outcome import Done, NeedsApproval, NeedsConfirm, Outcome, Possible, Refused
from xiaoer.domain.rollout import Deed, Meant

_FACTS_OF = {"track_parcel": "look_up_order"}  # the same facts, told from another side
_BY_RULE = "rule:"  # begins a why: no mind decided this


def meant_by(steps: Sequence[Step]) -> Meant:
    """Small talk, a choice that is offered and what a rule decided come to nothing."""
    decided = [step for step in steps if not step.chosen.why.startswith(_BY_RULE)]
    deeds = [deed for step in decided for deed in _deeds(step)]
    slugs = [slug for step in decided for slug in _slugs(step)]
    return Meant(deeds=tuple(dict.fromkeys(deeds)), slugs=tuple(dict.fromkeys(slugs)))


def agrees(really: Meant, meant: Meant) -> bool:
    """The same changes to the same orders. Where nothing is changed: all that was looked up is looked up,
    and one of the articles is the same; what is looked up besides does not matter.
    """
    changes = _changes(really)
    if changes or _changes(meant):
        return changes == _changes(meant)
    looked_up = _looked_up(really) <= _looked_up(meant)
    return looked_up and (not really.slugs or bool(set(really.slugs) & set(meant.slugs)))


def _changes(meant: Meant) -> set[Deed]:
    return {deed for deed in meant.deeds if not reads_only(deed[0])}


def _looked_up(meant: Meant) -> set[Deed]:
    return {(_FACTS_OF.get(action, action), order_id) for action, order_id in meant.deeds}


def _deeds(step: Step) -> Iterator[Deed]:
    match step.chosen.decision:
        case Do(action, args, then=then, asks=asks):
            yield f"{action}?" if asks else action, _order(step.outcome, args)
            yield from _after(then)
        case Ask(task):
            yield from _after(task)
        case HandOff():
            yield "call_person", ""


def _after(task: Task | None) -> Iterator[Deed]:
    while task is not None:
        yield task.action, str(task.args.get("order_id") or "")
        task = task.then


def _order(outcome: Outcome | None, args: Facts) -> str:
    """The one that was found, where it was not named; else the one that was named."""
    facts: Facts = {}
    match outcome:
        case Done(_, found) | Refused(_, found):
            facts = found
        case NeedsConfirm(_, plan) | NeedsApproval(_, plan) | Possible(plan):
            facts = plan.facts
    return str(facts.get("order_id") or args.get("order_id") or "")


def _slugs(step: Step) -> Iterator[str]:
    match step.chosen.decision:
        case Answer(passages):
            yield from [passage.slug for passage in passages[:1]]
        case Tell(cited=cited):
            yield from [passage.slug for passage in cited]
