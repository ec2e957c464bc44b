"""The counter in a terminal: a line in, a reply out, for people or (JSON) for programs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import uuid4

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from xiaoer.domain.conversation import Inbound, Step, TurnRecord
from xiaoer.domain.decision import Answer, Ask, Do, HandOff
from xiaoer.domain.ids import ConversationId
from xiaoer.domain.outcome import Failed, NeedsApproval, NeedsConfirm, Outcome, Refused
from xiaoer.domain.reply import (
    Citation,
    ConfirmCard,
    OrderCard,
    Part,
    ProductCards,
    QueueCard,
    QuickReplies,
    Reply,
    TextPart,
    TranslationPart,
)
from xiaoer.speak.wire import part_json
from xiaoer.turn import Clerk

LONGEST_LINE = 4_000  # characters, as on the web


class NullWakeups:
    """Nobody listens in: the terminal waits for its own replies."""

    def ring(self, conversation_id: ConversationId) -> None: ...

    def whisper(self, conversation_id: ConversationId, kind: str, data: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    clerk: Clerk
    conversation_id: ConversationId

    async def say(self, line: str) -> tuple[tuple[TurnRecord, ...], float]:
        """The turns a line leads to, and the milliseconds they took."""
        begun = perf_counter()
        inbound = Inbound(conversation_id=self.conversation_id, client_id=uuid4().hex, text=line)
        await self.clerk.house.conversations.receive(inbound, now=self.clerk.clock())
        records = await self.clerk.answer(self.conversation_id)
        return records, (perf_counter() - begun) * 1000


def readable(line: str) -> str:
    """A line as it can be kept: no NUL, no lone surrogate, cut at LONGEST_LINE; may be empty."""
    kept = line.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")
    return kept.strip()[:LONGEST_LINE]


def as_json(record: TurnRecord, ms: float) -> str:
    """One reply as one line of JSON."""
    return json.dumps(as_dict(record, ms), ensure_ascii=False)


def as_dict(record: TurnRecord, ms: float) -> dict[str, Any]:
    """One reply: text, language, intents, decision, action, receipts, cards, ms and more."""
    heard, main = record.turn.understanding, _main(record.turn.steps)
    return {
        "text": record.reply.text,
        "origin": record.reply.origin.value,
        "language": heard.language.value,
        "intents": [
            {"name": wish.best.intent, "confidence": round(wish.best.confidence, 3)} for wish in heard.wishes
        ],
        "decision": type(main.chosen.decision).__name__.lower() if main else None,
        "why": main.chosen.why if main else None,
        "action": _action(main) if main else None,
        "outcome": _outcome(main.outcome) if main else None,
        "steps": [
            {
                "decision": type(step.chosen.decision).__name__.lower(),
                "action": _action(step),
                "outcome": _outcome(step.outcome),
            }
            for step in record.turn.steps
        ],
        "receipts": [{"source": r.source, "values": list(r.values)} for r in record.reply.receipts],
        "cards": [part_json(part) for part in record.reply.parts if not isinstance(part, TextPart)],
        "mood": heard.mood.value,
        "ms": round(ms, 1),
    }


def _main(steps: tuple[Step, ...]) -> Step | None:
    """The step a reader asks about: what still needs the customer, else what was done first."""
    asks = [s for s in steps if isinstance(s.chosen.decision, Ask) or _waits(s)]
    first = asks or steps
    return first[0] if first else None


def _waits(step: Step) -> bool:
    return isinstance(step.outcome, NeedsConfirm)


def _action(step: Step) -> str | None:
    decision = step.chosen.decision
    if isinstance(decision, Do):
        return decision.action
    if isinstance(decision, Ask):
        return decision.task.action
    if isinstance(decision, HandOff):
        return "call_person"
    return "answer" if isinstance(decision, Answer) else None


def _outcome(outcome: Outcome | None) -> dict[str, str] | None:
    if outcome is None:
        return None
    told = {"kind": type(outcome).__name__.lower()}
    if isinstance(outcome, Refused | Failed):
        told["reason"] = outcome.reason.value
    if isinstance(outcome, NeedsConfirm | NeedsApproval):
        told["intent_id"] = outcome.intent_id
    return told


def show(reply: Reply, console: Console) -> None:
    """A reply for a person's eyes."""
    for part in reply.parts:
        _show(part, console)


def _show(part: Part, console: Console) -> None:
    match part:
        case TextPart(text=text) | TranslationPart(text=text):
            console.print(Text(text))
        case OrderCard() as order:
            rows = [f"{line.title} {line.options} ×{line.quantity}  {line.price}" for line in order.lines]
            rows += [f"{p.carrier} {p.tracking_number} · {p.state} {p.eta}" for p in order.parcels]
            rows += [f"  {event.at}  {event.text}" for p in order.parcels for event in p.events[:3]]
            _panel(f"{order.order_id} · {order.state_text} · {order.total}", rows, console)
        case ProductCards(products=products):
            for item in products:
                _panel(item.title, [f"{item.price} · {item.options} · {item.stock}"], console)
        case ConfirmCard() as card:
            rows = [f"{row.label}: {row.value}" for row in card.rows]
            _panel(card.title, [*rows, f"[{card.yes}] / [{card.no}]"], console)
        case QuickReplies(options=options):
            console.print(
                Text("  ".join(f"{n}) {option.label}" for n, option in enumerate(options, 1)), "dim")
            )
        case Citation(title=title):
            console.print(Text(f"— {title}", "dim"))
        case QueueCard():
            pass  # its text has been said


def _panel(title: str, rows: list[str], console: Console) -> None:
    console.print(Panel(Text("\n".join(rows)), title=Text(title), title_align="left", expand=False))
