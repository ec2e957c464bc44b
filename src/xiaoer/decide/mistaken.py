"""After "that is not what I meant": what was begun is let go, and what else it may have been is offered."""

from xiaoer.decide.goals import NO_CHOICE, PATIENCE, SUGGESTED
from xiaoer.domain.conversation import Heard, Turn
from xiaoer.domain.decision import Choice, Chosen, Drop, HandOff, Suggest
from xiaoer.domain.intents import Catalogue, Entry, ToSearch

LIKELY = 0.1  # of the likeliest other wish: what is less likely than that would only puzzle
_WHY = "local:mistaken"


def mistaken(turn: Turn, catalogue: Catalogue) -> Chosen | None:
    """The card away; then the choices, or a person the second time. None: nothing of the kind is to be said.

    Who says at once what was meant is served instead.
    """
    heard, memory = turn.understanding, turn.memory
    if not heard.misunderstood:
        return None
    if not turn.steps and memory.proposal is not None:
        return Chosen(Drop(memory.proposal, memory.last.action if memory.last else ""), _WHY)
    if heard.wishes or any(not isinstance(step.chosen.decision, Drop) for step in turn.steps):
        return None
    if memory.lost >= PATIENCE:
        return Chosen(HandOff("lost"), f"{_WHY}:lost")
    return Chosen(Suggest(_others(memory.heard, catalogue), mistaken=True), _WHY)


def _others(heard: Heard | None, catalogue: Catalogue) -> tuple[Choice, ...]:
    """What the wish may have been but for what it was taken for, likeliest first."""
    known = [(e, g.confidence) for g in heard.guesses if (e := catalogue.get(g.intent))] if heard else []
    others = [(entry, share) for entry, share in known[1:] if _leads_elsewhere(entry, known[0][0])]
    likely = [entry for entry, share in others if share >= LIKELY * others[0][1]]
    return tuple(Choice(entry.name, entry.asks) for entry in likely[:SUGGESTED])


def _leads_elsewhere(entry: Entry, wrong: Entry) -> bool:
    """A button that would bring the same answer again helps nobody."""
    same = entry.serves == wrong.serves and not isinstance(entry.serves, ToSearch)
    return not same and not isinstance(entry.serves, NO_CHOICE)
